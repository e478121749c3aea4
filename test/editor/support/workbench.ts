// What a user does in the workbench, in its own words. The selectors are those of VS Code 1.139; all that depend on it stand in this folder.
import type { Locator, Page } from 'playwright-core';
import { SLOW_MS, until } from './bed.ts';

const MENU_DEAF_MS = 300;
const VIEW_OPENS_MS = 300;
/** Less than the second after which a row counts down. */
const LIST_RESTS_MS = 400;

const palette = (page: Page): Locator => page.locator('.quick-input-widget');

/** Runs a command by its title in the palette, e.g. "Cairn: Recall…". */
export async function runCommand(page: Page, title: string): Promise<void> {
  // By the beginning of its name: where no command is called so (yet), the palette offers to ask the chat about it.
  const row = palette(page)
    .locator(`.monaco-list-row[aria-label^=${JSON.stringify(title)} i]`)
    .first();
  // While the workbench is still drawing itself, what takes the focus closes the palette again.
  await until(`the palette offers "${title}"`, async () => {
    await page.keyboard.press('F1');
    try {
      await palette(page).locator('input.input').fill(`>${title}`, { timeout: 5_000 });
      await row.click({ timeout: 5_000 });
      return true;
    } catch {
      await page.keyboard.press('Escape');
      return false;
    }
  });
}

/** Types into the quick pick or input box that is open now. */
export async function fillQuickInput(page: Page, text: string): Promise<void> {
  const input = palette(page).locator('input.input');
  await input.waitFor({ state: 'visible' });
  await input.fill(text);
}

/** The rows of the quick pick that is open now; those with `text`, if given. */
export function quickPickRows(page: Page, text?: string | RegExp): Locator {
  return palette(page).locator('.monaco-list-row', text === undefined ? {} : { hasText: text });
}

/** Opens a view container by its title in the activity bar, unless it is open. */
export async function openView(page: Page, title: string): Promise<void> {
  const icon = page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`).first();
  await icon.waitFor({ timeout: SLOW_MS });
  const isOpen = async (): Promise<boolean> => (await icon.getAttribute('class'))?.includes('checked') ?? false;
  // A press on what the workbench is just bringing back after a reload closes it: then once more.
  await until(`the view ${title} is open`, async () => {
    if (await isOpen()) return true;
    // Beside the badge that it may wear.
    await icon.click({ position: { x: 8, y: 8 } });
    await page.waitForTimeout(VIEW_OPENS_MS);
    return isOpen();
  });
}

/** Rows of the tree in the side bar whose accessible name contains `text`. */
export function treeRows(page: Page, text: string): Locator {
  return page.locator(`.sidebar .monaco-list-row[aria-label*=${JSON.stringify(text)} i]`);
}

/** Opens a group of the tree, unless it is open. */
export async function expandRow(row: Locator): Promise<void> {
  await row.waitFor({ timeout: SLOW_MS });
  if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
}

/** A list that is drawn anew takes its menus away, and its rows are not known to what was chosen there. */
async function untilAtRest(row: Locator): Promise<void> {
  const rows = row.locator('xpath=ancestor::*[contains(@class, "monaco-list-rows")]');
  let before: string | undefined;
  // Off the list: what appears beneath a pointer that rests would cover the row.
  await row.page().mouse.move(2, 2);
  await until('the list is at rest', async () => {
    const now = await rows.innerText();
    const isAtRest = now === before;
    before = now;
    if (!isAtRest) await row.page().waitForTimeout(LIST_RESTS_MS);
    return isAtRest;
  });
}

/** Picks an entry of a row's context menu. */
export async function chooseFromContextMenu(page: Page, row: Locator, entry: string): Promise<void> {
  const item = page.locator('.monaco-menu .action-menu-item', { hasText: entry }).first();
  await until(`the menu offers "${entry}"`, async () => {
    await untilAtRest(row);
    try {
      await row.click({ button: 'right', timeout: 5_000 });
      await item.waitFor({ timeout: 5_000 });
      // A menu takes no click in its first moments, so that the press which opened it does not choose from it.
      await page.waitForTimeout(MENU_DEAF_MS);
      await item.click({ timeout: 5_000 });
      return true;
    } catch {
      await page.keyboard.press('Escape');
      return false;
    }
  });
  await page.locator('.monaco-menu').first().waitFor({ state: 'detached' });
}

/** Presses one of the buttons that appear on a row under the pointer. */
export async function pressOnRow(row: Locator, label: string): Promise<void> {
  await row.hover();
  await row.locator(`.action-label[aria-label^="${label}"]`).first().click();
}

/** Status bar items with `text`; their tooltips are in `aria-label`. */
export function statusItems(page: Page, text: string | RegExp): Locator {
  return page.locator('.statusbar .statusbar-item', { hasText: text });
}

/** Toasts with `text`. */
export function notifications(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast .notification-list-item', { hasText: text });
}

/** Presses a button of a toast. */
export async function answerNotification(page: Page, text: string | RegExp, button: string): Promise<void> {
  const toast = notifications(page, text).first();
  await toast.waitFor({ timeout: SLOW_MS });
  await toast.locator('.monaco-button', { hasText: button }).click();
}

/** A modal dialogue with `text`. */
export function dialogs(page: Page, text: string | RegExp): Locator {
  return page.locator('.monaco-dialog-box', { hasText: text });
}

/** Presses a button of a modal dialogue. */
export async function answerDialog(page: Page, text: string | RegExp, button: string): Promise<void> {
  const dialog = dialogs(page, text).first();
  await dialog.waitFor({ timeout: SLOW_MS });
  await dialog.locator('.dialog-buttons .monaco-button', { hasText: button }).click();
}

/** Opens a file of the workspace and leaves the cursor in it. */
export async function openFile(page: Page, name: string): Promise<Locator> {
  await page.keyboard.press('Control+P');
  await fillQuickInput(page, name);
  await quickPickRows(page, name).first().click();
  const editor = page.locator('.editor-group-container.active .monaco-editor').first();
  await page.locator(`.tab.active[data-resource-name="${name.split('/').at(-1)}"]`).waitFor();
  await editor.locator('.view-lines').click();
  return editor;
}

/** Types at the end of the open file and saves it. */
export async function appendAndSave(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text, { delay: 5 });
  await page.keyboard.press('Control+S');
  await page.locator('.tab.active:not(.dirty)').waitFor();
}
