// Lists of memories over several stores. The rows of a store cross once for each change of it; a list is made once and then handed out in slices.
import type { BrowseQuery, BrowseSlice, Group, Grouping, GroupQuery, GroupSlice, MemoryRow } from '../browsing.ts';
import type { ServiceApi, StoreOnlyApi } from '../link/protocol.ts';
import type { MemoryId } from '../memory.ts';
import { listRows, type Listing } from '../retrieve/browse.ts';
import { groupRows } from '../retrieve/group.ts';
import { FLOORS } from '../retrieve/ranking.ts';
import { ageOf } from '../retrieve/why.ts';
import { typedIn } from '../search/terms.ts';
import { keepNewest } from '../util/boundedMap.ts';

/** A store, as far as lists need it. */
export type RowSource = Pick<ServiceApi, 'recall'> & Pick<StoreOnlyApi, 'rows'>;

export interface BrowserParts {
  /** Those of a folder (with the user's global one), or all. The same store is the same object, as long as it is reached in the same way. */
  readonly stores: (folder: string | undefined) => Promise<readonly RowSource[]>;
  /** The window's folders: files in them are called by their relative paths. */
  readonly folders: () => readonly string[];
  readonly now: () => number;
}

export interface Browser {
  slice(folder: string | undefined, query: BrowseQuery, from: number, count: number): Promise<BrowseSlice>;
  groups(folder: string | undefined, query: GroupQuery, by: Grouping, from: number, count: number): Promise<GroupSlice>;
  /** The rows of these memories, whichever store has them. */
  rowsOf(ids: readonly MemoryId[]): Promise<ReadonlyMap<MemoryId, MemoryRow>>;
}

/** Most that words bring up. */
const MOST_FOUND = 500;
/** One letter begins some word of nearly every memory. */
const FEWEST_LETTERS = 2;
const LISTS_KEPT = 16;
/** Nobody pages for so long in a list that has grown old meanwhile. */
const LIST_LASTS_MS = 60_000;

/** All rows of some stores, the newest first. The object is the same as long as nothing changes. */
interface AllRows {
  readonly stamps: string;
  readonly rows: readonly MemoryRow[];
  readonly byId: ReadonlyMap<MemoryId, MemoryRow>;
}

interface FoundList extends Listing {
  readonly all: AllRows;
  readonly atMs: number;
  readonly why: ReadonlyMap<MemoryId, string>;
  readonly groups: Map<Grouping, readonly Group[]>;
}

export function createBrowser({ stores, folders, now }: BrowserParts): Browser {
  const known = new WeakMap<RowSource, { readonly stamp: string; readonly rows: readonly MemoryRow[] }>();
  const merged = new Map<string, AllRows>();
  const lists = new Map<string, FoundList>();

  async function rowsIn(store: RowSource): Promise<{ readonly stamp: string; readonly rows: readonly MemoryRow[] }> {
    const before = known.get(store);
    const { stamp, rows = before?.rows ?? [] } = await store.rows(before?.stamp);
    const after = { stamp, rows };
    known.set(store, after);
    return after;
  }

  async function allRows(folder: string | undefined): Promise<AllRows> {
    const each = await Promise.all((await stores(folder)).map(rowsIn));
    const stamps = each.map(({ stamp }) => stamp).join('\n');
    const before = merged.get(folder ?? '');
    if (before?.stamps === stamps) return before;
    const after = mergedRows(
      stamps,
      each.map(({ rows }) => rows),
    );
    keepNewest(merged, folder ?? '', after, LISTS_KEPT);
    return after;
  }

  async function list(folder: string | undefined, query: BrowseQuery): Promise<FoundList> {
    const key = JSON.stringify([folder, query.text, query.facets, query.order, query.isNested, query.isNarrow]);
    const all = await allRows(folder);
    const before = lists.get(key);
    if (before?.all === all && now() - before.atMs < LIST_LASTS_MS) return before;
    const atMs = now();
    const why = query.text.trim() === '' ? undefined : await search(folder, query, atMs, all.rows);
    const after = { ...listRows(all.rows, query, atMs, why && [...why.keys()]), all, atMs, why: why ?? new Map(), groups: new Map() };
    keepNewest(lists, key, after, LISTS_KEPT);
    return after;
  }

  /** Best first, as recall finds them; then whatever else has all the words: recall ends at some, and leaves out what is superseded. */
  async function search(
    folder: string | undefined,
    { text, isNarrow = false }: BrowseQuery,
    atMs: number,
    rows: readonly MemoryRow[],
  ): Promise<Map<MemoryId, string>> {
    const query = { text, atMs, limit: MOST_FOUND };
    const found = await Promise.all((await stores(folder)).map((store) => store.recall(undefined, query, 'typing')));
    // Asking would want whole words: these may be half typed.
    const best = found
      .flat()
      .filter(({ score }) => !isNarrow || score >= FLOORS.asked.others)
      .sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1));
    const reasons = new Map(best.map(({ memory, why }) => [memory.id, why]));
    if (text.trim().length < FEWEST_LETTERS) return reasons;
    const isMeant = typedIn(text);
    const why = `words: ${text.trim().split(/\s+/).join(', ')}`;
    for (const row of rows) if (!reasons.has(row.id) && isMeant(shownOf(row))) reasons.set(row.id, `${why}; ${ageOf(atMs - row.atMs)}`);
    return reasons;
  }

  return {
    async slice(folder, query, from, count) {
      const { rows, counts, why } = await list(folder, query);
      const slice = rows.slice(from, from + count).map((row) => {
        const reason = why.get(row.id);
        return reason === undefined ? row : { ...row, why: reason };
      });
      return { from, rows: slice, total: rows.length, counts };
    },

    async groups(folder, query, by, from, count) {
      const found = await list(folder, { ...query, order: 'relevance' });
      const groups = found.groups.get(by) ?? groupRows(found.rows, by, found.atMs, folders());
      found.groups.set(by, groups);
      return { from, groups: groups.slice(from, from + count), total: groups.length, memories: found.rows.length };
    },

    async rowsOf(ids) {
      const { byId } = await allRows(undefined);
      return new Map(
        ids.flatMap((id) => {
          const row = byId.get(id);
          return row ? [[id, row] as const] : [];
        }),
      );
    },
  };
}

const shownOf = ({ text, files, symbols }: MemoryRow): string => [text, ...files, ...symbols].join(' ');

function mergedRows(stamps: string, lists: readonly (readonly MemoryRow[])[]): AllRows {
  const overridden = new Map<MemoryId, number>();
  for (const { supersededBy } of lists.flat()) if (supersededBy) overridden.set(supersededBy, (overridden.get(supersededBy) ?? 0) + 1);
  const byId = new Map<MemoryId, MemoryRow>();
  for (const row of lists.flat()) {
    const overrides = overridden.get(row.id);
    byId.set(row.id, overrides === undefined ? row : { ...row, overrides });
  }
  const rows = [...byId.values()];
  // Each list is in this order already, which makes the sorting cheap.
  rows.sort((a, b) => b.atMs - a.atMs);
  return { stamps, rows, byId };
}
