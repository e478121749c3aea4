// How likely two segments tell the same fact: from where they stand, what they share, and the model's link vectors where there are any.
import { type ReadUnit, logit } from './read.ts';
import { share } from './scene.ts';

const isProse = ({ segment }: ReadUnit): boolean => segment.shape === 'sentence' || segment.shape === 'item' || segment.shape === 'row';

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
    bothProse: isProse(anchor) && isProse(other) ? 1 : 0,
    neitherProse: !isProse(anchor) && !isProse(other) ? 1 : 0,
    names: share(anchor.names, other.names),
    namesBack: share(other.names, anchor.names),
    words: share(anchor.words, other.words),
    wordsBack: share(other.words, anchor.words),
    kinds: Object.entries(anchor.reading.kinds).reduce(
      (sum, [kind, p]) => sum + p * other.reading.kinds[kind as keyof typeof other.reading.kinds],
      0,
    ),
  };
}

/** Fitted by logistic regression on the labelled pairs of the tuning repositories (54,003 pairs, 2,922 of them of one fact). */
const BASE = -2.94;
const WORTH: Readonly<Record<string, number>> = {
  weight: 0.52,
  next: 0.29,
  near: 0.51,
  distance: -1.32,
  after: -0.04,
  sameObservation: -0.21,
  sameEpisode: 0.23,
  sameHeading: 0.34,
  sameRole: -0.12,
  sameShape: 0.4,
  bothProse: -0.27,
  neitherProse: 0.02,
  names: 0.3,
  namesBack: -0.12,
  words: 1.89,
  wordsBack: 0.1,
  kinds: 2.56,
};

/** Log-odds that the two tell the same fact. */
export function linkOf(anchor: ReadUnit, other: ReadUnit): number {
  let odds = BASE;
  for (const [cue, value] of Object.entries(linkCues(anchor, other))) odds += (WORTH[cue] ?? 0) * value;
  return odds;
}
