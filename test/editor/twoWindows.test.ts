// Two windows on one folder: what is forgotten in the panel of one is gone from the other, and from whatever an assistant asks.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { type Bed, openBed, pictureOnFailure, SLOW_MS, until } from './support/bed.ts';
import { hookSays, askHook } from './support/hook.ts';
import { connectMcp } from './support/mcp.ts';
import { listRows, openPanel, showTab } from './support/panel.ts';
import { FILES, panelSeeds } from './support/panelMemories.ts';
import { addAll, seedStore } from './support/seed.ts';
import { fillQuickInput, openView, quickPickRows, runCommand, statusItems, treeRows } from './support/workbench.ts';

/** Everywhere within the same second; a loaded machine may take somewhat longer to show it. */
const LIMIT_MS = 3_000;

describe('two windows on one folder', function () {
  this.timeout(240_000);
  let bed: Bed;
  let other: Page;
  before(async () => {
    bed = await openBed({
      files: FILES,
      prepare: (folders) => seedStore(folders, (store) => addAll(store, panelSeeds(folders.workspace))),
    });
    other = await bed.openWindow();
    for (const page of [bed.page, other]) {
      await openView(page, 'Cairn');
      await treeRows(page, 'zebra queue').first().waitFor({ timeout: SLOW_MS });
    }
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  it('forget together: list, tree, recall, hook and MCP, in both windows, and bring back together', async () => {
    const frame = await openPanel(bed.page);
    const otherFrame = await openPanel(other);
    for (const each of [frame, otherFrame]) {
      await showTab(each, 'All');
      await each.getByRole('textbox', { name: 'Search memories' }).fill('zebra');
      await each.locator('#row-0', { hasText: 'zebra queue' }).waitFor();
    }
    const mcp = await connectMcp(bed);
    const prompt = 'What does the zebra queue drop?';
    try {
      assert.ok((await mcp.recall(prompt)).includes('zebra queue drops'));
      await hookSays(bed, prompt, (text) => text.includes('zebra queue drops'));

      await listRows(frame, 'zebra queue').first().click({ button: 'right' });
      await frame.getByRole('menuitem', { name: /^Forget/ }).click();
      const startedAtMs = Date.now();
      const gone = async (what: string, isGone: () => Promise<boolean>): Promise<string> => {
        await until(`gone from ${what}`, isGone, LIMIT_MS);
        return `${what} ${Date.now() - startedAtMs}`;
      };
      const took = await Promise.all([
        gone('list', async () => (await listRows(frame, 'zebra queue').count()) === 0),
        gone('tree', async () => (await treeRows(bed.page, 'zebra queue').count()) === 0),
        gone('the other list', async () => (await listRows(otherFrame, 'zebra queue').count()) === 0),
        gone('the other tree', async () => (await treeRows(other, 'zebra queue').count()) === 0),
        gone('hook', async () => !(await askHook(bed, { session: 'after', prompt })).includes('zebra queue drops')),
        gone('MCP', async () => !(await mcp.recall(prompt)).includes('zebra queue drops')),
      ]);
      console.log(`      ms: ${took.join(', ')}`);
      await runCommand(other, 'Cairn: Recall…');
      await fillQuickInput(other, 'zebra queue');
      await other.waitForTimeout(1_000);
      assert.equal(await quickPickRows(other, 'zebra queue drops').count(), 0);
      await other.keyboard.press('Escape');

      await frame.getByRole('group', { name: 'Undo' }).getByText('Undo').click();
      await treeRows(bed.page, 'zebra queue').first().waitFor();
      await treeRows(other, 'zebra queue').first().waitFor();
      await listRows(otherFrame, 'zebra queue').first().waitFor();
      await until('MCP has it again', async () => (await mcp.recall(prompt)).includes('zebra queue drops'));
      await statusItems(bed.page, 'Undo Forget').waitFor({ state: 'detached' });
    } finally {
      await mcp.close();
    }
  });
});
