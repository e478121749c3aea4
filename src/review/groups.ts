// Memories that tell the same, in groups around the one to keep.
import type { MemoryRow } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';

const DAY_MS = 24 * 3_600_000;

/** The better to keep first: pinned, the person's own, newer by a day, heavier, more used; then the newer, and ties by id. */
export function betterFirst(a: MemoryRow, b: MemoryRow): number {
  return (
    Number(b.pinned) - Number(a.pinned) ||
    Number(b.isOwn) - Number(a.isOwn) ||
    Math.floor(b.atMs / DAY_MS) - Math.floor(a.atMs / DAY_MS) ||
    b.weight - a.weight ||
    b.uses.used - a.uses.used ||
    b.atMs - a.atMs ||
    (a.id < b.id ? -1 : 1)
  );
}

/**
 * Each memory in at most one group, the one to keep first. All others of a group tell the same as that one: a chain of likenesses is no group, since its ends may
 * tell different things. `sameAs` is asked for memories of `rows`, and may name others, which are passed over. `preferred`: others, each kept before any of `rows`.
 */
export function groupsOf(
  rows: readonly MemoryRow[],
  sameAs: (id: MemoryId) => Iterable<MemoryId>,
  preferred: readonly MemoryRow[] = [],
): MemoryRow[][] {
  const free = new Map([...preferred, ...rows].map((row) => [row.id, row]));
  const groups: MemoryRow[][] = [];
  for (const row of [...preferred.toSorted(betterFirst), ...rows.toSorted(betterFirst)]) {
    if (!free.has(row.id)) continue;
    const others = [...sameAs(row.id)].flatMap((id) => (id === row.id ? [] : (free.get(id) ?? [])));
    if (others.length === 0) continue;
    const group = [row, ...others.sort(betterFirst)];
    for (const { id } of group) free.delete(id);
    groups.push(group);
  }
  return groups;
}

/** Why the first of a group is proposed. `isElsewhere`: it is in the user's own store, the others in a project's. */
export function whyKept([best, ...others]: readonly MemoryRow[], isElsewhere = false): string {
  const told = `${others.length + 1} tell the same`;
  if (!best) return told;
  if (isElsewhere) return `${told}; the one for all projects is on top`;
  if (best.pinned) return `${told}; the pinned one is on top`;
  if (best.isOwn) return `${told}; your own is on top`;
  const day = (row: MemoryRow) => Math.floor(row.atMs / DAY_MS);
  return `${told}; the ${others.every((other) => day(other) === day(best)) ? 'weightiest' : 'newest'} is on top`;
}
