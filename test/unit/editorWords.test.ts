// What a person reads who imports a file.
import assert from 'node:assert/strict';
import { importedInWords } from '../../src/editor/words.ts';

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
