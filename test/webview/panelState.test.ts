// What the panel keeps over a reload, and how it bears an editor that refuses, is late, is away, or changes under it.
import assert from 'node:assert/strict';
import { type PanelBrowser, type PanelPage, openPanelBrowser } from './support/panelPage.ts';

describe('the panel and its editor', () => {
  let browser: PanelBrowser;
  let panel: PanelPage;
  before(async () => (browser = await openPanelBrowser()));
  after(() => browser.close());
  beforeEach(async () => (panel = await browser.open({ settings: { rows: 2_000 } })));
  afterEach(() => panel.close());

  it('is after a reload as it was: tab, search, facets, order, place, selection and preview', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('note');
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('Pattern', { exact: true }).first().click();
    await page.getByText('250 memories', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('oldest');
    await page.locator('.list').evaluate((list) => list.scrollTo(0, 4_000));
    await page.locator('#row-100').click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected', { exact: true }).waitFor();
    const words = await page.locator('.preview .whole-text').innerText();
    const top = await page.locator('.list').evaluate((list) => list.scrollTop);
    await page.waitForTimeout(200);

    await page.reload();
    await page.getByText('250 memories', { exact: true }).waitFor();
    await page.getByText('2 selected', { exact: true }).waitFor();
    await page.locator('.preview .whole-text').getByText(words).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Order' }).inputValue(), 'oldest');
    assert.equal(await page.locator('vscode-textfield').evaluate((field) => (field as unknown as { value: string }).value), 'note');
    assert.equal(await page.locator('.list').evaluate((list) => list.scrollTop), top);
    assert.equal(await page.locator('#row-101').getAttribute('aria-selected'), 'true');
  });

  it('starts afresh where what was kept cannot be read', async () => {
    const { page } = panel;
    for (const state of ['{"version":99,"kept":{"tab":"none"}}', '"?"', '{"version":1}']) {
      await panel.value(`sessionStorage.setItem('state', ${JSON.stringify(state)})`);
      await page.reload();
      await page.getByText('of 800 tokens').waitFor();
    }
  });

  it('says why something was refused, and shows things as they are', async () => {
    const { page } = panel;
    await panel.value(`scripted.refuse('forget', 'This memory is not there any more. The list shows what is.')`);
    await page
      .locator('.block li')
      .first()
      .getByRole('button', { name: /Forget/ })
      .click();
    await page.getByRole('alert').getByText('This memory is not there any more.').waitFor();
    await page.getByRole('button', { name: 'Close this message' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });

    await panel.tab('Review');
    await page.locator('.card.current').focus();
    const before = await page.locator('.chip .count').first().innerText();
    await panel.value(`scripted.refuse('keep', 'Not now. Try again.')`);
    await page.keyboard.press('k');
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator('.chip .count').first().innerText(), before, 'the question is back');
  });

  it('does not send a memory that is too long, and keeps what was typed', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.locator('#row-0').click();
    await page.locator('.preview').getByRole('button', { name: /^Edit/ }).click();
    const words = page.locator('.preview vscode-textarea textarea');
    const save = page.locator('.preview').getByRole('button', { name: /Save/ });
    for (const length of [5_312, 1_000_000]) {
      await words.fill('x'.repeat(length));
      const over = (length - 5_000).toLocaleString('en');
      await page.getByRole('status').getByText(`at most 5,000 characters. Shorten it by ${over}, then save.`).waitFor();
      await save.click();
      await words.press('Enter');
      assert.equal((await words.inputValue()).length, length);
    }
    assert.equal(await panel.asked('edit'), 0);
    await words.fill('x'.repeat(5_000));
    await page.getByText('at most 5,000 characters').waitFor({ state: 'detached' });
    await save.click();
    await panel.until(`scripted.row('memory-0').text.length === 5000`);
  });

  it('keeps what was typed when a change is refused', async () => {
    const { page } = panel;
    await panel.value(`scripted.refuse('edit', 'Not now. Try again.')`);
    await panel.tab('Review');
    await page.locator('.card.current').focus();
    await page.keyboard.press('e');
    const words = page.locator('.card vscode-textarea textarea');
    await words.fill('Said better');
    await words.press('Enter');
    await page.getByRole('alert').getByText('Not now. Try again.').waitFor();
    assert.equal(await words.inputValue(), 'Said better');
    await panel.value(`scripted.refuse('edit', undefined)`);
    await words.press('Enter');
    await words.waitFor({ state: 'detached' });
    await panel.until(`scripted.asked.some((ask) => ask.question === 'keep')`);
  });

  it('says so when there is no answer at all, and asks again when told', async () => {
    const { page } = panel;
    await panel.value(`scripted.refuse('browse', 'Something went wrong in Cairn. The log has the details.')`);
    await panel.tab('All');
    await page.getByText('Something went wrong in Cairn.').waitFor();
    await panel.value(`scripted.refuse('browse', undefined)`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.row .words').first().waitFor();
  });

  it('drops a late answer: the list is of the latest words', async () => {
    const { page } = panel;
    await page.keyboard.press('Control+f');
    await page.locator('.row .words').first().waitFor();
    await panel.value(`scripted.slow('browse', 500)`);
    await page.keyboard.type('billing');
    await page.waitForTimeout(150);
    await panel.value(`scripted.slow('browse', 0)`);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('uploads');
    await page.getByText('200 memories', { exact: true }).waitFor();
    await page.waitForTimeout(600);
    assert.ok((await page.locator('.row', { hasText: 'uploads' }).count()) > 5);
    assert.equal(await page.locator('.row', { hasText: 'billing' }).count(), 0);
  });

  it('keeps what it shows while the service is away, and asks again when it is back', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.locator('.row .words').first().waitFor();
    await panel.value(`scripted.tell({ kind: 'service', presence: 'away' })`);
    await page.getByText('Reconnecting…').waitFor();
    assert.ok((await page.locator('.row .words').count()) > 5);
    const [browses, hellos] = [await panel.asked('browse'), await panel.asked('hello')];
    await panel.value(`scripted.tell({ kind: 'service', presence: 'here' })`);
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
    await panel.until(`scripted.asked.filter((ask) => ask.question === 'browse').length > ${browses}`);
    assert.ok((await panel.asked('hello')) > hellos);
  });

  it('says so when the service has stopped for good, keeps what it shows, and starts it again when asked', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.locator('.row .words').first().waitFor();
    const gone = "Cairn's memory service keeps crashing and was stopped.";
    await panel.value(`scripted.refuse('browse', ${JSON.stringify(gone)})`);
    await panel.value(`scripted.tell({ kind: 'service', presence: 'away' })`);
    await page.getByText('Reconnecting…').waitFor();
    await panel.value(`scripted.tell({ kind: 'service', presence: 'stopped' })`);
    const banner = page.getByRole('alert').filter({ hasText: 'has stopped' });
    await banner.waitFor();
    assert.equal(await page.getByText('Reconnecting…').count(), 0);
    // A change that comes along now, of the open file say, gets no answer.
    await panel.value(`scripted.tell({ kind: 'changed', revision: 9 })`);
    await page.getByText(gone).waitFor();
    assert.ok((await page.locator('.row .words').count()) > 5);

    await banner.getByRole('button', { name: 'Show Log' }).click();
    await panel.until(`scripted.asked.some((ask) => ask.question === 'showLog')`);
    await panel.value(`scripted.refuse('browse', undefined)`);
    await banner.getByRole('button', { name: 'Restart' }).click();
    await banner.waitFor({ state: 'detached' });
    await page.getByText(gone).waitFor({ state: 'detached' });
    assert.equal(await panel.asked('restart'), 1);
    assert.equal(await panel.value('document.activeElement?.id'), 'tab-all');
  });

  it('follows a change without a flicker, and stays where it is', async () => {
    const { page } = panel;
    await panel.tab('All');
    await page.locator('.list').evaluate((list) => list.scrollTo(0, 20_000));
    await page.locator('#row-460 .words').waitFor();
    await panel.value(`window.emptied = 0;
      new MutationObserver(() => { if (!document.querySelector('#row-460 .words')) window.emptied++; }).observe(document.body, { childList: true, subtree: true });
      scripted.tell({ kind: 'changed', revision: 7 })`);
    await page.waitForTimeout(200);
    assert.equal(await panel.value('window.emptied'), 0);
    assert.equal(await page.locator('.list').evaluate((list) => list.scrollTop), 20_000);
  });

  it('says while review is still comparing, moves nothing for it, and tells when that is over', async () => {
    const { page } = panel;
    await panel.tab('Review');
    const placeOf = () => page.locator('.card.current').boundingBox();
    await page.locator('.card.current').waitFor();
    const place = await placeOf();
    await panel.value('scripted.look(true)');
    await page.getByRole('status').filter({ hasText: 'Still comparing' }).waitFor();
    assert.deepEqual(await placeOf(), place);
    await panel.value('scripted.look(false)');
    await page.getByText('Still comparing').waitFor({ state: 'detached' });
    const empty = await browser.open({ settings: { rows: 0 } });
    try {
      await empty.value('scripted.look(true)');
      await empty.tab('Review');
      await empty.page.getByText('Looking through the memories…').waitFor();
      await empty.value('scripted.look(false)');
      await empty.page.getByText('Nothing needs a look').waitFor();
    } finally {
      await empty.close();
    }
  });

  it('goes where a command wants it, and tries its prompt', async () => {
    const { page } = panel;
    await panel.tab('All');
    await panel.value(`scripted.tell({ kind: 'show', tab: 'next', prompt: 'uploads' })`);
    await page.getByText('of 300 tokens').waitFor();
    assert.equal(await panel.value(`document.querySelector('vscode-textfield').value`), 'uploads');
  });

  it('says what to do where there is nothing', async () => {
    const empty = await browser.open({ settings: { rows: 0 } });
    try {
      await empty.page.getByText('A session that starts now is told nothing').waitFor();
      await empty.tab('Given');
      await empty.page.getByText('Nothing was given yet').waitFor();
      await empty.tab('Review');
      await empty.page.getByText('Nothing needs a look').waitFor();
      await empty.tab('All');
      await empty.page.getByText('Nothing remembered yet').waitFor();
    } finally {
      await empty.close();
    }
  });
});
