// The editor's own chats lie in the window's storage, which only this window knows: each window reads its own, whoever owns the store.
import { readers } from '../assistants/all.ts';
import { watchTranscripts, type TranscriptWatcher } from '../assistants/watcher.ts';
import type { ServiceSettings } from '../link/protocol.ts';
import type { AssistantId } from '../memory.ts';
import type { Log } from '../util/log.ts';
import type { StoreHandle } from './storeHandle.ts';
import { surroundings } from './surroundings.ts';

/** Read by every window for itself; all others by the store's owner. */
export const OWN_CHATS: ReadonlySet<AssistantId> = new Set<AssistantId>(['vscode-chat']);

export function watchOwnChats(
  folder: string,
  handle: StoreHandle,
  settings: ServiceSettings,
  log: Log,
  onChange: () => void,
): TranscriptWatcher {
  const watcher = watchTranscripts({
    readers: readers.filter(({ assistant }) => OWN_CHATS.has(assistant) && settings.sources.includes(assistant)),
    where: surroundings(folder, settings),
    desk: {
      cursor: async (key) => (await handle.api()).cursorOf(undefined, key),
      capture: async (signals, cursor) => (await handle.api()).capture(undefined, signals, cursor),
    },
    log,
    onChange,
  });
  void watcher.look();
  return watcher;
}
