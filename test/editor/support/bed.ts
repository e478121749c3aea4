// A real VS Code for one test file: the packaged extension in the browser VS Code, a page of Chromium on it, a scratch home and a scratch
// workspace. All of it is ended by `close`, and also when the test process dies.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type Page, chromium } from 'playwright-core';
import { root, setUpBed, setUpChromium } from '../../../scripts/lib/bed.ts';
import { type CodeServer, startCodeServer } from '../../../scripts/lib/codeServer.ts';
import { exitOnSignals, run } from '../../../scripts/lib/processes.ts';
import { byokModels } from '../../../scripts/sample/chatModels.ts';

export interface BedOptions {
  /** Files of the workspace, relative path → content; it becomes a git repository with one commit. */
  readonly files?: Readonly<Record<string, string>>;
  /** Added to the user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Makes a model server's "Fake One" a chat model of the user's own, which lets the built-in chat work without signing in. */
  readonly modelUrl?: string;
  /** More to prepare before the editor starts: transcripts, say. */
  readonly prepare?: (folders: BedFolders) => Promise<void> | void;
}

export interface BedFolders {
  /** HOME of the editor and of all it starts. */
  readonly home: string;
  /** The opened folder, its real path. */
  readonly workspace: string;
  /** The editor's user-data folder; `User/workspaceStorage` and `User/globalStorage` lie in it. */
  readonly userData: string;
}

export interface Bed extends BedFolders {
  readonly page: Page;
  readonly server: CodeServer;
  /** Loads the page again, as "Reload Window" does: a new extension host on the same folders. */
  reload(): Promise<void>;
  /** Another window on the same folder, with an extension host of its own. */
  openWindow(): Promise<Page>;
  /** Saves test-results/<name>.png, and says where. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Under load on two cores the workbench has taken 26 s; an idle machine needs 6. */
export const SLOW_MS = 60_000;

/** Asks until the answer is truthy; fails with `what` when the time is up. */
export async function until<T>(what: string, ask: () => T | Promise<T>, timeoutMs = SLOW_MS): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`waited ${timeoutMs} ms in vain: ${what}`);
    await delay(100);
  }
}

/** The VSIX under test: `CAIRN_VSIX`, which scripts/test.mjs sets to the one that it has just made, else the newest in the root folder. */
export function vsixUnderTest(): string {
  const named = process.env['CAIRN_VSIX'];
  if (named) return named;
  const found = fs
    .readdirSync(root)
    .filter((name) => name.endsWith('.vsix'))
    .map((name) => path.join(root, name))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
  assert.ok(found, 'There is no VSIX to test. Make one: npm run package.');
  return found;
}

async function makeRepository(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    [...identity, 'commit', '-q', '-m', 'Begin'],
  ]) {
    const { code, stderr } = await run('git', args, { cwd: folder, output: 'collect' });
    assert.equal(code, 0, stderr);
  }
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  // Nothing but this machine, whatever the workbench would like to fetch.
  await context.route(
    ({ hostname, protocol }) => protocol.startsWith('http') && hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  context.setDefaultNavigationTimeout(SLOW_MS);
  return context.newPage();
}

const workbenchOf = (page: Page) => page.locator('.monaco-workbench .activitybar').waitFor({ timeout: SLOW_MS });

// A test run that is told to end takes its editor and browser with it.
exitOnSignals();

/** Starts it all, and waits for the workbench. The caller closes it. */
export async function openBed(options: BedOptions = {}): Promise<Bed> {
  await setUpBed(console.log);
  const executablePath = await setUpChromium(console.log);
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-bed-'));
  const workspace = path.join(folder, 'project');
  const home = path.join(folder, 'home');
  const userData = path.join(folder, 'data');
  for (const made of [workspace, home, path.join(userData, 'User')]) fs.mkdirSync(made, { recursive: true });
  let server: CodeServer | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server?.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await makeRepository(workspace, options.files ?? { 'README.md': '# A project\n' });
    if (options.modelUrl) fs.writeFileSync(path.join(userData, 'User/chatLanguageModels.json'), byokModels(options.modelUrl));
    await options.prepare?.({ home, workspace, userData });
    const settings = {
      // Else the chat takes the right third of the window from the start.
      'workbench.secondarySideBar.defaultVisibility': options.modelUrl ? 'visible' : 'hidden',
      'chat.byokUtilityModelDefault': 'mainAgent',
      ...options.settings,
    };
    const started = await startCodeServer({ folder, home, vsix: vsixUnderTest(), settings });
    server = started;
    browser = await chromium.launch({
      executablePath,
      // Chromium's own sandbox cannot be had by root; what it shows here is our own loopback page.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const launched = browser;
    const openWindow = async (): Promise<Page> => {
      const opened = await openPage(launched);
      await opened.goto(started.url(workspace));
      await workbenchOf(opened);
      return opened;
    };
    const page = await openWindow();
    return {
      home,
      workspace,
      userData,
      page,
      server: started,
      async reload() {
        await page.reload();
        await workbenchOf(page);
      },
      openWindow,
      async screenshot(name) {
        const file = path.join(root, 'test-results', `${name}.png`);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        await page.screenshot({ path: file });
        return file;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** For `afterEach`: a failing test leaves a picture of what was on the screen. */
export async function pictureOnFailure(bed: Bed | undefined, test: Mocha.Test | undefined): Promise<void> {
  if (!bed || test?.state !== 'failed') return;
  const file = await bed.screenshot(`failed-${test.fullTitle().replace(/\W+/g, '-')}`);
  console.log(`      on the screen then: ${path.relative(root, file)}`);
}
