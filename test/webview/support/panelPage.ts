// The panel's page as the package holds it, alone in Chromium under the policy that the editor gives it, with a scripted editor on the other end.
import esbuild from 'esbuild';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';
import { buildPage } from '../../../scripts/build.mjs';
import { root, setUpChromium } from '../../../scripts/lib/bed.ts';

export const THEMES = ['dark', 'light', 'hc', 'hcLight'] as const;
export type Theme = (typeof THEMES)[number];
const BODY_CLASS: Readonly<Record<Theme, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};
/** Nothing answers there: each file is handed out by the test. */
const ORIGIN = 'http://panel.invalid';
const NONCE = 'bm9uY2Ugb2YgdGhlIHRlc3Q=';
const POLICY = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src ${ORIGIN}; font-src ${ORIGIN}; base-uri 'none'; form-action 'none'`;

/** A page of our own on a busy machine: what has not come by then does not come. */
const WAIT_MS = 10_000;

export interface PanelBrowser {
  /** Bytes of the page's script and style. */
  readonly bytes: number;
  open(options?: OpenOptions): Promise<PanelPage>;
  close(): Promise<void>;
}
export interface OpenOptions {
  /** Of the scripted editor: rows, delay, questions, hostile; see test/webview/page/host.ts. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly prefersReducedMotion?: boolean;
  readonly forcesColors?: boolean;
}
export interface PanelPage {
  readonly page: Page;
  /** What the browser refused or what was thrown; a test ends with none of it. */
  readonly faults: string[];
  /** The value of an expression in the page, where `scripted` is the editor's end. */
  value<T>(expression: string): Promise<T>;
  /** Resolves when an expression in the page is true: the browser's own waiting would have to break the policy. */
  until(expression: string): Promise<void>;
  /** How often a question was put. */
  asked(question: string): Promise<number>;
  tab(name: 'Next' | 'Given' | 'Review' | 'All'): Promise<void>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Builds the page and the scripted editor, and starts Chromium. */
export async function openPanelBrowser(): Promise<PanelBrowser> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-page-'));
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { bytes } = await buildPage({ outdir: folder });
    await esbuild.build({
      ...{ absWorkingDir: root, entryPoints: ['test/webview/page/host.ts'], outfile: path.join(folder, 'host.js') },
      ...{ bundle: true, format: 'iife', logLevel: 'warning' },
    });
    const launched = await chromium.launch({
      executablePath: await setUpChromium(console.log),
      // Chromium's own sandbox cannot be had by root; what it shows here is our own page.
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--enable-precise-memory-info'],
    });
    browser = launched;
    return { bytes, open: (options) => openPage(launched, folder, options ?? {}), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(browser: Browser, folder: string, options: OpenOptions): Promise<PanelPage> {
  const { theme = 'dark', width = 1100, height = 800, settings = {} } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: options.prefersReducedMotion ? 'reduce' : 'no-preference',
    ...(options.forcesColors && { forcedColors: 'active' as const }),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.route('**/*', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: frame(theme) });
    const file = name === 'theme.css' ? path.join(import.meta.dirname, `../themes/${theme}.css`) : path.join(folder, name);
    return fs.existsSync(file) ? route.fulfill({ path: file }) : route.abort();
  });
  const query = new URLSearchParams(Object.entries(settings).map(([name, value]): [string, string] => [name, String(value)]));
  await page.goto(`${ORIGIN}/?${query}`);
  await page.locator('#tab-next').waitFor();
  const value = <T>(expression: string) => page.evaluate<T>(expression);
  return {
    ...{ page, faults, value },
    async until(expression) {
      for (const end = Date.now() + WAIT_MS; !(await value<boolean>(`Boolean(${expression})`)); await page.waitForTimeout(20)) {
        assert.ok(Date.now() < end, `waited in vain: ${expression}`);
      }
    },
    asked: (question) => value(`scripted.asked.filter((ask) => ask.question === ${JSON.stringify(question)}).length`),
    async tab(name) {
      await page.getByRole('tab', { name }).click();
    },
    async screenshot(name) {
      const file = path.join(root, 'test-results/webview', `${name}.png`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      await page.screenshot({ path: file });
    },
    async close() {
      await context.close();
      assert.deepEqual(faults, [], 'the page threw, or the policy refused something');
    },
  };
}

const frame = (theme: Theme): string => `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${POLICY}">
  <title>Cairn: Prune Memories</title>
  <link rel="stylesheet" href="theme.css">
  <link rel="stylesheet" href="page.css">
</head>
<body class="${BODY_CLASS[theme]}">
  <div id="page"></div>
  <script nonce="${NONCE}" src="host.js"></script>
  <script type="module" nonce="${NONCE}" src="page.js"></script>
</body>
</html>`;
