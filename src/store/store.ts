// What is kept of a repository (or, in the global store, of its user): the truth, from which every index can be made anew.
import type { GivenWeek, MemoryRow, ReviewAnswer, ReviewReason } from '../browsing.ts';
import type { Memory, MemoryDraft, MemoryId, Observation, ObservationId, SessionId, SourceId, Settlement } from '../memory.ts';

/** How far a source has been read; opaque to the store. Written in the same transaction as the observations it vouches for. */
export interface Cursor {
  /** Names the transcript or stream, e.g. `claude-code:<session>`. */
  readonly key: string;
  readonly value: string;
}

/** The waiting work of one session. */
export interface SessionWork {
  readonly session: SessionId;
  readonly source: SourceId;
  /** Observations not yet compressed. */
  readonly waiting: number;
  readonly lastAtMs: number;
  /** When the newest of them was taken in; quiet is counted from here. */
  readonly lastTakenAtMs: number;
  /** True when its source said that the turn has ended, and nothing came since. */
  readonly isTurnEnded: boolean;
}

export interface MemoryChange {
  readonly id: MemoryId;
  readonly isGone: boolean;
}

/** One giving of memories to an assistant's session: the ledger. */
export interface Giving {
  readonly session: SessionId;
  readonly assistant: string;
  readonly occasion: 'session_start' | 'prompt' | 'asked';
  readonly memories: readonly MemoryId[];
  readonly tokens: number;
  readonly atMs: number;
}

/** A giving as the ledger has it. */
export interface RecordedGiving extends Giving {
  /** Grows from giving to giving. */
  readonly number: number;
  /** Those of its memories that came back in what followed. */
  readonly used: readonly MemoryId[];
}

export interface StoreCounts {
  readonly memories: number;
  readonly waiting: number;
  readonly setAside: number;
  readonly pendingForget: number;
  readonly sizeBytes: number;
  /** Observations dropped since the store was made, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * Synchronous, as `node:sqlite` is: used in the service process only, never on the editor's thread.
 * What a method has returned from is on disk (WAL, synchronous=FULL for what is acknowledged).
 * "Live" memories are those neither forgotten nor pending to be.
 */
export interface Store {
  /** Grows with every change of the live memories; indexes are stamped with it. */
  readonly revision: number;
  /** Grows with every giving and every use, which rows tell of and indexes need not know. */
  readonly usesRevision: number;
  /** A random id made with the store. */
  readonly id: string;
  readonly folder: string;
  /** What the user should know of the opening, in plain words: that a damaged file was set aside, say. Usually empty. */
  readonly remarks: readonly string[];

  // --- the backlog
  /** Takes observations in, with the cursor that vouches for them; known fingerprints are skipped. Returns how many were new. */
  take(observations: readonly Observation[], cursor?: Cursor): number;
  cursor(key: string): string | undefined;
  /** Forgets how far everything was read, so that it is read again (fingerprints keep it from being learnt twice). */
  clearCursors(): void;
  markTurnEnded(session: SessionId, atMs: number): void;
  /** Adds to the count of dropped signals. */
  countDropped(reasons: Readonly<Record<string, number>>): void;
  sessionsWaiting(): SessionWork[];
  /** All observations still kept of a session, in order of time, whether compressed or not; without those set aside. */
  observationsOf(session: SessionId): Observation[];
  /** Puts observations aside that could not be compressed; `reason` is shown, and holds no captured text. */
  setAside(ids: readonly ObservationId[], reason: string): void;
  settle(settlement: Settlement): void;
  /**
   * Deletes the compressed observations of sessions that took nothing in after `quietSinceMs` and have none waiting, and everything
   * taken in before `olderThanMs` (taken, not happened: old conversations are taken in late). Returns how many; none of them is taken again.
   */
  purge(quietSinceMs: number, olderThanMs: number): number;

