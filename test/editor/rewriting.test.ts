// Rewriting in the real editor, by a model of the user's own: nothing before it is switched on and a model is chosen; after that, new memories once.
import assert from 'node:assert/strict';
import { writeClaudeTranscript } from '../../scripts/sample/claudeTranscript.ts';
import { type FakeModel, startFakeModel } from '../support/fakeModel.ts';
import { type Bed, openBed, pictureOnFailure } from './support/bed.ts';
import { enableChat } from './support/chat.ts';
import { fillQuickInput, openView, quickPickRows, runCommand, treeRows } from './support/workbench.ts';

const OLD = 'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.';
const NEW = 'We decided to use JWT with refresh tokens instead of server sessions, because the API must in any case stay stateless.';
const NOISE = ' in any case';

describe('rewriting by the user’s own editor model', function () {
  this.timeout(420_000);
  let bed: Bed;
  let model: FakeModel;
  const notesAskedAbout = () => model.requests.map(({ last }) => last).filter((text) => text.includes('<notes>'));
  const tell = (title: string, hoursAgo: number, say: string, folders: { workspace: string; home: string }) =>
    writeClaudeTranscript(
      { assistant: 'claude-code', title, hoursAgo, turns: [{ prompt: 'What did we settle on?', steps: [{ say }] }] },
      folders.workspace,
      folders.home,
      Date.now(),
    );
  before(async () => {
    model = await startFakeModel(({ last }) => {
      const [, note = ''] = /<notes>\n1: (.*)/.exec(last) ?? [];
      return { text: note ? `1: ${note.replace(NOISE, '')}.` : 'ready' };
    });
    bed = await openBed({
      modelUrl: model.url,
      settings: { 'cairn.rewriteWithEditorModel': true },
      prepare: (folders) => void tell('Orders', 30, OLD, folders),
    });
    await openView(bed.page, 'Cairn');
    await treeRows(bed.page, 'dead letter queue').first().waitFor({ timeout: 90_000 });
    await enableChat(bed.page);
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(async () => {
    await bed?.close();
    await model?.stop();
  });

  it('lets the user choose a model where it is switched on, and has sent nothing until then', async () => {
    await runCommand(bed.page, 'Cairn: Choose Model for Rewriting');
    await fillQuickInput(bed.page, 'Fake One');
    await bed.screenshot('rewriting-choose');
    await quickPickRows(bed.page, 'Fake One').first().click();
    // Where the editor asks for consent, it does so now.
    const allow = bed.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Allow' });
    await allow.click({ timeout: 5_000 }).catch(() => undefined);
    await bed.screenshot('rewriting-chosen');
    assert.equal(notesAskedAbout().length, 0);
  });

  it('puts a new memory into better words once its session is at rest, and sends no older one', async () => {
    tell('Sign-in', 0, NEW, bed);
    await treeRows(bed.page, `must${NOISE} stay stateless`).first().waitFor({ timeout: 60_000 });
    await treeRows(bed.page, 'must stay stateless').first().waitFor({ timeout: 240_000 });
    assert.equal(await treeRows(bed.page, NOISE.trim()).count(), 0);
    await treeRows(bed.page, 'must stay stateless').first().hover();
    await bed.page.getByText('In our own words:').first().waitFor();
    await bed.screenshot('rewriting-tree');
    assert.equal(notesAskedAbout().length, 1);
    assert.ok(notesAskedAbout()[0]?.includes('JWT') && !notesAskedAbout()[0]?.includes('dead letter'));
  });
});
