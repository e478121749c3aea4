// VS Code's own chat, made to work without signing in: the user brings a model of their own, here the fake one.
import type { Page } from 'playwright-core';
import { SLOW_MS, until } from './bed.ts';
import { runCommand } from './workbench.ts';

const MODEL = 'Fake One';

/**
 * Turns the chat on and picks the fake model; once for each bed that was opened with `modelUrl`, and again after a reload.
 * The chat's extension stays off until the user either signs in or manages models: this is the second way.
 */
export async function enableChat(page: Page): Promise<void> {
  await runCommand(page, 'Chat: Manage Language Models');
  await page.locator('.models-widget .monaco-list-row', { hasText: MODEL }).first().waitFor({ timeout: SLOW_MS });
  const editor = page.locator('.monaco-modal-editor-block');
  await until('the model list closes', async () => {
    if ((await editor.count()) === 0) return true;
    await page.keyboard.press('Escape');
    return false;
  });
  await pickModel(page);
}

async function pickModel(page: Page): Promise<void> {
  const picker = page.locator('.interactive-input-part .chat-input-picker-item a, .interactive-input-part .action-label');
  const current = picker.filter({ hasText: /Model|Auto|Fake/ }).first();
  await current.waitFor({ timeout: SLOW_MS });
  if ((await current.innerText()).includes(MODEL)) return;
  await current.click();
  const row = page.locator('.action-widget .monaco-list-row', { hasText: MODEL }).first();
  await row.waitFor();
  await row.click();
}

/** Types a prompt and sends it; does not wait for the answer. */
export async function sendChat(page: Page, prompt: string): Promise<void> {
  await page.locator('.interactive-input-part .monaco-editor').first().click();
  await page.keyboard.type(prompt, { delay: 10 });
  // A list of suggestions may be open (after "#" it is), and would take the Enter.
  await page
    .locator('.interactive-input-part .suggest-widget.visible')
    .waitFor({ timeout: 1000 })
    .then(
      () => page.keyboard.press('Escape'),
      () => undefined,
    );
  await page.keyboard.press('Enter');
}

/** The texts of all prompts and answers, oldest first. */
export function chatTexts(page: Page): Promise<string[]> {
  return page.locator('.interactive-item-container').allInnerTexts();
}

/** Waits for an answer with `text`. */
export async function waitForChat(page: Page, text: string): Promise<void> {
  await until(`the chat says "${text}"`, async () => (await chatTexts(page)).some((item) => item.includes(text)));
}

/** Presses Allow where the chat asks whether a tool may run. */
export async function approveTool(page: Page): Promise<void> {
  const buttons = page.locator('.chat-confirmation-widget-container, .chat-confirmation-widget2, .chat-buttons').locator('.monaco-button');
  await buttons
    .filter({ hasText: /Allow|Continue/, visible: true })
    .first()
    .click({ timeout: SLOW_MS });
}
