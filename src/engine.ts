// The pipeline, spelled once. One engine holds one store: a repository's, or the user's global one.
//
//   Signal ─▶ observe ─▶ Observation ─▶ backlog                       taking in: quick, needs no model
//                                          │ a turn ended, or quiet
//                                          ▼
//                              compress ─▶ Memory ─▶ store ─▶ index   slow, one session at a time, resumable
//                                                        │
//   Query, Occasion ────────────────────▶ recall ─▶ Recollection ─▶ context block
//
// Calls drive it; the one event only tells views to ask again.
import type { Compressor } from './compress/compress.ts';
import { reconcile } from './compress/reconcile.ts';
import { inOwnWords, readAnswer, refusalOf, rewritingPrompt } from './compress/rewrite.ts';
import type { Observer } from './capture/observe.ts';
import type { MemoryRow, ReviewAnswer, ReviewReason, ReviewSlice } from './browsing.ts';
import { createGiving, type Giving } from './inject/giving.ts';
import type {
  ContextBlock,
  Dropped,
  Memory,
  MemoryDraft,
  MemoryId,
  Observation,
  Query,
  RecallManner,
  Recollection,
  SessionId,
  Signal,
} from './memory.ts';
import { RecentWork } from './retrieve/recentWork.ts';
import type { Retriever } from './retrieve/retrieve.ts';
import { MANY_WITHOUT_VECTOR, createReviewer, type LookElsewhere, type Workspace } from './review/reviewer.ts';
import type { IndexState, MemoryIndex } from './search/memoryIndex.ts';
import { writeExchange } from './store/exchange.ts';
import type { Cursor, SessionWork, Store, StoreCounts } from './store/store.ts';
import { createTelling, type Telling } from './store/telling.ts';
import { Emitter, type Event } from './util/events.ts';
import { traceOf } from './util/errors.ts';
import type { Log } from './util/log.ts';

/** The lines of a turn reach the disk in bursts: this much quiet after its end says that the last has come. */
const TURN_SETTLE_MS = 1_500;
/** Work that no source ends (edits, terminal, an assistant that was stopped) counts as done after this much quiet. */
const QUIET_MS = 30_000;
/** A session's observations are kept this long after its last one, so that it can be looked at whole when it goes on. */
const SESSION_OPEN_MS = 24 * 3_600_000;
/** Pauses after a failure to compress a session; after the last, its observations are set aside. */
const RETRY_AFTER_MS = [5_000, 60_000, 600_000];
/** A session that took nothing in for so long is at rest: its memories will hardly change in the next minute, and are worth a question to a model. */
const REWRITE_AFTER_MS = 120_000;
/** Memories in one such question: nearly always all that a session leaves, some 7,000 tokens at most. */
const REWRITE_AT_ONCE = 24;
/** Purging and trimming look through the whole store. */
const TIDY_EVERY_MS = 600_000;
/** Rendering it takes some tens of milliseconds, and changes come in bursts. What is forgotten leaves it at once. */
const DIGEST_AFTER_MS = 500;

export interface EngineParts {
  readonly store: Store;
  readonly observer: Observer;
  readonly compressor: Compressor;
  readonly index: MemoryIndex;
  readonly retriever: Retriever;
  /** o200k tokens of a text. */
  readonly countTokens: (text: string) => number;
  /** Keeps what a session start would get where a hook finds it when nobody answers. */
  readonly keepDigest: (block: ContextBlock | undefined) => void;
  /** The branch that is checked out; undefined where there is none. */
  readonly branch?: () => string | undefined;
  /** Tells the user's other store which of its memories were given here, or found used. */
  readonly countUsesElsewhere?: (given: readonly MemoryId[], used: readonly MemoryId[]) => void;
  /** What that store has, so that review sees what is told in both; absent for that store itself. */
  readonly lookElsewhere?: LookElsewhere | undefined;
  /** Hands the evidence of memories over to one of that store that has taken their place. */
  readonly joinElsewhere?: (id: MemoryId, others: readonly Memory[]) => void;
  /** Which files that memories name are there, and which are no more; absent where there is no folder to look in. */
  readonly workspace?: Workspace | undefined;
  readonly newId: () => MemoryId;
  readonly now: () => number;
  /** Raw observations older than this many days go, compressed or not. */
  readonly keepDays: () => number;
  /** Cap of the database; beyond it the least useful memories go. */
  readonly maxBytes: () => number;
  readonly log: Log;
}

