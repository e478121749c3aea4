// The vocabulary between the processes: functions, all answered by the service. Only plain data crosses.
import type {
  BrowseQuery,
  BrowseSlice,
  GivenSlice,
  Grouping,
  GroupQuery,
  GroupSlice,
  Imported,
  MemoryRow,
  Preview,
  PreviewQuery,
  ReviewAnswer,
  ReviewReason,
  ReviewSlice,
} from '../browsing.ts';
import type {
  ContextBlock,
  Kind,
  Memory,
  MemoryId,
  Occasion,
  Outcome,
  Query,
  RecallManner,
  Recollection,
  Remembering,
  Scope,
  SessionId,
  Signal,
} from '../memory.ts';

export type { Occasion, Remembering } from '../memory.ts';

/** How far a transcript was read; see `store/store.ts`. */
export interface ReadingCursor {
  readonly key: string;
  readonly value: string;
}

/** How things stand in one store. */
export interface StoreStatus {
  /** The store's folder. */
  readonly store: string;
  /** The workspace folder it remembers for; absent for the global one. */
  readonly folder?: string;
  readonly memories: number;
  readonly waiting: number;
  readonly setAside: number;
  readonly vectorKind: 'hnsw' | 'exact' | 'none';
  /** Why the vectors are not HNSW, or the model is not there, in plain words. */
  readonly remarks: readonly string[];
  readonly dropped: Readonly<Record<string, number>>;
}

export interface ServiceStatus {
  readonly stores: readonly StoreStatus[];
  readonly isPaused: boolean;
  /** Old conversations being taken in: how many are done of how many. */
  readonly backfill?: { readonly done: number; readonly of: number };
  readonly model: 'loading' | 'ready' | 'missing';
  /** Sources that cannot be read, in plain words, e.g. "VS Code chat: …". */
  readonly troubles: readonly string[];
}

/** What a caller may set on a memory. */
export interface MemoryEdit {
  readonly text?: string;
  readonly kind?: Kind;
  readonly outcome?: Outcome | null;
  readonly scope?: Scope;
}

/** What the window tells its service: sent at start, after a restart, and whenever something of it changes. */
export interface ServiceSettings {
  /** The window's folders, real paths, each with the storage that the editor gave this window for it. */
  readonly roots: readonly { readonly folder: string; readonly storage: string }[];
  /** Storage of the global memories. */
  readonly globalStorage: string;
  /** This window's `workspaceStorage/<hash>`, where VS Code keeps its chats. */
  readonly editorStorage?: string;
  /** Folder of the model files. */
  readonly models: string;
  /** Sources that are read; a missing name counts as off. */
  readonly sources: readonly string[];
  /** Glob patterns of files and folders whose signals are never taken in. */
  readonly excluded: readonly string[];
  readonly sessionStartTokens: number;
  readonly promptTokens: number;
  /** Raw observations older than this go, compressed or not; days. */
  readonly keepDays: number;
  /** Cap of one store's database; megabytes. */
  readonly maxStoreMb: number;
  readonly isPaused: boolean;
}

/** What a language model of the user's editor is asked: memories to be put into better words. */
export interface RewritingRequest {
  /** In the order in which the prompt numbers them. */
  readonly memories: readonly MemoryId[];
  /** Holds their words and evidence: it goes to a model only where the user has switched that on. */
  readonly prompt: string;
}

/** The questions that the service answers. `folder` names a workspace folder; undefined means all of the window's, merged. */
export interface ServiceApi {
  configure(settings: ServiceSettings): Promise<void>;
  /** Resolves once the signals are safe on disk, together with the cursor that vouches for them; says how many were new. */
  capture(folder: string | undefined, signals: readonly Signal[], cursor?: ReadingCursor): Promise<number>;
  /** How far a transcript was read. */
  cursorOf(folder: string | undefined, key: string): Promise<string | undefined>;
  recall(folder: string | undefined, query: Query, manner: RecallManner): Promise<Recollection[]>;
  /** Files open in the window, the active one first: what belongs to them is lifted where this window's assistants are given something. */
  lookAt(folder: string | undefined, files: readonly string[]): Promise<void>;
  /** The block for an occasion; undefined when nothing is worth saying. Records in the ledger what it gave. */
  context(folder: string | undefined, occasion: Occasion): Promise<ContextBlock | undefined>;
  remember(folder: string | undefined, what: Remembering): Promise<Memory>;
  list(folder: string | undefined): Promise<Memory[]>;
  edit(id: MemoryId, change: MemoryEdit): Promise<void>;
  setPinned(id: MemoryId, pinned: boolean): Promise<void>;
  /** Hides at once; final after `undoMs`. */
  forget(ids: readonly MemoryId[], undoMs: number): Promise<void>;
  undoForget(ids: readonly MemoryId[]): Promise<void>;

