// What the editor itself tells: terminal commands, saved changes, commits; and what pausing, status and connecting do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../../scripts/lib/processes.ts';
import { type Bed, openBed, pictureOnFailure, until } from './support/bed.ts';
import { observations } from './support/store.ts';
import { openTerminal, typeInTerminal } from './support/terminal.ts';
import { answerDialog, appendAndSave, openFile, openView, quickPickRows, runCommand, statusItems } from './support/workbench.ts';

describe('the editor’s own sources', function () {
  this.timeout(240_000);
  let bed: Bed;
  before(async () => {
    bed = await openBed({ files: { 'src/limits.js': 'export const LIMIT = 10;\n' } });
    await openView(bed.page, 'Cairn');
    await bed.page.getByText('Nothing remembered yet').first().waitFor({ timeout: 60_000 });
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  it('takes in a terminal command with its exit code', async () => {
    await openTerminal(bed.page);
    await typeInTerminal(bed.page, 'sleep 0.3; echo migration failed; exit_with() { return $1; }; exit_with 3');
    const row = await until('the command is taken in', () =>
      observations(bed).find(({ role, text }) => role === 'command' && text.includes('migration')),
    );
    assert.match(row.text, /3/);
    await bed.screenshot('terminal');
  });

  it('takes in a saved change as a small diff', async () => {
    await openFile(bed.page, 'limits.js');
    await appendAndSave(bed.page, 'export const BURST = 25;');
    const row = await until('the change is taken in', () => observations(bed).find(({ role }) => role === 'edit'));
    assert.match(row.text, /\+.*BURST = 25/);
    assert.ok(row.text.length < 400);
  });

  it('takes in a commit', async () => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    await run('git', [...identity, 'commit', '-aqm', 'Allow bursts of 25 requests'], { cwd: bed.workspace, output: 'collect' });
    await until('the commit is taken in', () =>
      observations(bed).some(({ role, text }) => role === 'commit' && text.includes('bursts of 25')),
    );
  });

  it('tells a revert from a commit', async () => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    await run('git', [...identity, 'revert', '--no-edit', 'HEAD'], { cwd: bed.workspace, output: 'collect' });
    await until('the revert is taken in', () =>
      observations(bed).some(({ role, text }) => role === 'revert' && text.includes('Allow bursts of 25')),
    );
  });

  it('takes in nothing while paused, and says so', async () => {
    await runCommand(bed.page, 'Cairn: Pause');
    await statusItems(bed.page, 'Cairn: paused').waitFor();
    const before = observations(bed).length;
    await openFile(bed.page, 'limits.js');
    await appendAndSave(bed.page, 'export const SECRET_PLAN = 1;');
    await bed.page.waitForTimeout(2_000);
    assert.equal(observations(bed).length, before);
    await bed.screenshot('paused');
    await runCommand(bed.page, 'Cairn: Resume');
    await statusItems(bed.page, 'Cairn: paused').waitFor({ state: 'detached' });
  });

  it('shows how things stand', async () => {
    await runCommand(bed.page, 'Cairn: Show Status');
    await quickPickRows(bed.page, 'Watching').waitFor();
    await bed.screenshot('status');
    await bed.page.keyboard.press('Escape');
  });

  it('rebuilds the index, and says when it is done', async () => {
    await runCommand(bed.page, 'Cairn: Rebuild Index');
    await statusItems(bed.page, 'the index is rebuilt').waitFor({ timeout: 20_000 });
  });

  it('connects Claude Code after showing the change, and gives the file back byte for byte', async () => {
    const settings = path.join(bed.home, '.claude/settings.json');
    const before = '{\n\t"model": "opus", // mine\n}\n';
    fs.mkdirSync(path.dirname(settings), { recursive: true });
    fs.writeFileSync(settings, before);
    await runCommand(bed.page, 'Cairn: Connect Claude Code');
    await bed.page.locator('.monaco-dialog-box', { hasText: 'Connect Claude Code to Cairn?' }).waitFor();
    await bed.screenshot('connect');
    assert.equal(fs.readFileSync(settings, 'utf8'), before);
    await answerDialog(bed.page, 'Connect Claude Code to Cairn?', 'Connect');
    await until('the hooks are written', () => fs.readFileSync(settings, 'utf8').includes('UserPromptSubmit'));
    await runCommand(bed.page, 'Cairn: Disconnect Claude Code');
    await until('the file is as before', () => fs.readFileSync(settings, 'utf8') === before);
  });
});
