// A list of memories narrowed to what somebody chose, with how many each further choice would leave. Pure.
import type { BrowseQuery, BrowseSlice, Facet, Facets, MemoryRow } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import { ageOf } from './group.ts';
import { isSameFile } from './ranking.ts';

/** More files than this are not chosen from but searched for. */
const MOST_FILES = 50;

export interface Listing {
  readonly rows: readonly MemoryRow[];
  readonly counts: BrowseSlice['counts'];
}

/**
 * `rows`: all there are, the newest first. `found`: the ids that the query's text brought up, best first; absent where there is no text. The rows themselves are
 * handed on, not copied.
 */
export function listRows(
  rows: readonly MemoryRow[],
  query: Pick<BrowseQuery, 'facets' | 'order' | 'isNested'>,
  nowMs: number,
  found?: readonly MemoryId[],
): Listing {
  const { facets } = query;
  const candidates = found === undefined ? rows : among(rows, found);
  const isAsked = narrowing(facets);
  const counters = FACETS.map((facet) => ({ facet, chosen: chosenOf(facets, facet), counts: new Map<string, number>() }));
  const kept: MemoryRow[] = [];
  for (const row of candidates) {
    if (!isAsked(row)) continue;
    const values = counters.map(({ facet }) => valuesOf(row, facet, nowMs));
    const misses = counters.filter(({ chosen }, i) => chosen && !values[i]?.some((value) => chosen.has(value)));
    if (misses.length === 0) kept.push(row);
    for (const [i, counter] of counters.entries()) {
      // A facet's own choice does not count: what else could be chosen in it is the question.
      if (misses.length > 1 || (misses.length === 1 && misses[0] !== counter)) continue;
      for (const value of values[i] ?? []) counter.counts.set(value, (counter.counts.get(value) ?? 0) + 1);
    }
  }
  const counts = Object.fromEntries(
    counters.map(({ facet, counts: of }) => [facet, mostFrequent(facet, of)]),
  ) as unknown as Listing['counts'];
  return { rows: ordered(query.isNested ? withoutNested(kept) : kept, query.order), counts };
}

const FACETS: readonly Facet[] = ['kind', 'outcome', 'scope', 'source', 'age', 'status', 'file'];

function chosenOf(facets: Facets, facet: Facet): ReadonlySet<string> | undefined {
  const chosen: readonly string[] | undefined = facets[facet];
  return chosen && chosen.length > 0 ? new Set(chosen) : undefined;
}

function valuesOf(row: MemoryRow, facet: Facet, nowMs: number): readonly string[] {
  switch (facet) {
    case 'kind':
    case 'scope':
    case 'source':
      return [row[facet]];
    case 'outcome':
      return [row.outcome ?? 'none'];
    case 'age':
      return [ageOf(row.atMs, nowMs)];
    case 'status':
      return row.pinned ? [row.status, 'pinned'] : [row.status];
    case 'file':
      return row.files.length === 0 ? NO_FILE : row.files;
  }
}

const NO_FILE: readonly string[] = [''];

/** Of what is not chosen from, but asked for by a place in the editor. */
function narrowing({ session, about, overriddenBy }: Facets): (row: MemoryRow) => boolean {
  const sessions = session && new Set(session);
  const overriding = overriddenBy && new Set(overriddenBy);
  return (row) =>
    (!sessions || sessions.has(row.session)) &&
    (!overriding || (row.supersededBy !== undefined && overriding.has(row.supersededBy))) &&
    (!about || row.files.some((file) => about.some((path) => isSameFile(path, file))));
}

/** In the order of `ids`. */
function among(rows: readonly MemoryRow[], ids: readonly MemoryId[]): MemoryRow[] {
  const places = new Map(ids.map((id, i) => [id, i]));
  const found: MemoryRow[] = [];
  for (const row of rows) {
    const place = places.get(row.id);
    if (place !== undefined) found[place] = row;
  }
  return found.filter((row) => row !== undefined);
}

function withoutNested(rows: readonly MemoryRow[]): MemoryRow[] {
  const ids = new Set(rows.map(({ id }) => id));
  return rows.filter(({ status, supersededBy }) => status === 'active' || supersededBy === undefined || !ids.has(supersededBy));
}

/** The rows as they come are those of relevance, or else the newest first. */
function ordered(rows: MemoryRow[], order: BrowseQuery['order']): MemoryRow[] {
  const compare = ORDER[order];
  return compare ? rows.sort(compare) : rows;
}

const newestFirst = (a: MemoryRow, b: MemoryRow): number => b.atMs - a.atMs || byId(a, b);
const byId = (a: MemoryRow, b: MemoryRow): number => (a.id < b.id ? -1 : 1);
const givenInVain = ({ uses }: MemoryRow): number => (uses.used === 0 ? uses.given : 0);

const ORDER: Readonly<Record<BrowseQuery['order'], ((a: MemoryRow, b: MemoryRow) => number) | undefined>> = {
  relevance: undefined,
  newest: newestFirst,
  oldest: (a, b) => a.atMs - b.atMs || byId(a, b),
  doubtful: (a, b) => a.weight - b.weight || newestFirst(a, b),
  unused: (a, b) => givenInVain(b) - givenInVain(a) || newestFirst(a, b),
};

function mostFrequent(facet: Facet, counts: ReadonlyMap<string, number>): { readonly value: string; readonly count: number }[] {
  const all = [...counts].filter(([value]) => value !== '').map(([value, count]) => ({ value, count }));
  all.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return facet === 'file' ? all.slice(0, MOST_FILES) : all;
}
