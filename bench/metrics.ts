// The measures, as pure functions. Shares are 0 to 1; the mean of nothing is null, not 0.
import { randomOf } from '../scripts/lib/random.ts';

export interface Ranking {
  /** Share of the gold that is among the first k. */
  readonly recall: ReadonlyMap<number, number>;
  /** 1 when any of the gold is among the first k. */
  readonly any: ReadonlyMap<number, number>;
  /** 1 when all of it is. */
  readonly all: ReadonlyMap<number, number>;
  /** 1 / rank of the first gold one; 0 when none was found. */
  readonly reciprocalRank: number;
  /** Binary gains; the ideal has min(10, |gold|) of them. */
  readonly ndcg10: number;
}

/** `ranked`: ids, best first, each once. `gold`: at least one id. */
export function rankingOf(ranked: readonly string[], gold: ReadonlySet<string>, ks: readonly number[]): Ranking {
  const ranks = ranked.flatMap((id, i) => (gold.has(id) ? [i + 1] : []));
  const within = (k: number): number => ranks.filter((rank) => rank <= k).length;
  const at = (share: (found: number) => number): Map<number, number> => new Map(ks.map((k) => [k, share(within(k))]));
  const gain = (rank: number): number => 1 / Math.log2(rank + 1);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const ideal = sum(Array.from({ length: Math.min(10, gold.size) }, (_, i) => gain(i + 1)));
  return {
    recall: at((found) => found / gold.size),
    any: at((found) => Number(found > 0)),
    all: at((found) => Number(found === gold.size)),
    reciprocalRank: ranks[0] === undefined ? 0 : 1 / ranks[0],
    ndcg10: sum(ranks.filter((rank) => rank <= 10).map(gain)) / ideal,
  };
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Share of the cases of which it is true. */
export function share<T>(cases: readonly T[], isSo: (one: T) => boolean): number | null {
  return mean(cases.map((one) => Number(isSo(one))));
}

/** The smallest value that at least `p` (0 to 1) of the values do not exceed. */
export function percentile(values: readonly number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}

/** A copy in random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const mixed = [...values];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}

/** How far the mean of so few cases can be trusted: the middle 95 % of the means of samples drawn from them. Null with fewer than two. */
export function interval(values: readonly number[], seed: number, rounds = 1_000): readonly [low: number, high: number] | null {
  if (values.length < 2) return null;
  const random = randomOf(seed);
  const means = Array.from({ length: rounds }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)] ?? 0;
    return sum / values.length;
  });
  return [percentile(means, 0.025) ?? 0, percentile(means, 0.975) ?? 0];
}
