// What a person reads who remembers a selection or imports a file.
import assert from 'node:assert/strict';
import { proposedText } from '../../src/editor/proposal.ts';
import { importedInWords } from '../../src/editor/words.ts';

describe('what is proposed of a selection', () => {
  it('is the whole of a short one, in one line', () => {
    assert.equal(proposedText('  const MAX = 20;\n\n  // a minute\t'), 'const MAX = 20; // a minute');
    assert.equal(proposedText(' \n'), '');
    assert.equal(proposedText('x'.repeat(400)), 'x'.repeat(400));
  });

  it('is the first sentences of a long one', () => {
    const sentence = 'Orders go to the queue, since the database was too slow for them (v1.2).';
    const text = `${`${sentence}\n`.repeat(5)}And then there is much more to be said.`;
    assert.equal(proposedText(text), Array(5).fill(sentence).join(' '));
  });

  it('ends between two words where no sentence does, and says that it ends there', () => {
    const ofCode = proposedText('  call(first, second)\n'.repeat(500));
    assert.match(ofCode, /^call\(first, second\) .* (?:call\(first,|second\)) …$/);
    assert.ok(ofCode.length <= 402);
    const short = proposedText(`Yes. ${'and so on '.repeat(100)}`);
    assert.match(short, /^Yes\. and so on .* …$/, 'one short sentence is not what was meant');
    const emoji = proposedText('🙂'.repeat(5_000));
    assert.ok(emoji.isWellFormed() && emoji.length <= 402);
  });

  it('costs nothing to speak of for a megabyte', () => {
    for (const text of ['a'.repeat(1_000_000), ' '.repeat(1_000_000), 'A b. '.repeat(200_000), '. '.repeat(500_000)]) {
      const began = performance.now();
      assert.ok(proposedText(text).length <= 402);
      assert.ok(performance.now() - began < 100);
    }
  });
});

describe('what became of an import', () => {
  const NONE = { added: 0, known: 0, forgotten: 0, leftOut: 0, tooLong: [] };
  it('says what went in and what did not', () => {
    assert.equal(importedInWords({ ...NONE, added: 1 }), 'Imported 1 memory.');
    assert.equal(importedInWords({ ...NONE, added: 3, known: 2 }), 'Imported 3 memories; 2 were here already.');
  });

  it('says which lines are too long, and what to do', () => {
    assert.equal(
      importedInWords({ ...NONE, added: 3, tooLong: [4] }),
      'Imported 3 memories; 1 left out as too long. A memory can be at most 5,000 characters: shorten line 4 of the file, then import it again.',
    );
    const many = importedInWords({ ...NONE, tooLong: Array.from({ length: 500 }, (_, n) => n + 2) });
    assert.match(many, /: shorten lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 490 more of the file, then import it again\.$/);
  });
});
