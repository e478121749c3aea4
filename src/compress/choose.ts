// Which segments become memories: facts from anchors and the segments linked to them, then the set that is worth most together under the budget.
import type { Fact, Finding } from './finding.ts';
import { partsOf } from './finding.ts';
import { type ReadUnit, likeliestKind, logit } from './read.ts';
import { share } from './scene.ts';
import { KINDS, type Kind } from '../memory.ts';

/** An anchor is looked at from this weight on. */
const ANCHOR_FROM = 0.06;
/** How far a linked segment may stand, in segments of the session. */
const NEAR = 8;
/** Log-odds from which a segment is linked; set on the tuning repositories. */
const LINK_FROM = -1.1;
export const MOST_LINKED = 3;

/** Facts for every anchor, the heaviest first. One segment may stand in several; the choice settles that. */
export function factsOf(units: readonly ReadUnit[]): Fact[] {
  const byName = new Map<string, ReadUnit[]>();
  for (const unit of units) {
    for (const name of unit.names) {
      const others = byName.get(name);
      if (others) others.push(unit);
      else byName.set(name, [unit]);
    }
  }
  const anchors = units.filter(({ reading }) => reading.weight >= ANCHOR_FROM);
  return anchors.map((anchor) => factAt(anchor, units, byName)).sort((a, b) => b.weight - a.weight || a.anchor.at - b.anchor.at);
}

function factAt(anchor: ReadUnit, units: readonly ReadUnit[], byName: ReadonlyMap<string, readonly ReadUnit[]>): Fact {
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
  const linked: ReadUnit[] = [];
  const said = new Set(anchor.words);
  const scored = [...near].map((unit) => ({ unit, link: linkOf(anchor, unit) })).filter(({ link }) => link >= LINK_FROM);
  scored.sort((a, b) => b.link - a.link || a.unit.at - b.unit.at);
  for (const { unit } of scored) {
    if (linked.length >= MOST_LINKED) break;
    if (share(unit.words, said) > 0.6) continue;
    linked.push(unit);
    for (const word of unit.words) said.add(word);
  }
  return { is: 'fact', anchor, linked, kind: kindOf(anchor, linked), weight: anchor.reading.weight };
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

/** How likely the two tell the same fact, as log-odds. */
export function linkOf(anchor: ReadUnit, other: ReadUnit): number {
  const distance = Math.abs(anchor.at - other.at);
  let odds = 0.5 * logit(other.reading.weight) - 0.15 * Math.min(distance, 10);
  if (anchor.observation === other.observation) odds += 0.5;
  if (distance === 1) odds += 0.3;
  if (anchor.segment.heading && anchor.segment.heading === other.segment.heading && anchor.observation === other.observation) odds += 0.3;
  odds += 1.2 * share(anchor.names, other.names) + 1.2 * Math.min(share(anchor.words, other.words), 0.5);
  if (anchor.reading.link && other.reading.link) odds += 1.5 * dot(anchor.reading.link, other.reading.link);
  return odds;
}

function kindOf(anchor: ReadUnit, linked: readonly ReadUnit[]): Kind {
  const sums = Object.fromEntries(
    KINDS.map((kind) => [kind, anchor.reading.kinds[kind] + 0.3 * linked.reduce((sum, { reading }) => sum + reading.kinds[kind], 0)]),
  );
  return likeliestKind(sums as Record<Kind, number>);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
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
