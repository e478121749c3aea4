import assert from 'node:assert/strict';
import { CUE_WEIGHTS } from '../../src/compress/cueWeights.ts';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MemoryDraft, MemoryId, SessionId } from '../../src/memory.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import { openMemoryIndex, type MemoryIndex } from '../../src/search/memoryIndex.ts';
import { termsOf } from '../../src/search/terms.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLog } from '../../src/util/log.ts';
import { memory, type MemoryParts } from '../support/memories.ts';

/** A vector from the words of a text: no model, but texts with common words are near. Counts what it was asked. */
function hashEncoder(id = 'hash-1'): Encoder & { asked: number } {
  return {
    id,
    dimensions: 64,
    fitted: CUE_WEIGHTS,
    asked: 0,
    async embed(texts) {
      this.asked += texts.length;
      return texts.map((text) => {
        const vector = new Float32Array(64);
        for (const term of termsOf(text)) {
          let hash = id.length;
          for (const char of term) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) | 0;
          vector[Math.abs(hash) % 64] = (vector[Math.abs(hash) % 64] ?? 0) + 1;
        }
        const length = Math.hypot(...vector) || 1;
        return vector.map((x) => x / length);
      });
    },
    read: async () => [],
    dispose: async () => undefined,
  };
}

describe('memory index', () => {
  let folder: string;
  let store: Store;
  let index: MemoryIndex | undefined;
  const never = new AbortController().signal;
  const draft = (text: string, parts: MemoryParts = {}): MemoryDraft => memory(text, parts);
  const add = (text: string, parts: MemoryParts = {}): MemoryId =>
    store.add(draft(text, parts), { source: 'user', session: 's' as SessionId, isOwn: true, atMs: parts.atMs ?? 0 }).id;
  const open = (encoder?: Encoder): MemoryIndex => {
    index?.dispose();
    index = openMemoryIndex({ store, folder, encoder: () => encoder, log: silentLog });
    return index;
  };
  const found = (text: string, isTyping = false) => index?.words(text, 10, isTyping).map((hit) => hit.id);

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-index-'));
    store = openStore(folder);
  });
  afterEach(() => {
    index?.dispose();
    index = undefined;
    store.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('finds by words, by parts of names, and by hidden context', () => {
    const jwt = add('Tokens are refreshed in getUserToken', { context: 'the load balancer sends requests to either node' });
    const ports = add('Ports start at 4100', { entities: { files: ['src/ports.ts'], symbols: [], commands: [] } });
    open();
    for (const query of ['refresh', 'getUserToken', 'user token', 'load balancing']) assert.deepEqual(found(query), [jwt], query);
    for (const query of ['ports.ts', 'src/ports.ts', 'ERR port']) assert.deepEqual(found(query), [ports], query);
    assert.deepEqual(found('kubernetes'), []);
    assert.deepEqual(found('the and of'), []);
  });

  it('takes prefixes and typos while typing only', () => {
    const id = add('Refresh tokens rotate');
    open();
    for (const query of ['refr', 'rotat', 'tokns rotate', 'refersh']) {
      assert.deepEqual(found(query, true), [id], query);
    }
    assert.deepEqual(found('refr'), []);
  });

  it('says how much of the query it covers, the rare words most', () => {
    for (let i = 0; i < 20; i++) add(`Service number ${i} has tests`);
    const rare = add('The flux capacitor has tests');
    open();
    const hits = index?.words('capacitor tests', 30, false) ?? [];
    assert.equal(hits[0]?.id, rare);
    assert.equal(hits[0]?.coverage, 1);
    assert.ok((hits[1]?.coverage ?? 1) < 0.2);
  });

  it('follows the store: edited, hidden, restored, forgotten', () => {
    const id = add('Cache in Redis');
    open();
    store.edit(id, { text: 'Cache in Memcached' });
    index?.catchUp();
    assert.deepEqual([found('redis'), found('memcached')], [[], [id]]);
    store.hide([id], 1);
    index?.catchUp();
    assert.deepEqual(found('memcached'), []);
    store.restore([id]);
    index?.catchUp();
    assert.deepEqual(found('memcached'), [id]);
    store.hide([id], 1);
    store.finishForgetting(1);
    index?.catchUp();
    assert.deepEqual(found('memcached'), []);
  });

  it('embeds what has no vector, once', async () => {
    const encoder = hashEncoder();
    const ids = ['Cache in Redis', 'Ports start at 4100', 'Tests need Docker'].map((text) => add(text));
    open(encoder);
    assert.equal(index?.state.withoutVector, 3);
    await index?.embedMissing(never);
    assert.deepEqual([index?.state.vectors, index?.state.withoutVector, encoder.asked], [3, 0, 3]);
    await index?.embedMissing(never);
    assert.equal(encoder.asked, 3);
    const [query] = await encoder.embed(['Ports start at 4100'], 'query');
    assert.ok(query);
    assert.equal(index?.vectors(query, 1)[0]?.id, ids[1]);
    assert.ok(Math.abs((index?.vectors(query, 1)[0]?.similarity ?? 0) - 1) < 1e-5);
    assert.equal(index?.similarities(query, [ids[1] as MemoryId, 'unknown' as MemoryId]).size, 1);
  });

  it('forgets the vector of what is forgotten, and embeds anew what was edited', async () => {
    const encoder = hashEncoder();
    const [a, b] = [add('Cache in Redis'), add('Ports start at 4100')];
    open(encoder);
    await index?.embedMissing(never);
    const [query] = await encoder.embed(['Cache in Redis'], 'query');
    assert.ok(query);
    store.edit(a, { text: 'Deploy with Docker' });
    index?.catchUp();
    assert.deepEqual(
      index?.vectors(query, 5).map((hit) => hit.id),
      [b],
    );
    await index?.embedMissing(never);
    assert.ok((index?.similarities(query, [a]).get(a) ?? 1) < 0.9);
    store.hide([a, b], 1);
    index?.catchUp();
    assert.deepEqual(index?.vectors(query, 5), []);
  });

  it('goes on from its files, and catches up with what came since', async () => {
    const encoder = hashEncoder();
    const old = add('Cache in Redis');
    open(encoder);
    await index?.embedMissing(never);
    index?.save();
    if (process.platform !== 'win32') {
      for (const file of fs.readdirSync(folder)) assert.equal(fs.statSync(path.join(folder, file)).mode & 0o777, 0o600, file);
    }
    const fresh = add('Ports start at 4100');
    const asked = encoder.asked;
    open(encoder);
    assert.equal(index?.state.vectors, 1);
    assert.deepEqual([found('redis'), found('ports')], [[old], [fresh]]);
    await index?.embedMissing(never);
    assert.equal(encoder.asked, asked + 1);
  });

  it('makes vectors anew for another model, and keeps answering with words', async () => {
    const id = add('Cache in Redis');
    open(hashEncoder('hash-1'));
    await index?.embedMissing(never);
    index?.save();
    const other = hashEncoder('hash-22');
    open(other);
    assert.deepEqual([index?.state.vectors, found('redis')], [0, [id]]);
    await index?.embedMissing(never);
    assert.deepEqual([index?.state.vectors, other.asked], [1, 1]);
  });

  it('is made anew from the store when its files are missing, damaged or of another store', async () => {
    const encoder = hashEncoder();
    const id = add('Cache in Redis');
    for (const damage of [
      () => fs.rmSync(path.join(folder, 'words.json')),
      () => fs.writeFileSync(path.join(folder, 'words.json'), '{"store":"'),
      () =>
        fs.writeFileSync(
          path.join(folder, 'words.json'),
          JSON.stringify({ store: store.id, revision: store.revision, index: { format: 1, words: {} } }),
        ),
      () => fs.writeFileSync(path.join(folder, 'words.json'), JSON.stringify({ store: 'other', revision: 1, index: null })),
      () => fs.truncateSync(path.join(folder, 'vectors.hnsw'), 100),
      () => fs.writeFileSync(path.join(folder, 'vectors.hnsw'), Buffer.alloc(5_000, 7)),
      () => fs.writeFileSync(path.join(folder, 'vectors.hnsw.json'), 'null'),
      () => fs.rmSync(path.join(folder, 'vectors.hnsw')),
    ]) {
      open(encoder);
      await index?.embedMissing(never);
      await index?.rebuild(() => undefined);
      index?.save();
      damage();
      open(encoder);
      assert.deepEqual(found('redis'), [id], damage.toString());
      await index?.embedMissing(never);
      assert.equal(index?.state.vectors, 1, damage.toString());
    }
    assert.equal(encoder.asked, 1, 'the store keeps the vectors: nothing is embedded twice');
  });

  it('keeps no file with words of what was forgotten', async () => {
    const kept = add('Cache in Redis');
    const secret = add('The codename is Nightingale');
    open(hashEncoder());
    await index?.embedMissing(never);
    index?.save();
    const inFiles = () =>
      fs
        .readdirSync(folder)
        .filter((name) => /^(?:words|vectors)/.test(name))
        .some(
          (name) =>
            fs.readFileSync(path.join(folder, name)).includes('nightingal') || fs.readFileSync(path.join(folder, name)).includes(secret),
        );
    assert.ok(inFiles());
    store.hide([secret], 1);
    index?.catchUp();
    assert.ok(!inFiles(), 'at once, though nothing was saved');
    index?.save();
    assert.ok(!inFiles(), 'nor in the files saved since');
    open(hashEncoder());
    assert.deepEqual(found('redis'), [kept]);
  });

  it('answers while many memories are still being indexed', async () => {
    store.settle({
      session: 's' as SessionId,
      source: 'user',
      settled: [],
      replace: [],
      remove: [],
      supersede: [],
      add: Array.from({ length: 1_500 }, (_, i) => ({
        id: `m${i}` as MemoryId,
        draft: draft(`Service ${i} owns queue q${i}`, { atMs: i }),
      })),
    });
    open();
    assert.deepEqual(found('q1499'), []);
    assert.equal(index?.state.wordsRevision, 0);
    for (let i = 0; i < 100 && index?.state.wordsRevision === 0; i++) await new Promise(setImmediate);
    assert.equal(index?.state.wordsRevision, store.revision);
    assert.deepEqual([found('q0'), found('q1499')], [['m0'], ['m1499']]);
  });
});
