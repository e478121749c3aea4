// Which rows of a long list are drawn: those in sight and some around them.
import {
  Virtualizer,
  defaultRangeExtractor,
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface ListShape {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  /** Pixels; where rows differ and are measured, a guess. */
  readonly rowHeight: number;
  /** Rows drawn beyond what is in sight, each way: as many as the wheel turns by before the next frame. */
  readonly overscan: number;
  /** Drawn wherever it is, since it has the focus or is named by it. */
  readonly kept: number;
  /** Names a row that stays the same while others come and go; needed where rows are measured. */
  readonly keyOf?: (index: number) => string;
}

/** The caller draws `getVirtualItems()` at their `start`s, in a box of `getTotalSize()`. */
export function useVirtualList({ scroller, count, rowHeight, overscan, kept, keyOf }: ListShape): Virtualizer<HTMLElement, HTMLElement> {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options = {
    count,
    overscan,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    measureElement,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const drawn = defaultRangeExtractor(range);
      return kept < 0 || kept >= count || drawn.includes(kept) ? drawn : [...drawn, kept].sort((a, b) => a - b);
    },
    ...(keyOf && { getItemKey: keyOf }),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);
  return virtualizer;
}
