// The panel by keyboard alone, through all four tabs.
import assert from 'node:assert/strict';
import { type PanelBrowser, type PanelPage, openPanelBrowser } from './support/panelPage.ts';

describe('the panel by keyboard alone', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;
  before(async () => (browser = await openPanelBrowser()));
  after(() => browser.close());
  beforeEach(async () => (panel = await browser.open({ settings: { rows: 2_000, questions: 1_000 } })));
  afterEach(() => panel.close());

  const press = async (...keys: string[]) => {
    for (const key of keys) await panel.page.keyboard.press(key);
  };
  const focused = (selector: string) => panel.page.locator(`${selector}:focus`).first().waitFor();
  const lastAsk = (question: string) => panel.value<unknown[]>(`scripted.asked.findLast((ask) => ask.question === '${question}')?.args`);
  const said = (words: string | RegExp) => panel.page.locator('.unseen[role="status"]').filter({ hasText: words }).waitFor();
  const tabTo = async (selector: string) => {
    for (let n = 0; n < 30; n++) {
      await press('Tab');
      if ((await panel.page.locator(`${selector}:focus`).count()) > 0) return;
    }
    assert.fail(`Tab never comes to ${selector}`);
  };

  it('tries a prompt, and takes memories out of what is next', async () => {
    const { page } = panel;
    await page.getByText('of 800 tokens').waitFor();
    await press('Tab');
    await focused('#tab-next');
    await press('Tab');
    await page.keyboard.type('login');
    await press('Enter');
    await page.getByText('of 300 tokens').waitFor();
    assert.deepEqual(await lastAsk('preview'), [{ occasion: { kind: 'prompt', prompt: 'login' } }]);
    await press('Escape');
    await page.getByText('of 800 tokens').waitFor();

    await tabTo('.block li');
    await press('ArrowDown', 'h');
    await page.getByText('Let it in again').waitFor();
    assert.deepEqual(
      await lastAsk('holdBack'),
      ['memory-1', null, true].map((value) => value ?? undefined),
    );
    await focused('.block li');
    await said('Not given in this session.');

    await press('Delete');
    await said('1 memory forgotten. Undo with Ctrl+Z.');
    assert.deepEqual(await lastAsk('forget'), [['memory-2']]);
    await page.getByText('1 memory gone').waitFor();
    await focused('.block li');
    await press('Control+z');
    await said('Brought back.');
    await page.getByText('1 memory gone').waitFor({ state: 'detached' });

    await press('Home', 'p');
    assert.deepEqual(await lastAsk('setPinned'), [['memory-0'], true]);
    await press('o');
    assert.deepEqual(await lastAsk('openSource'), ['memory-0']);
  });

  it('opens a giving', async () => {
    const { page } = panel;
    await press('Tab', 'ArrowRight');
    await focused('#tab-given');
    await page.locator('.giving').first().waitFor();
    await tabTo('.giving summary');
    await press('Enter');
    await page.locator('.giving[open] .used').first().waitFor();
    assert.match(await page.locator('.giving[open]').innerText(), /Claude Code at its start[^]*used/);
  });

  it('answers one question after the other, each by a letter', async () => {
    const { page } = panel;
    await press('Tab', 'ArrowRight', 'ArrowRight');
    await page.locator('.card').first().waitFor();
    const total = async () => Number(await page.locator('.chip .count').first().innerText());
    const before = await total();
    await tabTo('.card.current');
    await press('k');
    await said(`${before - 1} left.`);
    assert.deepEqual(await lastAsk('keep'), ['superseded', ['memory-5']]);
    await focused('.card.current');
    await press('f');
    assert.deepEqual(await lastAsk('forget'), [['memory-45']]);
    await focused('.card.current');
    await press('e');
    await page.locator('.card vscode-textarea').waitFor();
    await panel.until('document.activeElement?.localName === "vscode-textarea"');
    await press('End');
    await page.keyboard.type(' mended');
    await press('Enter');
    await panel.until(`scripted.asked.some((ask) => ask.question === 'keep' && ask.args[1][0] === 'memory-85')`);
    assert.match(JSON.stringify(await lastAsk('edit')), /memory-85.*mended/);
    await focused('.card.current');
    assert.equal(await total(), before - 3);
  });

  it('merges a group, with the one that was chosen to stay', async () => {
    const { page } = panel;
    await panel.tab('Review');
    await page.getByRole('button', { name: /Told twice/ }).press('Enter');
    await tabTo('.card.current');
    await press('2', 'm');
    await said(/left/);
    assert.deepEqual(await lastAsk('merge'), [[{ id: 'memory-11', others: ['memory-10', 'memory-12'] }]]);
    await focused('.card.current');
  });

  it('answers all questions of a kind at once, after a look at the first five', async () => {
    const { page } = panel;
    await panel.tab('Review');
    await page.getByRole('button', { name: /Doubtful/ }).press('Enter');
    await page.getByRole('button', { name: 'Forget all 25 doubtful ones…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Forget all 25 doubtful ones?').waitFor();
    assert.equal(await dialog.locator('li').count(), 5);
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await panel.asked('forget'), 0);
    await page.getByRole('button', { name: 'Forget all 25 doubtful ones…' }).press('Enter');
    await focused('dialog vscode-button');
    await press('Enter');
    await said('25 memories forgotten.');
    assert.equal(((await lastAsk('forget')) as [string[]])[0].length, 25);
    await page.getByText('No more questions of this kind').waitFor();
  });

  it('searches, selects and forgets in the whole list', async () => {
    const { page } = panel;
    await press('Control+f');
    await focused('vscode-textfield');
    await page.keyboard.type('checkout');
    await page.getByText('200 memories', { exact: true }).waitFor();
    await press('ArrowDown');
    await focused('.list');
    await press('ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
    await page.getByText('3 selected', { exact: true }).waitFor();
    const active = await page.locator('.list').getAttribute('aria-activedescendant');
    assert.equal(active, 'row-3');
    assert.equal(await page.locator('#row-3').getAttribute('aria-posinset'), '4');
    assert.equal(await page.locator('#row-3').getAttribute('aria-setsize'), '200');

    await press('Delete');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Forget 3 memories?').waitFor();
    assert.equal(await dialog.locator('li').count(), 3);
    await press('Enter');
    await page.getByText('197 memories', { exact: true }).waitFor();
    await said('3 memories forgotten. Undo with Ctrl+Z.');
    await press('Control+z');
    await page.getByText('200 memories', { exact: true }).waitFor();

    await page.locator('.list').focus();
    await press('Control+a');
    await page.getByText('200 selected', { exact: true }).waitFor();
    await press('p');
    assert.equal(((await lastAsk('setPinned')) as [string[]])[0].length, 200);

    // Back by steps: the search, the selection; then a preview, and its closing.
    await press('Escape');
    await page.getByText('2,000 memories', { exact: true }).waitFor();
    await press('Escape');
    await page.getByText('200 selected').waitFor({ state: 'detached' });
    await press('End', 'Enter');
    await page.locator('.preview blockquote').first().waitFor();
    await press('Enter');
    const lastRow = await page.locator('.list').getAttribute('aria-activedescendant');
    assert.equal(lastRow, 'row-1999');
    assert.equal(await panel.asked('openSource'), 1);
    await press('Escape');
    await page.locator('.preview').waitFor({ state: 'detached' });
    await focused('.list');
  });

  it('has a menu on each row', async () => {
    const { page } = panel;
    await press('Control+f');
    await page.locator('.row .words').first().waitFor();
    await press('ArrowDown', 'ArrowDown', 'Shift+F10');
    await focused('[role="menuitem"]');
    assert.deepEqual(await page.locator('[role="menuitem"] > span:first-child').allInnerTexts(), [
      ...['Show', 'Open Source', 'Edit…', 'Copy', 'Pin', 'Make Global', 'Forget'],
    ]);
    await press('m', 'Enter');
    assert.equal(((await lastAsk('setScope')) as [string[], string])[1], 'global');
    await focused('.list');
    await press('Shift+F10', 'Escape');
    await page.locator('[role="menu"]').waitFor({ state: 'detached' });
    await focused('.list');
  });
});
