// The memory service: a child process per window that holds stores, model and indexes, so that the editor's thread holds none of them.
process.env['ORT_DISABLE_TELEMETRY'] = '1'; // before onnxruntime can be loaded by anything

import path from 'node:path';
import type { TranscriptWatcher } from './assistants/watcher.ts';
import { claimStore } from './link/claimStore.ts';
import { identify } from './link/identity.ts';
import { writeLauncher } from './link/launcher.ts';
import { linkToParent } from './link/parentLink.ts';
import { cairnHome } from './link/paths.ts';
import type { ServiceApi, ServiceSettings, ServiceStatus } from './link/protocol.ts';
import { GLOBAL_REPOSITORY } from './link/registry.ts';
import { serve, tell } from './link/rpc.ts';
import type { Encoder } from './model/encoder.ts';
import { openEncoderThread } from './model/encoderThread.ts';
import { QueryVectors } from './retrieve/queryVectors.ts';
import { openOwnedStore, type RunningStore } from './service/ownedStore.ts';
import { watchOwnChats } from './service/ownChats.ts';
import type { GlobalStore } from './service/storeApi.ts';
import { StoreHandle } from './service/storeHandle.ts';
import { windowApi } from './service/windowApi.ts';
import { Disposables } from './util/disposal.ts';
import { logTo } from './util/log.ts';
import { OneAtATime } from './util/serial.ts';

const owned = new Disposables();
const connection = linkToParent(end);
const log = logTo((level, message) => tell(connection, 'log', { level, message }));
const home = cairnHome(process.env);
/** What the launcher starts hooks and MCP servers with. */
const runtime = { path: process.execPath, dist: import.meta.dirname };
const compressing = new OneAtATime();
const configuring = new OneAtATime();
const running = new Set<RunningStore>();
const projects = new Map<string, StoreHandle>();
const chats = new Map<string, TranscriptWatcher>();
let global: StoreHandle | undefined;
let settings: ServiceSettings | undefined;
let encoder: Encoder | undefined;
const queries = new QueryVectors(() => encoder);
let model: ServiceStatus['model'] = 'loading';
/** The model is loaded anew so often after its thread ended by itself. */
const MOST_FAULTS = 2;
let revision = 0;

function changed(): void {
  tell(connection, 'changed', { revision: ++revision });
}

async function loadModel(folder: string, faults = 0): Promise<void> {
  const program = path.join(import.meta.dirname, `encoderThread${path.extname(import.meta.filename)}`);
  try {
    encoder = await openEncoderThread(program, folder, (fault) => {
      encoder = undefined;
      model = 'missing';
      log.error('the thread of the model ended: search goes by words only', fault.message);
      changed();
      if (faults < MOST_FAULTS) void loadModel(folder, faults + 1);
    });
    model = 'ready';
    for (const store of running) store.onModel();
  } catch (thrown) {
    model = 'missing';
    log.error('the model cannot be loaded: search goes by words only', thrown instanceof Error ? thrown.message : '');
  }
  changed();
}

async function hold(repository: Parameters<typeof claimStore>[1]['repository'], storage: string, folder?: string): Promise<StoreHandle> {
  const address = await claimStore(home, { repository, storage, runtime, atMs: Date.now(), ...(folder !== undefined && { folder }) });
  const handle = new StoreHandle({
    address,
    window,
    log,
    open: (storeFolder) => {
      const store = openOwnedStore({
        storeFolder,
        ...(folder !== undefined && { folder }),
        settings: () => settings as ServiceSettings,
        encoder: () => encoder,
        queries,
        compressing,
        global: () => (folder === undefined ? undefined : globalStore),
        log,
      });
      running.add(store);
      return { ...store, dispose: () => (running.delete(store), store.dispose()) };
    },
  });
  owned.own(handle.onDidChange(changed));
  return handle;
}

/** The global store as project stores ask it, whoever owns it. */
const globalStore: GlobalStore = {
  recall: async (folder, query, manner) => (global ? (await global.api()).recall(folder, query, manner) : []),
  list: async (folder) => (global ? (await global.api()).list(folder) : []),
  rows: async (stamp) => (global ? (await global.api()).rows(stamp) : { stamp: '', rows: [] }),
  reviewAnswers: async () => (global ? (await global.api()).reviewAnswers() : []),
  join: async (id, others) => (await global?.api())?.join(id, others),
  countUses: async (given, used) => (await global?.api())?.countUses(given, used),
};

const window: Pick<ServiceApi, 'configure' | 'pause' | 'status'> = {
  configure: (next) =>
    configuring.run(async () => {
      const before = settings;
      settings = next;
      if (!before) {
        writeLauncher(home, runtime);
        void loadModel(next.models);
      }
      for (const store of running) store.engine.pause(next.isPaused);
      const isWatchingOther = before !== undefined && String(before.sources) !== String(next.sources);
      const folders = new Set(next.roots.map((root) => root.folder));
      for (const [folder, handle] of projects) {
        // What is watched is settled when a store is opened: open it anew.
        if (folders.has(folder) && !isWatchingOther) continue;
        projects.delete(folder);
        chats.get(folder)?.dispose();
        handle.dispose();
      }
      global ??= await hold(GLOBAL_REPOSITORY, next.globalStorage);
      for (const { folder, storage } of next.roots) {
        if (projects.has(folder)) continue;
        const handle = await hold(await identify(folder), storage, folder);
        projects.set(folder, handle);
        chats.set(folder, watchOwnChats(folder, handle, next, log, changed));
      }
      changed();
    }),

  async pause(isPaused) {
    if (settings) settings = { ...settings, isPaused };
    for (const store of running) store.engine.pause(isPaused);
    changed();
  },

  async status() {
    const handles = [...projects.values(), ...(global ? [global] : [])];
    const apis = await Promise.allSettled(handles.map((handle) => handle.api().then((api) => api.storeStatus())));
    const stores = apis.filter((api) => api.status === 'fulfilled').map((api) => api.value);
    const unreachable = apis
      .filter((api) => api.status === 'rejected')
      .map((api) => (api.reason instanceof Error ? api.reason.message : 'A store cannot be opened.'));
    const watching = [...[...running].map((store) => store.watching), ...[...chats.values()].map((chat) => chat.state)];
    const done = watching.reduce((sum, w) => sum + (w.backfill?.done ?? 0), 0);
    const of = watching.reduce((sum, w) => sum + (w.backfill?.of ?? 0), 0);
    const troubles = [...watching.flatMap((w) => w.troubles), ...unreachable];
    return { stores, isPaused: settings?.isPaused ?? false, model, troubles, ...(of > 0 && { backfill: { done, of } }) };
  },
};

serve(connection, { ...windowApi(() => ({ projects, global })), ...window });

/** The window is gone: save what can be saved and let others take over. The process ends after this, whatever it throws. */
function end(): void {
  for (const handle of projects.values()) owned.own(handle);
  for (const chat of chats.values()) owned.own(chat);
  if (global) owned.own(global);
  owned.dispose();
}
process.once('SIGTERM', () => {
  try {
    end();
  } finally {
    process.exit(0);
  }
});
process.once('SIGINT', () => undefined); // Ctrl-C in a terminal that started the editor reaches us too; the editor says when to end.
