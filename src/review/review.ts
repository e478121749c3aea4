// What is worth a look, worst first: each memory once, under its worst reason, and nothing that a person has answered already. Pure.
import { REVIEW_REASONS, type MemoryRow, type ReviewAnswer, type ReviewItem, type ReviewReason, type ReviewSlice } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import type { Relation } from './alike.ts';
import { groupsOf, whyKept } from './groups.ts';
import { doubtfulReason, howLong, oldReason, staleReason, unusedReason, type Presence, type Sighting } from './reasons.ts';

const DAY_MS = 24 * 3_600_000;

export interface Reviewed {
  /** Live ones, in any order. */
  readonly rows: readonly MemoryRow[];
  /** How a memory stands to those near it; undefined where it stands alone, or where that is not known yet. */
  readonly relationsOf: (id: MemoryId) => ReadonlyMap<MemoryId, Relation> | undefined;
  /** Active ones of the user's own store, where this is a project's, and which of `rows` tell the same as such a one. */
  readonly elsewhere?: { readonly rows: readonly MemoryRow[]; readonly sameAs: (id: MemoryId) => Iterable<MemoryId> };
  /** Of the files that are known to be in the workspace, or to be no more. */
  readonly presence: ReadonlyMap<string, Presence>;
  /** Of the names of code, as far as anything is known of them. */
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** To how many sessions those memories were given that were given to several. */
  readonly sessionsGiven: ReadonlyMap<MemoryId, number>;
  readonly answers: readonly ReviewAnswer[];
  readonly atMs: number;
}

export interface Review {
  readonly items: readonly ReviewItem[];
  readonly counts: ReviewSlice['counts'];
}

/**
 * Superseded ones with what overrides them, groups that tell the same, and one by one those that are stale, unused, doubtful or old; within a reason the worst
 * first. Pinned ones and the person's own are asked about only as superseded or as duplicates. "Keep" holds until the memory changes: for a memory by itself also
 * for the lesser reasons, and a group is asked about again when there is one in it that was not looked at. What is told in the user's own store too is proposed to
 * stay there, where it holds for all projects; the pinned and the person's own give way only to their like.
 */
export function review(reviewed: Reviewed): Review {
  const { rows, relationsOf, elsewhere = NOTHING_ELSEWHERE, presence, sightings, sessionsGiven, answers, atMs } = reviewed;
  const byId = new Map([...elsewhere.rows, ...rows].map((row) => [row.id, row]));
  const kept = keptOf(answers, byId);
  const isKept = (reason: ReviewReason, row: MemoryRow): boolean => kept.get(reason)?.has(row.id) === true;
  const relatedAs = (id: MemoryId, relation: Relation): MemoryId[] =>
    [...(relationsOf(id) ?? [])].flatMap(([other, how]) => (how === relation ? [other] : []));
  const found: Record<ReviewReason, ReviewItem[]> = { superseded: [], duplicate: [], stale: [], unused: [], doubtful: [], old: [] };
  const asked = new Set<MemoryId>();
  const ask = (reason: ReviewReason, askedAbout: readonly MemoryRow[], why: string, shown = askedAbout) => {
    for (const { id } of askedAbout) asked.add(id);
    found[reason].push({ reason, rows: shown, why });
  };

  for (const row of rows) {
    if (isKept('superseded', row)) continue;
    if (row.status === 'superseded') {
      const newer = row.supersededBy === undefined ? undefined : byId.get(row.supersededBy);
      ask(
        'superseded',
        [row],
        newer ? overriddenWhy(row, newer) : 'overridden by a later one, which is forgotten',
        newer ? [row, newer] : [row],
      );
      continue;
    }
    const newer = latest(relatedAs(row.id, 'overridden').flatMap((id) => byId.get(id) ?? []));
    if (newer) ask('superseded', [row], `perhaps ${overriddenWhy(row, newer)}`, [row, newer]);
  }

  const active = rows.filter((row) => row.status === 'active' && !asked.has(row.id));
  // While one moves, both stores have it.
  const theirs = new Map(elsewhere.rows.filter((row) => byId.get(row.id) === row).map((row) => [row.id, row]));
  const sameAs = (id: MemoryId): MemoryId[] => {
    const their = theirs.get(id);
    return their ? [...elsewhere.sameAs(id)].filter((other) => givesWay(byId.get(other), their)) : relatedAs(id, 'same');
  };
  for (const group of groupsOf(active, sameAs, [...theirs.values()])) {
    const isElsewhere = group.some(({ id }) => theirs.has(id));
    if (!group.every((row) => isKept('duplicate', row))) ask('duplicate', group, whyKept(group, isElsewhere));
  }

  for (const row of active) {
    if (asked.has(row.id) || row.pinned || row.isOwn) continue;
    const single = (reason: ReviewReason, why: string | undefined): boolean => {
      if (why === undefined || isKept(reason, row)) return false;
      ask(reason, [row], why);
      return true;
    };
    const stale = single('stale', staleReason(row, presence, sightings));
    // A second giving to one session (after a compaction) is no second chance: sessions count.
    const unused = stale || single('unused', unusedReason(row, sessionsGiven.get(row.id) ?? 0));
    if (!unused && !single('doubtful', doubtfulReason(row))) single('old', oldReason(row, atMs));
  }

  for (const reason of REVIEW_REASONS) found[reason].sort((a, b) => WORSE_FIRST[reason](a, b) || idOrder(a, b));
  return {
    items: REVIEW_REASONS.flatMap((reason) => found[reason]),
    counts: Object.fromEntries(REVIEW_REASONS.map((reason) => [reason, found[reason].length])) as Review['counts'],
  };
}

