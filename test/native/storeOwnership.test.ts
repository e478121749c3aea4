import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readOwner, tryOwn } from '../../src/store/ownership.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { start } from '../support/storeProcess.ts';

describe('store: ownership', () => {
  const freshFolder = freshFolders();

  it('is one process’s, and one holder’s within it', () => {
    const folder = freshFolder();
    const first = tryOwn(folder);
    assert.ok(first);
    assert.equal(tryOwn(folder), undefined);
    assert.equal(tryOwn(folder), undefined, 'asking does not weaken the lock');
    first.release();
    first.release();
    const second = tryOwn(folder);
    assert.ok(second);
    first.release();
    assert.equal(tryOwn(folder), undefined, 'a late release of an old ownership ends nothing');
    second.release();
  });

  it('tells others where the owner listens, until it lets go', () => {
    const folder = freshFolder();
    assert.equal(readOwner(folder), undefined);
    const ownership = tryOwn(folder);
    assert.equal(readOwner(folder), undefined);
    ownership?.announce('/run/a b.sock');
    assert.deepEqual(readOwner(folder), { pid: process.pid, socket: '/run/a b.sock' });
    if (process.platform !== 'win32') {
      for (const name of ['owner.json', 'owner.lock']) assert.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
    }
    ownership?.release();
    assert.equal(readOwner(folder), undefined);
    ownership?.announce('too late');
    assert.equal(readOwner(folder), undefined);
  });

  it('a note that is torn or not ours names nobody', () => {
    const folder = freshFolder();
    fs.mkdirSync(folder);
    for (const text of ['', '{"pid":1,', '[]', 'null', '{"pid":"1","socket":"x"}', '\u0000']) {
      fs.writeFileSync(path.join(folder, 'owner.json'), text);
      assert.equal(readOwner(folder), undefined, text);
    }
  });

  it('passes to the one who waits within two seconds of a kill -9', async function () {
    this.timeout(30_000);
    const folder = freshFolder();
    const first = start('storeOwner.ts', folder);
    await first.until((line) => line === 'own');
    const second = start('storeOwner.ts', folder);
    try {
      // A lock that the garbage collector can take away (it could, once) is no lock.
      await second.until((line) => line === 'wait');
      assert.equal(tryOwn(folder), undefined);
      assert.equal(readOwner(folder)?.pid, first.child.pid);
      const killedAtMs = performance.now();
      first.child.kill('SIGKILL');
      await second.until((line) => line === 'own');
      const tookMs = performance.now() - killedAtMs;
      assert.ok(tookMs < 2_000, `took ${tookMs} ms`);
      assert.deepEqual(readOwner(folder), { pid: second.child.pid, socket: `socket of ${second.child.pid}` });
      console.log(`      taken over after ${Math.round(tookMs)} ms`);
    } finally {
      await Promise.all([first.kill(), second.kill()]);
    }
    const last = tryOwn(folder);
    assert.ok(last, 'no lock outlives its process');
    last.release();
  });

  it('of many who ask at once, one gets it', async function () {
    this.timeout(60_000);
    const folder = freshFolder();
    const all = Array.from({ length: 6 }, () => start('storeOwner.ts', folder));
    try {
      await Promise.all(all.map((each) => each.until(() => true)));
      assert.equal(all.filter(({ lines }) => lines.includes('own')).length, 1);
    } finally {
      await Promise.all(all.map((each) => each.kill()));
    }
  });
});
