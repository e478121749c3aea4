// The story of a memory in the real editor: a conversation appears on disk, its memory in the tree; recall finds it by other words; it is forgotten, brought back, and forgotten for good.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type Conversation } from '../../scripts/sample/story.ts';
import { writeClaudeTranscript } from '../../scripts/sample/claudeTranscript.ts';
import { type Bed, openBed, pictureOnFailure, until } from './support/bed.ts';
import {
  chooseFromContextMenu,
  fillQuickInput,
  openView,
  pressOnRow,
  quickPickRows,
  runCommand,
  statusItems,
  treeRows,
} from './support/workbench.ts';

const TALK: Conversation = {
  assistant: 'claude-code',
  title: 'Sign-in',
  hoursAgo: 0,
  turns: [
    {
      prompt: 'We need sign-in for the orders API. Support must be able to lock an account at once. What do you suggest?',
      steps: [
        {
          say: 'We decided to use short JWT access tokens of 15 minutes with rotating refresh tokens kept in Redis, because a refresh token can be revoked at once and a plain JWT cannot.',
        },
      ],
    },
  ],
};
const TELLING = 'JWT access tokens';

/** Bytes of everything that the editor keeps for Cairn: stores, indexes, digest. */
function kept(bed: Bed): string {
  const folders = ['User/workspaceStorage', 'User/globalStorage/cairn-memory.cairn'].map((name) => path.join(bed.userData, name));
  const files = folders.flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [],
  );
  return files
    .filter(({ parentPath }) => parentPath.includes('cairn-memory.cairn'))
    .map(({ parentPath, name }) => fs.readFileSync(path.join(parentPath, name), 'latin1'))
    .join('\n');
}

describe('a memory in the editor', function () {
  this.timeout(240_000);
  let bed: Bed;
  let transcript: string;
  before(async () => {
    bed = await openBed();
    await openView(bed.page, 'Cairn');
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  it('says what to do while there is none, and what is read, once', async () => {
    await bed.page.getByText('Nothing remembered yet').first().waitFor({ timeout: 60_000 });
    await bed.screenshot('empty');
  });

  it('appears in the tree within a minute of the turn’s end', async () => {
    const startedAtMs = Date.now();
    transcript = writeClaudeTranscript(TALK, bed.workspace, bed.home, Date.now());
    await treeRows(bed.page, TELLING).first().waitFor({ timeout: 60_000 });
    console.log(`      turn end to tree: ${Date.now() - startedAtMs} ms`);
    await treeRows(bed.page, TELLING).first().hover();
    await bed.page.getByText('Claude Code,').first().waitFor();
    await bed.screenshot('tree');
  });

  it('is found by a paraphrase, with the reason', async () => {
    await runCommand(bed.page, 'Cairn: Recall…');
    await fillQuickInput(bed.page, 'how long do logins stay valid before they must be renewed');
    await quickPickRows(bed.page, TELLING).first().waitFor({ timeout: 20_000 });
    await bed.screenshot('recall');
    await bed.page.keyboard.press('Escape');
  });

  it('is put into the open editor by Enter', async () => {
    await runCommand(bed.page, 'File: New Untitled Text File');
    await runCommand(bed.page, 'Cairn: Recall…');
    await fillQuickInput(bed.page, 'JWT refresh tokens');
    await quickPickRows(bed.page, TELLING).first().waitFor();
    await bed.page.keyboard.press('Enter');
    await bed.page.locator('.editor-group-container.active .view-lines', { hasText: 'JWT' }).waitFor();
    await bed.screenshot('inserted');
  });

  it('opens its source at its place', async () => {
    await pressOnRow(treeRows(bed.page, TELLING).first(), 'Open Source');
    await bed.page.locator(`.tab.active[data-resource-name="${path.basename(transcript)}"]`).waitFor();
  });

  it('is hidden at once by Forget This, and comes back by Undo', async () => {
    const row = treeRows(bed.page, TELLING).first();
    await chooseFromContextMenu(bed.page, row, 'Forget This');
    await row.waitFor({ state: 'detached', timeout: 2_000 });
    await statusItems(bed.page, 'Undo Forget').waitFor();
    await treeRows(bed.page, 'Forgotten: 1 memory').waitFor();
    await bed.screenshot('forgotten');
    await statusItems(bed.page, 'Undo Forget').click();
    await treeRows(bed.page, TELLING).first().waitFor({ timeout: 5_000 });
    await statusItems(bed.page, 'Undo Forget').waitFor({ state: 'detached' });
  });

  it('is gone for good when the time is up: from tree, recall and disk, also after a reload and when the transcript is read again', async () => {
    assert.ok(kept(bed).includes(TELLING));
    for (;;) {
      const row = treeRows(bed.page, TELLING).first();
      if ((await row.count()) === 0) break;
      await chooseFromContextMenu(bed.page, row, 'Forget This');
      await bed.page.waitForTimeout(300);
    }
    await statusItems(bed.page, 'Undo Forget').waitFor({ state: 'detached', timeout: 20_000 });
    await until('the bytes are gone', () => !kept(bed).includes(TELLING), 10_000);
    // The assistant goes on in the same file: what is new is read, what was forgotten is not learnt again.
    fs.appendFileSync(transcript, fs.readFileSync(transcript));
    await bed.reload();
    await openView(bed.page, 'Cairn');
    await runCommand(bed.page, 'Cairn: Recall…');
    await fillQuickInput(bed.page, 'JWT refresh tokens');
    await bed.page.waitForTimeout(8_000);
    assert.equal(await quickPickRows(bed.page, TELLING).count(), 0);
    await bed.page.keyboard.press('Escape');
    assert.equal(await treeRows(bed.page, TELLING).count(), 0);
    assert.ok(!kept(bed).includes(TELLING));
    await bed.screenshot('gone');
  });
});
