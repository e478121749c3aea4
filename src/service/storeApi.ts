// What one store answers: its engine in the vocabulary of `protocol.ts`. Served to other windows, hooks and MCP servers by the store's owner.
import type { MemoryEngine } from '../engine.ts';
import type { Situation } from '../inject/giving.ts';
import { sessionStartMemories } from '../inject/sessionStart.ts';
import type { Occasion, Recollection, SessionId } from '../memory.ts';
import { within } from '../util/within.ts';
import { createBrowser, type RowSource } from './browser.ts';
import type { ServiceApi, StoreOnlyApi, StoreStatus } from '../link/protocol.ts';

/** The global store may belong to another window: an asker with a time limit does not lose the whole answer for it. */
const OTHERS_BEFORE_END_MS = 40;
const OTHERS_WITHIN_MS = 2_000;
const OTHERS_LIMIT = 12;

/** What a project's store asks of the user's global one. */
export type GlobalStore = Pick<ServiceApi, 'recall' | 'list'> & Pick<StoreOnlyApi, 'rows' | 'reviewAnswers' | 'join' | 'countUses'>;

export interface StoreApiParts {
  readonly engine: MemoryEngine;
  /** For the status: the store's folder, and the workspace folder it remembers for. */
  readonly address: { readonly store: string; readonly folder?: string };
  /** The user's global store, unless this is it. */
  readonly global: () => GlobalStore | undefined;
  readonly budgets: () => { readonly sessionStartTokens: number; readonly promptTokens: number };
  readonly remarks: () => readonly string[];
  /** Reads what is new of a session at once and compresses it. */
  readonly onTurnEnded: (session: SessionId) => Promise<void>;
}

/** The window's own questions (`configure`, `pause`, `status` as a whole) are the service's: see `windowApi.ts`. */
export type StoreApi = Omit<ServiceApi, 'configure' | 'pause' | 'status'> & StoreOnlyApi & { storeStatus(): Promise<StoreStatus> };

export function storeApi({ engine, address, global, budgets, remarks, onTurnEnded }: StoreApiParts): StoreApi {
  /** What the global store has for an occasion; nothing when it is slow or away. */
  async function others(occasion: Situation & Pick<Occasion, 'answerByMs'>): Promise<readonly Recollection[]> {
    const store = global();
    if (!store) return [];
    const asked =
      occasion.kind === 'session_start'
        ? store.list(undefined).then((memories) => sessionStartMemories(memories, { atMs: occasion.atMs }))
        : store.recall(undefined, { text: occasion.prompt, atMs: occasion.atMs, limit: OTHERS_LIMIT }, 'unasked');
    const limitMs = occasion.answerByMs === undefined ? OTHERS_WITHIN_MS : occasion.answerByMs - OTHERS_BEFORE_END_MS - Date.now();
    return (
      (await within(
        asked.catch(() => []),
        limitMs,
      )) ?? []
    );
  }

  const budgetOf = ({ kind }: Pick<Occasion, 'kind'>): number =>
    kind === 'session_start' ? budgets().sessionStartTokens : budgets().promptTokens;

  const browser = createBrowser({
    stores: () => Promise.resolve([source]),
    folders: () => (address.folder === undefined ? [] : [address.folder]),
    now: Date.now,
  });
  const source: RowSource = {
    rows: async (stamp) => engine.rows(stamp),
    recall: (_folder, query, manner) => engine.recall(query, manner),
  };

  return {
    capture: (_folder, signals, cursor) => engine.capture(signals, cursor),
    cursorOf: async (_folder, key) => engine.cursor(key),
    recall: (_folder, query, manner) => engine.recall(query, manner),
    lookAt: async (_folder, files) => engine.lookAt(files),
    async context(_folder, occasion) {
      const budget = budgetOf(occasion);
      return budget > 0 ? engine.context(occasion, budget, others(occasion)) : undefined;
    },
    remember: (_folder, what) => engine.remember(what),
    list: async () => engine.list(),
    edit: (id, change) => engine.edit(id, change),
    setPinned: async (id, pinned) => engine.setPinned(id, pinned),
    forget: async (ids, undoMs) => engine.forget(ids, undoMs),
    undoForget: async (ids) => engine.undoForget(ids),
    browse: (_folder, query, from, count) => browser.slice(undefined, query, from, count),
    groups: (_folder, query, by, from, count) => browser.groups(undefined, query, by, from, count),
    memory: async (id) => engine.memory(id),
    async preview(_folder, query) {
      const budget = budgetOf(query.occasion);
      return engine.preview(query, budget, others({ ...query.occasion, atMs: query.atMs }));
    },
    holdBack: async (id, session, isHeldBack) => engine.holdBack(id, session, isHeldBack),
    given: async (_folder, beforeMs, limit) => engine.given(beforeMs, limit),
    review: (_folder, limit) => engine.review(limit),
    keep: async (reason, ids) => engine.keep(reason, ids),
    merge: async (id, others, undoMs) => engine.merge(id, others, undoMs),
    exportMemories: async (_folder, withEvidence) => engine.exportMemories(withEvidence),
    importMemories: (_folder, lines) => engine.importMemories(lines),
    forgetEverything: async (_folder, undoMs) => engine.forgetEverything(undoMs),
    rows: async (stamp) => engine.rows(stamp),
    reviewAnswers: async () => engine.reviewAnswers(),
    join: async (id, others) => engine.join(id, others),
    adopt: async (memory) => engine.adopt(memory),
    letGo: async (id) => engine.letGo(id),
    countUses: async (given, used) => engine.countUses(given, used),
    recordAsked: async (asked) => engine.recordAsked(asked),
    rebuildIndex: () => engine.rebuildIndex(() => undefined),
    turnEnded: (_folder, session) => onTurnEnded(session),
    nextRewriting: async (sinceMs) => engine.nextRewriting(sinceMs),
    takeRewriting: async (memories, answer) => engine.takeRewriting(memories, answer),
    async storeStatus() {
      const { counts, index } = engine.state();
      const { memories, waiting, setAside, dropped } = counts;
      return {
        store: address.store,
        ...(address.folder !== undefined && { folder: address.folder }),
        memories,
        waiting,
        setAside,
        dropped,
        vectorKind: index.vectorKind,
        remarks: remarks(),
      };
    },
  };
}