export interface MemoryEngine extends Telling, Pick<Giving, 'context' | 'preview' | 'given' | 'recordAsked'> {
  /** Resolves once the signals are safe on disk, with the cursor that vouches for them. Returns how many were new. */
  capture(signals: readonly Signal[], cursor?: Cursor): Promise<number>;
  /** Takes nothing in while paused; cursors move on all the same, so that what was said in a pause is never read later. */
  pause(isPaused: boolean): void;
  /** Compresses the sessions that are due, newest first. Returns when the next will be, or undefined when nothing waits. */
  compressDue(signal: AbortSignal): Promise<number | undefined>;
  /** Gives vectors to memories that have none yet. */
  embedMissing(signal: AbortSignal): Promise<void>;
  recall(query: Query, manner: RecallManner): Promise<Recollection[]>;
  /** Files open in the editor, the active one first: lifts what belongs to them. Kept in memory only. */
  lookAt(files: readonly string[]): void;
  /** Keeps a memory, of this store or the user's global one, out of what a session is given (absent: the one that starts next), or lets it in again. */
  holdBack(id: MemoryId, session: SessionId | undefined, isHeldBack: boolean): void;
  countUses(given: readonly MemoryId[], used: readonly MemoryId[]): void;
  list(): Memory[];
  /** All memories as rows, newest first, with a stamp; without the rows where nothing has changed since `stamp`. */
  rows(stamp?: string): { readonly stamp: string; readonly rows?: readonly MemoryRow[] };
  memory(id: MemoryId): Memory | undefined;
  /** See `store/store.ts`. */
  reviewAnswers(): readonly ReviewAnswer[];
  join(id: MemoryId, others: readonly Memory[]): void;
  adopt(memory: Memory): void;
  letGo(id: MemoryId): void;
  setPinned(id: MemoryId, pinned: boolean): void;
  /** Hides memories at once; the forgetting is final after `undoMs`, or when the store is opened anew. */
  forget(ids: readonly MemoryId[], undoMs: number): void;
  /** One memory in the place of several: the others are hidden at once, and join it for good after `undoMs`; `undoForget` brings them back. */
  merge(id: MemoryId, others: readonly MemoryId[], undoMs: number): void;
  undoForget(ids: readonly MemoryId[]): void;
  /** What is worth a look, worst first. */
  review(limit: number): Promise<ReviewSlice>;
  /** Not asked again for this reason. */
  keep(reason: ReviewReason, ids: readonly MemoryId[]): void;
  exportMemories(withEvidence: boolean): string;
  /** Hides everything, and with it what waits to be compressed; final after `undoMs`. Returns the ids. */
  forgetEverything(undoMs: number): readonly MemoryId[];
  /**
   * What a language model of the user's editor may be asked to put into better words: the new memories of one session at rest that happened at or after
   * `sinceMs`. Each is handed out once; undefined when there are none, or while paused.
   */
  nextRewriting(sinceMs: number): { readonly memories: readonly MemoryId[]; readonly prompt: string } | undefined;
  /** Its answer. What holds to the evidence takes the place of our words; returns how many did. */
  takeRewriting(memories: readonly MemoryId[], answer: string): number;
  rebuildIndex(onProgress: (share: number) => void): Promise<void>;
  cursor(key: string): string | undefined;
  state(): { readonly counts: StoreCounts; readonly index: IndexState; readonly revision: number; readonly isPaused: boolean };
  readonly onDidChange: Event<void>;
  /** Saves the indexes and closes the store. */
  dispose(): void;
}

