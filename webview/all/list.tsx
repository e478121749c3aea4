// The list itself: a listbox of as many options as there are rows, of which those in sight are drawn. The focus stays on the list, and names the row that it is at.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ListRow } from '../panel.ts';
import type { MemoryId } from '../protocol.ts';
import { KindIcon, MemoryMeta, MemoryWords } from '../rows/memoryLine.tsx';
import { useVirtualList } from '../rows/virtualList.ts';
import type { Rows } from './rows.ts';

export interface ListProps {
  readonly rows: Rows;
  readonly total: number;
  readonly active: number;
  readonly selected: ReadonlySet<MemoryId>;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** In the narrow, words run over two lines. */
  readonly rowHeight: number;
  readonly scrollTop: number;
  /** Grows each time the active row is to be brought into sight. */
  readonly reveal: number;
  readonly onScroll: (scrollTop: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onPress: (index: number, row: ListRow, event: MouseEvent) => void;
  readonly onOpen: (row: ListRow) => void;
  readonly onMenu: (index: number, row: ListRow, event: MouseEvent) => void;
}

/** Ten screens of the wheel's usual turn; a row costs a tenth of a millisecond. */
const OVERSCAN = 16;

export function MemoryList(props: ListProps) {
  const { rows, total, active, selected, scroller, rowHeight } = props;
  const virtual = useVirtualList({ scroller, count: total, rowHeight, overscan: OVERSCAN, kept: active });
  const items = virtual.getVirtualItems();
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};
  useEffect(() => rows.need(startIndex, endIndex), [startIndex, endIndex, rows.query, total]);
  // Where it was before a reload: there is nothing to scroll before the first rows are there.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || total === 0 || !scroller.current) return;
    isPlaced.current = true;
    scroller.current.scrollTop = props.scrollTop;
  }, [total]);
  useLayoutEffect(() => {
    if (props.reveal > 0) virtual.scrollToIndex(active, { align: 'auto' });
  }, [props.reveal]);

  return (
    <div
      class="list scrolls"
      ref={scroller}
      role="listbox"
      aria-label="Memories"
      aria-multiselectable="true"
      aria-activedescendant={total > 0 ? `row-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => props.onScroll((event.currentTarget as HTMLElement).scrollTop)}
      onKeyDown={props.onKeyDown}
    >
      <div class="list-rows" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }}>
        {items.map(({ index, start }) => {
          const row = rows.at(index);
          return (
            <div
              key={index}
              id={`row-${index}`}
              role="option"
              class={`row ${index === active ? 'active' : ''} ${row ? '' : 'waiting'}`}
              aria-selected={row !== undefined && selected.has(row.id)}
              aria-setsize={total}
              aria-posinset={index + 1}
              aria-label={row ? undefined : 'On its way'}
              style={{ transform: `translateY(${start}px)`, height: `${rowHeight}px` }}
              onClick={row && ((event) => props.onPress(index, row, event))}
              onDblClick={row && (() => props.onOpen(row))}
              onContextMenu={row && ((event) => props.onMenu(index, row, event))}
            >
              {row && (
                <>
                  <KindIcon row={row} />
                  <div class="grow">
                    <MemoryWords row={row} />
                    <MemoryMeta row={row} why={row.why} />
                  </div>
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
