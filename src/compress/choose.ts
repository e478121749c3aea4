// Which segments become memories: facts from anchors and the segments linked to them, then the set that is worth most together under the budget.
import type { Fact, Finding } from './finding.ts';
import { partsOf } from './finding.ts';
import { kindOdds } from './kinds.ts';
import { alike, linkOf } from './links.ts';
import type { ReadUnit } from './read.ts';
import { share } from './scene.ts';
import { isReadable } from './segment.ts';

/** An anchor is looked at from this weight on. */
const ANCHOR_FROM = 0.06;
/** How far a linked segment may stand, in segments of the session. */
const NEAR = 8;
/** A name that more segments have says little. */
const MOST_OF_A_NAME = 12;
/** So many of the session's likely segments are looked at for being alike, from this inner product of link vectors on. */
const MOST_ALIKE = 6;
const ALIKE_FROM = 0.5;
/** A segment that is more likely noise is neither. */
const MOST_NOISE = { anchor: 0.5, linked: 0.3 } as const;
/** Log-odds from which a segment is linked; set on the tuning repositories. */
const LINK_FROM = -2.9;
export const MOST_LINKED = 3;
/** Parts of one memory that are lines of code, of a diff or of output: they show what a sentence says, and more of them make a heap. */
const MOST_LINES = 2;

/** Plans announced, chatter, lead-ins and questions of the assistant, and titles: no facts by themselves, unless they give a reason or tell of a failure. */
function isMereTalk(unit: ReadUnit): boolean {
  const { cues, segment } = unit;
  const has = (cue: string) => cues.includes(cue);
  if (isChatter(unit)) return true;
  const isTalk = has('plan') || has('endsInColon') || (has('asks') && segment.observation.role === 'reply');
  return isTalk && segment.observation.role !== 'request' && !has('reason') && !has('attemptFailed') && !has('rootCause');
}

const isChatter = ({ cues, segment }: ReadUnit): boolean => cues.includes('chatter') || segment.shape === 'heading';

/** The user's question helps to tell the kind of its answer; the answer is the fact, and reads better alone. */
const isQuestion = ({ cues, segment }: ReadUnit): boolean => cues.includes('asks') && segment.observation.role === 'request';

/** Asks to be told, not to be done: the fact is in the answer. */
const asksToBeTold = (unit: ReadUnit): boolean =>
  isQuestion(unit) && /^\W*(?:how|what|why|where|which|who|when|is|are|does|did|do|was|were|should|would|any)\b/i.test(unit.segment.text);

const SUBSTANCE = new Set(
  'code file identifier flag number must decide fix rootCause reason attemptFailed system change todo want runs runFailed'.split(' '),
);
/** Names something, or says that something is, must be, was done or was wanted. */
const hasSubstance = ({ cues }: ReadUnit): boolean => cues.some((cue) => SUBSTANCE.has(cue));

/** Code, a diff or output: says little without a sentence or a command. */
const isLine = ({ segment }: ReadUnit): boolean => !isReadable(segment) && segment.shape !== 'command';

/** Facts for every anchor, the heaviest first. One segment may stand in several; the choice settles that. */
export function factsOf(units: readonly ReadUnit[], mostLinked: number): Fact[] {
  const near = nearOf(units);
  const anchors = units.filter(
    (unit) =>
      unit.reading.weight >= ANCHOR_FROM &&
      !isMereTalk(unit) &&
      !asksToBeTold(unit) &&
      hasSubstance(unit) &&
      unit.reading.noise <= MOST_NOISE.anchor,
  );
  return anchors
    .map((anchor) => factAt(anchor, near(anchor), mostLinked))
    .filter((fact) => !partsOf(fact).every(isLine))
    .sort((a, b) => b.weight - a.weight || a.anchor.at - b.anchor.at);
}

