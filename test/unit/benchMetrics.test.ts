import assert from 'node:assert/strict';
import { interval, mean, percentile, rankingOf, share, shuffled } from '../../bench/metrics.ts';
import { table } from '../../bench/report.ts';
import { randomOf } from '../../scripts/lib/random.ts';

describe('bench: measures', () => {
  it('counts what of the gold was found among the first k', () => {
    const { recall, any, all, reciprocalRank } = rankingOf(['a', 'x', 'b', 'y', 'c'], new Set(['x', 'c', 'z']), [1, 2, 5]);
    assert.deepEqual([...recall.values()], [0, 1 / 3, 2 / 3]);
    assert.deepEqual([...any.values()], [0, 1, 1]);
    assert.deepEqual([...all.values()], [0, 0, 0]);
    assert.equal(reciprocalRank, 1 / 2);
  });

  it('has all of the gold when all of it is there', () => {
    const { all, ndcg10 } = rankingOf(['a', 'b'], new Set(['b', 'a']), [1, 2]);
    assert.deepEqual([...all.values()], [0, 1]);
    assert.equal(ndcg10, 1);
  });

  it('discounts by rank, against an ideal of at most ten', () => {
    // One of two found, at rank 3: (1 / log2 4) / (1 / log2 2 + 1 / log2 3).
    const { ndcg10 } = rankingOf(['x', 'y', 'a'], new Set(['a', 'b']), [10]);
    assert.ok(Math.abs(ndcg10 - 0.5 / (1 + 1 / Math.log2(3))) < 1e-12);
    const gold = new Set(Array.from({ length: 30 }, (_, i) => `g${i}`));
    assert.equal(rankingOf([...gold], gold, [10]).ndcg10, 1);
    assert.equal(rankingOf([], gold, [10]).ndcg10, 0);
  });

  it('has no mean, share or percentile of nothing', () => {
    assert.equal(mean([]), null);
    assert.equal(
      share([], () => true),
      null,
    );
    assert.equal(percentile([], 0.5), null);
    assert.equal(interval([1], 1), null);
  });

  it('takes percentiles as values that occurred', () => {
    const values = [5, 1, 4, 2, 3];
    assert.deepEqual(
      [0, 0.2, 0.5, 0.9, 1].map((p) => percentile(values, p)),
      [1, 1, 3, 5, 5],
    );
  });

  it('draws the same numbers for the same seed, evenly', () => {
    const draw = (seed: number): number[] => Array.from({ length: 2_000 }, randomOf(seed));
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7).slice(0, 5), draw(8).slice(0, 5));
    assert.ok(Math.abs((mean(draw(7)) ?? 0) - 0.5) < 0.03);
    assert.ok(draw(7).every((value) => value >= 0 && value < 1));
  });

  it('shuffles without losing anything', () => {
    const mixed = shuffled([1, 2, 3, 4, 5, 6, 7, 8], randomOf(3));
    assert.notDeepEqual(mixed, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(
      [...mixed].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  it('trusts a mean of many cases more than one of few', () => {
    const [low, high] = interval([0, 1, 0, 1, 1, 0, 1, 0], 1) ?? [];
    const [lowOfMany, highOfMany] =
      interval(
        Array.from({ length: 800 }, (_, i) => i % 2),
        1,
      ) ?? [];
    assert.ok((low ?? 1) < 0.5 && (high ?? 0) > 0.5);
    assert.ok((highOfMany ?? 1) - (lowOfMany ?? 0) < ((high ?? 0) - (low ?? 0)) / 4);
  });

  it('writes tables with figures under their heads, and absent ones as a dash', () => {
    assert.equal(table(['', 'n', 'share'], [['one', 12, 0.25], ['other', null, 12.34]]), '        n  share\n-----  --  -----\none    12  0.250\nother   –   12.3'); // prettier-ignore
  });
});
