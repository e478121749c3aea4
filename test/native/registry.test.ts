// Which store belongs to which folder, with real files, real git and many writers at once.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { claimStore } from '../../src/link/claimStore.ts';
import { withLock } from '../../src/link/fileLock.ts';
import { branchOf } from '../../src/link/gitFolder.ts';
import { identify, normaliseRemote, type RepositoryId } from '../../src/link/identity.ts';
import { socketPath } from '../../src/link/socketPath.ts';
import { GLOBAL_REPOSITORY, findGlobalStore, findStore, readRegistry, type StoreAddress } from '../../src/link/registry.ts';

const ID = 'git:-:example.org/a' as RepositoryId;

describe('registry', function () {
  this.timeout(30_000);
  let base: string;
  let home: string;

  beforeEach(() => {
    base = fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn registry ')));
    home = path.join(base, 'home', '.cairn');
  });
  afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

  const folder = (...names: string[]): string => {
    const made = path.join(base, ...names);
    fs.mkdirSync(made, { recursive: true });
    return made;
  };
  const git = (cwd: string, ...args: string[]): string => {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  };
  /** A repository with one commit; `seed` makes its root its own. */
  const repository = (seed: string, ...names: string[]): string => {
    const at = folder(...names);
    git(at, 'init', '-q');
    fs.writeFileSync(path.join(at, 'a.txt'), seed);
    git(at, 'add', '.');
    git(at, 'commit', '-q', '-m', seed);
    return at;
  };
  const claim = async (at: string, storage: string, id?: RepositoryId): Promise<StoreAddress> =>
    claimStore(home, { folder: at, repository: id ?? (await identify(at)), storage: path.join(base, storage), atMs: 1 });

  describe('identity', () => {
    it('is shared by clones, subfolders and worktrees, and is another for another repository', async () => {
      const one = repository('one', 'one');
      git(one, 'remote', 'add', 'origin', 'git@Example.org:Team/App.git');
      const clone = path.join(base, 'clone');
      git(base, 'clone', '-q', one, clone);
      git(clone, 'remote', 'set-url', 'origin', 'https://user:secret@example.org/team/app');
      git(one, 'worktree', 'add', '-q', path.join(base, 'tree'));
      const id = await identify(one);
      assert.match(id, /^git:[0-9a-f]{40}:example\.org\/team\/app$/);
      assert.equal(await identify(clone), id);
      assert.equal(await identify(path.join(base, 'tree')), id);
      assert.equal(await identify(folder('one', 'deep', 'er')), id);
      assert.notEqual(await identify(repository('two', 'two')), id);
    });

    it('tells the branch of a repository, and of a worktree its own; none between branches or without git', () => {
      const one = repository('branched', 'branched');
      git(one, 'checkout', '-q', '-b', 'feature/upload-resume');
      git(one, 'worktree', 'add', '-q', '-b', 'fix', path.join(base, 'branched-tree'));
      assert.equal(branchOf(folder('branched', 'src')), 'feature/upload-resume');
      assert.equal(branchOf(path.join(base, 'branched-tree')), 'fix');
      git(one, 'checkout', '-q', '--detach');
      assert.equal(branchOf(one), undefined);
      assert.equal(branchOf(folder('plain')), undefined);
    });

    it('stays with its folder without git, without a commit, and with a damaged .git', async () => {
      const bare = folder('bare');
      assert.equal(await identify(bare), `folder:${bare}`);
      const fresh = folder('fresh');
      git(fresh, 'init', '-q');
      assert.equal(await identify(fresh), `folder:${path.join(fresh, '.git')}`);
      const broken = folder('broken');
      fs.writeFileSync(path.join(broken, '.git'), 'gitdir: /nowhere/at/all\n');
      assert.match(await identify(broken), /^folder:/);
      assert.equal(await identify(path.join(base, 'missing')), `folder:${path.join(base, 'missing')}`);
    });

    it('goes by the remote where the history is cut off or git is not there', async () => {
      const one = repository('one', 'one');
      fs.writeFileSync(path.join(one, 'b.txt'), '');
      git(one, 'add', '.');
      git(one, 'commit', '-q', '-m', 'second');
      git(base, 'clone', '-q', '--depth', '1', `file://${one}`, 'shallow');
      const shallow = path.join(base, 'shallow');
      git(shallow, 'remote', 'set-url', 'origin', 'https://example.org/a.git');
      assert.equal(await identify(shallow), 'git:-:example.org/a');
      git(one, 'remote', 'add', 'upstream', 'https://example.org/up');
      const before = process.env['PATH'];
      process.env['PATH'] = '/nowhere';
      try {
        assert.equal(await identify(one), 'git:-:example.org/up');
      } finally {
        process.env['PATH'] = before;
      }
    });

    it('writes remotes one way, and never a password', () => {
      const same = [
        'git@Host.org:a/b.git',
        'https://host.org/a/b',
        'https://u:p@ss@host.org/a/b.git/',
        'ssh://git@host.org:2222/a/b.git',
        'host.org:a/b',
        'git://host.org/a/b?x=1',
      ];
      assert.deepEqual(new Set(same.map(normaliseRemote)), new Set(['host.org/a/b']));
      assert.equal(normaliseRemote('/srv/git/b.git'), '/srv/git/b');
      assert.equal(normaliseRemote('C:\\git\\b.git'), 'c:\\git\\b');
    });
  });

  it('gives every window of a repository the store that was made first', async () => {
    const one = repository('one', 'one');
    git(base, 'clone', '-q', one, 'two');
    git(path.join(base, 'two'), 'remote', 'remove', 'origin');
    const first = await claim(one, 'vscode/storage');
    const second = await claim(path.join(base, 'two'), 'cursor/storage');
    assert.equal(first.store, path.join(base, 'vscode', 'storage'));
    assert.deepEqual({ ...second, folder: one }, first);
    assert.ok(!fs.existsSync(path.join(base, 'cursor')));
  });

  it('keeps secrets to the user', async function () {
    if (process.platform === 'win32') return;
    await claim(folder('a'), 's', ID);
    assert.equal(fs.statSync(home).mode & 0o777, 0o700);
    assert.equal(fs.statSync(path.join(home, 'registry.json')).mode & 0o777, 0o600);
    assert.equal(fs.statSync(path.join(base, 's')).mode & 0o777, 0o700);
    assert.deepEqual(fs.readdirSync(home), ['registry.json']);
  });

  it('keeps a folder’s store when its repository changes its name, and not when another takes its place', async () => {
    const at = folder('a');
    const before = await claim(at, 's1');
    repository('now with git', 'a');
    assert.equal((await claim(at, 's2')).store, before.store);
    git(at, 'remote', 'add', 'origin', 'https://example.org/a');
    assert.equal((await claim(at, 's2')).store, before.store);
    fs.rmSync(at, { recursive: true });
    repository('quite another', 'a');
    assert.equal((await claim(at, 's3')).store, path.join(base, 's3'));
  });

  it('finds the store of a moved repository, and replaces one that is gone', async () => {
    const first = await claim(repository('one', 'one'), 's1');
    fs.renameSync(path.join(base, 'one'), path.join(base, 'moved'));
    assert.equal((await claim(path.join(base, 'moved'), 's2')).store, first.store);
    fs.rmSync(first.store, { recursive: true });
    const replaced = await claim(path.join(base, 'moved'), 's2');
    assert.equal(replaced.store, path.join(base, 's2'));
    assert.notEqual(replaced.token, first.token);
  });

  it('finds the store for a cwd: nearest folder above, through links, and from other worktrees', async () => {
    const outer = await claim(folder('work'), 's-outer');
    const inner = await claim(repository('inner', 'work', 'inner'), 's-inner');
    const look = (at: string): string | undefined => findStore(readRegistry(home), at)?.store;
    assert.equal(look(folder('work', 'other', 'deep')), outer.store);
    assert.equal(look(folder('work', 'inner', 'src')), inner.store);
    assert.equal(look(folder('elsewhere')), undefined);
    assert.equal(look(path.join(base, 'work', 'inner', 'gone')), inner.store);
    fs.symlinkSync(path.join(base, 'work', 'inner'), path.join(base, 'link'));
    assert.equal(look(path.join(base, 'link', 'src')), inner.store);
    git(path.join(base, 'work', 'inner'), 'worktree', 'add', '-q', path.join(base, 'tree'));
    assert.equal(look(folder('tree', 'src')), inner.store);
    assert.equal(findStore(readRegistry(home), folder('tree'))?.folder, path.join(base, 'work', 'inner'));
  });

  it('has one store for the user', async () => {
    assert.equal(findGlobalStore(readRegistry(home)), undefined);
    const first = await claimStore(home, { repository: GLOBAL_REPOSITORY, storage: path.join(base, 'g1'), atMs: 1 });
    assert.deepEqual(await claimStore(home, { repository: GLOBAL_REPOSITORY, storage: path.join(base, 'g2'), atMs: 2 }), first);
    assert.deepEqual(findGlobalStore(readRegistry(home)), first);
  });

  it('reads what it can of a damaged or newer file, and keeps the damaged one', async () => {
    const first = await claim(folder('a'), 's', ID);
    const file = path.join(home, 'registry.json');
    const whole = JSON.parse(fs.readFileSync(file, 'utf8'));
    whole.version = 99;
    whole.novelty = { x: 1 };
    whole.folders['/odd'] = 7;
    whole.stores['/odd'] = { socket: 3 };
    whole.repositories['odd'] = null;
    fs.writeFileSync(file, JSON.stringify(whole));
    assert.equal(findStore(readRegistry(home), path.join(base, 'a'))?.token, first.token);
    for (const text of ['', '{"stores":', 'null', '[]', '"x"', '{"stores":5,"folders":[1]}']) {
      fs.writeFileSync(file, text);
      assert.equal(findStore(readRegistry(home), path.join(base, 'a')), undefined, text);
    }
    fs.writeFileSync(file, '{"torn":');
    await claim(folder('a'), 's', ID);
    assert.equal(fs.readFileSync(`${file}.damaged`, 'utf8'), '{"torn":');
  });

  it('loses nothing when twenty processes write at once', async () => {
    const script = `
      import { claimStore } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/link/claimStore.ts'))};
      import { readRegistry, findStore } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/link/registry.ts'))};
      const [home, base, n] = process.argv.slice(1);
      for (let i = 0; i < 5; i++) {
        await claimStore(home, { folder: base + '/f' + n + '-' + i, repository: 'folder:' + n + '-' + i, storage: base + '/s' + n + '-' + i, atMs: 1 });
        await claimStore(home, { folder: base + '/shared-' + n, repository: 'shared', storage: base + '/shared' + n, atMs: 1 });
        if (!findStore(readRegistry(home), base + '/f' + n + '-' + i)) process.exit(9);
      }`;
    const children = Array.from({ length: 20 }, (_, n) =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script, home, base, String(n)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit').then(([code]) => code as number)));
    assert.deepEqual(codes, Array(20).fill(0));
    const { folders, stores, repositories } = readRegistry(home);
    assert.equal(Object.keys(folders).length, 120);
    assert.equal(Object.keys(stores).length, 101);
    assert.equal(
      new Set(
        Object.keys(folders)
          .filter((f) => f.includes('/shared-'))
          .map((f) => folders[f]?.store),
      ).size,
      1,
    );
    assert.equal(repositories['shared'], folders[`${base}/shared-0`]?.store);
    assert.deepEqual(fs.readdirSync(home), ['registry.json']);
  });

  it('is not stopped by the lock of somebody who died, and respects a living one', async () => {
    const lock = path.join(base, 'x.lock');
    fs.writeFileSync(lock, '');
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(lock, old, old);
    assert.equal(await withLock(lock, () => 'done'), 'done');
    const order: string[] = [];
    await Promise.all([
      withLock(lock, async () => {
        order.push('a in');
        await new Promise((resolve) => setTimeout(resolve, 60));
        order.push('a out');
      }),
      withLock(lock, () => void order.push('b')),
    ]);
    assert.deepEqual(order, ['a in', 'a out', 'b']);
    await assert.rejects(
      withLock(lock, () => {
        throw new Error('work failed');
      }),
      /work failed/,
    );
    assert.deepEqual(fs.readdirSync(base), []);
  });

  it('keeps socket paths short, private and stable', () => {
    const place = { home: '/home/me/.cairn', secret: 's', platform: 'linux', tempFolders: ['/var/tmp/x', '/tmp'] } as const;
    assert.match(socketPath('/a/store', place), /^\/home\/me\/\.cairn\/run\/[0-9a-f]{16}\.sock$/);
    assert.equal(socketPath('/a/store', place), socketPath('/a/store', { ...place, secret: 'other' }));
    assert.notEqual(socketPath('/a/store', place), socketPath('/b/store', place));
    const far = { ...place, home: `/home/${'long/'.repeat(20)}.cairn` };
    assert.match(socketPath('/a/store', far), /^\/var\/tmp\/x\/cairn-\d+\/[0-9a-f]{16}\.sock$/);
    assert.match(socketPath('/a/store', { ...far, tempFolders: ['/x'.repeat(60), '/tmp'] }), /^\/tmp\/cairn-/);
    assert.throws(() => socketPath('/a/store', { ...far, tempFolders: ['/x'.repeat(60)] }), /short enough/);
    const pipe = socketPath('C:\\store', { ...place, platform: 'win32' });
    assert.match(pipe, /^\\\\\.\\pipe\\cairn-[0-9a-f]{16}$/);
    assert.notEqual(pipe, socketPath('C:\\store', { ...place, platform: 'win32', secret: 'other' }), 'a pipe’s name cannot be guessed');
  });
});