/** What may tell the same fact as an anchor: what stands near it in its episode, names the same, or is alike in the eyes of the model. */
export function nearOf(units: readonly ReadUnit[]): (anchor: ReadUnit) => ReadonlySet<ReadUnit> {
  const byAt = new Map(units.map((unit) => [unit.at, unit]));
  const byName = new Map<string, ReadUnit[]>();
  for (const unit of units) {
    for (const name of unit.names) {
      const others = byName.get(name);
      if (others) others.push(unit);
      else byName.set(name, [unit]);
    }
  }
  // Without a model nothing is alike, and nothing need be compared.
  const likely = units.filter(({ reading }) => reading.link && reading.weight >= ANCHOR_FROM);
  return (anchor) => {
    const near = new Set<ReadUnit>();
    for (let at = anchor.at - NEAR; at <= anchor.at + NEAR; at += 1) {
      const unit = byAt.get(at);
      if (unit && unit.episode === anchor.episode) near.add(unit);
    }
    for (const name of anchor.names) {
      const others = byName.get(name) ?? [];
      if (others.length <= MOST_OF_A_NAME) for (const other of others) near.add(other);
    }
    const alikes = likely.map((unit) => ({ unit, alike: alike(anchor, unit) })).filter((one) => one.alike >= ALIKE_FROM);
    alikes.sort((a, b) => b.alike - a.alike || a.unit.at - b.unit.at);
    for (const { unit } of alikes.slice(0, MOST_ALIKE)) near.add(unit);
    near.delete(anchor);
    for (const unit of near) if (isChatter(unit) || unit.reading.noise > MOST_NOISE.linked) near.delete(unit);
    return near;
  };
}

function factAt(anchor: ReadUnit, near: ReadonlySet<ReadUnit>, mostLinked: number): Fact {
  const linked: ReadUnit[] = [];
  const said = new Set(anchor.words);
  const scored = [...near].map((unit) => ({ unit, link: linkOf(anchor, unit) })).filter(({ link }) => link >= LINK_FROM);
  scored.sort((a, b) => b.link - a.link || a.unit.at - b.unit.at);
  for (const { unit } of scored) {
    if (linked.length >= mostLinked) break;
    if (share(unit.words, said) > 0.6) continue;
    if (isLine(unit) && [anchor, ...linked].filter(isLine).length >= MOST_LINES) continue;
    linked.push(unit);
    for (const word of unit.words) said.add(word);
  }
  const told = isQuestion(anchor) ? linked : linked.filter((unit) => !isQuestion(unit));
  return { is: 'fact', anchor, linked: told, kinds: kindOdds(anchor, told), weight: anchor.reading.weight };
}

/** A finding put into words, with what it costs. */
export interface Candidate<T> {
  readonly finding: Finding;
  readonly words: ReadonlySet<string>;
  readonly tokens: number;
  readonly weight: number;
  /** As an attempt that came to nothing. */
  readonly isTold: boolean;
  readonly made: T;
}

/** Without facts that would tell a failure as something else: they hold what another candidate tells as the reason why an attempt came to nothing. */
export function withoutDisguised<T>(candidates: readonly Candidate<T>[]): Candidate<T>[] {
  const reasons = new Set(candidates.flatMap(({ finding }) => (finding.is === 'failure' ? finding.why : [])));
  return candidates.filter(
    ({ finding, isTold }) => finding.is === 'failure' || isTold || !partsOf(finding).some((part) => reasons.has(part)),
  );
}

/** How much of a candidate may be told already by one chosen before. */
const TOLD_ALREADY = 0.65;

/** Greedily by weight × novelty, within the budget in tokens. The order given settles ties, so the same input gives the same choice. */
export function chooseSet<T>(candidates: readonly Candidate<T>[], budgetTokens: number, least: number): Candidate<T>[] {
  const chosen: Candidate<T>[] = [];
  const taken = new Set<ReadUnit>();
  let rest = [...candidates];
  let left = budgetTokens;
  while (rest.length > 0) {
    let best: Candidate<T> | undefined;
    let most = 0;
    const next: Candidate<T>[] = [];
    for (const candidate of rest) {
      const parts = partsOf(candidate.finding);
      if (candidate.tokens > left || parts[0] === undefined || taken.has(parts[0])) continue;
      let told = 0;
      for (const other of chosen) told = Math.max(told, share(candidate.words, other.words));
      const used = parts.filter((part) => taken.has(part)).length / parts.length;
      if (told > TOLD_ALREADY || used > 0.5) continue;
      next.push(candidate);
      const worth = candidate.weight * (1 - 0.5 * told) * (1 - 0.5 * used);
      if (worth > most) [best, most] = [candidate, worth];
    }
    if (!best || most < least) break;
    chosen.push(best);
    left -= best.tokens;
    for (const part of partsOf(best.finding)) taken.add(part);
    rest = next.filter((candidate) => candidate !== best);
  }
  return chosen;
}