  // --- memories
  get(id: MemoryId): Memory | undefined;
  /** All live ones, newest first. */
  all(): Memory[];
  /** The pinned ones and the newest `limit` others, each newest first; some 40 µs each. */
  newest(limit: number): Memory[];
  ofSession(session: SessionId): Memory[];
  /** All live ones as rows of a list, newest first; a fraction of the time that `all` takes. */
  rows(): MemoryRow[];
  /** The live ones among `ids`. */
  rowsOf(ids: readonly MemoryId[]): Map<MemoryId, MemoryRow>;
  /** Whether it is live. */
  has(id: MemoryId): boolean;
  /** Added by the user's or the model's own hand. */
  add(
    draft: MemoryDraft,
    by: { readonly source: SourceId; readonly session: SessionId; readonly isOwn: boolean; readonly atMs: number },
  ): Memory;
  setPinned(id: MemoryId, pinned: boolean): void;
  /** From then on it is the user's own. It loses its vector when text or kind change. Throws a UserError when it is gone, as `setPinned` does. */
  edit(id: MemoryId, change: Partial<Pick<MemoryDraft, 'text' | 'kind' | 'outcome' | 'scope'>>): void;
  /**
   * Takes over a memory of another store as it is, id, pin and time included; from then on it is the user's own. Does nothing when the id is here.
   * Its segments' hashes are made anew, since each store has its own key.
   */
  adopt(memory: Memory): void;
  /**
   * Removes a memory that another store has taken over. What it was made from is away: no new memory is anchored in it. Nothing of it is forbidden before the
   * memory is forgotten there and `hide` hears of it. What it superseded stays superseded.
   */
  letGo(id: MemoryId): void;
  /**
   * Takes memories from elsewhere in, as they are, id, pin and time included: all or, when it throws, none. One that is here already is passed over, and one that
   * was forgotten here, by its id or by the words that it came from; says how many of each.
   */
  bringIn(memories: readonly Omit<Memory, 'segments' | 'updatedAtMs'>[]): {
    readonly added: number;
    readonly known: number;
    readonly forgotten: number;
  };
  /**
   * Puts `id` in the place of `others`: those are hidden at once, restorable as forgotten ones are, but nothing is held against their source. With
   * `finishForgetting` their evidence (at most six lines in all, the best first, `id`'s own before theirs) and segments join `id`, and they are removed.
   * Those that are not live, and `id` itself, are passed over. Where `id` is another store's, they are hidden and removed all the same, as `letGo` would: their
   * evidence is for whoever asks `mergedElsewhere` before, and hands it to that store's `join`.
   */
  merge(id: MemoryId, others: readonly MemoryId[], atMs: number): void;
  /** What was hidden at or before `hiddenBeforeMs`, each with the memory of another store that it was merged into. */
  mergedElsewhere(hiddenBeforeMs: number): { readonly memory: Memory; readonly heir: MemoryId }[];
  /** The evidence of memories of another store joins `id`, in whose favour they went; does nothing where that is gone. */
  join(id: MemoryId, others: readonly Memory[]): void;
  /** Oldest first, each memory once. */
  changesSince(revision: number): MemoryChange[];
  /** Deletes the least useful memories (never pinned or own ones) until the file is at most `maxBytes`, as far as that goes. Returns how many. */
  trimTo(maxBytes: number): number;

  // --- vectors: kept here so that an index can be rebuilt without the model; one a memory, of the model that was asked last
  vector(id: MemoryId, model: string): Float32Array | undefined;
  putVectors(model: string, vectors: ReadonlyMap<MemoryId, Float32Array>): void;
  /** Live memories that have no vector of this model. */
  withoutVector(model: string, limit: number): Memory[];

  // --- rewriting by a language model of the user's editor; see `compress/rewrite.ts`
  /**
   * Of the newest session that took nothing in after `quietSinceMs` and has nothing waiting: its active memories that happened at or after `sinceMs`,
   * are neither pinned nor own, and were never offered in their present words; at most `limit`. From then on they count as offered, whatever comes of it.
   */
  offerForRewriting(sinceMs: number, quietSinceMs: number, limit: number): Memory[];
  /**
   * Puts `text` in the place of the compressor's words, which stay beside it as `distilled` and are what a later telling is compared with. False, with
   * nothing done, for a memory that was not offered, or is pinned, own, hidden or gone by now, or says it so already.
   */
  rewrite(id: MemoryId, text: string): boolean;

