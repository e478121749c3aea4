// Of which kind a fact is: from the readings of its parts and their cues together, since the anchor alone often does not say.
import { KINDS, type Kind } from '../memory.ts';
import type { ReadUnit } from './read.ts';
import { oddsOf } from './weights.ts';

const LEAST = 1e-3;

/** What is seen of a fact: log-probabilities of the readings (`read:` the anchor's, `near:` the mean of the others'), and what the anchor is. More cues do not help. */
export function kindCues(anchor: ReadUnit, others: readonly ReadUnit[]): Record<string, number> {
  const cues: Record<string, number> = {};
  for (const kind of KINDS) {
    cues[`read:${kind}`] = Math.log(Math.max(LEAST, anchor.reading.kinds[kind]));
    const near = others.reduce((sum, { reading }) => sum + reading.kinds[kind], 0) / Math.max(1, others.length);
    cues[`near:${kind}`] = others.length > 0 ? Math.log(Math.max(LEAST, near)) : 0;
  }
  cues[`role:${anchor.segment.observation.role}`] = 1;
  cues[`shape:${anchor.segment.shape}`] = 1;
  return cues;
}

/** Log-odds of each kind. */
export function kindOdds(anchor: ReadUnit, others: readonly ReadUnit[]): Record<Kind, number> {
  const cues = kindCues(anchor, others);
  return Object.fromEntries(KINDS.map((kind) => [kind, oddsOf(anchor.fitted.kinds[kind], cues)])) as Record<Kind, number>;
}
