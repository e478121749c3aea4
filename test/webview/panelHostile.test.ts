// Captured text is only ever text: whatever stands in it, nothing runs, nothing turns around, and nothing stands still.
import assert from 'node:assert/strict';
import { type PanelBrowser, type PanelPage, openPanelBrowser } from './support/panelPage.ts';

describe('hostile text in the panel', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;
  before(async () => (browser = await openPanelBrowser()));
  after(() => browser.close());
  beforeEach(async () => (panel = await browser.open({ settings: { rows: 1_000, hostile: 1 } })));
  afterEach(() => panel.close());

  it('is shown in every tab, and does nothing', async () => {
    const { page } = panel;
    await page.getByText('Show as text').click();
    await page.getByText('stand here as text').first().waitFor();
    await panel.tab('Given');
    for (const n of [0, 1, 2]) await page.locator('.giving summary').nth(n).click();
    await page.getByText('stand here as text').first().waitFor();
    await panel.tab('Review');
    await page.locator('.card').first().waitFor();
    await panel.tab('All');
    await page.locator('#row-0').click();
    await page.locator('.preview blockquote').first().waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('File', { exact: true }).click();
    assert.equal(await panel.value('window.harmed'), undefined);
    assert.equal(await page.locator('#page img, #page iframe, #page script, #page a, #page style').count(), 0);
    for (const n of [1, 2, 3, 4]) {
      await page.locator(`#row-${n}`).click();
      await page.waitForTimeout(30);
    }
    assert.equal(await panel.value('window.harmed'), undefined);
  });

  it('makes unseen signs visible, and keeps each text to itself', async () => {
    const { page } = panel;
    await panel.tab('All');
    const row = page.locator('.row', { hasText: 'the file is called' });
    const text = await row.locator('bdi').first().innerText();
    assert.match(text, /gpj\.‹U\+202E›exe\.photo and ‹U\+2066›nothing‹U\+2069› is turned around; ␇ rings, ␛\[31m colours/);
    assert.equal(await panel.value('/[\\u202a-\\u202e\\u2066-\\u2069\\u0007]/.test(document.getElementById("page").textContent)'), false);
  });

  it('cuts a line of a megabyte, and shows more of it when asked', async () => {
    const { page } = panel;
    await panel.tab('All');
    const row = page.locator('.row', { hasText: 'one line of a megabyte' });
    const startedAt = Date.now();
    await row.click();
    const whole = page.locator('.preview .whole-text');
    await whole.getByText('one line of a megabyte').waitFor();
    assert.ok(Date.now() - startedAt < 2_000);
    assert.ok((await whole.innerText()).length < 700);
    await whole.getByRole('button', { name: 'Show all' }).click();
    await whole.getByText('The first 20,000 of 1,000,024 characters.').waitFor();
    assert.ok((await whole.innerText()).length < 20_200);
  });
});
