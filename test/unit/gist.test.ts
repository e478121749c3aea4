import assert from 'node:assert/strict';
import { gistOf } from '../../src/retrieve/gist.ts';

const COMMON = new Set(['test', 'file', 'run', 'build', 'error', 'line', 'cod']);
const rarityOf = (term: string): number => (COMMON.has(term) ? 0.1 : 5);

describe('the gist of a query', () => {
  it('is a short one as it stands', () => {
    assert.equal(gistOf('Why do we   use Redis for sessions?', rarityOf), 'Why do we   use Redis for sessions?');
  });

  it('keeps the rare words of a long one, in their order, each once', () => {
    const noise = 'run the build of the test file and run the test code with a build error in a line of the file '.repeat(12);
    const gist = gistOf(`${noise}the quota counter of PgBouncer ${noise} overflows at midnight, the quota counter ${noise}`, rarityOf);
    assert.match(gist, /quota counter .*PgBouncer .*overflows .*midnight,/);
    assert.equal(gist.match(/quota/g)?.length, 1);
    assert.ok(gist.length <= 160);
  });

  it('is bounded for any text', () => {
    for (const text of ['x'.repeat(100_000), 'ab '.repeat(50_000), '漢字'.repeat(5_000), `${'/very/long/path'.repeat(20)} `.repeat(50)])
      assert.ok(gistOf(text, rarityOf).length <= 160, text.slice(0, 20));
  });
});
