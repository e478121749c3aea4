// Typing into VS Code's terminal as a user does.
import type { Page } from 'playwright-core';
import { SLOW_MS } from './bed.ts';
import { runCommand } from './workbench.ts';

/** Opens a new terminal and waits until its shell reports to VS Code: before that, commands are not seen by extensions. */
export async function openTerminal(page: Page): Promise<void> {
  await runCommand(page, 'Terminal: Create New Terminal');
  await page.locator('.terminal-wrapper.active .xterm-screen').first().waitFor({ timeout: SLOW_MS });
  // The decoration beside the prompt is drawn by shell integration; nothing else of it shows in the page.
  await page.locator('.terminal-wrapper.active .terminal-command-decoration').first().waitFor({ state: 'attached', timeout: SLOW_MS });
}

/** Types a command line and presses Enter; does not wait for its end. */
export async function typeInTerminal(page: Page, commandLine: string): Promise<void> {
  await page.locator('.terminal-wrapper.active .xterm-screen').first().click();
  await page.keyboard.type(`${commandLine}\n`, { delay: 15 });
}
