// The panel by mouse, through all four tabs.
import assert from 'node:assert/strict';
import { type PanelBrowser, type PanelPage, openPanelBrowser } from './support/panelPage.ts';

describe('the panel by mouse', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;
  before(async () => (browser = await openPanelBrowser()));
  after(() => browser.close());
  beforeEach(async () => (panel = await browser.open({ settings: { rows: 2_000, questions: 1_000 } })));
  afterEach(() => panel.close());

  const lastAsk = (question: string) => panel.value<unknown[]>(`scripted.asked.findLast((ask) => ask.question === '${question}')?.args`);

  it('shows what is next, takes one out and lets it in again', async () => {
    const { page } = panel;
    const first = page.locator('.block li').first();
    await first.getByRole('button', { name: /Not this session/ }).click();
    await page.getByRole('button', { name: 'Let it in again' }).click();
    await page.getByText('Held back from this session').waitFor({ state: 'detached' });
    await first.getByRole('button', { name: /^Pin/ }).click();
    await first.getByRole('button', { name: /^Unpin/ }).waitFor();
    await first.getByRole('button', { name: /Forget/ }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 memory gone').waitFor({ state: 'detached' });

    await page.getByText('Show as text').click();
    assert.match(await page.locator('pre').innerText(), /^<cairn-memory>\n.*\n- DECISION We keep/);
    const choice = page.getByRole('combobox', { name: 'Session' });
    assert.match(
      (await choice.locator('option').allInnerTexts()).join('\n'),
      /The session that starts next\nClaude Code, just now \(given 3 times\)/,
    );
    await choice.selectOption({ index: 1 });
    await panel.until(`scripted.asked.at(-1).question === 'preview'`);
    assert.deepEqual(await lastAsk('preview'), [{ occasion: { kind: 'session_start' }, session: 'session-0' }]);
  });

  it('shows more of the ledger as one scrolls, and says in words what was used', async () => {
    const { page } = panel;
    await panel.tab('Given');
    await page.locator('.giving').first().waitFor();
    assert.equal(await page.locator('.giving').count(), 50);
    for (let n = 0; n < 100 && (await page.locator('.giving').count()) < 180; n++) {
      await page.locator('.given').evaluate((element) => element.scrollTo(0, 1e6));
      await page.waitForTimeout(60);
    }
    assert.equal(await page.locator('.giving').count(), 180);
    await page.getByText('This is all.').waitFor();
    await page.locator('.giving summary').nth(2).click();
    const said = page.locator('.giving').nth(2).locator('li > span');
    await said.first().waitFor();
    const words = await said.allInnerTexts();
    assert.deepEqual(new Set(words), new Set(['used', 'not used']));
  });

  it('says where a memory was forgotten since', async () => {
    const { page } = panel;
    await page
      .locator('.block li')
      .first()
      .getByRole('button', { name: /Forget/ })
      .click();
    await panel.tab('Given');
    await page.locator('.giving summary').first().click();
    await page.getByText('a memory forgotten since').first().waitFor();
  });

  it('answers questions, side by side and in groups', async () => {
    const { page } = panel;
    await panel.tab('Review');
    const card = page.locator('.card.current');
    await card.getByText('Overridden by').waitFor();
    const [left, right] = await Promise.all([card.locator('.side').nth(0).boundingBox(), card.locator('.side').nth(1).boundingBox()]);
    assert.equal(left?.y, right?.y, 'beside one another where there is room');
    await card.getByRole('button', { name: /Forget the old one/ }).click();
    await panel.until(`scripted.asked.some((ask) => ask.question === 'forget')`);
    await page.getByRole('button', { name: /Told twice/ }).click();
    await card.getByText('· proposed').waitFor();
    await card.getByRole('button', { name: /Merge 3 into one/ }).click();
    assert.deepEqual(await lastAsk('merge'), [[{ id: 'memory-10', others: ['memory-11', 'memory-12'] }]]);
    await page.getByRole('button', { name: /Merge all 24 groups/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Merge 24' }).click();
    // Others may take their place: the scripted editor asks about the first thousand.
    await page.getByRole('button', { name: /Told twice 24/ }).waitFor({ state: 'detached' });
    await panel.until(`scripted.asked.filter((ask) => ask.question === 'merge').length === 2`);
    assert.equal(await panel.asked('merge'), 2, 'all groups are one act');
  });

  it('narrows by facets, selects with Ctrl and Shift, and works on all of it', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('Bug fix', { exact: true }).first().click();
    await page.getByText('250 memories', { exact: true }).waitFor();
    await page.getByText('Worked', { exact: true }).waitFor();
    await page.getByText('Decision', { exact: true }).first().click();
    await page.getByText('500 memories', { exact: true }).waitFor();

    const row = (n: number) => page.locator(`#row-${n}`);
    await row(0).click();
    await page.locator('.preview blockquote').first().waitFor();
    await row(2).click({ modifiers: ['Control'] });
    await page.getByText('2 selected', { exact: true }).waitFor();
    await row(5).click({ modifiers: ['Shift'] });
    await page.getByText('4 selected', { exact: true }).waitFor();
    await row(3).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Forget 4…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget 4' }).click();
    await page.getByText('496 memories', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('500 memories', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('doubtful');
    await panel.until(`scripted.asked.some((ask) => ask.question === 'browse' && ask.args[0].order === 'doubtful')`);
  });

  it('changes a memory in place', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.locator('#row-0').click();
    await page.locator('.preview').getByRole('button', { name: /^Edit/ }).click();
    await page.locator('.preview vscode-textarea textarea').fill('Said better');
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('todo');
    await page.locator('.preview').getByRole('button', { name: /Save/ }).click();
    await page.locator('.preview .whole-text').getByText('Said better').waitFor();
    await page.locator('#row-0').getByText('Said better').waitFor();
  });
});
