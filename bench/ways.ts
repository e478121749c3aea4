// The ways of making memories that are compared, by the names under which they stand in the table. What others made comes under names of its own.
import type { CompressorPart } from '../src/compress/compress.ts';

/** The product as it ships. */
export const WHOLE = 'Cairn';

/** The product with one part switched off. */
export const WITHOUT: Readonly<Record<CompressorPart, string>> = {
  links: 'Cairn without links',
  shortening: 'Cairn without shortening',
  chains: 'Cairn without chains',
};

/** What needs no compressor: the least that one must beat. */
export const BASELINES = { firsts: 'first sentences', salient: 'keyword salience' } as const;

/** Names that others may not take. */
export const OWN_WAYS: readonly string[] = [WHOLE, ...Object.values(WITHOUT), ...Object.values(BASELINES)];
