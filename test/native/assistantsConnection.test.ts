import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { disconnectAll } from '../../src/assistants/all.ts';
import { claudeCodeConnection as connection } from '../../src/assistants/claudeCode/connection.ts';
import type { Launcher } from '../../src/assistants/connection.ts';
import { UserError } from '../../src/util/errors.ts';

const isPosix = process.platform !== 'win32';

describe('connecting Claude Code, on disk', () => {
  let home: string;
  let launcher: Launcher;
  const at = (...names: string[]): string => path.join(home, ...names);
  const settings = (): string => at('.claude', 'settings.json');
  const where = () => ({ home, env: {} });

  beforeEach(() => {
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-connect-')));
    const command = at('.cairn', 'bin', 'cairn');
    launcher = { hookCommand: `${command} hook claude-code`, mcpCommand: command, mcpArgs: ['mcp'] };
    fs.mkdirSync(at('.claude'));
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  /** Every file below home, with its bytes. */
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      fs
        .readdirSync(home, { recursive: true, encoding: 'utf8' })
        .filter((name) => fs.statSync(at(name)).isFile())
        .map((name) => [name, fs.readFileSync(at(name), 'utf8')]),
    );

  for (const [what, text] of Object.entries({
    'a plain file': '{\n  "model": "opus"\n}\n',
    'comments, tabs and Windows line ends': '{\r\n\t// mine\r\n\t"model": "opus",\r\n}\r\n',
    'an empty list of hooks': '{"hooks":{"Stop":[]}}',
    'a byte order mark': '\uFEFF{ }',
    'an empty file': '',
  })) {
    it(`gives back ${what}, byte for byte`, () => {
      fs.writeFileSync(settings(), text);
      fs.writeFileSync(at('.claude.json'), '{"numStartups":3}');
      const before = contents();
      connection.connect(where(), launcher);
      assert.match(fs.readFileSync(settings(), 'utf8'), /cairn hook claude-code/);
      assert.match(fs.readFileSync(at('.claude.json'), 'utf8'), /"alwaysLoad": ?true/);
      assert.equal(fs.readFileSync(`${settings()}.cairn-backup`, 'utf8'), text);
      connection.disconnect(where());
      assert.deepEqual(contents(), before);
    });
  }

  it('makes files that are missing, and takes them away again', () => {
    fs.rmdirSync(at('.claude'));
    connection.connect(where(), launcher);
    assert.ok(fs.existsSync(settings()) && fs.existsSync(at('.claude.json')));
    if (isPosix) assert.equal(fs.statSync(settings()).mode & 0o777, 0o600);
    connection.disconnect(where());
    assert.deepEqual(contents(), {});
  });

  it('writes nothing that the preview did not show, and nothing twice', () => {
    fs.writeFileSync(settings(), '{\n  "model": "opus"\n}\n');
    const changes = connection.preview(where(), launcher);
    assert.deepEqual(
      changes.map(({ file, isConnected }) => [path.relative(home, file), isConnected]),
      [
        [path.join('.claude', 'settings.json'), false],
        ['.claude.json', false],
      ],
    );
    connection.connect(where(), launcher);
    for (const { file, after } of changes) assert.equal(fs.readFileSync(file, 'utf8'), after);
    const once = contents();
    connection.connect(where(), launcher);
    assert.deepEqual(contents(), once);
    assert.ok(connection.preview(where(), launcher).every(({ isConnected }) => isConnected));
  });

  it('takes only its own out of a file that was changed since', () => {
    fs.writeFileSync(settings(), '{\n  "model": "opus"\n}\n');
    connection.connect(where(), launcher);
    fs.writeFileSync(settings(), fs.readFileSync(settings(), 'utf8').replace('"opus"', '"sonnet"'));
    connection.disconnect(where());
    assert.deepEqual(contents(), { [path.join('.claude', 'settings.json')]: '{\n  "model": "sonnet"\n}\n' });
  });

  it('keeps the first backup when its own command changes', () => {
    const text = '{\n  "model": "opus"\n}\n';
    fs.writeFileSync(settings(), text);
    connection.connect(where(), launcher);
    connection.connect(where(), { ...launcher, hookCommand: `'${launcher.mcpCommand}' hook claude-code` });
    connection.disconnect(where());
    assert.deepEqual(contents(), { [path.join('.claude', 'settings.json')]: text });
  });

  it('cleans up after a lost record', () => {
    fs.writeFileSync(settings(), '{\n  "model": "opus"\n}\n');
    connection.connect(where(), launcher);
    fs.rmSync(at('.cairn'), { recursive: true });
    connection.disconnect(where());
    assert.equal(fs.readFileSync(settings(), 'utf8'), '{\n  "model": "opus"\n}\n');
  });

  it('does not trust a backup that was changed', () => {
    fs.writeFileSync(settings(), '{\n  "model": "opus"\n}\n');
    connection.connect(where(), launcher);
    fs.writeFileSync(`${settings()}.cairn-backup`, '{"evil":true}');
    connection.disconnect(where());
    assert.equal(fs.readFileSync(settings(), 'utf8'), '{\n  "model": "opus"\n}\n');
  });

  it('writes neither file when one is broken', () => {
    fs.writeFileSync(settings(), '{\n  "model": "opus"\n}\n');
    fs.writeFileSync(at('.claude.json'), '{\n  "a": \n');
    const before = contents();
    assert.throws(
      () => connection.connect(where(), launcher),
      (error) => error instanceof UserError && /line 3/.test(error.message),
    );
    assert.deepEqual(contents(), before);
  });

  it('follows links to the files, and keeps them', function () {
    if (!isPosix) return this.skip(); // Making links needs rights on Windows that tests do not have.
    fs.mkdirSync(at('dotfiles'));
    fs.writeFileSync(at('dotfiles', 'claude.json'), '{}\n', { mode: 0o640 });
    fs.symlinkSync(at('dotfiles', 'claude.json'), settings());
    connection.connect(where(), launcher);
    assert.ok(fs.lstatSync(settings()).isSymbolicLink());
    assert.match(fs.readFileSync(at('dotfiles', 'claude.json'), 'utf8'), /cairn hook/);
    assert.equal(fs.statSync(at('dotfiles', 'claude.json')).mode & 0o777, 0o640);
    connection.disconnect(where());
    assert.ok(fs.lstatSync(settings()).isSymbolicLink());
    assert.equal(fs.readFileSync(at('dotfiles', 'claude.json'), 'utf8'), '{}\n');
    assert.deepEqual(fs.readdirSync(at('dotfiles')), ['claude.json']);
  });

  it('goes where CLAUDE_CONFIG_DIR and CAIRN_HOME say, and finds the way back without them', () => {
    const env = { CLAUDE_CONFIG_DIR: at('moved'), CAIRN_HOME: at('.cairn') };
    connection.connect({ home, env }, launcher);
    assert.deepEqual(fs.readdirSync(at('moved')).sort(), ['.claude.json', 'settings.json']);
    connection.disconnect(where());
    assert.deepEqual(contents(), {});
  });

  describe('at uninstalling', () => {
    let env: NodeJS.ProcessEnv;
    beforeEach(() => {
      env = { ...process.env };
      delete process.env['CLAUDE_CONFIG_DIR'];
      delete process.env['CAIRN_HOME'];
    });
    afterEach(() => {
      process.env = env;
    });

    it('undoes everything', () => {
      fs.writeFileSync(settings(), '{}');
      connection.connect(where(), launcher);
      assert.equal(disconnectAll(home), 0);
      assert.deepEqual(contents(), { [path.join('.claude', 'settings.json')]: '{}' });
    });

    it('never throws, and undoes what it can', () => {
      connection.connect(where(), launcher);
      fs.writeFileSync(settings(), '{ broken');
      assert.equal(disconnectAll(home), 1);
      assert.equal(fs.existsSync(at('.claude.json')), false);
      assert.equal(disconnectAll(at('nowhere')), 0);
    });
  });
});
