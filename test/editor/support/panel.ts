// The page of the pruning panel, two frames deep in the workbench.
import type { Frame, Page } from 'playwright-core';
import { SLOW_MS, until } from './bed.ts';

const IS_DRAWN = `document.title === 'Cairn: Prune Memories' && Boolean(document.querySelector('#page')?.firstElementChild)`;

/** The frame that the panel's page runs in now; it is another one after each hiding and each reload. */
export function panelFrame(page: Page): Promise<Frame> {
  return until(
    'the panel’s page is there',
    async () => {
      for (const frame of page.frames()) {
        // As a string: the tests are compiled without the types of a page.
        const isOurs = await frame.evaluate<boolean>(IS_DRAWN).catch(() => false); // A frame that is just going.
        if (isOurs) return frame;
      }
      return undefined;
    },
    SLOW_MS,
  );
}
