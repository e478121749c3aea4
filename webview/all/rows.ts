// The rows of a long list, asked for in pages as they come into sight, one page ahead. What is shown stays until the first pages of a newer list are there: a
// change never empties the screen.
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { wordsOf } from '../asking.ts';
import type { Host } from '../host.ts';
import { type ListRow, usePanel } from '../panel.ts';
import type { BrowseQuery, BrowseSlice, MemoryId } from '../protocol.ts';

export const PAGE = 100;
/** As many rows as one answer may hold; for what is done to a whole list. */
const MOST_AT_ONCE = 1_000;

interface List {
  readonly query: BrowseQuery;
  readonly pages: Map<number, readonly ListRow[]>;
  readonly asked: Set<number>;
  total: number;
  counts: BrowseSlice['counts'];
}

export interface Rows {
  /** Undefined until the first answer. */
  readonly total: number | undefined;
  readonly counts: BrowseSlice['counts'] | undefined;
  readonly query: BrowseQuery;
  readonly trouble: string | undefined;
  /** Undefined while it is on its way. */
  readonly at: (index: number) => ListRow | undefined;
  /** All rows that are at hand. */
  readonly known: () => readonly ListRow[];
  /** Says which rows are in sight. */
  readonly need: (first: number, last: number) => void;
  /** Ids of the rows `first` to `last`, both included; asks for those that are not at hand. Rejects with `Refused`. */
  readonly ids: (first: number, last: number) => Promise<readonly MemoryId[]>;
}

/** `onNewList`: another query's rows have taken the place of those before. */
export function useRows(query: BrowseQuery, first: number, onNewList: () => void): Rows {
  const { host, revision } = usePanel();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const shown = useRef<List>(undefined);
  const generation = useRef(0);
  const inSight = useRef({ first, last: first });
  const trouble = useRef<string>(undefined);

  const ask = (list: List, page: number, number: number) => {
    list.asked.add(page);
    host.ask('browse', list.query, page * PAGE, PAGE).then(
      (slice) => {
        // Another query, or a change: these rows belong to a list that nobody looks at.
        if (number !== generation.current) return;
        trouble.current = undefined;
        list.pages.set(page, slice.rows);
        list.total = slice.total;
        list.counts = slice.counts;
        if (shown.current !== list) {
          const isNew = shown.current !== undefined && shown.current.query !== list.query;
          shown.current = list;
          if (isNew) onNewList();
        }
        redraw(undefined);
      },
      (thrown: unknown) => {
        if (number !== generation.current) return;
        list.asked.delete(page);
        trouble.current = wordsOf(thrown);
        redraw(undefined);
      },
    );
  };

  // Before the first frame is drawn: the rows are on their way meanwhile.
  useLayoutEffect(() => {
    const number = ++generation.current;
    const isSame = shown.current === undefined || shown.current.query === query;
    const list: List = { query, pages: new Map(), asked: new Set(), total: 0, counts: shown.current?.counts ?? NO_COUNTS };
    const [from, to] = isSame ? pagesOf(inSight.current) : [0, 0];
    for (let page = from; page <= to; page++) ask(list, page, number);
    return () => void generation.current++;
  }, [query, revision]);

  const list = shown.current;
  return {
    total: list?.total,
    counts: list?.counts,
    query: list?.query ?? query,
    trouble: trouble.current,
    at: (index) => list?.pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    known: () => [...(list?.pages.values() ?? [])].flat(),
    need(firstRow, lastRow) {
      inSight.current = { first: firstRow, last: lastRow };
      if (!list) return;
      const [from, to] = pagesOf(inSight.current);
      const last = Math.ceil(list.total / PAGE) - 1;
      for (let page = Math.max(0, from - 1); page <= Math.min(to + 1, last); page++)
        if (!list.asked.has(page)) ask(list, page, generation.current);
    },
    ids: (firstRow, lastRow) => (list ? idsOf(host, list, firstRow, lastRow) : Promise.resolve([])),
  };
}

const NO_COUNTS: BrowseSlice['counts'] = { kind: [], outcome: [], scope: [], source: [], age: [], status: [], file: [] };

const pagesOf = ({ first, last }: { readonly first: number; readonly last: number }): [from: number, to: number] => [
  Math.floor(Math.max(0, first) / PAGE),
  Math.floor(Math.max(0, last) / PAGE),
];

async function idsOf(host: Host, list: List, first: number, last: number): Promise<readonly MemoryId[]> {
  const end = Math.min(last + 1, list.total);
  const rows: ListRow[] = [];
  for (let from = first; from < end;) {
    const page = list.pages.get(Math.floor(from / PAGE));
    const here =
      page?.slice(from % PAGE, (from % PAGE) + end - from) ??
      (await host.ask('browse', list.query, from, Math.min(MOST_AT_ONCE, end - from))).rows;
    // The list has grown shorter meanwhile.
    if (here.length === 0) break;
    rows.push(...here);
    from += here.length;
  }
  return rows.map(({ id }) => id);
}
