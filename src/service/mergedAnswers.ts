// What several stores answer, put together as one answer. Pure.
import {
  REVIEW_REASONS,
  type Given,
  type GivenSlice,
  type GivenWeek,
  type MemoryRow,
  type Preview,
  type ReviewItem,
  type ReviewReason,
  type ReviewSlice,
} from '../browsing.ts';
import type { MemoryId } from '../memory.ts';

/** As `GivenSlice` promises. */
const MOST_WEEKS = 12;

type Rows = ReadonlyMap<MemoryId, MemoryRow>;

/** The preview with the rows as their own stores have them: the store that made it knows little of another's memories. */
export function withRows(preview: Preview, rows: Rows): Preview {
  const known = (row: MemoryRow): MemoryRow => rows.get(row.id) ?? row;
  return { ...preview, lines: preview.lines.map((line) => ({ ...line, row: known(line.row) })), heldBack: preview.heldBack.map(known) };
}

/** `row` where a memory of another store was given. */
export function withForeignRows(slice: GivenSlice, rows: Rows): GivenSlice {
  const givings = slice.givings.map((giving): Given => {
    const memories = giving.memories.map((memory) => {
      const row = memory.row ?? rows.get(memory.id);
      return row ? { ...memory, row } : memory;
    });
    return { ...giving, memories };
  });
  return { ...slice, givings };
}

/** Newest first; more than `limit` only where several were at the very time of the last one, since a time is where the next slice begins. */
export function mergedGivings(slices: readonly GivenSlice[], limit: number): GivenSlice {
  const all = slices.flatMap(({ givings }) => givings).sort((a, b) => b.atMs - a.atMs || b.number - a.number);
  const lastMs = all[limit - 1]?.atMs ?? -Infinity;
  const givings = all.filter(({ atMs }) => atMs >= lastMs);
  const hasMore = givings.length < all.length || slices.some((slice) => slice.hasMore);
  return { givings, hasMore, weeks: mergedWeeks(slices.flatMap(({ weeks }) => weeks)) };
}

function mergedWeeks(weeks: readonly GivenWeek[]): GivenWeek[] {
  const merged = new Map<number, GivenWeek>();
  for (const week of weeks) {
    const other = merged.get(week.fromMs);
    merged.set(week.fromMs, {
      fromMs: week.fromMs,
      givings: week.givings + (other?.givings ?? 0),
      tokens: week.tokens + (other?.tokens ?? 0),
      memories: week.memories + (other?.memories ?? 0),
      used: week.used + (other?.used ?? 0),
    });
  }
  return [...merged.values()].sort((a, b) => b.fromMs - a.fromMs).slice(0, MOST_WEEKS);
}

/**
 * Worst first: by reason, and within one as each store has them. A memory of the user's store may be proposed in the place of a project's and itself be asked about
 * there: one that is to go into another does not take others in before that is answered.
 */
export function mergedReviews(slices: readonly ReviewSlice[], limit: number): ReviewSlice {
  const place = (reason: ReviewReason): number => REVIEW_REASONS.indexOf(reason);
  const all = slices.flatMap((slice) => slice.items);
  const isGroup = ({ reason }: ReviewItem): boolean => reason === 'duplicate';
  const going = new Set(all.filter(isGroup).flatMap(({ rows }) => rows.slice(1).map(({ id }) => id)));
  const items = all.filter((item) => !isGroup(item) || !item.rows[0] || !going.has(item.rows[0].id));
  const later = all.length - items.length;
  const counts = Object.fromEntries(
    REVIEW_REASONS.map((reason) => [reason, slices.reduce((sum, slice) => sum + slice.counts[reason], 0)]),
  ) as Record<ReviewReason, number>;
  counts.duplicate -= later;
  items.sort((a, b) => place(a.reason) - place(b.reason));
  return {
    items: items.slice(0, limit),
    total: slices.reduce((sum, { total }) => sum + total, 0) - later,
    counts,
    isLooking: slices.some((slice) => slice.isLooking),
  };
}
