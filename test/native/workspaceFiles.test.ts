// Files that memories name, looked for in real folders, with git and without.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createFileLook } from '../../src/service/workspaceFiles.ts';
import { freshFolders } from '../support/storeFolder.ts';

describe('files of a workspace', function () {
  this.timeout(20_000);
  const freshFolder = freshFolders();

  function project(hasGit: boolean): string {
    const folder = freshFolder();
    for (const file of ['src/auth/tokens.ts', 'src/gone.ts', 'README.md', 'node_modules/lib/lib.js', '.env', 'build/page.js']) {
      fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), '');
    }
    fs.writeFileSync(path.join(folder, '.gitignore'), 'node_modules\nbuild\n.env\n');
    if (hasGit) {
      const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
      git('init', '-q');
      git('add', '.');
    }
    fs.rmSync(path.join(folder, 'src/gone.ts'));
    return folder;
  }

  for (const hasGit of [true, false]) {
    it(`says what is there, what is gone, and nothing of the rest (${hasGit ? 'with' : 'without'} git)`, async () => {
      const folder = project(hasGit);
      const there = [
        'src/auth/tokens.ts',
        './src/auth/tokens.ts',
        'auth/tokens.ts',
        'src\\auth\\tokens.ts',
        'tokens.ts',
        'README.md',
        '.env',
      ];
      there.push('build/page.js', 'src/auth', 'src/auth/', path.join(folder, 'README.md'));
      const gone = ['src/gone.ts', 'lib/never.ts', path.join(folder, 'src/gone.ts'), 'other/README.md', 'README.md/part'];
      const unknown = ['Node.js', 'gone.ts', '/tmp/cairn-nowhere/x.log', '../elsewhere/x.ts', '~/notes.md', 'https://example.com/a.js', ''];
      if (process.platform !== 'win32') unknown.push('C:\\dev\\x.ts');
      const found = await createFileLook(folder, Date.now)([...there, ...gone, ...unknown]);
      assert.deepEqual(
        [...found].filter(([, presence]) => presence === 'there').map(([name]) => name),
        there,
      );
      assert.deepEqual(
        [...found].filter(([, presence]) => presence === 'gone').map(([name]) => name),
        gone,
      );
    });
  }

  it('is asked again after some minutes, and is the same object until something is new', async () => {
    const folder = project(true);
    let nowMs = 0;
    const look = createFileLook(folder, () => nowMs);
    const first = await look(['src/auth/tokens.ts']);
    fs.rmSync(path.join(folder, 'src/auth/tokens.ts'));
    assert.equal(await look(['src/auth/tokens.ts']), first);
    const more = await look(['src/auth/tokens.ts', 'README.md']);
    assert.deepEqual([...more.values()], ['there', 'there']);
    nowMs += 6 * 60_000;
    const later = await look(['src/auth/tokens.ts', 'README.md']);
    assert.deepEqual([...later.values()], ['gone', 'there']);
    nowMs += 6 * 60_000;
    assert.equal(await look(['src/auth/tokens.ts', 'README.md']), later);
  });

  it('knows nothing bad of a folder that is not there', async () => {
    const found = await createFileLook(path.join(freshFolder(), 'nowhere'), Date.now)(['a.ts', 'src/a.ts']);
    assert.equal(found.size, 0);
  });
});
