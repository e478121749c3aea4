// What a side answers, and the questions that both are asked.
import type { QueryRow } from '../corpus.ts';

/** What one side found for a question. */
export interface Answer {
  readonly query: QueryRow;
  /** Ids of rows, best first, each once. */
  readonly ranked: readonly string[];
  readonly ms: number;
}

/** `count` of the values at equal distances, so that every project has its part of them; `seed` moves where it begins. */
export function evenlySpread<T>(values: readonly T[], count: number, seed: number): T[] {
  if (count >= values.length) return [...values];
  return Array.from({ length: count }, (_, i) => values[(Math.floor((i * values.length) / count) + seed) % values.length] as T);
}
