// All that lives while this process owns a store: the engine with its parts, the watching of conversations, and the loop that compresses.
import { randomUUID } from 'node:crypto';
import picomatch from 'picomatch';
import { readers } from '../assistants/all.ts';
import { watchTranscripts } from '../assistants/watcher.ts';
import { createObserver } from '../capture/observe.ts';
import { createCompressor } from '../compress/compress.ts';
import { createMemoryEngine, type MemoryEngine } from '../engine.ts';
import { writeDigest } from '../inject/digest.ts';
import { countTokens } from '../inject/tokens.ts';
import { branchOf } from '../link/gitFolder.ts';
import type { ServiceSettings } from '../link/protocol.ts';
import type { MemoryId } from '../memory.ts';
import type { Encoder } from '../model/encoder.ts';
import type { QueryVectors } from '../retrieve/queryVectors.ts';
import { createRetriever } from '../retrieve/retrieve.ts';
import { openMemoryIndex } from '../search/memoryIndex.ts';
import { openStore } from '../store/sqliteStore.ts';
import { Disposables } from '../util/disposal.ts';
import { traceOf } from '../util/errors.ts';
import { Emitter } from '../util/events.ts';
import type { Log } from '../util/log.ts';
import type { OneAtATime } from '../util/serial.ts';
import { createLookElsewhere } from './lookElsewhere.ts';
import { OWN_CHATS } from './ownChats.ts';
import { storeApi, type StoreApiParts } from './storeApi.ts';
import type { OwnedStore } from './storeHandle.ts';
import { surroundings } from './surroundings.ts';
import { createFileLook } from './workspaceFiles.ts';
import { createSymbolLook } from './workspaceSymbols.ts';

/** What comes in between two rounds of compressing: without anything due, the loop sleeps until something is. */
const SOONEST_MS = 250;
const LATEST_MS = 30_000;

export interface OwnedStoreParts {
  readonly storeFolder: string;
  /** The workspace folder it remembers for; absent for the global store. */
  readonly folder?: string;
  readonly settings: () => ServiceSettings;
  readonly encoder: () => Encoder | undefined;
  /** Of all stores of the process: what is asked of the project's and of the user's own is embedded once. */
  readonly queries: QueryVectors;
  /** One session is compressed at a time, over all stores of the process. */
  readonly compressing: OneAtATime;
  readonly global: StoreApiParts['global'];
  readonly log: Log;
}

export interface RunningStore extends OwnedStore {
  readonly engine: MemoryEngine;
  /** The model has come: give vectors to what has none. */
  onModel(): void;
  readonly watching: { readonly backfill?: { readonly done: number; readonly of: number }; readonly troubles: readonly string[] };
}

