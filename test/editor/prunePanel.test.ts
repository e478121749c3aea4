// The pruning panel in the real editor: by mouse and by keyboard alone through its four tabs, held to what the hook gives, to the store and to the tree.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { makeMess } from '../../scripts/sample/mess.ts';
import { type Bed, SLOW_MS, openBed, pictureOnFailure, until } from './support/bed.ts';
import { askHook, hookSays } from './support/hook.ts';
import { blockLines, blockText, listRows, panelFrame, seriousViolations, showTab, tabOf, useTheme } from './support/panel.ts';
import { BIDI, FILES, HOSTILE, panelSeeds } from './support/panelMemories.ts';
import { addAll, askStore, seedStore } from './support/seed.ts';
import {
  chooseFromContextMenu,
  fillQuickInput,
  openFile,
  openView,
  quickPickRows,
  runCommand,
  statusItems,
  treeRows,
} from './support/workbench.ts';

/** How many givings the ledger holds, and how often memories were given. */
const ledger = (bed: Bed): unknown =>
  askStore(bed, 'SELECT (SELECT count(*) FROM givings) AS givings, (SELECT sum(times_given) FROM memories) AS given');

const isThere = (bed: Bed, id: string): boolean => askStore(bed, 'SELECT id FROM memories').some((row) => row['id'] === id);

/** Process ids of the memory service that this bed's editor started. */
function servicePids({ server, home }: Bed): number[] {
  const folder = path.dirname(home);
  return fs.readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === server.pid) return [];
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.some((word) => word.startsWith(folder) && word.endsWith('dist/service.cjs')) ? [pid] : [];
    } catch {
      return []; // Gone in the meantime.
    }
  });
}

