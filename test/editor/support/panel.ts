// The page of the pruning panel, two frames deep in the workbench.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator, Page } from 'playwright-core';
import { SLOW_MS, until } from './bed.ts';
import { fillQuickInput, quickPickRows, runCommand } from './workbench.ts';

const IS_DRAWN = `document.title === 'Cairn: Prune Memories' && document.querySelector('[role="tab"]') !== null`;

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

/** Opens the panel by its command. */
export async function openPanel(page: Page): Promise<Frame> {
  await runCommand(page, 'Cairn: Prune Memories…');
  return panelFrame(page);
}

export type TabName = 'Next' | 'Given' | 'Review' | 'All';

export const tabOf = (frame: Frame, name: TabName): Locator => frame.getByRole('tab', { name: new RegExp(`^${name}`) });

/** By mouse. */
export async function showTab(frame: Frame, name: TabName): Promise<void> {
  await tabOf(frame, name).click();
  await frame.locator(`[role="tabpanel"][aria-labelledby="tab-${name.toLowerCase()}"]`).waitFor();
}

/** Rows of "All" that are drawn now. */
export const listRows = (frame: Frame, text?: string): Locator =>
  frame.locator('[role="option"]', text === undefined ? {} : { hasText: text });

/** The lines of "Next". */
export const blockLines = (frame: Frame, text?: string): Locator =>
  frame
    .getByRole('list', { name: 'Memories that are told' })
    .getByRole('listitem')
    .filter(text === undefined ? {} : { hasText: text });

/** "Show as text", opened; byte for byte. */
export async function blockText(frame: Frame): Promise<string> {
  const text = frame.getByRole('region', { name: 'The exact text' });
  if (!(await text.isVisible())) await frame.getByText('Show as text').click();
  await text.waitFor();
  return (await text.textContent()) ?? '';
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds in the page as it is now that is serious or critical; empty is good. */
export async function seriousViolations(frame: Frame): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await frame.evaluate(fs.readFileSync(axe, 'utf8'));
  const { violations } = await frame.evaluate<{ readonly violations: readonly Violation[] }>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** By the palette, as a person does; waits until the page has been told. */
export async function useTheme(page: Page, label: string, bodyClass: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme');
  await fillQuickInput(page, label);
  await quickPickRows(page, label).first().waitFor();
  await page.keyboard.press('Enter');
  const frame = await panelFrame(page);
  await frame.locator(`body.${bodyClass}`).waitFor({ timeout: SLOW_MS });
}