export function openOwnedStore(parts: OwnedStoreParts): RunningStore {
  const { storeFolder, folder, settings, encoder, log } = parts;
  const owned = new Disposables();
  const stopping = new AbortController();
  const changed = owned.own(new Emitter<void>());

  const store = openStore(storeFolder);
  const index = openMemoryIndex({ store, folder: storeFolder, encoder, log });
  const engine = createMemoryEngine({
    store,
    index,
    observer: createObserver({ isExcluded: excluder(() => settings().excluded) }),
    compressor: createCompressor({
      encoder,
      segmentHash: (text) => store.segmentHash(text),
      isForgotten: (hash) => store.isForgotten(hash),
      countTokens,
      log,
    }),
    retriever: createRetriever({ store, index, queries: parts.queries }),
    countTokens,
    // Counts only: lost without harm where the global store is just changing hands.
    countUsesElsewhere: (given, used) =>
      void parts
        .global()
        ?.countUses(given, used)
        .catch(() => undefined),
    ...(folder !== undefined && { lookElsewhere: createLookElsewhere(parts.global) }),
    joinElsewhere: (id, others) =>
      void parts
        .global()
        ?.join(id, others)
        .catch((thrown: unknown) => log.warn(`the evidence of ${others.length} memories did not reach ${id}`, traceOf(thrown))),
    keepDigest: (block) => writeDigest(storeFolder, block),
    keepDays: () => settings().keepDays,
    maxBytes: () => settings().maxStoreMb * 1_000_000,
    branch: () => (folder === undefined ? undefined : branchOf(folder)),
    ...(folder !== undefined && { workspace: { files: createFileLook(folder, Date.now), symbols: createSymbolLook(folder, Date.now) } }),
    newId: () => randomUUID() as MemoryId,
    now: Date.now,
    log,
  });
  owned.own(engine);
  engine.pause(settings().isPaused);
  owned.own(engine.onDidChange(() => changed.fire()));

  // --- compressing: when something is due, and in the meantime asleep
  let timer: NodeJS.Timeout | undefined;
  const work = async (): Promise<void> => {
    const next = await parts.compressing.run(() => engine.compressDue(stopping.signal));
    await engine.embedMissing(stopping.signal);
    if (!stopping.signal.aborted) wakeIn(next === undefined ? LATEST_MS : next - Date.now());
  };
  const wakeIn = (ms: number): void => {
    clearTimeout(timer);
    if (owned.isDisposed) return;
    timer = setTimeout(
      () => {
        work().catch((thrown: unknown) => {
          log.error('compressing failed', traceOf(thrown));
          wakeIn(LATEST_MS);
        });
      },
      Math.min(LATEST_MS, Math.max(SOONEST_MS, ms)),
    );
  };
  owned.defer(() => clearTimeout(timer));
  owned.defer(() => stopping.abort());
  wakeIn(0);

  // --- conversations
  const watcher = watchTranscripts({
    readers: readers.filter(({ assistant }) => folder !== undefined && !OWN_CHATS.has(assistant) && settings().sources.includes(assistant)),
    where: surroundings(folder, settings()),
    desk: {
      cursor: async (key) => engine.cursor(key),
      async capture(signals, cursor) {
        const taken = await engine.capture(signals, cursor);
        if (taken > 0) wakeIn(SOONEST_MS);
        return taken;
      },
    },
    log,
    onChange: () => changed.fire(),
  });
  owned.own(watcher);
  void watcher.look();

  const api = storeApi({
    engine,
    address: { store: storeFolder, ...(folder !== undefined && { folder }) },
    global: parts.global,
    budgets: settings,
    remarks: () => [
      ...store.remarks,
      ...(index.state.vectorKind === 'exact' ? ['hnswlib is not available here: similar memories are found by an exact scan'] : []),
    ],
    async onTurnEnded(session) {
      await watcher.look(session);
      wakeIn(SOONEST_MS);
    },
  });

  return {
    engine,
    api: {
      ...api,
      async capture(at, signals, cursor) {
        const taken = await api.capture(at, signals, cursor);
        if (taken > 0) wakeIn(SOONEST_MS);
        return taken;
      },
      async takeRewriting(memories, answer) {
        const taken = await api.takeRewriting(memories, answer);
        if (taken > 0) wakeIn(SOONEST_MS); // New words need new vectors.
        return taken;
      },
    },
    onDidChange: changed.event,
    onModel: () => wakeIn(0),
    get watching() {
      return watcher.state;
    },
    dispose: () => owned.dispose(),
  };
}

/** Whether a path is among the patterns given at that time. They are compiled when they change, not for each signal. */
function excluder(patternsNow: () => readonly string[]): (path: string) => boolean {
  let compiled: { readonly patterns: readonly string[]; readonly matches: (path: string) => boolean } | undefined;
  return (path) => {
    const patterns = patternsNow();
    if (compiled?.patterns !== patterns) {
      const matches = patterns.length > 0 ? picomatch([...patterns], { dot: true, windows: process.platform === 'win32' }) : () => false;
      compiled = { patterns, matches };
    }
    return compiled.matches(path);
  };
}
