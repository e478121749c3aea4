// Two sessions of the real Claude Code: what the first one decides, the second is told, by the hooks that "Connect Claude Code" writes; and the second teaches nothing that it was told.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claudeCodeConnection } from '../../src/assistants/claudeCode/connection.ts';
import { keepService, type ChildService } from '../../src/link/childService.ts';
import { launcherPath } from '../../src/link/launcher.ts';
import type { Memory } from '../../src/memory.ts';
import { silentLog } from '../../src/util/log.ts';
import { build } from '../../scripts/build.mjs';
import { root } from '../../scripts/lib/bed.ts';
import { serviceSettings } from '../support/serviceSettings.ts';
import { startFakeModel, type FakeModel } from '../support/fakeModel.ts';
import { installClaudeCode, runClaude } from './support/claudeCode.ts';

const DECISION =
  'We decided to use short JWT access tokens of 15 minutes with rotating refresh tokens kept in Redis, because a refresh token can be revoked at once and a plain JWT cannot.';
const FRAME = '<cairn-memory';

describe('Claude Code', function () {
  this.timeout(240_000);
  let folder: string;
  let home: string;
  let project: string;
  let model: FakeModel;
  let service: ChildService;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    await installClaudeCode(console.log);
    await build({ isRelease: true });
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-client-'));
    home = path.join(folder, 'home');
    project = path.join(folder, 'project');
    for (const made of [home, project]) fs.mkdirSync(made);
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: project });
    environment = { ...process.env };
    const cairnHome = path.join(home, '.cairn');
    Object.assign(process.env, { HOME: home, CAIRN_HOME: cairnHome });
    delete process.env['CLAUDE_CONFIG_DIR'];
    model = await startFakeModel(({ last }) => ({ text: last.includes('sign-in work') ? DECISION : 'I looked into it.' }));
    service = keepService({ script: path.join(root, 'dist/service.cjs'), log: silentLog });
    await service.api.configure(serviceSettings(project, folder, ['claude-code']));
    const command = launcherPath(cairnHome);
    const where = { home, env: process.env };
    claudeCodeConnection.connect(where, { hookCommand: `${command} hook claude-code`, mcpCommand: command, mcpArgs: ['mcp'] });
  });
  after(async () => {
    await service?.end();
    await model?.stop();
    process.env = environment;
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  const memories = (): Promise<Memory[]> => service.api.list(project);
  const ask = async (prompt: string) => {
    const first = model.requests.length;
    const { code, stderr } = await runClaude({ home, cwd: project, prompt, modelUrl: model.url });
    assert.equal(code, 0, stderr);
    return model.requests.slice(first).filter(({ tools }) => tools.length > 0);
  };

  it('learns from the first session what was decided', async () => {
    const requests = await ask('How should sign-in work in this API?');
    assert.ok(requests.length > 0);
    assert.ok(!JSON.stringify(requests.map(({ body }) => body)).includes(FRAME));
    const endMs = Date.now() + 60_000;
    while (!(await memories()).some(({ text }) => text.includes('JWT access tokens'))) {
      assert.ok(Date.now() < endMs, 'no memory within a minute');
      await delay(200);
    }
  });

  it('tells the second session, once, and offers it the tools', async () => {
    const requests = await ask('Add a sign-in endpoint that issues JWT access tokens');
    const [asked] = requests;
    assert.ok(asked);
    const body = JSON.stringify(asked.body);
    assert.match(body, /JWT access tokens of 15 minutes with rotating refresh tokens/);
    assert.equal(body.split(FRAME).length - 1, 1);
    assert.ok(asked.tools.some((tool) => tool.endsWith('__recall')));
  });

  it('does not learn again what it told', async () => {
    const known = await memories();
    await delay(6_000);
    const now = await memories();
    assert.deepEqual(
      now.filter(({ text }) => text.includes('JWT access tokens of 15')).map(({ id }) => id),
      known.filter(({ text }) => text.includes('JWT access tokens of 15')).map(({ id }) => id),
    );
    assert.ok(!now.some(({ text, evidence }) => `${text}${JSON.stringify(evidence)}`.includes('Notes from earlier sessions')));
  });

  it('says nothing where nothing fits, and nothing stands in its way when the service is gone', async () => {
    await service.end();
    const [asked] = await ask('Rename the variable x to y in the readme');
    assert.ok(asked);
  });
});
