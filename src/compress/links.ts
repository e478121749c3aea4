// How likely two segments tell the same fact: from where they stand, what they share, and the model's link vectors where there are any.
import { type ReadUnit, logit } from './read.ts';
import { share } from './scene.ts';
import { isReadable } from './segment.ts';
import { oddsOf } from './weights.ts';

/** What is seen of a pair, each 0 or 1 or a share, but for `weight` (log-odds). */
export function linkCues(anchor: ReadUnit, other: ReadUnit): Record<string, number> {
  const distance = Math.abs(anchor.at - other.at);
  const isSameObservation = anchor.observation === other.observation;
  const heading = anchor.segment.heading;
  return {
    weight: logit(other.reading.weight),
    next: distance === 1 ? 1 : 0,
    near: distance <= 3 ? 1 : 0,
    distance: Math.min(distance, 30) / 30,
    after: other.at > anchor.at ? 1 : 0,
    sameObservation: isSameObservation ? 1 : 0,
    sameEpisode: anchor.episode === other.episode ? 1 : 0,
    sameHeading: isSameObservation && heading !== '' && heading === other.segment.heading ? 1 : 0,
    sameRole: anchor.segment.observation.role === other.segment.observation.role ? 1 : 0,
    sameShape: anchor.segment.shape === other.segment.shape ? 1 : 0,
    bothProse: isReadable(anchor.segment) && isReadable(other.segment) ? 1 : 0,
    neitherProse: !isReadable(anchor.segment) && !isReadable(other.segment) ? 1 : 0,
    names: share(anchor.names, other.names),
    namesBack: share(other.names, anchor.names),
    words: share(anchor.words, other.words),
    wordsBack: share(other.words, anchor.words),
    noise: other.reading.noise,
    alike: alike(anchor, other),
    kinds: Object.entries(anchor.reading.kinds).reduce(
      (sum, [kind, p]) => sum + p * other.reading.kinds[kind as keyof typeof other.reading.kinds],
      0,
    ),
  };
}

/** Inner product of the model's link vectors, -1 to 1; 0 without a model. */
export function alike({ reading: { link: a } }: ReadUnit, { reading: { link: b } }: ReadUnit): number {
  if (!a || !b) return 0;
  let sum = 0;
  for (const [i, value] of a.entries()) sum += value * (b[i] ?? 0);
  return sum;
}

/** Log-odds that the two tell the same fact. */
export function linkOf(anchor: ReadUnit, other: ReadUnit): number {
  return oddsOf(anchor.fitted.link, linkCues(anchor, other));
}
