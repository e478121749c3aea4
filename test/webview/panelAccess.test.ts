// The panel for everybody: axe in every tab and theme, narrow and wide, with forced colours and without motion. The pictures are for looking at.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { type PanelBrowser, type PanelPage, THEMES, openPanelBrowser } from './support/panelPage.ts';

const TABS = ['Next', 'Given', 'Review', 'All'] as const;
const WIDTHS = { narrow: 300, wide: 1100 };

/** Serious and critical violations, each with what it is about. */
async function violations({ page, value }: PanelPage): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = await value<axe.AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join('; ')}`);
}

/** Each tab with something open in it, so that there is something to look at. */
async function show(panel: PanelPage, tab: (typeof TABS)[number], isWide: boolean): Promise<void> {
  const { page } = panel;
  await panel.tab(tab);
  if (tab === 'Next') {
    await page.getByText('Not this session').first().waitFor({ state: 'attached' });
    await page
      .locator('.block li')
      .first()
      .getByRole('button', { name: /Not this session/ })
      .click();
    await page.getByText('Let it in again').waitFor({ state: 'attached' });
  }
  if (tab === 'Given') await page.locator('.giving summary').nth(2).click();
  if (tab === 'Review') await page.locator('.card.current').focus();
  if (tab === 'All') {
    if (isWide) await page.getByRole('button', { name: 'Filters' }).click();
    await page.locator('#row-0').click();
    await page.locator('#row-2').click({ modifiers: ['Control'] });
    await page.locator('.preview blockquote').first().waitFor();
  }
  await page.waitForTimeout(150);
}

describe('the panel for everybody', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await openPanelBrowser()));
  after(() => browser.close());

  for (const theme of THEMES) {
    for (const [name, width] of Object.entries(WIDTHS)) {
      it(`has no serious fault in theme ${theme}, ${name}`, async () => {
        const panel = await browser.open({ theme, width, settings: { rows: 2_000 } });
        const found: string[] = [];
        for (const tab of TABS) {
          await show(panel, tab, name === 'wide');
          found.push(...(await violations(panel)).map((violation) => `${tab}: ${violation}`));
          await panel.screenshot(`${theme}-${name}-${tab.toLowerCase()}`);
        }
        await panel.close();
        assert.deepEqual(found, []);
      });
    }
  }

  it('has no serious fault in its dialog, its menu, its editor and its empty states', async () => {
    const panel = await browser.open({ settings: { rows: 2_000 } });
    const { page } = panel;
    await panel.tab('All');
    await page.locator('.row .words').first().waitFor();
    await page.locator('#row-1').click({ button: 'right' });
    assert.deepEqual(await violations(panel), []);
    await panel.screenshot('dark-wide-menu');
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.locator('.preview vscode-textarea').waitFor();
    assert.deepEqual(await violations(panel), []);
    await panel.screenshot('dark-wide-edit');
    await page.locator('.list').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByText('Forget 2,000 memories?').waitFor();
    assert.deepEqual(await violations(panel), []);
    await panel.screenshot('dark-wide-dialog');
    await page.getByRole('dialog').getByRole('button', { name: 'Forget 2,000' }).click();
    await page.getByText('Nothing remembered yet').waitFor();
    assert.deepEqual(await violations(panel), []);
    await panel.screenshot('dark-wide-empty');
    await panel.value(`scripted.tell({ kind: 'service', presence: 'stopped' })`);
    await page.getByRole('button', { name: 'Restart' }).waitFor();
    assert.deepEqual(await violations(panel), []);
    await panel.screenshot('dark-wide-stopped');
    await panel.close();
  });

  it('fits from 260 pixels on, and at 200 % zoom', async () => {
    for (const width of [260, 320, 550, 760]) {
      const panel = await browser.open({ width, height: 500, settings: { rows: 500, hostile: 1 } });
      for (const tab of TABS) {
        await panel.tab(tab);
        await panel.page.waitForTimeout(120);
        const over = await panel.value<string[]>(
          `[...document.querySelectorAll('#page, .part, .scrolls')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)`,
        );
        assert.deepEqual(over, [], `${tab} at ${width} px runs over its side`);
      }
      await panel.tab('Review');
      await panel.value('scripted.look(true)');
      await panel.page.getByText('Still comparing').waitFor();
      if (width === 260) await panel.screenshot('dark-260-comparing');
      await panel.value(`scripted.tell({ kind: 'service', presence: 'stopped' })`);
      const banner = panel.page.getByRole('alert');
      await banner.getByRole('button', { name: 'Show Log' }).waitFor();
      assert.ok(await banner.evaluate((e) => e.scrollWidth <= e.clientWidth + 1 && e.clientHeight < 150), `the banner at ${width} px`);
      if (width === 260) await panel.screenshot('dark-260-stopped');
      await panel.close();
    }
  });

  it('shows itself in forced colours, and stands still where motion is unwelcome', async () => {
    const panel = await browser.open({ forcesColors: true, prefersReducedMotion: true, settings: { rows: 500 } });
    await panel.value(`scripted.tell({ kind: 'service', presence: 'away' })`);
    await panel.page.getByText('Reconnecting…').waitFor();
    assert.equal(await panel.value(`getComputedStyle(document.querySelector('.turning')).animationName`), 'none');
    await panel.screenshot('forced-wide-next');
    await panel.tab('All');
    await panel.page.locator('#row-1').click();
    await panel.screenshot('forced-wide-all');
    await panel.close();
  });
});
