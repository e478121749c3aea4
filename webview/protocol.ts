// All that both sides of the pruning panel share: what the page asks of the editor, and what the editor tells the page. Only plain data crosses.
//
// The page asks (`PageQuestions`), the editor answers each question once, with a value or with words for people. The editor tells (`PageNews`) that something
// has changed; the page then asks again: state is never pushed in pieces.
import type {
  BrowseQuery,
  BrowseSlice,
  GivenSlice,
  MergeGroup,
  Preview,
  PreviewQuery,
  ReviewReason,
  ReviewSlice,
} from '../src/browsing.ts';
import type { MOST_TEXT as MostText, Kind, Memory, MemoryId, Outcome, Scope, SessionId } from '../src/memory.ts';

export type * from '../src/browsing.ts';
export type { AssistantId, Evidence, Kind, Memory, MemoryId, Outcome, Scope, SessionId, SourceId } from '../src/memory.ts';

export const TABS = ['next', 'given', 'review', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** Characters that a memory's text may have; the service's own number, or this does not compile. */
export const MOST_TEXT: typeof MostText = 5_000;

export interface PageQuestions {
  browse(query: BrowseQuery, from: number, count: number): BrowseSlice;
  memory(id: MemoryId): Memory | undefined;
  /** `atMs` is the editor's to say. */
  preview(query: Omit<PreviewQuery, 'atMs'>): Preview;
  holdBack(id: MemoryId, session: SessionId | undefined, isHeldBack: boolean): void;
  given(beforeMs: number | undefined, limit: number): GivenSlice;
  review(limit: number): ReviewSlice;
  keep(reason: ReviewReason, ids: readonly MemoryId[]): void;
  /** Groups told more than once, the one to keep named: one act, however many groups, and one Undo for all of it. */
  merge(groups: readonly MergeGroup[]): void;
  edit(id: MemoryId, change: { readonly text?: string; readonly kind?: Kind; readonly outcome?: Outcome | null }): void;
  setScope(ids: readonly MemoryId[], scope: Scope): void;
  setPinned(ids: readonly MemoryId[], pinned: boolean): void;
  /** Hides at once; the editor counts down and tells so in `undo`. The page has asked the person where it is more than one. */
  forget(ids: readonly MemoryId[]): void;
  /** Brings the latest forgotten or merged ones back, while there is time. */
  undo(): void;
  /** Copies their text to the clipboard. */
  copy(ids: readonly MemoryId[]): void;
  openSource(id: MemoryId): void;
  /** Starts the service again after it has stopped; what comes of it is told in `service`. */
  restart(): void;
  showLog(): void;
  /** What the page needs to know before it draws: asked once, and again after `restarted`. */
  hello(): Hello;
}
export type Question = keyof PageQuestions;

export interface Hello {
  /** Set by a command that opens the panel at a place, else absent: the page's own state decides. */
  readonly tab?: Tab;
  readonly isTrusted: boolean;
  readonly isPaused: boolean;
  /** The file in the active editor, relative to the folder; what is next follows it. */
  readonly openFile?: string;
  readonly connected: readonly string[];
}

/** What is forgotten and can still be brought back. */
export interface Undoable {
  readonly count: number;
  readonly untilMs: number;
}

/** `away`: the service comes back by itself. `stopped`: it has crashed too often and waits to be started by a person. */
export type Presence = 'here' | 'away' | 'stopped';

export type PageNews =
  /** Memories, the ledger or the open file changed: ask again for what is shown. */
  | { readonly kind: 'changed'; readonly revision: number; readonly openFile?: string }
  | { readonly kind: 'undo'; readonly undo: Undoable | null }
  | { readonly kind: 'service'; readonly presence: Presence }
  /** A command wants this tab. `prompt`: to be tried there. */
  | { readonly kind: 'show'; readonly tab: Tab; readonly prompt?: string };

/** From the page. */
export interface Ask<Q extends Question = Question> {
  readonly kind: 'ask';
  readonly number: number;
  readonly question: Q;
  readonly args: Parameters<PageQuestions[Q]>;
}
/** To the page: the answer to question `number`, or why there is none, in words for people. */
export type Answer =
  | { readonly kind: 'answer'; readonly number: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly number: number; readonly message: string };
export type ToPage = Answer | PageNews;