  // --- forgetting
  /**
   * Hides memories at once; they stay restorable until `finishForgetting`, and a store opened anew finishes it first. Of one that another store has taken over,
   * the source is forbidden here too, until `restore`.
   */
  hide(ids: readonly MemoryId[], atMs: number): void;
  restore(ids: readonly MemoryId[]): void;
  /**
   * Hides all live memories, and with them all that was taken in so far: the observations are dropped by the same `finishForgetting`, and never taken again. A
   * `restore` of any of the memories keeps the observations too; where none was hidden, any `restore` does. Returns the ids.
   */
  hideAll(atMs: number): MemoryId[];
  /** From `hideAll` until it is final or restored: what was taken in is not to be made into memories meanwhile. */
  readonly isEmptying: boolean;
  /** Once `hideAll` is final: what happened until then, and is read only now, is not to be taken in. 0 where it never was. */
  readonly forgottenUntilMs: number;
  /**
   * Makes the forgetting of what was hidden at or before `hiddenBeforeMs` final: memory, vectors, its evidence in the backlog; leaves keyed hashes. Of one that
   * another store has, what it was made from here goes. Returns the ids.
   */
  finishForgetting(hiddenBeforeMs: number): MemoryId[];
  pendingForget(): { readonly memory: Memory; readonly hiddenAtMs: number }[];
  /** Keyed hash (HMAC-SHA-256, key random per store) of a segment's text, case and white space folded. */
  segmentHash(text: string): string;
  /** True from `hide` on. */
  isForgotten(segmentHash: string): boolean;
  /** True of what a memory was made from that another store has taken over, or that was merged into one of another store. */
  isAway(segmentHash: string): boolean;

  // --- the ledger
  recordGiving(giving: Giving): void;
  /** Memories that this session was given since its last reset. */
  givenTo(session: SessionId): ReadonlySet<MemoryId>;
  /** After a compaction or clear, the assistant no longer has what it was given. */
  resetGivings(session: SessionId): void;
  /** Newest first, before `beforeMs` (absent: all); more than `limit` only where several were at the very time of the last one. */
  givings(limit: number, beforeMs?: number): RecordedGiving[];
  /** What a session was given, oldest first. */
  givingsTo(session: SessionId): RecordedGiving[];
  /** Memories that were given to at least so many sessions, and to how many. Reads the whole ledger. */
  sessionsGiven(least: number): ReadonlyMap<MemoryId, number>;
  /** The latest weeks in which something was given, newest first. */
  weeks(most: number): GivenWeek[];
  /** Marks memories as used in the latest giving of the session that had them. Returns those that were not marked there before. */
  markUsed(session: SessionId, ids: readonly MemoryId[]): MemoryId[];
  /** Counts memories of this store that another store's ledger has given, and found used. */
  countUses(given: readonly MemoryId[], used: readonly MemoryId[]): void;
  /** Keeps a memory, of this store or another, out of what a session is given (absent: the one that starts next), or lets it in again. */
  holdBack(id: MemoryId, session: SessionId | undefined, isHeldBack: boolean, atMs: number): void;
  heldBack(session: SessionId | undefined): ReadonlySet<MemoryId>;
  /** The next session has started, and it is this one: what was held back from it is now held back by its name. */
  nextIs(session: SessionId): void;

  // --- review
  /** Remembers the answer "keep" for each memory that is live here. */
  answerReview(reason: ReviewReason, ids: readonly MemoryId[], atMs: number): void;
  /** In no order; those of memories that are no more are gone. */
  reviewAnswers(): ReviewAnswer[];

  counts(): StoreCounts;
  close(): void;
}
