// The service's end of the link to the extension host that started it.
import { overIpc, type MessageConnection } from './channels.ts';

/** What a service may still do when its window is gone: save its indexes. The store needs no saving. */
const FAREWELL_MS = 1_500;

/**
 * The connection to the parent. When the parent goes away, or asks for the end by closing the channel, `onGone` runs, and
 * the process exits at the latest 1.5 s after. Throws when the process was not started by `fork`.
 */
export function linkToParent(onGone: () => void | Promise<void>): MessageConnection {
  if (!process.send) throw new Error('this process has no channel to a parent');
  process.once('disconnect', () => {
    setTimeout(() => process.exit(0), FAREWELL_MS);
    // A failure at the end has nobody left to hear of it: the parent is gone, and the store is safe at any moment.
    Promise.resolve()
      .then(onGone)
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  });
  return overIpc(process);
}
