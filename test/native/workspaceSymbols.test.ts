// Names of code that memories speak of, looked for in a real folder and in what its git remembers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createSymbolLook } from '../../src/service/workspaceSymbols.ts';
import { freshFolders } from '../support/storeFolder.ts';

const DAY = 86_400_000;
const MONDAY = Date.parse('2026-03-02T10:00:00Z');
const NOW = MONDAY + 30 * DAY;

describe('names of code in a workspace', function () {
  this.timeout(20_000);
  const freshFolder = freshFolders();

  function write(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
  }
  function git(folder: string, atMs: number, ...args: string[]): void {
    const date = new Date(atMs).toISOString();
    const who = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.com' };
    execFileSync('git', args, {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, ...who, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    });
  }
  /** On Monday two names, a week later another; one of the first goes on Tuesday, the other after two weeks. */
  function project(): string {
    const folder = freshFolder();
    write(folder, { 'src/pool.ts': 'export function openPool() {}\nexport const POOL_SIZE = 4;\n', '.gitignore': 'dist\n' });
    git(folder, MONDAY, 'init', '-q');
    git(folder, MONDAY, 'add', '.');
    git(folder, MONDAY, 'commit', '-q', '-m', 'a');
    write(folder, { 'src/pool.ts': 'export function openPool() {}\n', 'src/late.ts': 'class LatePool { closePool() {} }\n' });
    git(folder, MONDAY + 0.5 * DAY, 'add', '.');
    git(folder, MONDAY + 0.5 * DAY, 'commit', '-q', '-m', 'b');
    write(folder, {
      'src/pool.ts': '// openPools\n',
      'dist/old.js': 'openPool()',
      'new.ts': 'const notYetCommitted = 1;',
      'image.bin': '\0 POOL_SIZE',
    });
    git(folder, MONDAY + 14 * DAY, 'commit', '-q', '-a', '-m', 'c');
    return folder;
  }
  const told = (atMs: number, ...symbols: string[]) => new Map(symbols.map((symbol) => [symbol, [atMs]]));

  it('are there, were there until some day, or were never seen', async () => {
    const look = createSymbolLook(project(), () => NOW);
    const names = ['LatePool.closePool()', 'notYetCommitted', 'openPool', 'POOL_SIZE', 'useEffect', 'id'];
    const found = await look(told(MONDAY, ...names));
    assert.deepEqual(
      [...found].map(([name, sighting]) => [name, typeof sighting === 'number' ? sighting >= MONDAY : sighting]),
      [
        ['LatePool.closePool()', 'there'],
        ['notYetCommitted', 'there'],
        ['openPool', true],
      ],
    );
  });

  it('are looked for on the day after they were told, not before that day is over', async () => {
    const folder = project();
    assert.equal((await createSymbolLook(folder, () => NOW)(told(MONDAY + 20 * DAY, 'openPool'))).size, 0);
    assert.equal((await createSymbolLook(folder, () => NOW)(told(NOW, 'openPool'))).size, 0);
    assert.equal((await createSymbolLook(folder, () => NOW)(told(MONDAY + 10 * DAY, 'openPool'))).size, 1);
  });

  it('are looked for again after half an hour, and give the same object until something is new', async () => {
    const folder = project();
    let nowMs = NOW;
    const look = createSymbolLook(folder, () => nowMs);
    const asked = told(MONDAY, 'openPool', 'closePool');
    const first = await look(asked);
    assert.equal(first.get('closePool'), 'there');
    fs.rmSync(path.join(folder, 'src/late.ts'));
    assert.equal(await look(asked), first);
    nowMs += 31 * 60_000;
    const later = await look(asked);
    assert.ok(typeof later.get('closePool') === 'number');
    nowMs += 31 * 60_000;
    assert.equal(await look(asked), later);
  });

  it('are of the folder that is open, also where that is a part of the repository', async () => {
    const found = await createSymbolLook(path.join(project(), 'src'), () => NOW)(told(MONDAY, 'notYetCommitted', 'openPool'));
    assert.deepEqual([...found.keys()], ['openPool']);
  });

  it('are not known to be gone without git', async () => {
    const folder = freshFolder();
    write(folder, { 'a.ts': 'openPool();' });
    const found = await createSymbolLook(folder, () => NOW)(told(MONDAY, 'openPool', 'closePool'));
    assert.deepEqual([...found], [['openPool', 'there']]);
  });
});
