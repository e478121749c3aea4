// Which segments become memories: facts from anchors and the segments linked to them, then the set that is worth most together under the budget.
import type { Fact, Finding } from './finding.ts';
import { partsOf } from './finding.ts';
import { linkOf } from './links.ts';
import { type ReadUnit, likeliestKind } from './read.ts';
import { share } from './scene.ts';
import { KINDS, type Kind } from '../memory.ts';

/** An anchor is looked at from this weight on. */
const ANCHOR_FROM = 0.06;
/** How far a linked segment may stand, in segments of the session. */
const NEAR = 8;
/** Log-odds from which a segment is linked; set on the tuning repositories. */
const LINK_FROM = -3.4;
export const MOST_LINKED = 3;

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

const SUBSTANCE = new Set(
  'code file identifier flag number must decide fix rootCause reason attemptFailed system change todo want runs runFailed'.split(' '),
);
/** Names something, or says that something is, must be, was done or was wanted. */
const hasSubstance = ({ cues }: ReadUnit): boolean => cues.some((cue) => SUBSTANCE.has(cue));

/** Facts for every anchor, the heaviest first. One segment may stand in several; the choice settles that. */
export function factsOf(units: readonly ReadUnit[], mostLinked: number): Fact[] {
  const byName = new Map<string, ReadUnit[]>();
  for (const unit of units) {
    for (const name of unit.names) {
      const others = byName.get(name);
      if (others) others.push(unit);
      else byName.set(name, [unit]);
    }
  }
  const anchors = units.filter((unit) => unit.reading.weight >= ANCHOR_FROM && !isMereTalk(unit) && hasSubstance(unit));
  return anchors
    .map((anchor) => factAt(anchor, units, byName, mostLinked))
    .sort((a, b) => b.weight - a.weight || a.anchor.at - b.anchor.at);
}

function factAt(anchor: ReadUnit, units: readonly ReadUnit[], byName: ReadonlyMap<string, readonly ReadUnit[]>, mostLinked: number): Fact {
  const near = new Set<ReadUnit>();
  for (let at = anchor.at - NEAR; at <= anchor.at + NEAR; at += 1) {
    const unit = unitAt(units, at);
    if (unit && unit.episode === anchor.episode) near.add(unit);
  }
  for (const name of anchor.names) {
    const others = byName.get(name) ?? [];
    if (others.length <= 12) for (const other of others) near.add(other);
  }
  near.delete(anchor);
  for (const unit of near) if (isChatter(unit)) near.delete(unit);
  const linked: ReadUnit[] = [];
  const said = new Set(anchor.words);
  const scored = [...near].map((unit) => ({ unit, link: linkOf(anchor, unit) })).filter(({ link }) => link >= LINK_FROM);
  scored.sort((a, b) => b.link - a.link || a.unit.at - b.unit.at);
  for (const { unit } of scored) {
    if (linked.length >= mostLinked) break;
    if (share(unit.words, said) > 0.6) continue;
    linked.push(unit);
    for (const word of unit.words) said.add(word);
  }
  const told = isQuestion(anchor) ? linked : linked.filter((unit) => !isQuestion(unit));
  return { is: 'fact', anchor, linked: told, kind: kindOf(anchor, linked), weight: anchor.reading.weight };
}

const indexed = new WeakMap<readonly ReadUnit[], Map<number, ReadUnit>>();
/** Units keep the numbers of the session when some have been left out, so position and number differ. */
function unitAt(units: readonly ReadUnit[], at: number): ReadUnit | undefined {
  let byAt = indexed.get(units);
  if (!byAt) {
    byAt = new Map(units.map((unit) => [unit.at, unit]));
    indexed.set(units, byAt);
  }
  return byAt.get(at);
}

/** The likeliest kind of the whole, by its readings and by whether its parts together give a cause and a remedy. */
function kindOf(anchor: ReadUnit, linked: readonly ReadUnit[]): Kind {
  const parts = [anchor, ...linked];
  const has = (cue: string) => parts.some(({ cues }) => cues.includes(cue));
  const sums = Object.fromEntries(
    KINDS.map((kind) => {
      const read = anchor.reading.kinds[kind] + 0.3 * linked.reduce((sum, { reading }) => sum + reading.kinds[kind], 0);
      return [kind, kind === 'bug_fix' && has('fix') && has('rootCause') ? 2 * read : read];
    }),
  );
  return likeliestKind(sums as Record<Kind, number>);
}

/** A finding put into words, with what it costs. */
export interface Candidate<T> {
  readonly finding: Finding;
  readonly words: ReadonlySet<string>;
  readonly tokens: number;
  readonly weight: number;
  readonly made: T;
}

/** How much of a candidate may be told already by one chosen before. */
const TOLD_ALREADY = 0.55;

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
