// How a table of what each cue is worth is asked.
import type { Weights } from '../model/encoder.ts';

/** Log-odds for these cues; one that the table does not know is worth nothing. */
export function oddsOf({ base, of }: Weights, cues: Readonly<Record<string, number>>): number {
  return Object.entries(cues).reduce((odds, [cue, value]) => odds + (of[cue] ?? 0) * value, base);
}
