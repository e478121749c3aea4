// The memory browser in the real editor: groups, the open file, the filter, what can be done with a memory, a group, a file and a session, by mouse and by keyboard.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { type Bed, openBed, pictureOnFailure, SLOW_MS, until } from './support/bed.ts';
import { ORDERS_FILES, tellOrders } from './support/ordersMemories.ts';
import { seedStore } from './support/seed.ts';
import { openTerminal, typeInTerminal } from './support/terminal.ts';
import {
  answerDialog,
  chooseFromContextMenu,
  dialogs,
  expandRow,
  fillQuickInput,
  notifications,
  openFile,
  openView,
  pressOnRow,
  quickPickRows,
  runCommand,
  statusItems,
  treeRows,
} from './support/workbench.ts';

const MANY = 130;

describe('the memory browser', function () {
  this.timeout(240_000);
  let bed: Bed;
  before(async () => {
    bed = await openBed({
      files: ORDERS_FILES,
      settings: { 'cairn.explorerBadges': true, 'files.simpleDialog.enable': true },
      prepare: (folders) => seedStore(folders, (store) => tellOrders(store, folders.workspace, Date.now(), MANY)),
    });
    await openView(bed.page, 'Cairn');
    await rows('Short JWT').first().waitFor({ timeout: 120_000 });
  });
  beforeEach(async () => {
    await bed.page.keyboard.press('Escape');
    await openView(bed.page, 'Cairn');
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  const rows = (text: string): Locator => treeRows(bed.page, text);
  const clipboard = (): Promise<string> => bed.page.evaluate<string>('navigator.clipboard.readText()');
  const groupBy = async (how: string): Promise<void> => {
    await runCommand(bed.page, `Cairn: Group by ${how}`);
  };
  /** Only rows in sight are in the page: the long group is kept closed, and the top in sight. */
  const foldLong = async (): Promise<void> => {
    await bed.page.locator('.sidebar .monaco-list').first().hover();
    await bed.page.mouse.wheel(0, -20_000);
    const group = rows(`Architecture, ${MANY}`);
    await group.waitFor();
    if ((await group.getAttribute('aria-expanded')) === 'true') await group.locator('.monaco-tl-twistie').click();
    await bed.page.mouse.move(900, 300);
  };
  /** Clicks the label of a row, which selects it. */
  const select = (row: Locator): Promise<void> => row.locator('.monaco-icon-label').first().click();
  /** Into the dialogue for files, which sets what it holds itself until it has looked at its folder. */
  const fillPath = async (file: string): Promise<void> => {
    const input = bed.page.locator('.quick-input-widget input.input');
    await until('the path stays', async () => {
      await input.fill(file);
      await bed.page.waitForTimeout(1_000);
      return (await input.inputValue()) === file;
    });
    await bed.page.keyboard.press('Enter');
  };
  const undo = async (): Promise<void> => {
    await statusItems(bed.page, 'Undo Forget').click();
    await statusItems(bed.page, 'Undo Forget').waitFor({ state: 'detached' });
  };

  it('groups by kind with counts, and shows long lists in slices', async () => {
    await rows('Decisions, 2').waitFor();
    await rows(`Architecture, ${MANY}`).waitFor();
    await bed.screenshot('browser-by-kind');
    // To its end and on, twice: three slices hold it all.
    for (const left of ['80 left', '30 left']) {
      await until(`“Show more, ${left}” is there`, async () => {
        await bed.page.locator('.sidebar .monaco-list').first().hover();
        await bed.page.mouse.wheel(0, 20_000);
        return (await rows(`Show more, ${left}`).count()) > 0;
      });
      await rows(`Show more, ${left}`).click();
    }
    await until('the last is there', async () => {
      await bed.page.mouse.wheel(0, 20_000);
      return (await rows(`Queue ${MANY - 1} carries`).count()) > 0;
    });
    assert.equal(await rows('Show more').count(), 0);
  });

  it('shows what was superseded struck through, under what replaced it', async () => {
    await foldLong();
    const newer = rows('Decision: Short JWT');
    await newer.first().waitFor();
    assert.equal(await rows('Server sessions').count(), 0);
    await expandRow(newer.first());
    const older = rows('Decision: Server sessions').first();
    await older.waitFor();
    assert.match((await older.getAttribute('aria-label')) ?? '', /superseded/);
    assert.match(await older.innerText(), /S\u0336e\u0336r\u0336v/);
    await bed.screenshot('browser-superseded');
  });

  it('tells all about a memory in its hover', async () => {
    await rows('Decision: Short JWT').first().hover();
    const hover = bed.page.locator('.monaco-hover', { hasText: 'Not given to an assistant yet' });
    await hover.waitFor({ timeout: 10_000 });
    assert.match(await hover.innerText(), /Claude Code, 3 days ago, tokens\.js:1/);
    await bed.screenshot('browser-hover');
    await bed.page.mouse.move(900, 500);
  });

  it('groups by file, session and age', async () => {
    await groupBy('File');
    await rows('tokens.js, 4').first().waitFor();
    await rows('No file, ').waitFor();
    await bed.screenshot('browser-by-file');
    await groupBy('Age');
    await rows('Older, ').or(rows('The last year, ')).first().waitFor();
    await bed.screenshot('browser-by-age');
    await groupBy('Session');
    await rows('Claude Code session, 3').waitFor();
    await bed.screenshot('browser-by-session');
    await groupBy('Kind');
    await rows('Decisions, 2').waitFor();
  });

  it('has the memories of the open file on top, and follows the editor', async () => {
    await openFile(bed.page, 'tokens.js');
    await rows('For tokens.js, 4').waitFor();
    await bed.screenshot('browser-for-file');
    await openFile(bed.page, 'totals.js');
    await rows('For totals.js, 1').waitFor();
  });

  it('narrows while one types in the filter box, says so, and is widened again', async () => {
    await runCommand(bed.page, 'Cairn: Filter Memories…');
    await fillQuickInput(bed.page, 'PgBouncer pooling');
    await bed.page.getByText('Filter: “PgBouncer pooling”').waitFor();
    await rows('Failed attempt: Tried connection pooling').first().waitFor();
    await until('the rest is gone', async () => (await rows('Decisions, ').count()) === 0);
    await bed.screenshot('browser-filter');
    await bed.page.keyboard.press('Enter');
    await rows('Failed attempt: Tried connection pooling').first().waitFor();
    await runCommand(bed.page, 'Cairn: Clear Filter');
    await rows('Decisions, 2').waitFor();
  });

  it('pins, and unpins', async () => {
    await foldLong();
    await pressOnRow(rows('Command: npm test').first(), 'Pin');
    await rows('Command: npm test -- auth runs the sign-in tests alone, in two seconds. Pinned').first().waitFor();
    await pressOnRow(rows('Command: npm test').first(), 'Unpin');
    await until('it is unpinned', async () => (await rows('Pinned').count()) === 0);
  });

  it('edits, and widens to all projects', async () => {
    await foldLong();
    await chooseFromContextMenu(bed.page, rows('Preference: Small commits').first(), 'Edit…');
    await fillQuickInput(bed.page, 'Small commits with one reason each');
    await bed.page.keyboard.press('Enter');
    await rows('Preference: Small commits with one reason each. ').first().waitFor();
    await chooseFromContextMenu(bed.page, rows('Preference: Small commits').first(), 'Remember in All Projects');
    await rows('one reason each. all projects').first().waitFor();
  });

  it('says why a memory was kept', async () => {
    await foldLong();
    await chooseFromContextMenu(bed.page, rows('Failed attempt: Tried connection').first(), 'Why Was This Kept?');
    await bed.page.locator('.editor-group-container.active .view-lines', { hasText: 'What speaks for it' }).waitFor();
    await bed.screenshot('browser-why');
    await runCommand(bed.page, 'View: Close All Editors');
  });

  it('works by keyboard alone: Enter opens, Ctrl+C copies, F2 edits, Delete forgets, Ctrl+Z brings back', async () => {
    const { page } = bed;
    await foldLong();
    await select(rows('Preference: Small commits').first());
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    // The arrows move the focus and leave the selection: the keys mean what has the focus.
    await page.locator('.sidebar .monaco-list-row.focused[aria-label^="Pattern: Money is whole cents"]').waitFor();
    await page.keyboard.press('Control+C');
    await until('the words are in the clipboard', async () => (await clipboard()).startsWith('PATTERN Money is whole cents'));
    await page.keyboard.press('Delete');
    await rows('Pattern: Money').first().waitFor({ state: 'detached', timeout: 3_000 });
    await rows('Forgotten: 1 memory').waitFor();
    await page.keyboard.press('Control+Z');
    await rows('Pattern: Money').first().waitFor();
    await select(rows('Pattern: Money').first());
    await page.keyboard.press('F2');
    await page.locator('.quick-input-widget input.input').waitFor();
    await page.keyboard.press('Escape');
    await select(rows('Pattern: Money').first());
    await page.keyboard.press('Enter');
    await page.locator('.tab.active[data-resource-name="totals.js"]').waitFor();
  });

  it('forgets a session after a look at what it is, and brings it back', async () => {
    await chooseFromContextMenu(bed.page, rows('Bug fix: Tokens expired').first(), 'Forget All of This Session…');
    const dialog = dialogs(bed.page, 'Forget 3 memories of this session?');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /BUG_FIX Tokens expired early/);
    await bed.screenshot('browser-forget-session');
    await answerDialog(bed.page, 'Forget 3 memories', 'Forget');
    await rows('Forgotten: 3 memories').waitFor();
    await until('they are gone', async () => (await rows('Short JWT').count()) === 0);
    await undo();
    await rows('Decision: Short JWT').first().waitFor();
  });

  it('forgets a long group whole, not just what is shown of it', async () => {
    await chooseFromContextMenu(bed.page, rows(`Architecture, ${MANY}`).first(), 'Forget All of These…');
    const dialog = dialogs(bed.page, `Forget ${MANY} memories under “Architecture”?`);
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /The first five:/);
    await answerDialog(bed.page, 'Forget', 'Forget');
    await rows(`Forgotten: ${MANY} memories`).waitFor();
    await until('the group is gone', async () => (await rows('Architecture, ').count()) === 0);
    await undo();
    await rows(`Architecture, ${MANY}`).waitFor();
  });

  it('forgets what it knows of a file, from the explorer, where a badge says how much that is', async () => {
    await bed.page.keyboard.press('Control+Shift+E');
    const file = bed.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'tokens.js' });
    await openFile(bed.page, 'tokens.js');
    await file.first().waitFor();
    await until('the badge is there', async () => /4 memories of Cairn name this file/.test(await file.first().innerHTML()));
    await bed.screenshot('browser-explorer');
    await chooseFromContextMenu(bed.page, file.first(), 'Forget What Cairn Knows of This File…');
    await answerDialog(bed.page, 'Forget 4 memories of tokens.js?', 'Forget');
    await statusItems(bed.page, 'Undo Forget').waitFor();
    await undo();
    await openView(bed.page, 'Cairn');
  });

  it('remembers a selection with its place as evidence', async () => {
    await foldLong();
    const { page } = bed;
    await openFile(page, 'limits.js');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+End');
    await runCommand(page, 'Cairn: Remember This…');
    await quickPickRows(page, 'as it reads').first().waitFor();
    await bed.screenshot('browser-remember-kind');
    await page.keyboard.press('Enter');
    await fillQuickInput(page, 'At most 20 orders a minute for each customer');
    await bed.screenshot('browser-remember-words');
    await page.keyboard.press('Enter');
    await rows('At most 20 orders a minute').first().waitFor();
    await rows('For limits.js, 1').waitFor();
    await runCommand(page, 'View: Close All Editors');
    await rows('For limits.js').waitFor({ state: 'detached' });
    await pressOnRow(rows('At most 20 orders a minute').first(), 'Open Source');
    await page.locator('.tab.active[data-resource-name="limits.js"]').waitFor();
  });

  it('remembers what is selected in a terminal, and leaves the clipboard as it was', async () => {
    await foldLong();
    const { page } = bed;
    await openTerminal(page);
    await typeInTerminal(page, 'echo make release needs the VPN');
    await page.locator('.xterm-screen').first().waitFor();
    await page.waitForTimeout(1_000);
    await page.evaluate(`navigator.clipboard.writeText('what was there before')`);
    await runCommand(page, 'Terminal: Select All');
    await runCommand(page, 'Cairn: Remember Terminal Selection…');
    await quickPickRows(page, 'Command').first().click();
    await fillQuickInput(page, 'make release needs the VPN');
    await page.keyboard.press('Enter');
    await rows('make release needs the VPN').first().waitFor();
    assert.equal(await clipboard(), 'what was there before');
    await runCommand(page, 'Terminal: Kill All Terminals');
  });

  it('drops a memory into an editor as text', async () => {
    await foldLong();
    const { page } = bed;
    await runCommand(page, 'File: New Untitled Text File');
    const editor = page.locator('.editor-group-container.active .monaco-editor').first();
    await editor.waitFor();
    const from = await rows('Command: npm test').first().locator('.label-name').first().boundingBox();
    const to = await editor.boundingBox();
    assert.ok(from && to);
    await page.mouse.move(from.x + 30, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y + 12, { steps: 5 });
    // Only now: with the button, it would select a range of rows.
    await page.keyboard.down('Shift');
    await page.mouse.move(to.x + 200, to.y + 100, { steps: 20 });
    await page.mouse.move(to.x + 205, to.y + 105, { steps: 5 });
    await bed.screenshot('browser-drag');
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await editor.locator('.view-lines', { hasText: 'npm test -- auth runs' }).waitFor();
    await bed.screenshot('browser-dropped');
  });

  it('exports, forgets everything, and imports it again', async () => {
    await foldLong();
    const { page } = bed;
    const file = path.join(bed.workspace, 'memories.jsonl');
    await runCommand(page, 'Cairn: Export Memories…');
    await quickPickRows(page, 'Memories and evidence').first().click();
    await fillPath(file);
    await notifications(page, 'Exported').first().waitFor();
    assert.match(fs.readFileSync(file, 'utf8'), /^\{"cairn":1/);
    await runCommand(page, 'Cairn: Forget Everything…');
    await answerDialog(page, 'Forget everything', 'Forget Everything');
    await until('all is hidden', async () => (await rows('Short JWT').count()) === 0);
    await bed.screenshot('browser-forgot-everything');
    await undo();
    await rows('Decision: Short JWT').first().waitFor();
    await runCommand(page, 'Cairn: Import Memories…');
    await fillPath(file);
    await notifications(page, 'were here already').first().waitFor();
  });

  it('keeps the grouping over a reload', async () => {
    await groupBy('Session');
    await rows('Claude Code session, 3').waitFor();
    await bed.reload();
    await openView(bed.page, 'Cairn');
    await rows('Claude Code session, 3').waitFor({ timeout: SLOW_MS });
  });
});
