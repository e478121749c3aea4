// The hook as assistants run it: bundled alone, started as a process, given a call on stdin.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { writeDigest } from '../../src/inject/digest.ts';
import type { MessageConnection } from '../../src/link/channels.ts';
import { claimStore } from '../../src/link/claimStore.ts';
import type { RepositoryId } from '../../src/link/identity.ts';
import { writeLauncher, launcherPath } from '../../src/link/launcher.ts';
import type { StoreAddress } from '../../src/link/registry.ts';
import { serve } from '../../src/link/rpc.ts';
import { listen } from '../../src/link/socket.ts';
import type { ContextBlock, MemoryId, SessionId } from '../../src/memory.ts';
import { Disposables } from '../../src/util/disposal.ts';
import { stubApi, type StubApi } from '../support/stubApi.ts';

const block = (text: string): ContextBlock => ({ text, tokens: 9, memories: ['m1' as MemoryId] });
const SILENCE = { code: 0, stdout: '', stderr: '' };

describe('hook', function () {
  this.timeout(20_000);
  let dist: string;
  let metafile: string[];
  let owned: Disposables;
  let base: string;
  let home: string;
  let project: string;

  before(async () => {
    dist = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-dist-'));
    const entry = path.resolve(import.meta.dirname, '../../src/hook.ts');
    const outfile = path.join(dist, 'hook.cjs');
    const built = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      minify: true,
      metafile: true,
    });
    metafile = Object.keys(built.metafile.inputs);
  });
  after(() => fs.rmSync(dist, { recursive: true, force: true }));

  beforeEach(() => {
    owned = new Disposables();
    base = fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-hook-')));
    home = path.join(base, '.cairn');
    project = path.join(base, 'project');
    fs.mkdirSync(project);
    owned.defer(() => fs.rmSync(base, { recursive: true, force: true }));
  });
  afterEach(() => owned.dispose());

  const claim = (): Promise<StoreAddress> =>
    claimStore(home, { folder: project, repository: 'folder:p' as RepositoryId, storage: path.join(base, 'store'), atMs: 1 });
  async function serving(answers: Parameters<typeof stubApi>[0]): Promise<StubApi & { address: StoreAddress }> {
    const address = await claim();
    const stub = stubApi(answers);
    const onConnection = (connection: MessageConnection) => serve(connection, stub.api);
    owned.own(await listen({ path: address.socket, token: address.token, onConnection }));
    return { ...stub, address };
  }
  interface Ran {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }
  /** Runs the hook; `stdin` undefined leaves it open. */
  async function run(
    stdin: string | Buffer | undefined,
    options: { args?: string[]; command?: string; env?: Record<string, string> } = {},
  ): Promise<Ran & { ms: number }> {
    const began = performance.now();
    const child = spawn(options.command ?? process.execPath, options.args ?? [path.join(dist, 'hook.cjs'), 'claude-code'], {
      cwd: base,
      env: { PATH: '/usr/bin:/bin', HOME: base, CAIRN_HOME: home, ...options.env },
    });
    owned.defer(() => void child.kill('SIGKILL'));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdin.on('error', () => undefined);
    if (stdin !== undefined) child.stdin.end(stdin);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, stdout, stderr, ms: performance.now() - began };
  }
  const quietly = ({ code, stdout, stderr }: Ran): Ran => ({ code, stdout, stderr });
  const prompt = (text = 'why did the login fail?', cwd = project): string =>
    JSON.stringify({ session_id: 's1', cwd, hook_event_name: 'UserPromptSubmit', prompt: text });
  const start = (source = 'startup'): string => JSON.stringify({ session_id: 's1', cwd: project, hook_event_name: 'SessionStart', source });
  const said = ({ stdout }: Ran): unknown => JSON.parse(stdout).hookSpecificOutput;

  it('prints what the service says to a prompt, exactly, and asks for the right folder', async () => {
    const text = '<cairn-memory>\n- FAILED_ATTEMPT “naïve” 漢 🪨 retry\n</cairn-memory>';
    const { asked } = await serving({ context: () => block(text) });
    const ran = await run(prompt());
    assert.deepEqual([ran.code, ran.stderr], [0, '']);
    assert.deepEqual(said(ran), { hookEventName: 'UserPromptSubmit', additionalContext: text });
    const [folder, occasion] = asked[0]?.args as [string, { kind: string; prompt: string; session: SessionId; assistant: string }];
    assert.deepEqual(
      [folder, occasion.kind, occasion.prompt, occasion.session, occasion.assistant],
      [project, 'prompt', 'why did the login fail?', 's1', 'claude-code'],
    );
  });

  it('says nothing to a prompt when the service has nothing, fails, or is too slow', async () => {
    let answer: () => unknown = () => undefined;
    await serving({ context: () => answer() });
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
    answer = () => {
      throw new Error('broken');
    };
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
    answer = async () => (await sleep(1_000), block('late'));
    const slow = await run(prompt());
    assert.deepEqual(quietly(slow), SILENCE);
    assert.ok(slow.ms < 950, `${slow.ms} ms`);
  });

  it('falls back to the digest at a session start, not at a prompt and not where the service means silence', async () => {
    const { store } = await claim();
    writeDigest(store, block('from the digest'));
    assert.deepEqual(said(await run(start())), { hookEventName: 'SessionStart', additionalContext: 'from the digest' });
    assert.deepEqual(said(await run(start('compact'))), { hookEventName: 'SessionStart', additionalContext: 'from the digest' });
    assert.deepEqual(quietly(await run(start('resume'))), SILENCE, 'it still has what it was given');
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
    let answer: () => unknown = () => undefined;
    await serving({ context: () => answer() });
    assert.deepEqual(quietly(await run(start())), SILENCE);
    answer = async () => (await sleep(1_000), block('late'));
    assert.deepEqual(said(await run(start())), { hookEventName: 'SessionStart', additionalContext: 'from the digest' });
    answer = () => block('from the service');
    assert.deepEqual(said(await run(start())), { hookEventName: 'SessionStart', additionalContext: 'from the service' });
  });

  it('tells the service that a turn has ended, and says nothing', async () => {
    const { asked } = await serving({ turnEnded: () => undefined });
    const stop = JSON.stringify({ session_id: 's1', cwd: project, hook_event_name: 'Stop', stop_hook_active: false });
    assert.deepEqual(quietly(await run(stop)), SILENCE);
    assert.deepEqual(asked, [{ method: 'turnEnded', args: [project, 's1'] }]);
  });

  it('goes by the project’s folder when the shell has moved out of it', async () => {
    const { asked } = await serving({ context: () => block('here') });
    const ran = await run(prompt('x y', os.tmpdir()), { env: { CLAUDE_PROJECT_DIR: project } });
    assert.match(ran.stdout, /here/);
    assert.equal(asked[0]?.args[0], project);
  });

  it('ends with 0 and in silence whatever is wrong', async () => {
    assert.deepEqual(quietly(await run(prompt())), SILENCE, 'no registry');
    await claim();
    assert.deepEqual(quietly(await run(prompt())), SILENCE, 'no socket');
    for (const garbage of ['', 'not json', '{', '[]', 'null', '{}', '{"session_id":5}', Buffer.from([0, 255, 1]), prompt().slice(0, -1)]) {
      assert.deepEqual(quietly(await run(garbage)), SILENCE, `stdin ${String(garbage).slice(0, 20)}`);
    }
    assert.deepEqual(quietly(await run(prompt('x'.repeat(9 * 1024 * 1024)))), SILENCE, 'too long');
    assert.deepEqual(quietly(await run(prompt(), { args: [path.join(dist, 'hook.cjs')] })), SILENCE, 'no assistant');
    assert.deepEqual(quietly(await run(prompt(), { args: [path.join(dist, 'hook.cjs'), 'constructor'] })), SILENCE, 'unknown assistant');
    fs.writeFileSync(path.join(home, 'registry.json'), '{"stores":');
    assert.deepEqual(quietly(await run(prompt())), SILENCE, 'torn registry');
    assert.deepEqual(quietly(await run(prompt(), { env: { CAIRN_HOME: path.join(project, 'x', '\0'.slice(1)) } })), SILENCE, 'no home');
  });

  it('a socket whose server died, or that speaks nonsense, costs nothing but the answer', async () => {
    const address = await claim();
    fs.mkdirSync(path.dirname(address.socket), { recursive: true });
    fs.writeFileSync(address.socket, 'a file, no socket');
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
    fs.rmSync(address.socket);
    const net = await import('node:net');
    let speech = 'nonsense\n';
    const server = net.createServer((socket) => void socket.on('error', () => undefined).write(speech));
    await new Promise<void>((resolve) => server.listen(address.socket, resolve));
    owned.defer(() => server.close());
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
    speech = `{"jsonrpc":"2.0","id":1,"result":{"text":5}}\n`;
    assert.deepEqual(quietly(await run(prompt())), SILENCE, 'a result of another shape');
    speech = `{"jsonrpc":"2.0","id":1,"result":"x"}\n{"jsonrpc":"2.0","id":1,"result":{"text":"twice"}}\n`;
    assert.deepEqual(quietly(await run(prompt())), SILENCE);
  });

  it('does not wait for a stdin that never ends', async () => {
    await claim();
    const ran = await run(undefined);
    assert.deepEqual(quietly(ran), SILENCE);
    assert.ok(ran.ms > 1_900 && ran.ms < 3_500, `${ran.ms} ms`);
  });

  it('works through the launcher, and is silent when the runtime is gone', async () => {
    await serving({ context: () => block('through the launcher') });
    writeLauncher(home, { path: process.execPath, dist });
    const viaLauncher = { command: launcherPath(home), args: ['hook', 'claude-code'] };
    assert.match((await run(prompt(), viaLauncher)).stdout, /through the launcher/);
    writeLauncher(home, { path: path.join(base, 'gone'), dist });
    assert.deepEqual(quietly(await run(prompt(), { ...viaLauncher, env: { PATH: '/nowhere' } })), SILENCE);
  });

  it('imports nothing heavy', () => {
    const heavy = metafile.filter((file) => file.includes('node_modules') || /src\/(store|model|compress|retrieve)\//.test(file));
    assert.deepEqual(heavy, []);
    assert.ok(fs.statSync(path.join(dist, 'hook.cjs')).size < 40_000);
  });

  it('starts about as fast as Node itself', async () => {
    const runs = process.env['CAIRN_FIGURES'] ? 50 : 7;
    await serving({ context: () => block('x') });
    const times: { hook: number; bare: number }[] = [];
    for (let i = 0; i < runs; i++) {
      times.push({ hook: (await run(prompt())).ms, bare: (await run('', { args: ['-e', '0'] })).ms });
    }
    const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number;
    const hook = median(times.map((t) => t.hook));
    const bare = median(times.map((t) => t.bare));
    if (process.env['CAIRN_FIGURES'])
      console.log(`hook: median ${hook.toFixed(0)} ms of ${runs} cold runs; bare node ${bare.toFixed(0)} ms`);
    assert.ok(hook < 2 * bare + 30, `${hook} ms against ${bare} ms`);
  });
});
