// The pictures of the walkthrough and of the moving demo, taken of the real thing. `node scripts/pictures.ts` puts those that were looked at into media/.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../scripts/lib/bed.ts';
import { type Bed, SLOW_MS, openBed, pictureOnFailure, until } from '../editor/support/bed.ts';
import { ORDERS_FILES, tellOrders } from '../editor/support/ordersMemories.ts';
import { blockLines, panelFrame, showTab } from '../editor/support/panel.ts';
import { seedStore } from '../editor/support/seed.ts';
import {
  answerDialog,
  dialogs,
  fillQuickInput,
  openFile,
  openView,
  quickPickRows,
  runCommand,
  statusItems,
  treeRows,
} from '../editor/support/workbench.ts';

/** Small enough to be read in a walkthrough, wide enough for a side bar and an editor. */
const SIZE = { width: 1000, height: 625 };
const THEMES = { light: ['Light Modern', 'vs'], dark: ['Dark Modern', 'vs-dark'] } as const;
type Theme = keyof typeof THEMES;

describe('pictures', function () {
  this.timeout(300_000);
  let bed: Bed;
  let taken = 0;
  before(async () => {
    bed = await openBed({
      files: ORDERS_FILES,
      settings: { 'workbench.colorTheme': THEMES.light[0], 'window.commandCenter': false, 'editor.minimap.enabled': false },
      prepare: (folders) => seedStore(folders, (store) => tellOrders(store, folders.workspace, Date.now())),
    });
    await bed.page.setViewportSize(SIZE);
    await openView(bed.page, 'Cairn');
    await treeRows(bed.page, 'Short JWT')
      .first()
      .waitFor({ timeout: 2 * SLOW_MS });
    await quiet();
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  /** No toasts and nothing under the pointer. */
  async function quiet(): Promise<void> {
    await runCommand(bed.page, 'Notifications: Clear All Notifications');
    await bed.page.mouse.move(SIZE.width / 2, SIZE.height - 60);
    await bed.page.waitForTimeout(600);
  }

  async function use(theme: Theme): Promise<void> {
    const [name, className] = THEMES[theme];
    await runCommand(bed.page, 'Preferences: Color Theme');
    await fillQuickInput(bed.page, name);
    await quickPickRows(bed.page, name).first().waitFor();
    await bed.page.keyboard.press('Enter');
    await bed.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  const picture = (name: string): Promise<string> => bed.screenshot(`walkthrough/${name}`);
  /** Shown for `forMs` in the demo. */
  const frame = (forMs: number): Promise<string> => bed.screenshot(`demo/${String(taken++).padStart(2, '0')}-${forMs}`);
  const newNext = async (): Promise<void> => {
    await runCommand(bed.page, 'View: Close All Editors');
    await runCommand(bed.page, 'Cairn: Prune Memories…');
    const panel = await panelFrame(bed.page);
    await showTab(panel, 'Next');
    await until('the block is there', async () => (await blockLines(panel).count()) > 2);
    await bed.page.waitForTimeout(500);
  };

  for (const theme of ['dark', 'light'] as const) {
    it(`of the five steps, ${theme}`, async () => {
      const { page } = bed;
      await use(theme);
      await runCommand(page, 'View: Close All Editors');
      await openFile(page, 'tokens.js');
      await treeRows(page, 'For tokens.js').waitFor();
      await quiet();
      await picture(`memories-${theme}`);

      await runCommand(page, 'Cairn: Recall…');
      await fillQuickInput(page, 'database connections');
      await quickPickRows(page, 'PgBouncer').first().waitFor({ timeout: 20_000 });
      await page.waitForTimeout(500);
      await picture(`recall-${theme}`);
      await page.keyboard.press('Escape');

      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'Cairn: Connect Claude Code');
      const dialog = dialogs(page, 'Connect Claude Code to Cairn?');
      await dialog.waitFor();
      await page.waitForTimeout(500);
      // What lies behind it names folders of this machine.
      await dialog.screenshot({ path: path.join(root, `test-results/walkthrough/connect-${theme}.png`) });
      await answerDialog(page, 'Connect Claude Code to Cairn?', 'Cancel');

      await newNext();
      await quiet();
      await picture(`next-${theme}`);

      const panel = await panelFrame(page);
      await showTab(panel, 'Review');
      await panel.getByText('Server sessions in Postgres').first().waitFor();
      await quiet();
      await picture(`review-${theme}`);
    });
  }

  it('of one thing after the other, for the demo', async () => {
    const { page } = bed;
    await runCommand(page, 'View: Close All Editors');
    await openFile(page, 'tokens.js');
    await treeRows(page, 'For tokens.js').waitFor();
    await quiet();
    await frame(1800);
    await treeRows(page, 'Decision: Short JWT').first().hover();
    await page.locator('.monaco-hover', { hasText: 'Claude Code' }).waitFor({ timeout: 10_000 });
    await frame(2600);
    await page.mouse.move(SIZE.width / 2, SIZE.height - 60);

    await runCommand(page, 'Cairn: Recall…');
    for (const words of ['data', 'database', 'database connections']) {
      await fillQuickInput(page, words);
      await page.waitForTimeout(700);
      await frame(500);
    }
    await quickPickRows(page, 'PgBouncer').first().waitFor({ timeout: 20_000 });
    await frame(2000);
    await page.keyboard.press('Escape');

    await newNext();
    await quiet();
    await frame(2600);
    const panel = await panelFrame(page);
    await showTab(panel, 'Review');
    await panel.getByText('Server sessions in Postgres').first().waitFor();
    await quiet();
    await frame(2200);
    await panel.getByText('Server sessions in Postgres').first().click();
    await page.keyboard.press('f');
    await statusItems(page, 'Undo Forget').waitFor();
    await page.waitForTimeout(600);
    await frame(2400);
    await runCommand(page, 'Cairn: Undo Forget');
    await treeRows(page, 'Short JWT').first().waitFor();
    assert.ok(taken >= 8);
  });

  it('stand in the walkthrough', async () => {
    const { page } = bed;
    await runCommand(page, 'Welcome: Open Walkthrough');
    await fillQuickInput(page, 'Get started with Cairn');
    await quickPickRows(page, 'Get started with Cairn').first().waitFor({ timeout: SLOW_MS });
    await page.keyboard.press('Enter');
    const steps = page.locator('.gettingStartedContainer .getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 5);
    // A narrow editor has no room for the picture of a step.
    await page.setViewportSize({ width: 1500, height: 900 });
    const isShown = `document.querySelector('.getting-started-media img')?.naturalWidth > 0`;
    await until('its picture is there', () => page.evaluate<boolean>(isShown));
    await bed.screenshot('walkthrough-in-the-editor');
  });
});
