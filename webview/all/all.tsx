// "All": every memory, searched as one types, narrowed by facets, worked on one by one or many at once.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useActs } from '../acts.ts';
import { useRested, wordsOf } from '../asking.ts';
import { Quiet, Select, TextField } from '../controls.tsx';
import { hasModifier, isCommand, isMenuKey } from '../keys.ts';
import { Empty, NoAnswer } from '../notes.tsx';
import { type ListRow, usePanel } from '../panel.ts';
import type { BrowseQuery, MemoryId, Order } from '../protocol.ts';
import { useKept } from '../state.ts';
import { ORDER_WORDS, memories, number } from '../words.ts';
import { BulkBar } from './bulkBar.tsx';
import { FacetList, chosenCount } from './facets.tsx';
import { MemoryList } from './list.tsx';
import { PreviewPane } from './preview.tsx';
import { menuOf, rowActs } from './rowActs.ts';
import { useRows } from './rows.ts';

/** After the last keystroke: below what one feels, above what a held key repeats in. */
const REST_MS = 80;
/** Below this width words run over two lines; see `.row` in page.css. */
const NARROW_PX = 480;
const ROW_PX = { wide: 44, narrow: 62 };

export function AllTab() {
  const { keeper, openMenu, complain, say } = usePanel();
  const [kept, change] = useKept(keeper, 'all');
  const acts = useActs();
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(kept.active);
  const [reveal, setReveal] = useState(0);
  const [isEditing, setEditing] = useState(false);
  const rowHeight = useRowHeight();

  const [text] = useRested(kept.text, REST_MS);
  const { facets, order } = kept;
  const query = useMemo<BrowseQuery>(() => ({ text: text.trim(), facets, order }), [text, facets, order]);
  const rows = useRows(query, Math.floor(kept.scrollTop / rowHeight), () => {
    anchor.current = 0;
    change({ active: 0, scrollTop: 0 });
    if (scroller.current) scroller.current.scrollTop = 0;
  });
  const total = rows.total ?? 0;
  const active = Math.max(0, Math.min(kept.active, total - 1));
  const activeRow = rows.at(active);
  const selected = useMemo(() => new Set(kept.selected), [kept.selected]);

  const select = (ids: readonly MemoryId[]) => change({ selected: ids });
  /** The selection under way: what is pressed meanwhile is meant for all of it. */
  const selecting = useRef<Promise<void>>(undefined);
  const targets = async (): Promise<readonly MemoryId[]> => {
    await selecting.current;
    const { selected: now } = keeper.get('all');
    return now.length > 0 ? now : activeRow ? [activeRow.id] : [];
  };
  const forTargets = rowActs(acts, targets, rows.known, () => select([]));

  useEffect(() => {
    if (rows.total !== undefined && text !== '') say(`${memories(rows.total)} found.`);
  }, [rows.query]);

  const open = (isEdit = false) => {
    setEditing(isEdit);
    change({ isPreviewOpen: true });
  };
  const go = (to: number, isExtending: boolean) => {
    const index = Math.max(0, Math.min(to, total - 1));
    if (!isExtending) anchor.current = index;
    else void selectRange(anchor.current, index);
    change({ active: index });
    setEditing(false);
    setReveal((n) => n + 1);
  };
  const latestRange = useRef(0);
  const selectRange = (from: number, to: number) => (selecting.current = askForRange(from, to));
  async function askForRange(from: number, to: number): Promise<void> {
    const question = ++latestRange.current;
    try {
      const ids = await rows.ids(Math.min(from, to), Math.max(from, to));
      if (question !== latestRange.current) return;
      select(ids);
      say(`${number(ids.length)} selected.`);
    } catch (thrown) {
      complain(wordsOf(thrown));
    }
  }
  const toggle = (row: ListRow) => {
    select(selected.has(row.id) ? kept.selected.filter((id) => id !== row.id) : [...kept.selected, row.id]);
  };
  const showMenu = (row: ListRow, isSelected: boolean, x: number, y: number) => {
    const ids = isSelected ? kept.selected : [row.id];
    openMenu({
      ...{ x, y, label: 'Memory', back: scroller.current },
      items: menuOf({
        ...{
          row,
          count: ids.length,
          acts: rowActs(
            acts,
            () => Promise.resolve(ids),
            rows.known,
            () => select([]),
          ),
        },
        onOpen: () => open(),
        onEdit: () => open(true),
        onSource: () => void acts.openSource(row.id),
      }),
    });
  };
  /** The search first, then what is selected, then the preview. */
  const stepBack = (): boolean => {
    if (kept.text !== '') change({ text: '' });
    else if (kept.selected.length > 0) select([]);
    else if (kept.isPreviewOpen) {
      change({ isPreviewOpen: false });
      scroller.current?.focus();
    } else return false;
    return true;
  };

  const onListKey = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const move: Record<string, number> = {
      ...{ ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: total - 1 },
      ...{ PageDown: active + page, PageUp: active - page },
    };
    const to = move[event.key];
    if (to !== undefined && !event.altKey) go(to, event.shiftKey);
    else if (isMenuKey(event)) {
      const place = document.getElementById(`row-${active}`)?.getBoundingClientRect();
      if (activeRow && place) showMenu(activeRow, selected.has(activeRow.id), place.left + 24, place.top + rowHeight / 2);
    } else if (isCommand(event) && event.key.toLowerCase() === 'a') void selectRange(0, total - 1);
    else if (isCommand(event) && event.key.toLowerCase() === 'c') forTargets.copy();
    else if (isCommand(event) && event.key === ' ' && activeRow) toggle(activeRow);
    else if (hasModifier(event)) return;
    else if (event.key === 'Delete' || event.key === 'Backspace') forTargets.forget();
    else if (event.key === 'Enter' && !kept.isPreviewOpen) open();
    else if (!activeRow) return;
    else if (event.key === ' ' && event.shiftKey) void selectRange(anchor.current, active);
    else if (event.key === ' ') toggle(activeRow);
    else if (event.key === 'p') forTargets.pin(!activeRow.pinned);
    else if (event.key === 'o' || event.key === 'Enter') void acts.openSource(activeRow.id);
    else if (event.key === 'e') open(true);
    else return;
    event.preventDefault();
  };

  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    scroller.current?.focus();
    setReveal((n) => n + 1);
  };

  const filters = chosenCount(facets);
  const isNarrowed = query.text !== '' || filters > 0;
  return (
    <div
      class={`all ${kept.areFacetsOpen ? 'with-facets' : ''} ${kept.isPreviewOpen ? 'with-preview' : ''}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && stepBack()) event.preventDefault();
      }}
    >
      <div class="search-bar">
        <TextField
          label="Search memories"
          placeholder="Search memories"
          icon="search"
          class="search wide"
          value={kept.text}
          onInput={(value) => change({ text: value })}
          onKeyDown={onSearchKey}
        />
        <Quiet
          icon="filter"
          label={filters > 0 ? `Filters, ${number(filters)} chosen` : 'Filters'}
          isPressed={kept.areFacetsOpen}
          onClick={() => change({ areFacetsOpen: !kept.areFacetsOpen })}
        >
          {filters > 0 ? number(filters) : undefined}
        </Quiet>
        <Select
          label="Order"
          value={order}
          options={Object.entries(ORDER_WORDS).map(([value, label]) => ({ value: value as Order, label }))}
          onChange={(value) => change({ order: value })}
        />
        <span class="note total">{rows.total === undefined ? '' : memories(rows.total)}</span>
      </div>
      <FacetList
        counts={rows.counts}
        chosen={facets}
        closed={kept.closedFacets}
        onChoose={(chosen) => change({ facets: chosen })}
        onToggle={(facet, isOpen) => {
          const closed = kept.closedFacets.filter((other) => other !== facet);
          if (isOpen === kept.closedFacets.includes(facet)) change({ closedFacets: isOpen ? closed : [...closed, facet] });
        }}
      />
      <div class="middle">
        {kept.selected.length > 0 && <BulkBar count={kept.selected.length} acts={forTargets} onClear={() => select([])} />}
        {rows.trouble !== undefined && rows.total === undefined && <NoAnswer trouble={rows.trouble} />}
        {rows.trouble !== undefined && rows.total !== undefined && <p class="note about">{rows.trouble}</p>}
        {rows.total === 0 && <NothingFound isNarrowed={isNarrowed} onWiden={() => change({ text: '', facets: {} })} />}
        <MemoryList
          {...{ rows, total, active, selected, scroller, rowHeight, reveal }}
          scrollTop={kept.scrollTop}
          onScroll={(scrollTop) => keeper.set('all', { ...keeper.get('all'), scrollTop })}
          onKeyDown={onListKey}
          onPress={(index, row, event) => {
            if (event.shiftKey) void selectRange(anchor.current, index);
            else {
              anchor.current = index;
              // The one that was clicked before counts as the first of them.
              if (isCommand(event) && kept.selected.length === 0 && activeRow && activeRow.id !== row.id) select([activeRow.id, row.id]);
              else if (isCommand(event)) toggle(row);
              else if (kept.selected.length > 0) select([]);
            }
            setEditing(false);
            change({ active: index, ...(!event.shiftKey && !isCommand(event) && { isPreviewOpen: true }) });
          }}
          onOpen={(row) => void acts.openSource(row.id)}
          onMenu={(index, row, event) => {
            event.preventDefault();
            if (!selected.has(row.id)) {
              select([]);
              anchor.current = index;
              change({ active: index });
            }
            showMenu(row, selected.has(row.id), event.clientX, event.clientY);
          }}
        />
      </div>
      {kept.isPreviewOpen && activeRow && (
        <PreviewPane
          id={activeRow.id}
          row={activeRow}
          acts={acts}
          isEditing={isEditing}
          onEdit={(isEdit) => {
            setEditing(isEdit);
            if (!isEdit) scroller.current?.focus();
          }}
          onClose={() => {
            change({ isPreviewOpen: false });
            scroller.current?.focus();
          }}
          onForget={() => void acts.forget([activeRow.id], [activeRow])}
        />
      )}
    </div>
  );
}

function NothingFound({ isNarrowed, onWiden }: { readonly isNarrowed: boolean; readonly onWiden: () => void }) {
  if (!isNarrowed) {
    return (
      <Empty icon="info" title="Nothing remembered yet">
        <p>Work as you always do: a minute after an assistant has answered, what is worth keeping appears here.</p>
      </Empty>
    );
  }
  return (
    <Empty icon="search" title="Nothing remembered for this">
      <p>Try other words, or</p>
      <button type="button" class="link" onClick={onWiden}>
        show all memories
      </button>
    </Empty>
  );
}

function useRowHeight(): number {
  const read = () => (window.innerWidth < NARROW_PX ? ROW_PX.narrow : ROW_PX.wide);
  const [height, setHeight] = useState(read);
  useEffect(() => {
    const onResize = () => setHeight(read());
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return height;
}