  // --- what people look at: see `browsing.ts`
  /** Rows `from` to `from + count` of a list. Asking for further slices of the same list is cheap. */
  browse(folder: string | undefined, query: BrowseQuery, from: number, count: number): Promise<BrowseSlice>;
  /** What a list holds, in groups: `from` to `from + count` of them. With a count of none it says how many there are. */
  groups(folder: string | undefined, query: GroupQuery, by: Grouping, from: number, count: number): Promise<GroupSlice>;
  /** A memory whole, with its evidence; undefined when it is not there any more. */
  memory(id: MemoryId): Promise<Memory | undefined>;
  /** What a session would be given, by the same way that a hook's answer goes. Writes nothing into the ledger. */
  preview(folder: string | undefined, query: PreviewQuery): Promise<Preview>;
  /** Keeps a memory out of what a session is given (absent: the one that starts next), or lets it in again. */
  holdBack(id: MemoryId, session: SessionId | undefined, isHeldBack: boolean): Promise<void>;
  /** The ledger, newest first, of what was given before `beforeMs` (absent: up to now). */
  given(folder: string | undefined, beforeMs: number | undefined, limit: number): Promise<GivenSlice>;
  /** What is worth a look, worst first. What a person has answered is not asked again, unless the memory has changed since. */
  review(folder: string | undefined, limit: number): Promise<ReviewSlice>;
  /** "Keep them as they are": not asked again for this reason, nor, of memories by themselves, for a lesser one. */
  keep(reason: ReviewReason, ids: readonly MemoryId[]): Promise<void>;
  /** One memory in the place of several: `id` takes over the evidence of the others, which are hidden at once and gone after `undoMs`; `undoForget` brings them back. They are not held against their sources, as forgotten ones are. */
  merge(id: MemoryId, others: readonly MemoryId[], undoMs: number): Promise<void>;
  /** All memories as JSON Lines, oldest first; see the README for the fields. With evidence (quotes and places) where asked for. */
  exportMemories(folder: string | undefined, withEvidence: boolean): Promise<string>;
  /** What `exportMemories` wrote. A memory that is here already, or was forgotten here, is passed over. Throws a UserError that names the line when one cannot be read; then nothing is taken. */
  importMemories(folder: string | undefined, lines: string): Promise<Imported>;
  /** Hides every memory of the window's stores and drops what waits to be compressed; final after `undoMs`. Says which ids, for `undoForget`. */
  forgetEverything(folder: string | undefined, undoMs: number): Promise<readonly MemoryId[]>;

  pause(isPaused: boolean): Promise<void>;
  status(): Promise<ServiceStatus>;
  rebuildIndex(): Promise<void>;
  /** An assistant's turn has ended: read its conversation now and compress. */
  turnEnded(folder: string | undefined, session: SessionId): Promise<void>;
  /** The new memories of one session at rest that happened at or after `sinceMs`; undefined when there are none. Each is handed out once, whatever comes of it. */
  nextRewriting(sinceMs: number): Promise<RewritingRequest | undefined>;
  /** What the model answered, as it stands. What holds to the evidence takes the place of our words; says how many did. */
  takeRewriting(memories: readonly MemoryId[], answer: string): Promise<number>;
}

/** What is asked of one store beside that, by the services of other windows and by MCP servers; a window has no answer to it. */
export interface StoreOnlyApi {
  /** All memories as rows, with a stamp; without the rows where nothing has changed since `stamp`. */
  rows(stamp: string | undefined): Promise<{ readonly stamp: string; readonly rows?: readonly MemoryRow[] }>;
  /** What was kept in review, as `store/store.ts` has it. */
  reviewAnswers(): Promise<readonly ReviewAnswer[]>;
  /** The evidence of memories of another store that were merged into one of this. */
  join(id: MemoryId, others: readonly Memory[]): Promise<void>;
  /** Takes over a memory of another store, and `letGo` removes it there: see `store/store.ts`. */
  adopt(memory: Memory): Promise<void>;
  letGo(id: MemoryId): Promise<void>;
  /** Memories of this store that were given, or found used, by way of another. */
  countUses(given: readonly MemoryId[], used: readonly MemoryId[]): Promise<void>;
  /** What a model was told that asked by itself, for the ledger. */
  recordAsked(asked: Asked): Promise<void>;
}

export interface Asked {
  /** Of the asker's choice: it does not know what its client calls the conversation. */
  readonly session: SessionId;
  readonly assistant: string;
  readonly memories: readonly MemoryId[];
  /** What it was told, for its tokens to be counted: nothing of it is kept. */
  readonly text: string;
  readonly atMs: number;
}

/** What the service tells on its own. */
export interface ServiceEvents {
  /** Memories or status changed; ask again. */
  changed: { readonly revision: number };
  log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'; readonly message: string };
}
