import assert from 'node:assert/strict';
import { withoutLesserClauses } from '../../src/compress/clauses.ts';
import { loses, shorten } from '../../src/compress/distil.ts';

/** 1 for each word, 0 for those that stand between « and ». */
function marked(text: string): { text: string; keep: number[] } {
  const keep: number[] = [];
  let isKept = true;
  const words = text.split(/\s+/).map((word) => {
    if (word.includes('«')) isKept = false;
    keep.push(isKept ? 1 : 0);
    if (word.includes('»')) isKept = true;
    return word.replace(/[«»]/g, '');
  });
  return { text: words.join(' '), keep };
}

function left(text: string): string {
  const { text: whole, keep } = marked(text);
  return withoutLesserClauses(whole, keep, loses);
}

describe('clauses that say little', () => {
  it('fall, whole, wherever they stand', () => {
    assert.equal(
      left('«As we saw earlier today,» the cache holds stale entries after a deploy, «which looks rather odd in practice.»'),
      'the cache holds stale entries after a deploy,',
    );
    assert.equal(
      left('The worker writes rows in batches «(see also the long overview above)» of one transaction.'),
      'The worker writes rows in batches of one transaction.',
    );
  });

  it('stay where they hold a negation, a reason, a value or a name', () => {
    for (const text of [
      'The cache holds stale entries after a deploy, «which does not happen locally.»',
      'The cache holds stale entries after a deploy, «because nothing evicts them.»',
      'The cache holds stale entries after a deploy, «about 400 of them.»',
      'The cache holds stale entries after a deploy, «as in `cache.ts` too.»',
      'The cache holds stale entries after a deploy, «says readCache in the log.»',
      'The cache was changed twice that afternoon, «and it failed again.»',
    ])
      assert.equal(left(text), marked(text).text);
  });

  it('are not cut out of code, quotes or brackets', () => {
    const text = 'Call `parse(a, «b, c)»` before the files are read by the loader «"one, two, three"» and stored.';
    assert.ok(left(text).includes('`parse(a, b, c)`'));
  });

  it('leave enough to say something', () => {
    assert.equal(left('«Great work on this,» restarted.'), 'Great work on this, restarted.');
  });

  it('never stand in the way of a text without a model', () => {
    const text = 'Moved the retry limit into the configuration, since five tries were too many.';
    assert.equal(shorten({ text, shape: 'sentence' }), 'Moved retry limit into configuration, since five tries were too many');
  });
});
