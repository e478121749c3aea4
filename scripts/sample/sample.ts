// A place to try Cairn in without touching anything of the user's own: a small project with a past, a home of its own, and a stand-in for a model.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startFakeModel } from '../../test/support/fakeModel.ts';
import { run } from '../lib/processes.ts';
import { byokModels } from './chatModels.ts';
import { writeChatSession } from './chatSession.ts';
import { writeClaudeTranscript } from './claudeTranscript.ts';
import { answerFromMemory } from './sampleModel.ts';
import { STORY } from './story.ts';

export interface Sample {
  /** HOME, user data and the rest; short, since sockets lie in it. */
  readonly root: string;
  readonly home: string;
  /** The project's real path. */
  readonly folder: string;
  /** Puts the sample's VS Code chats into the editor's storage for the project, and the stand-in among its chat models. */
  furnish(userData: string, storageName: string): void;
  /** Stops the stand-in and deletes everything. */
  end(): Promise<void>;
}

async function commit(folder: string, args: readonly string[]): Promise<void> {
  const identity = ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.invalid', '-c', 'commit.gpgsign=false'];
  const { code, stderr } = await run('git', [...identity, ...args], { cwd: folder, output: 'collect' });
  if (code !== 0) throw new Error(`git ${args[0]} failed: ${stderr.trim()}. The sample needs git.`);
}

/** Makes it in the temporary folder. The caller ends it. */
export async function makeSample(): Promise<Sample> {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-sample-'));
  const remove = () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  // Also when this process is ended before its time.
  process.once('exit', remove);
  const home = path.join(root, 'home');
  const folder = path.join(root, 'orders-api');
  fs.mkdirSync(home);
  fs.cpSync(path.join(import.meta.dirname, 'project'), folder, { recursive: true });
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    ['commit', '-q', '-m', 'Accept the previous refresh token for 10 seconds'],
  ]) {
    await commit(folder, args);
  }
  const nowMs = Date.now();
  for (const told of STORY) if (told.assistant === 'claude-code') writeClaudeTranscript(told, folder, home, nowMs);
  const model = await startFakeModel(answerFromMemory);
  return {
    root,
    home,
    folder,
    furnish(userData, storageName) {
      const user = path.join(userData, 'User');
      const storage = path.join(user, 'workspaceStorage', storageName);
      for (const told of STORY) if (told.assistant === 'vscode-chat') writeChatSession(told, folder, storage, nowMs);
      fs.writeFileSync(path.join(user, 'chatLanguageModels.json'), byokModels(model.url));
    },
    async end() {
      await model.stop();
      remove();
      process.off('exit', remove);
    },
  };
}
