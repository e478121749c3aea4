import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '../../src/store/database.ts';
import { SCHEMA_VERSION } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { UserError } from '../../src/util/errors.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { draft, memoryId, observation, session, settlement } from '../support/storeSamples.ts';

const isPosix = process.platform !== 'win32';

describe('store: the file', () => {
  const freshFolder = freshFolders();
  const fileOf = (folder: string) => path.join(folder, 'memory.db');
  const modeOf = (file: string) => (fs.statSync(file).mode & 0o777).toString(8);
  const withOne = (folder: string) => {
    const store = openStore(folder);
    store.settle(settlement({ add: [{ id: memoryId('m1'), draft: draft('The pipe is blue') }] }));
    return store;
  };

  it('keeps what it was told over a restart, under the same id', () => {
    const folder = freshFolder();
    const first = withOne(folder);
    first.take([observation('a')], { key: 'k', value: '1' });
    const [id, revision, memories, hash] = [first.id, first.revision, first.all(), first.segmentHash('x')];
    first.close();
    const second = openStore(folder);
    assert.deepEqual([second.id, second.revision, second.all(), second.segmentHash('x')], [id, revision, memories, hash]);
    assert.equal(second.cursor('k'), '1');
    assert.equal(second.take([observation('a')]), 0);
    assert.deepEqual(second.remarks, []);
    assert.equal(second.folder, folder);
    second.close();
  });

  if (isPosix) {
    it('is for its user’s eyes only, also in a folder that was open to others', () => {
      const folder = freshFolder();
      fs.mkdirSync(folder, { mode: 0o755 });
      fs.writeFileSync(fileOf(folder), '', { mode: 0o644 });
      const store = withOne(folder);
      assert.equal(modeOf(folder), '700');
      for (const name of fs.readdirSync(folder)) assert.equal(modeOf(path.join(folder, name)), '600', name);
      assert.ok(fs.readdirSync(folder).includes('memory.db-wal'));
      store.close();
    });
  }

  it('counts its size on the disk', () => {
    const folder = freshFolder();
    const store = withOne(folder);
    const sizes = ['memory.db', 'memory.db-wal', 'memory.db-shm'].map((name) => fs.statSync(path.join(folder, name)).size);
    assert.equal(
      store.counts().sizeBytes,
      sizes.reduce((a, b) => a + b),
    );
    store.close();
  });

  describe('read-only', () => {
    it('reads beside a writer, and sees what that one adds', () => {
      const folder = freshFolder();
      const writer = withOne(folder);
      const reader = openStore(folder, { isReadOnly: true });
      assert.deepEqual(reader.all(), writer.all());
      writer.add(draft('More'), { source: 'user', session: session('x'), isOwn: true, atMs: 1 });
      assert.equal(reader.all().length, 2);
      assert.equal(reader.revision, writer.revision);
      writer.close();
      reader.close();
    });

    it('refuses to write', () => {
      const folder = freshFolder();
      withOne(folder).close();
      const reader = openStore(folder, { isReadOnly: true });
      const before = reader.all();
      const writes = [
        () => reader.take([observation('a')]),
        () => reader.hide([memoryId('m1')], 1),
        () => reader.settle(settlement()),
        () => reader.clearCursors(),
        () => reader.purge(0, 0),
        () => reader.putVectors('model', new Map()),
        () => reader.setPinned(memoryId('m1'), true),
        () => reader.add(draft('x'), { source: 'user', session: session('x'), isOwn: true, atMs: 1 }),
        () => reader.resetGivings(session('x')),
        () => reader.trimTo(0),
      ];
      for (const write of writes) assert.throws(write, UserError, String(write));
      assert.deepEqual(reader.all(), before);
      reader.close();
    });

    it('leaves a pending forgetting to the writer, and does not show it', () => {
      const folder = freshFolder();
      const writer = withOne(folder);
      writer.hide([memoryId('m1')], 1);
      const reader = openStore(folder, { isReadOnly: true });
      assert.deepEqual(reader.all(), []);
      reader.close();
      assert.equal(writer.pendingForget().length, 1);
      writer.close();
    });

    it('makes nothing where nothing is', () => {
      const folder = freshFolder();
      assert.throws(() => openStore(folder, { isReadOnly: true }), UserError);
      assert.equal(fs.existsSync(folder), false);
    });
  });

  describe('damaged', () => {
    const damages: Record<string, (bytes: Buffer) => Buffer> = {
      'is no database': () => Buffer.from('something else entirely, long enough to be taken for a header of a hundred bytes'.repeat(9)),
      'was cut short': (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
      'has a page of zeros': (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(4096 * 4), bytes.subarray(4096 * 5)]),
    };
    for (const [name, damage] of Object.entries(damages)) {
      it(`a file that ${name} is set aside, and said so`, () => {
        const folder = freshFolder();
        const first = withOne(folder);
        first.close();
        const broken = damage(fs.readFileSync(fileOf(folder)));
        fs.writeFileSync(fileOf(folder), broken);
        assert.throws(() => openStore(folder, { isReadOnly: true }), UserError);
        assert.deepEqual(fs.readFileSync(fileOf(folder)), broken, 'a reader repairs nothing');

        const store = openStore(folder);
        assert.equal(store.remarks.length, 1);
        const aside = fs.readdirSync(folder).filter((each) => /^memory\.db\.corrupt-[^-]+-\d+-.*Z$/.test(each));
        assert.equal(aside.length, 1);
        assert.deepEqual(fs.readFileSync(path.join(folder, aside[0] ?? '')), broken);
        assert.ok(store.remarks[0]?.includes(aside[0] ?? '?'));
        assert.notEqual(store.id, first.id, 'indexes of the old one must not be taken for its own');
        assert.equal(store.take([observation('a')]), 1);
        store.close();
        const again = openStore(folder);
        assert.deepEqual(again.remarks, []);
        assert.equal(again.counts().waiting, 1);
        again.close();
      });
    }

    it('a database that is not ours is not written into', () => {
      const folder = freshFolder();
      fs.mkdirSync(folder);
      const foreign = new DatabaseSync(fileOf(folder));
      foreign.exec('CREATE TABLE theirs (a)');
      foreign.close();
      const store = openStore(folder);
      assert.equal(store.remarks.length, 1);
      store.close();
    });
  });

  it('a file of a newer version is left as it is', () => {
    const folder = freshFolder();
    withOne(folder).close();
    const db = new DatabaseSync(fileOf(folder));
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const before = fs.readFileSync(fileOf(folder));
    for (const isReadOnly of [false, true]) assert.throws(() => openStore(folder, { isReadOnly }), /newer version.*Update Cairn/);
    assert.deepEqual(fs.readFileSync(fileOf(folder)), before);
  });

  it('says in plain words that a folder cannot be made', () => {
    const folder = freshFolder();
    fs.writeFileSync(folder, 'a file stands in the way');
    assert.throws(() => openStore(path.join(folder, 'store')), UserError);
    assert.throws(() => openStore(folder), UserError);
  });

  it('says in plain words that the file cannot be opened', () => {
    const folder = freshFolder();
    fs.mkdirSync(fileOf(folder), { recursive: true });
    assert.throws(() => openStore(folder), UserError);
  });

  it('says in plain words that the disk is full, and keeps what was there', () => {
    const folder = freshFolder();
    withOne(folder).close();
    const db = new Database(fileOf(folder), { isReadOnly: false });
    // SQLite's own way to have no room left.
    db.exec('PRAGMA max_page_count = 1');
    assert.throws(
      () => db.write(() => db.run('INSERT INTO cursors VALUES (?, ?)', 'k', 'x'.repeat(500_000))),
      (thrown) => thrown instanceof UserError && thrown.message.includes('disk is full'),
    );
    assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM memories')?.n, 1);
    db.close();
  });

  it('loads SQLite without a word on stderr', () => {
    const script =
      "const { sqlite } = await import('./src/store/sqlite.ts'); new (sqlite().DatabaseSync)(':memory:').close(); process.emitWarning('still heard');";
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: path.resolve(import.meta.dirname, '../..'),
    });
    assert.ok(!stderr.includes('SQLite'), stderr);
    assert.ok(stderr.includes('still heard'), 'other warnings pass');
  });
});
