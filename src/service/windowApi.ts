// What a window's service answers: its stores taken together. Memory ids are unique over all stores, so whoever has one answers for it.
import type { Memory, MemoryId, Recollection, Scope } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { createBrowser } from './browser.ts';
import { mergedGivings, mergedReviews, withForeignRows, withRows } from './mergedAnswers.ts';
import type { StoreHandle } from './storeHandle.ts';
import { readExchange, withOnly, writeExchange } from '../store/exchange.ts';
import type { StoreApi } from './storeApi.ts';

type Handle = Pick<StoreHandle, 'api'>;

export interface WindowStores {
  /** By workspace folder, real paths; empty in a window without a folder. */
  readonly projects: ReadonlyMap<string, Handle>;
  readonly global: Handle | undefined;
}

const STAYS_ELSEWHERE =
  'The memory for all projects would be lost in the others. Let that one stay, or make this one hold in all projects first.';

type StoreQuestions = Omit<ServiceApi, 'configure' | 'pause' | 'status'>;

export function windowApi(stores: () => WindowStores): StoreQuestions {
  const all = (): Handle[] => {
    const { projects, global } = stores();
    return [...new Set([...projects.values(), ...(global ? [global] : [])])];
  };

  /** The store that a folder's signals go to; the global one in a window without a folder. */
  async function storeOf(folder: string | undefined): Promise<StoreApi> {
    const { projects, global } = stores();
    const handle = (folder !== undefined ? projects.get(folder) : [...projects.values()][0]) ?? global;
    if (!handle) throw new UserError('Cairn is still waking up. Try again in a moment.');
    return handle.api();
  }

  /** The stores that a question is put to: a folder's and the global one, or all. */
  async function asked(folder: string | undefined): Promise<StoreApi[]> {
    const { projects, global } = stores();
    const own = folder === undefined ? undefined : projects.get(folder);
    const handles = own ? [own, ...(global ? [global] : [])] : all();
    const found = await Promise.allSettled(handles.map((handle) => handle.api()));
    const apis = found.filter((f) => f.status === 'fulfilled').map((f) => f.value);
    const failure = found.find((f) => f.status === 'rejected');
    if (apis.length === 0 && failure) throw failure.reason;
    return apis;
  }

  /** The store that has a memory, and the memory. */
  async function holder(id: MemoryId): Promise<{ readonly handle: Handle; readonly api: StoreApi; readonly memory: Memory }> {
    const found = await Promise.allSettled(
      all().map(async (handle) => {
        const api = await handle.api();
        return { handle, api, memory: await api.memory(id) };
      }),
    );
    for (const one of found) {
      if (one.status === 'fulfilled' && one.value.memory) return { ...one.value, memory: one.value.memory };
    }
    const failure = found.find((one) => one.status === 'rejected');
    throw failure?.reason ?? new UserError('This memory is not there any more. The list shows what is.');
  }

  /** The store that a memory moves to when its scope becomes `scope`; undefined when it may stay, or there is no other. */
  function homeFor(scope: Scope, holding: Handle): Handle | undefined {
    const { projects, global } = stores();
    if ((holding === global) === (scope === 'global')) return undefined;
    return scope === 'global' ? global : [...projects.values()][0];
  }

  const browser = createBrowser({ stores: asked, folders: () => [...stores().projects.keys()], now: Date.now });

  return {
    capture: async (folder, signals, cursor) => (await storeOf(folder)).capture(undefined, signals, cursor),
    cursorOf: async (folder, key) => (await storeOf(folder)).cursorOf(undefined, key),
    async recall(folder, query, manner) {
      const found = await Promise.all((await asked(folder)).map((api) => api.recall(undefined, query, manner)));
      return merged(found).slice(0, query.limit);
    },
    lookAt: async (folder, files) => (await storeOf(folder)).lookAt(undefined, files),
    context: async (folder, occasion) => (await storeOf(folder)).context(undefined, occasion),
    async remember(folder, what) {
      const global = what.scope === 'global' ? stores().global : undefined;
      return (global ? await global.api() : await storeOf(folder)).remember(undefined, what);
    },
    async list(folder) {
      const lists = await Promise.all((await asked(folder)).map((api) => api.list(undefined)));
      const byId = new Map<MemoryId, Memory>(lists.flat().map((memory) => [memory.id, memory]));
      return [...byId.values()].sort((a, b) => b.atMs - a.atMs);
    },
    async edit(id, change) {
      const { handle, api, memory } = await holder(id);
      const { scope = memory.scope, ...others } = change;
      const home = scope === memory.scope ? undefined : homeFor(scope, handle);
      if (!home) return api.edit(id, change);
      // Edited where it is, then moved: any edit is held to the same rules.
      if (Object.keys(others).length > 0) await api.edit(id, others);
      await (await home.api()).adopt({ ...((await api.memory(id)) ?? memory), scope });
      await api.letGo(id);
    },
    setPinned: async (id, pinned) => (await holder(id)).api.setPinned(id, pinned),
    // A store takes no notice of ids that it does not know.
    forget: async (ids, undoMs) => void (await Promise.all((await asked(undefined)).map((api) => api.forget(ids, undoMs)))),
    undoForget: async (ids) => void (await Promise.all((await asked(undefined)).map((api) => api.undoForget(ids)))),
    browse: browser.slice,
    groups: browser.groups,
    async memory(id) {
      const found = await Promise.all((await asked(undefined)).map((api) => api.memory(id)));
      return found.find((memory) => memory !== undefined);
    },
    async preview(folder, query) {
      const preview = await (await storeOf(folder)).preview(undefined, query);
      return withRows(preview, await browser.rowsOf([...preview.lines.map(({ row }) => row.id), ...preview.heldBack.map(({ id }) => id)]));
    },
    async holdBack(id, session, isHeldBack) {
      // A global memory is given by way of each project.
      const { projects, global } = stores();
      const handles = projects.size > 0 ? [...projects.values()] : global ? [global] : [];
      await Promise.all(handles.map(async (handle) => (await handle.api()).holdBack(id, session, isHeldBack)));
    },
    async given(folder, beforeMs, limit) {
      const slices = await Promise.all((await asked(folder)).map((api) => api.given(undefined, beforeMs, limit)));
      const slice = mergedGivings(slices, limit);
      const ids = slice.givings.flatMap(({ memories }) => memories.filter(({ row }) => !row).map(({ id }) => id));
      return ids.length === 0 ? slice : withForeignRows(slice, await browser.rowsOf(ids));
    },
    async review(folder, limit) {
      const slices = await Promise.all((await asked(folder)).map((api) => api.review(undefined, limit)));
      return mergedReviews(slices, limit);
    },
    keep: async (reason, ids) => void (await Promise.all((await asked(undefined)).map((api) => api.keep(reason, ids)))),
    async merge(id, others, undoMs) {
      const { handle } = await holder(id);
      if (handle !== stores().global) {
        // What holds in all projects would be lost in the others.
        const found = await Promise.allSettled(others.map(holder));
        if (found.some((one) => one.status === 'fulfilled' && one.value.handle !== handle)) throw new UserError(STAYS_ELSEWHERE);
      }
      await Promise.all((await asked(undefined)).map((api) => api.merge(id, others, undoMs)));
    },
    async exportMemories(folder, withEvidence) {
      const global = await stores().global?.api();
      const exports = (await asked(folder)).map(async (api) =>
        readExchange(await api.exportMemories(undefined, withEvidence)).map((each) => ({ ...each, isInGlobalStore: api === global })),
      );
      return writeExchange((await Promise.all(exports)).flat(), withEvidence);
    },
    async importMemories(folder, lines) {
      const told = readExchange(lines);
      const here = await browser.rowsOf(told.map(({ memory }) => memory.id));
      const fresh = Map.groupBy(told, ({ memory, isInGlobalStore }) =>
        here.has(memory.id) ? 'known' : isInGlobalStore ? 'global' : 'folder',
      );
      const home = await storeOf(folder);
      const global = (await stores().global?.api()) ?? home;
      const count = { added: 0, known: fresh.get('known')?.length ?? 0, forgotten: 0, leftOut: 0 };
      const tooLong: number[] = [];
      for (const [api, memories] of [[home, fresh.get('folder')] as const, [global, fresh.get('global')] as const]) {
        if (!memories) continue;
        const one = await api.importMemories(undefined, withOnly(lines, memories));
        for (const key of Object.keys(count) as (keyof typeof count)[]) count[key] += one[key];
        tooLong.push(...one.tooLong);
      }
      return { ...count, tooLong: tooLong.sort((a, b) => a - b) };
    },
    async forgetEverything(folder, undoMs) {
      const ids = await Promise.all((await asked(folder)).map((api) => api.forgetEverything(undefined, undoMs)));
      return ids.flat();
    },
    rebuildIndex: async () => void (await Promise.all((await asked(undefined)).map((api) => api.rebuildIndex()))),
    turnEnded: async (folder, session) => (await storeOf(folder)).turnEnded(undefined, session),
    async nextRewriting(sinceMs) {
      for (const api of await asked(undefined)) {
        const request = await api.nextRewriting(sinceMs);
        if (request) return request;
      }
      return undefined;
    },
    async takeRewriting(memories, answer) {
      const taken = await Promise.all((await asked(undefined)).map((api) => api.takeRewriting(memories, answer)));
      return taken.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Best first; scores of different stores are probabilities and so comparable. Ties by id, so that the same question has the same answer. */
function merged(lists: readonly (readonly Recollection[])[]): Recollection[] {
  return lists.flat().sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1));
}
