import assert from 'node:assert/strict';
import type { MemoryId } from '../../src/memory.ts';
import { WordIndex } from '../../src/search/wordIndex.ts';

const wordsOf = (i: number): string =>
  Array.from({ length: 12 }, (_, k) => `w${((i * 7919 + k * 104_729) % 50_021).toString(36)}x`).join(' ');
const document = (i: number) => ({ id: `m${i}` as MemoryId, text: wordsOf(i), names: '', context: '' });

describe('word index', () => {
  it('finds what is there while memories come and go', () => {
    const index = WordIndex.empty();
    for (let i = 0; i < 400; i++) index.put(document(i));
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 40; i++) {
        index.remove(`m${round * 40 + i}` as MemoryId);
        index.put(document(400 + round * 40 + i));
      }
    }
    assert.equal(index.size, 400);
    for (let i = 480; i < 880; i++) assert.equal(index.search(wordsOf(i), 1, false)[0]?.id, `m${i}`);
    assert.deepEqual(
      index.search(wordsOf(3), 50, false).filter(({ id }) => Number(id.slice(1)) < 480),
      [],
    );
  });

  it('finds how rare a word is even where there is one memory', () => {
    const index = WordIndex.empty();
    index.put({ id: 'jwt' as MemoryId, text: 'JWT with refresh tokens', names: '', context: '' });
    const [hit] = index.search('which JWT refresh token lifetime did we decide on?', 1, false);
    assert.ok(hit && hit.coverage > 0.4 && hit.coverage < 0.8, `${hit?.coverage}`);
  });
});
