// What a person has set in the page, kept by the editor while the page is hidden and over a reload. Small: ids and choices, never a memory's text.
import { useState } from 'preact/hooks';
import type { BrowseQuery, Facet, MemoryId, ReviewReason, SessionId, Tab } from './protocol.ts';

export interface Kept {
  readonly tab: Tab;
  readonly next: { readonly prompt: string; readonly session: SessionId | null; readonly isTextShown: boolean };
  readonly given: { readonly open: readonly string[]; readonly scrollTop: number };
  readonly review: { readonly reason: ReviewReason | null; readonly current: string };
  readonly all: BrowseQuery & {
    readonly active: number;
    readonly selected: readonly MemoryId[];
    readonly isPreviewOpen: boolean;
    readonly areFacetsOpen: boolean;
    readonly closedFacets: readonly Facet[];
    readonly scrollTop: number;
  };
}

const AT_FIRST: Kept = {
  tab: 'next',
  next: { prompt: '', session: null, isTextShown: false },
  given: { open: [], scrollTop: 0 },
  review: { reason: null, current: '' },
  all: {
    text: '',
    facets: {},
    order: 'relevance',
    active: 0,
    selected: [],
    isPreviewOpen: false,
    areFacetsOpen: false,
    closedFacets: ['source', 'age', 'status', 'file'],
    scrollTop: 0,
  },
};

/** A larger selection is not kept over a reload: a megabyte would cross with every keystroke. */
const MOST_SELECTED = 5_000;
/** Scrolling sets it at every frame. */
const SAVE_AFTER_MS = 100;
/** Raised when the shape changes: what an older page kept is then left alone. */
const VERSION = 1;

export interface Keeper {
  get<P extends keyof Kept>(part: P): Kept[P];
  set<P extends keyof Kept>(part: P, value: Kept[P]): void;
}

/** The two functions of VS Code's webview interface that it needs. */
export interface StateHolder {
  getState(): unknown;
  setState(state: unknown): void;
}

export function openKeeper(holder: StateHolder): Keeper {
  const before = holder.getState() as { version?: number; kept?: Kept } | undefined;
  let kept = before?.version === VERSION && before.kept ? { ...AT_FIRST, ...before.kept } : AT_FIRST;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    const selected = kept.all.selected.length > MOST_SELECTED ? [] : kept.all.selected;
    holder.setState({ version: VERSION, kept: { ...kept, all: { ...kept.all, selected } } });
  };
  document.addEventListener('visibilitychange', () => timer !== undefined && save());
  window.addEventListener('pagehide', () => timer !== undefined && save());
  return {
    get: (part) => kept[part],
    set(part, value) {
      kept = { ...kept, [part]: value };
      timer ??= setTimeout(save, SAVE_AFTER_MS);
    },
  };
}

/** A part of what is kept as a component's state: `change` takes what is new of it. */
export function useKept<P extends 'next' | 'given' | 'review' | 'all'>(
  keeper: Keeper,
  part: P,
): [Kept[P], (change: Partial<Kept[P]>) => void] {
  const [, redraw] = useState(0);
  const change = (changed: Partial<Kept[P]>) => {
    keeper.set(part, { ...keeper.get(part), ...changed });
    redraw((n) => n + 1);
  };
  return [keeper.get(part), change];
}