export function createMemoryEngine(parts: EngineParts): MemoryEngine {
  const { store, observer, compressor, index, retriever, countTokens, now, log } = parts;
  const changed = new Emitter<void>();
  const failures = new Map<SessionId, { times: number; notBeforeMs: number }>();
  const forgetting = new Set<NodeJS.Timeout>();
  const recentWork = new RecentWork();
  const giving = createGiving({
    store,
    retriever,
    countTokens,
    around,
    countUsesElsewhere: parts.countUsesElsewhere,
    now,
    onChange: () => changed.fire(),
  });
  const telling = createTelling({ store, observer, onChange: memoriesChanged });
  const { workspace, lookElsewhere } = parts;
  const reviewer = createReviewer({ store, index, workspace, lookElsewhere, now, onMore: () => changed.fire(), log });
  let isPaused = false;
  let isTidy = false;
  let tidiedAtMs = 0;
  let digestTimer: NodeJS.Timeout | undefined;

  /** After every change of the memories: the indexes catch up before anyone asks, the digest before any hook does. */
  function memoriesChanged(): void {
    index.catchUp();
    digestTimer ??= setTimeout(renewDigest, DIGEST_AFTER_MS);
    changed.fire();
  }

  function renewDigest(): void {
    clearTimeout(digestTimer);
    digestTimer = undefined;
    parts.keepDigest(giving.digest());
  }

  /** What stands around a question that is put now. */
  function around(atMs: number): Pick<Query, 'files' | 'recent' | 'branch'> {
    const branch = parts.branch?.();
    return { ...recentWork.around(atMs), ...(branch !== undefined && { branch }) };
  }

  async function observeAll(
    signals: readonly Signal[],
  ): Promise<{ kept: Observation[]; dropped: Record<string, number>; ended: Map<SessionId, number> }> {
    const kept: Observation[] = [];
    const dropped: Record<string, number> = {};
    const ended = new Map<SessionId, number>();
    const { forgottenUntilMs } = store;
    for (const signal of signals) {
      if (signal.kind === 'turn_end') {
        ended.set(signal.place.session, signal.place.atMs);
        continue;
      }
      const seen: Observation | Dropped = isPaused
        ? { kind: 'dropped', reason: 'paused' }
        : signal.place.atMs <= forgottenUntilMs
          ? { kind: 'dropped', reason: 'forgotten' }
          : await observer.observe(signal);
      if ('reason' in seen) dropped[seen.reason] = (dropped[seen.reason] ?? 0) + 1;
      else kept.push(seen);
    }
    return { kept, dropped, ended };
  }

  async function compressSession(work: SessionWork, signal: AbortSignal): Promise<void> {
    const observations = store.observationsOf(work.session);
    // Of what was moved away, that alone may be told on which other memories of the session are made of, too: those are to stay whole.
    const held = new Set(store.ofSession(work.session).flatMap(({ segments }) => segments));
    const isToldElsewhere = (hash: string): boolean => store.isAway(hash) && !held.has(hash);
    const { memories: drafts, dropped } = await compressor.compress(observations, signal, isToldElsewhere);
    if (signal.aborted) return;
    // A memory whose observations are gone already can no longer be judged anew: it stays as it is.
    const records = new Set(observations.map((o) => o.place.record));
    const existing = store
      .ofSession(work.session)
      .map(inOwnWords)
      .filter((m) => m.evidence.some((e) => records.has(e.place.record)));
    const settlement = await reconcile({
      session: work.session,
      source: work.source,
      settled: observations.map((o) => o.id),
      existing,
      drafts,
      newId: parts.newId,
      findSimilar: (draft) => similar(draft, work.session),
    });
    // Everything may have been forgotten while the model was at work.
    if (signal.aborted || store.isEmptying) return;
    store.settle(settlement);
    isTidy = false;
    store.countDropped(dropped);
    memoriesChanged();
    log.debug(`compressed ${work.session}: ${observations.length} observations, ${drafts.length} memories`);
  }

  /** Memories of other sessions that may tell the same as a draft. */
  async function similar(draft: MemoryDraft, session: SessionId): Promise<Memory[]> {
    const hits = await retriever.recall({ text: draft.text, atMs: now(), limit: 8 });
    return hits.map((hit) => inOwnWords(hit.memory)).filter((memory) => memory.session !== session);
  }

  /** Makes the forgetting or merging of what is hidden now final, when its time has come. */
  function finishAfter(undoMs: number): void {
    const timer = setTimeout(() => {
      forgetting.delete(timer);
      const { isEmptying } = store;
      const leaving = Map.groupBy(store.mergedElsewhere(now() - undoMs), ({ heir }) => heir);
      for (const [heir, merged] of leaving) {
        parts.joinElsewhere?.(
          heir,
          merged.map(({ memory }) => memory),
        );
      }
      if (store.finishForgetting(now() - undoMs).length === 0 && store.isEmptying === isEmptying) return;
      memoriesChanged();
      // The files of the indexes held it too.
      index.save();
    }, undoMs + 50);
    forgetting.add(timer);
  }

  /** Lets go of what is old and of what is too much: after a settlement, else now and then. */
  function tidyUp(): void {
    if (isTidy && now() - tidiedAtMs < TIDY_EVERY_MS) return;
    [isTidy, tidiedAtMs] = [true, now()];
    store.purge(now() - SESSION_OPEN_MS, now() - parts.keepDays() * 24 * 3_600_000);
    if (store.trimTo(parts.maxBytes()) > 0) memoriesChanged();
  }

  function failed(work: SessionWork, thrown: unknown): void {
    const times = (failures.get(work.session)?.times ?? 0) + 1;
    const pause = RETRY_AFTER_MS[times - 1];
    log.error(`compressing ${work.session} failed (${times})`, traceOf(thrown));
    if (pause !== undefined) {
      failures.set(work.session, { times, notBeforeMs: now() + pause });
      return;
    }
    failures.delete(work.session);
    const ids = store.observationsOf(work.session).map((o) => o.id);
    store.setAside(ids, `could not be compressed: ${thrown instanceof Error ? thrown.name : 'unknown error'}`);
    changed.fire();
  }

  function dueAtMs(work: SessionWork): number {
    const settledAt = work.lastTakenAtMs + (work.isTurnEnded ? TURN_SETTLE_MS : QUIET_MS);
    return Math.max(settledAt, failures.get(work.session)?.notBeforeMs ?? 0);
  }

  return Object.freeze<MemoryEngine>({
    onDidChange: changed.event,

    async capture(signals, cursor) {
      const { kept, dropped, ended } = await observeAll(signals);
      const taken = store.take(kept, cursor);
      recentWork.take(kept);
      giving.follow(kept);
      for (const [session, atMs] of ended) store.markTurnEnded(session, atMs);
      if (Object.keys(dropped).length > 0) store.countDropped(dropped);
      if (taken > 0) changed.fire();
      return taken;
    },

    pause(paused) {
      isPaused = paused;
      changed.fire();
    },

    async compressDue(signal) {
      const waiting = () => (isPaused || store.isEmptying ? [] : store.sessionsWaiting().sort((a, b) => b.lastAtMs - a.lastAtMs));
      for (const work of waiting()) {
        if (signal.aborted || isPaused || store.isEmptying) break;
        if (dueAtMs(work) > now()) continue;
        try {
          await compressSession(work, signal);
          failures.delete(work.session);
        } catch (thrown) {
          if (!signal.aborted) failed(work, thrown);
        }
      }
      tidyUp();
      const next = waiting().map(dueAtMs);
      return next.length > 0 ? Math.min(...next) : undefined;
    },

    async embedMissing(signal) {
      const isMuchMissing = () => index.state.withoutVector > MANY_WITHOUT_VECTOR;
      const wasMissing = isMuchMissing();
      await index.embedMissing(signal);
      // Review was still looking then.
      if (wasMissing && !isMuchMissing()) changed.fire();
    },

    recall: (query, manner) => retriever.recall(query, { manner }),
    lookAt: (files) => recentWork.look(files),

    context: giving.context,
    preview: giving.preview,
    given: giving.given,
    recordAsked: giving.recordAsked,
    ...telling,

    holdBack(id, session, isHeldBack) {
      store.holdBack(id, session, isHeldBack, now());
      if (session === undefined) renewDigest();
      changed.fire();
    },

    countUses(given, used) {
      store.countUses(given, used);
      changed.fire();
    },

    list: () => store.all(),
    memory: (id) => store.get(id),

    rows(known) {
      const stamp = `${store.id} ${store.revision} ${store.usesRevision}`;
      return stamp === known ? { stamp } : { stamp, rows: store.rows() };
    },

    reviewAnswers: () => store.reviewAnswers(),

    join(id, others) {
      store.join(id, others);
      memoriesChanged();
    },

    adopt(memory) {
      store.adopt(memory);
      memoriesChanged();
    },

    letGo(id) {
      store.letGo(id);
      memoriesChanged();
    },

    setPinned(id, pinned) {
      store.setPinned(id, pinned);
      memoriesChanged();
    },

    forget(ids, undoMs) {
      store.hide(ids, now());
      renewDigest();
      memoriesChanged();
      finishAfter(undoMs);
    },

    merge(id, others, undoMs) {
      store.merge(id, others, now());
      renewDigest();
      memoriesChanged();
      finishAfter(undoMs);
    },

    undoForget(ids) {
      store.restore(ids);
      memoriesChanged();
    },

    review: (limit) => reviewer.review(limit),

    keep(reason, ids) {
      reviewer.keep(reason, ids);
      changed.fire();
    },

    exportMemories(withEvidence) {
      const memories = store.all().map((memory) => ({ memory, isInGlobalStore: false }));
      return writeExchange(memories, withEvidence);
    },

    forgetEverything(undoMs) {
      const ids = store.hideAll(now());
      renewDigest();
      memoriesChanged();
      finishAfter(undoMs);
      return ids;
    },

    nextRewriting(sinceMs) {
      const offered = isPaused ? [] : store.offerForRewriting(sinceMs, now() - REWRITE_AFTER_MS, REWRITE_AT_ONCE);
      if (offered.length === 0) return undefined;
      return { memories: offered.map(({ id }) => id), prompt: rewritingPrompt(offered.map(inOwnWords)) };
    },

    takeRewriting(memories, answer) {
      let taken = 0;
      for (const [number, words] of readAnswer(answer, memories.length)) {
        const memory = store.get(memories[number - 1] as MemoryId);
        if (!memory) continue;
        const refusal = refusalOf(words, inOwnWords(memory), countTokens);
        if (refusal) log.debug(`kept our own words for ${memory.id}: ${refusal}`);
        else if (store.rewrite(memory.id, words)) taken++;
      }
      if (taken > 0) memoriesChanged();
      return taken;
    },

    async rebuildIndex(onProgress) {
      await index.rebuild(onProgress);
      changed.fire();
    },

    cursor: (key) => store.cursor(key),
    state: () => ({ counts: store.counts(), index: index.state, revision: store.revision, isPaused }),

    dispose() {
      for (const timer of forgetting) clearTimeout(timer);
      if (digestTimer) renewDigest();
      reviewer.dispose();
      changed.dispose();
      index.save();
      index.dispose();
      store.close();
    },
  });
}