describe('the pruning panel', function () {
  this.timeout(240_000);
  let bed: Bed;
  let frame: Frame;

  before(async () => {
    bed = await openBed({
      files: FILES,
      prepare: (folders) =>
        seedStore(folders, (store) => {
          makeMess(store, { size: 100, seed: 7, atMs: Date.now(), filesThere: Object.keys(FILES) });
          addAll(store, panelSeeds(folders.workspace));
        }),
    });
    await openView(bed.page, 'Cairn');
    await bed.page.locator('.sidebar .monaco-list-row').first().waitFor({ timeout: SLOW_MS });
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  describe('by mouse', () => {
    it('opens from the title of the tree, and follows the open file', async () => {
      await openFile(bed.page, 'auth.ts');
      await bed.page.locator('.sidebar .pane-header, .sidebar .title').first().hover();
      const startedAtMs = Date.now();
      await bed.page.locator('.sidebar .action-label[aria-label^="Prune Memories"]').first().click();
      frame = await panelFrame(bed.page);
      await blockLines(frame).first().waitFor({ timeout: SLOW_MS });
      console.log(`      first open, a hundred memories: ${Date.now() - startedAtMs} ms from the press to the block`);
      await frame.getByText('src/auth.ts').first().waitFor();
      await blockLines(frame, 'JWT access tokens').waitFor();
      await bed.screenshot('panel-next');
    });

    it('shows byte for byte what the hook gives, and looking changes nothing in the ledger', async () => {
      const before = ledger(bed);
      const shown = await blockText(frame);
      assert.match(shown, /^<cairn-memory/);
      const field = frame.getByRole('textbox', { name: /Try a prompt/ });
      const prompt = 'How long do JWT access tokens live in src/auth.ts?';
      await field.fill(prompt);
      await frame.getByText('What an assistant is told with this prompt').waitFor();
      const tried = await until('the prompt’s block', async () => {
        const text = await blockText(frame);
        return text !== shown && text.includes('JWT') ? text : undefined;
      });
      await bed.screenshot('panel-tried');
      await field.fill('');
      await frame.getByText('What an assistant is told when a session starts').waitFor();
      for (const name of ['Given', 'Review', 'All', 'Next'] as const) await showTab(frame, name);
      assert.deepEqual(ledger(bed), before);

      await hookSays(bed, prompt, (text) => text === tried);
      await hookSays(bed, undefined, (text) => text === shown);
      assert.notDeepEqual(ledger(bed), before);
    });

    it('holds one back from the session that starts next, and only from that', async () => {
      const line = blockLines(frame, 'JWT access tokens');
      await line.hover();
      await line.getByRole('button', { name: /^Not this session/ }).click();
      await line.waitFor({ state: 'detached' });
      await frame.getByRole('list', { name: 'Held back' }).getByText('JWT access tokens').waitFor();
      assert.ok(!(await blockText(frame)).includes('JWT access tokens'));
      const first = await askHook(bed, { session: 'without' });
      assert.match(first, /heron job/);
      assert.ok(!first.includes('JWT access tokens'));
      await until('the next one is whole again', async () => (await blockText(frame)).includes('JWT access tokens'), 5_000);
      await hookSays(bed, undefined, (text) => text.includes('JWT access tokens'));
    });

    it('lists what was given, and to whom', async () => {
      await showTab(frame, 'Given');
      const giving = frame.locator('details', { hasText: 'Claude Code' }).first();
      await giving.locator('summary').click();
      await giving
        .getByText(/^(not )?used$/)
        .first()
        .waitFor();
      await bed.screenshot('panel-given');
    });

    it('forgets from a row’s menu: gone at once from list, tree, recall and hook; back by Undo', async () => {
      await showTab(frame, 'All');
      await frame.getByRole('textbox', { name: 'Search memories' }).fill('zebra');
      const row = listRows(frame, 'zebra queue');
      await frame.locator('#row-0', { hasText: 'zebra queue' }).waitFor();
      await treeRows(bed.page, 'zebra queue').first().waitFor();
      const isWhole = (text: string) => text.includes('zebra queue') && text.includes('heron job');
      await hookSays(bed, undefined, isWhole);
      await row.first().click({ button: 'right' });
      await frame.getByRole('menuitem', { name: /^Forget/ }).click();
      const startedAtMs = Date.now();
      await row.first().waitFor({ state: 'detached', timeout: 10_000 });
      await treeRows(bed.page, 'zebra queue').first().waitFor({ state: 'detached', timeout: 10_000 });
      const tookMs = Date.now() - startedAtMs;
      const without = await hookSays(bed, undefined, (text) => text.includes('heron job'));
      assert.ok(!without.includes('zebra'));
      console.log(`      gone from list and tree after ${tookMs} ms, from the hook after ${Date.now() - startedAtMs} ms`);
      await statusItems(bed.page, 'Undo Forget').waitFor();
      await frame.getByRole('group', { name: 'Undo' }).getByText('Undo').click();
      await row.first().waitFor();
      await treeRows(bed.page, 'zebra queue').first().waitFor();
      await statusItems(bed.page, 'Undo Forget').waitFor({ state: 'detached' });
      await hookSays(bed, undefined, isWhole);
      await hookSays(bed, 'What does the zebra queue drop?', (text) => text.includes('zebra queue'));
    });

    it('undoes in the panel what was forgotten in the tree', async () => {
      await chooseFromContextMenu(bed.page, treeRows(bed.page, 'zebra queue').first(), 'Forget This');
      await listRows(frame, 'zebra queue').first().waitFor({ state: 'detached', timeout: 10_000 });
      await frame.getByRole('group', { name: 'Undo' }).getByText('Undo').click();
      await treeRows(bed.page, 'zebra queue').first().waitFor();
    });

    for (const [command, title] of [
      ['Cairn: Recall…', 'Cairn: Recall'],
      ['Cairn: Filter Memories…', 'Cairn: Filter Memories'],
    ] as const) {
      it(`leaves the focus to “${title}” opened over it`, async () => {
        const box = bed.page.locator(`.quick-input-widget:has-text("${title}")`);
        await listRows(frame).first().click();
        await runCommand(bed.page, command);
        await box.waitFor();
        // As the workbench does where it is slow: it gives the focus back to the page that had it before the palette.
        await frame.evaluate('window.focus()');
        await bed.page.waitForTimeout(1_000);
        await bed.page.keyboard.type('zebra');
        assert.equal(await box.locator('input.input').inputValue(), 'zebra');
        await bed.page.keyboard.press('Escape');
        await box.waitFor({ state: 'hidden' });
      });
    }

    it('opens the source beside itself', async () => {
      await frame.getByRole('textbox', { name: 'Search memories' }).fill('JWT access tokens');
      await frame.locator('#row-0', { hasText: 'JWT access tokens' }).dblclick();
      await bed.page.locator('.editor-group-container.active .tab.active[data-resource-name="auth.ts"]').waitFor();
      await tabOf(frame, 'All').waitFor();
      await bed.page.locator('.editor-group-container.active .view-lines').click();
      await bed.page.keyboard.press('Control+W');
      await bed.page.locator('.editor-group-container').nth(1).waitFor({ state: 'detached' });
    });

    it('shows hostile text as text, and it does nothing', async () => {
      const search = frame.getByRole('textbox', { name: 'Search memories' });
      for (const words of [
        'onerror document title',
        'script document title owned',
        'command workbench action closeWindow',
        'Right to left desrever',
        'Long line',
      ]) {
        await search.fill(words);
        await listRows(frame).first().waitFor();
        await listRows(frame).first().click();
        await frame.getByText('Taken from').waitFor();
        assert.equal(await frame.locator('#page img, #page script, #page a, #page iframe').count(), 0);
      }
      await search.fill('Right to left desrever');
      await listRows(frame, '‹U+202E›').first().waitFor();
      assert.ok(!(await frame.locator('#page').innerText()).includes(BIDI));
      await search.fill('onerror');
      await listRows(frame, HOSTILE[0]).first().waitFor();
      await bed.screenshot('panel-hostile');
      assert.equal(await frame.evaluate('document.title'), 'Cairn: Prune Memories');
      await bed.page.locator('.monaco-workbench').waitFor();
    });

    it('keeps its state when it is hidden, and over “Reload Window”', async () => {
      await frame.getByRole('textbox', { name: 'Search memories' }).fill('heron');
      await listRows(frame, 'heron job').first().waitFor();
      await openFile(bed.page, 'orders.ts');
      await bed.page.locator('.tab', { hasText: 'Cairn: Prune Memories' }).click();
      frame = await panelFrame(bed.page);
      const isAsItWas = async (): Promise<void> => {
        await frame.locator('#row-0', { hasText: 'heron job' }).waitFor({ timeout: SLOW_MS });
        assert.equal(await frame.getByRole('textbox', { name: 'Search memories' }).inputValue(), 'heron');
        assert.equal(await tabOf(frame, 'All').getAttribute('aria-selected'), 'true');
      };
      await isAsItWas();
      // In a browser the workbench keeps its own state every five seconds only.
      await bed.page.waitForTimeout(6_000);
      await bed.reload();
      frame = await panelFrame(bed.page);
      await isAsItWas();
    });

    it('says that it is reconnecting when the service dies, and goes on', async () => {
      const banner = frame.getByText('Reconnecting…');
      // It rests for half a second before it is started again, and twice as long after each further crash.
      await until('the banner is seen', async () => {
        for (const pid of servicePids(bed)) process.kill(pid, 'SIGKILL');
        return banner.waitFor({ timeout: 2_500 }).then(
          () => true,
          () => false,
        );
      });
      await banner.waitFor({ state: 'detached', timeout: SLOW_MS });
      await frame.getByRole('textbox', { name: 'Search memories' }).fill('otter');
      await listRows(frame, 'otter cache').first().waitFor({ timeout: SLOW_MS });
    });
  });

  describe('by keyboard alone', () => {
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await bed.page.keyboard.press(key);
    };
    const focused = (): Promise<string> =>
      frame.evaluate(`(() => {
        const element = document.activeElement;
        const at = document.getElementById(element?.getAttribute('aria-activedescendant') ?? '');
        return (at ?? element)?.textContent ?? '';
      })()`);

    it('opens from the palette and takes the focus', async () => {
      await press('Control+K', 'Control+W');
      await bed.page.locator('.tab', { hasText: 'Cairn: Prune Memories' }).waitFor({ state: 'detached' });
      await press('F1');
      await bed.page.keyboard.type('Cairn: Prune');
      await quickPickRows(bed.page, 'Prune Memories').first().waitFor();
      await press('Enter');
      frame = await panelFrame(bed.page);
      await blockLines(frame).first().waitFor();
      await press('Tab');
      await until(
        'the focus is in the page',
        () => frame.evaluate<boolean>('document.hasFocus() && document.activeElement !== document.body'),
        5_000,
      );
    });

    it('works through Next', async () => {
      await until(
        'the focus is on a memory that is told',
        async () => {
          if (await frame.evaluate<boolean>(`document.activeElement?.matches('ul.block > li') ?? false`)) return true;
          await press('Tab');
          return false;
        },
        10_000,
      );
      const first = await focused();
      await press('h');
      await frame.getByRole('list', { name: 'Held back' }).waitFor();
      await until('another one has taken its place', async () => (await focused()) !== first && (await focused()) !== '', 5_000);
      const held = frame.getByRole('list', { name: 'Held back' }).getByRole('button', { name: 'Let it in again' });
      await until('the focus is on the way back', async () => {
        if (await held.first().evaluate((element) => element === element.ownerDocument.activeElement)) return true;
        await press('Tab');
        return false;
      });
      await press('Enter');
      await frame.getByRole('list', { name: 'Held back' }).waitFor({ state: 'detached' });
    });

    it('goes from tab to tab by arrows', async () => {
      await tabOf(frame, 'Next').focus();
      await press('ArrowRight');
      await frame.getByText('Givings').waitFor();
      await press('ArrowRight');
      assert.match(await focused(), /^Review/);
      await press('ArrowRight');
      assert.match(await focused(), /^All/);
      await listRows(frame).first().waitFor();
    });

    it('searches, selects several, forgets them after a look, and brings them back', async () => {
      await press('Control+f');
      await bed.page.keyboard.type('heron otter zebra');
      await frame.locator('#row-0', { hasText: /heron|otter|zebra/ }).waitFor();
      await press('ArrowDown', 'Home', 'Space', 'ArrowDown');
      await press('Control+Space', 'Shift+ArrowDown');
      await until('several are selected', async () => (await frame.locator('[role="option"][aria-selected="true"]').count()) >= 2, 5_000);
      const count = await frame.locator('[role="option"][aria-selected="true"]').count();
      await press('Delete');
      await frame.getByRole('dialog').getByText(`Forget ${count} memories?`).waitFor();
      await bed.screenshot('panel-confirm');
      await press('Enter');
      await frame.getByRole('group', { name: 'Undo' }).waitFor();
      await bed.screenshot('panel-undo');
      await press('Control+z');
      await frame.getByRole('group', { name: 'Undo' }).waitFor({ state: 'detached' });
      for (const id of ['heron', 'otter', 'zebra']) assert.ok(isThere(bed, id));
      await press('Escape', 'Escape');
    });

    it('forgets one for good', async () => {
      await press('Control+f');
      await bed.page.keyboard.type('otter cache');
      await frame.locator('#row-0', { hasText: 'otter cache' }).waitFor();
      await press('ArrowDown', 'Home', 'Delete');
      await listRows(frame, 'otter cache').first().waitFor({ state: 'detached' });
      await frame.getByRole('group', { name: 'Undo' }).waitFor({ state: 'detached', timeout: 15_000 });
      await until('it is gone from the store', () => !isThere(bed, 'otter'), 5_000);
      await runCommand(bed.page, 'Cairn: Recall…');
      await fillQuickInput(bed.page, 'otter cache cleared by hand');
      await bed.page.waitForTimeout(1_500);
      assert.equal(await quickPickRows(bed.page, 'otter').count(), 0);
      await press('Escape');
    });

    it('answers the questions of Review by single letters, and is not asked again after a reload', async () => {
      const answers = (): number => askStore(bed, 'SELECT DISTINCT memory FROM reviewed').length;
      const before = answers();
      await showTab(frame, 'Review');
      let current = frame.locator('[aria-current="true"]');
      await current.waitFor();
      await current.focus();
      await bed.screenshot('panel-review');
      const answered: string[] = [];
      while (answered.length < 2) {
        const words = (await current.locator('.captured.whole').first().textContent()) ?? '';
        assert.ok(words.length > 10 && !answered.includes(words));
        answered.push(words);
        await press('k');
        await until('the next question has come up', async () => !(await current.textContent())?.includes(words), 5_000);
      }
      await until('the answers are kept', () => answers() >= before + answered.length, 5_000);
      await bed.reload();
      frame = await panelFrame(bed.page);
      await showTab(frame, 'Review');
      current = frame.locator('[aria-current="true"]');
      await current.waitFor({ timeout: SLOW_MS });
      const asked = (await current.locator('.captured.whole').first().textContent()) ?? '';
      assert.ok(asked.length > 10 && !answered.includes(asked));
    });
  });

  describe('for everybody', () => {
    const THEMES = [
      ['light', 'Light Modern', 'vscode-light'],
      ['dark', 'Dark Modern', 'vscode-dark'],
      ['contrast', 'Dark High Contrast', 'vscode-high-contrast'],
      ['contrast-light', 'Light High Contrast', 'vscode-high-contrast-light'],
    ] as const;

    for (const [name, theme, bodyClass] of THEMES) {
      it(`has no serious fault that axe finds in ${theme}, wide or narrow`, async () => {
        await useTheme(bed.page, theme, bodyClass);
        const found: string[] = [];
        for (const [width, size] of [
          [1400, 'wide'],
          [680, 'narrow'],
        ] as const) {
          await bed.page.setViewportSize({ width, height: 900 });
          for (const tab of ['Next', 'Given', 'Review', 'All'] as const) {
            frame = await panelFrame(bed.page);
            await showTab(frame, tab);
            await bed.page.waitForTimeout(600);
            await bed.screenshot(`panel-${tab.toLowerCase()}-${name}-${size}`);
            found.push(...(await seriousViolations(frame)).map((violation) => `${tab}, ${size}: ${violation}`));
          }
        }
        await bed.page.setViewportSize({ width: 1400, height: 900 });
        assert.deepEqual(found, []);
      });
    }
  });
});
