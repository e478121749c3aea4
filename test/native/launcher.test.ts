// The launcher that other programs call, run by a real shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launcherPath, posixLauncher, windowsLauncher, writeLauncher } from '../../src/link/launcher.ts';

const HOOK = `
  process.stdin.resume().on('data', (d) => process.stdout.write(String(d))).on('end', () => {
    process.stdout.write(JSON.stringify([process.argv[2], process.env.CAIRN_HOME, process.env.ELECTRON_RUN_AS_NODE, process.env.NODE_OPTIONS ?? 'unset']));
    process.exitCode = 3;
  });`;

describe('launcher', function () {
  this.timeout(10_000);
  let base: string;
  let home: string;
  let dist: string;

  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    base = fs.mkdtempSync(path.join(os.tmpdir(), `cairn it's "odd" $HOME \`x\` \\ 漢 `));
    home = path.join(base, '.cairn');
    dist = path.join(base, 'dist of it');
    fs.mkdirSync(dist);
    fs.writeFileSync(path.join(dist, 'hook.cjs'), HOOK);
    fs.writeFileSync(path.join(dist, 'mcp.cjs'), 'process.stdin.pipe(process.stdout); process.exitCode = 4;');
  });
  afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

  /** A runtime whose own path is odd, too. */
  const oddRuntime = (): string => {
    const at = path.join(base, `node 'it'`);
    fs.symlinkSync(process.execPath, at);
    return at;
  };
  const run = (args: string[], input = '', env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(launcherPath(home), args, {
      input,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', NODE_OPTIONS: '--no-such-option', ...env },
    });
    return { status, stdout, stderr };
  };

  it('calls hook and MCP server through paths with spaces and quotes, stdin and arguments included', () => {
    writeLauncher(home, { path: oddRuntime(), dist });
    const expected = JSON.stringify(['claude-code', home, '1', 'unset']);
    assert.deepEqual(run(['hook', 'claude-code'], 'in\n'), { status: 0, stdout: `in\n${expected}`, stderr: '' });
    assert.deepEqual(run(['mcp'], 'hello'), { status: 4, stdout: 'hello', stderr: '' });
  });

  it('leaves a CAIRN_HOME that is set as it is', () => {
    writeLauncher(home, { path: process.execPath, dist });
    assert.equal(JSON.parse(run(['hook', 'x'], '', { CAIRN_HOME: '/else' }).stdout)[1], '/else');
  });

  it('says what it is for when called otherwise', () => {
    writeLauncher(home, { path: process.execPath, dist });
    for (const args of [[], ['--help'], ['nonsense']]) {
      const { status, stdout } = run(args);
      assert.equal(status, 0);
      assert.match(stdout, /cairn hook <assistant>/);
    }
  });

  it('a hook ends well and silently when the runtime or the script is gone, or it crashes', () => {
    const silence = { status: 0, stdout: '', stderr: '' };
    writeLauncher(home, { path: path.join(base, 'gone'), dist });
    assert.deepEqual(run(['hook', 'claude-code'], '', { PATH: '/nowhere' }), silence);
    writeLauncher(home, { path: process.execPath, dist: path.join(base, 'gone') });
    assert.deepEqual(run(['hook', 'claude-code']), silence);
    for (const crash of ['throw new Error("x")', 'process.abort()', 'this is no script', 'process.kill(process.pid, "SIGKILL")']) {
      fs.writeFileSync(path.join(dist, 'hook.cjs'), crash);
      writeLauncher(home, { path: process.execPath, dist });
      assert.deepEqual(run(['hook', 'claude-code']), silence, crash);
    }
  });

  it('finds another Node when the editor’s runtime has moved', () => {
    writeLauncher(home, { path: path.join(base, 'gone'), dist });
    const { status, stdout } = run(['hook', 'claude-code'], '', { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout)[0], 'claude-code');
  });

  it('an MCP server that is gone says so on stderr only', () => {
    writeLauncher(home, { path: process.execPath, dist: path.join(base, 'gone') });
    const { status, stdout, stderr } = run(['mcp']);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /Open the editor once/);
  });

  it('is written only when something changed, whole, and for the user alone to change', () => {
    const runtime = { path: process.execPath, dist };
    assert.equal(writeLauncher(home, runtime), true);
    const before = fs.statSync(launcherPath(home));
    assert.equal(before.mode & 0o777, 0o755);
    assert.equal(writeLauncher(home, runtime), false);
    assert.equal(fs.statSync(launcherPath(home)).ino, before.ino);
    fs.chmodSync(launcherPath(home), 0o644);
    assert.equal(writeLauncher(home, runtime), true, 'a launcher that cannot be run is put right');
    assert.equal(writeLauncher(home, { ...runtime, dist: `${dist}2` }), true);
    assert.deepEqual(fs.readdirSync(path.join(home, 'bin')), ['cairn']);
  });

  it('is right by the shell’s own check', () => {
    const text = posixLauncher(home, { path: oddRuntime(), dist });
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('for Windows: percent signs are literal, the user’s folder is a variable, lines end as batch files’ do', () => {
    const text = windowsLauncher(
      'C:\\Users\\Jürgen\\.cairn',
      { path: 'c:\\users\\jürgen\\AppData\\100%\\Code.exe', dist: 'D:\\x y' },
      'C:\\Users\\Jürgen',
    );
    assert.match(text, /set "runtime=%USERPROFILE%\\AppData\\100%%\\Code\.exe"\r\n/);
    assert.match(text, /set "dist=D:\\x y"\r\n/);
    assert.match(text, /if not defined CAIRN_HOME set "CAIRN_HOME=%USERPROFILE%\\\.cairn"\r\n/);
    assert.doesNotMatch(text, /ü|[^\r]\n/);
  });
});