const NOTHING_ELSEWHERE = { rows: [], sameAs: () => [] };

/** A person has set the pinned and their own apart. */
function givesWay(row: MemoryRow | undefined, other: MemoryRow): boolean {
  return row !== undefined && (other.pinned || !row.pinned) && (other.isOwn || !row.isOwn);
}

/** Reasons that concern one memory by itself, worst first: who has looked at it and kept it need not be asked again for a lesser one. */
const SINGLE: readonly ReviewReason[] = ['stale', 'unused', 'doubtful', 'old'];

/** By reason, those that were kept, and have not changed since. */
function keptOf(answers: readonly ReviewAnswer[], byId: ReadonlyMap<MemoryId, MemoryRow>): Map<ReviewReason, Set<MemoryId>> {
  const kept = new Map<ReviewReason, Set<MemoryId>>(REVIEW_REASONS.map((reason) => [reason, new Set()]));
  for (const { memory, reason, atMs } of answers) {
    const row = byId.get(memory);
    if (!row || row.updatedAtMs > atMs) continue;
    const at = SINGLE.indexOf(reason);
    for (const covered of at < 0 ? [reason] : SINGLE.slice(at)) kept.get(covered)?.add(memory);
  }
  return kept;
}

function latest(rows: readonly MemoryRow[]): MemoryRow | undefined {
  return rows.toSorted((a, b) => b.atMs - a.atMs || (a.id < b.id ? -1 : 1))[0];
}

function overriddenWhy(older: MemoryRow, newer: MemoryRow): string {
  const days = (newer.atMs - older.atMs) / DAY_MS;
  return days > 0 ? `overridden ${howLong(days)} later` : 'overridden by another';
}

type Order = (a: ReviewItem, b: ReviewItem) => number;
const first = (item: ReviewItem): MemoryRow => item.rows[0] as MemoryRow;

/** The latest claim first; the biggest group first; then as the reason says. */
const WORSE_FIRST: Readonly<Record<ReviewReason, Order>> = {
  superseded: (a, b) => first(b).atMs - first(a).atMs,
  duplicate: (a, b) => b.rows.length - a.rows.length || first(b).atMs - first(a).atMs,
  stale: (a, b) => first(a).atMs - first(b).atMs,
  unused: (a, b) => first(b).uses.given - first(a).uses.given,
  doubtful: (a, b) => first(a).weight - first(b).weight,
  old: (a, b) => first(a).atMs - first(b).atMs,
};

function idOrder(a: ReviewItem, b: ReviewItem): number {
  return first(a).id < first(b).id ? -1 : 1;
}
