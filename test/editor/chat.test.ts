// VS Code's own chat, with a model of the user's own: it is told that a memory exists, calls `recall`, gets what was decided, and is itself taken in.
import assert from 'node:assert/strict';
import { writeClaudeTranscript } from '../../scripts/sample/claudeTranscript.ts';
import { type FakeModel, startFakeModel } from '../support/fakeModel.ts';
import { type Bed, openBed, pictureOnFailure, until } from './support/bed.ts';
import { approveTool, enableChat, sendChat, waitForChat } from './support/chat.ts';
import { observations } from './support/store.ts';
import { openView, treeRows } from './support/workbench.ts';

const isRecall = (name: string): boolean => /recall$/.test(name);

describe('VS Code’s own chat', function () {
  this.timeout(300_000);
  let bed: Bed;
  let model: FakeModel;
  before(async () => {
    model = await startFakeModel(({ tools, last, isAfterTool }) => {
      if (isAfterTool) return { text: `The memory says: ${last.slice(0, 400)}` };
      const recall = tools.find(isRecall);
      if (last.includes('ask-the-memory') && recall) return { calls: [{ name: recall, args: { query: 'sign-in tokens' } }] };
      if (last.includes('list the folder')) {
        const terminal = tools.find((name) => name === 'run_in_terminal');
        const args = {
          command: 'ls -la src; echo looked-at-it',
          explanation: 'List it',
          goal: 'List it',
          mode: 'sync',
          isBackground: false,
          timeout: 10_000,
        };
        if (terminal) return { calls: [{ name: terminal, args }] };
      }
      if (last.includes('queue'))
        return { text: 'We decided to use a dead letter queue for failed orders, because retries blocked the main queue for hours.' };
      return { text: 'ok' };
    });
    bed = await openBed({
      modelUrl: model.url,
      prepare({ home, workspace }) {
        const say =
          'We decided to use short JWT access tokens of 15 minutes with rotating refresh tokens in Redis, because they can be revoked at once.';
        const turns = [{ prompt: 'How should sign-in work?', steps: [{ say }] }];
        writeClaudeTranscript({ assistant: 'claude-code', title: 'Sign-in', hoursAgo: 30, turns }, workspace, home, Date.now());
      },
    });
    await openView(bed.page, 'Cairn');
    await treeRows(bed.page, 'JWT access tokens').first().waitFor({ timeout: 90_000 });
    await enableChat(bed.page);
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(async () => {
    await bed?.close();
    await model?.stop();
  });

  it('calls recall, which only reads and so needs no approval, and gets the memory', async () => {
    await sendChat(bed.page, 'please ask-the-memory about sign-in');
    await waitForChat(bed.page, 'JWT access tokens');
    await bed.screenshot('chat-recall');
  });

  it('offers recall once, and tells the model that memory exists', () => {
    const asked = model.requests.find(({ last }) => last.includes('ask-the-memory'));
    assert.ok(asked);
    assert.equal(asked.tools.filter(isRecall).length, 1);
    assert.match(JSON.stringify(asked.body), /memory of earlier sessions/);
  });

  it('lets the user write #recall', async () => {
    await sendChat(bed.page, 'what about #recall for ask-the-memory');
    await until('the request names the tool', () =>
      model.requests.some(({ last, tools }) => last.includes('#recall') || (last.includes('for ask-the-memory') && tools.some(isRecall))),
    );
    await bed.screenshot('chat-hash-recall');
  });

  it('is taken in, without what it recalled', async () => {
    await sendChat(bed.page, 'how do we handle failed orders in the queue?');
    await waitForChat(bed.page, 'dead letter queue');
    await treeRows(bed.page, 'dead letter queue').first().waitFor({ timeout: 90_000 });
    assert.equal(await treeRows(bed.page, 'JWT access tokens').count(), 1);
    await bed.screenshot('chat-learnt');
  });

  it('counts a command that the agent ran once', async () => {
    await sendChat(bed.page, 'please list the folder');
    await approveTool(bed.page);
    await until('the command is taken in', () => observations(bed).some(({ text }) => text.includes('looked-at-it')));
    // What the terminal tells comes at once; what the transcript tells, some seconds after the answer.
    await bed.page.waitForTimeout(8_000);
    const told = observations(bed).filter(({ text }) => text.includes('echo looked-at-it'));
    assert.deepEqual(
      told.map(({ source }) => source).filter((source) => source === 'terminal'),
      [],
      JSON.stringify(told),
    );
    assert.ok(told.some(({ source }) => source === 'vscode-chat'));
    await bed.screenshot('chat-terminal');
  });
});
