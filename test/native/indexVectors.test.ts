import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomOf } from '../../scripts/lib/random.ts';
import type { MemoryId } from '../../src/memory.ts';
import { ExactVectors } from '../../src/search/exactVectors.ts';
import { HnswVectors, loadHnsw } from '../../src/search/hnswVectors.ts';

const DIMENSIONS = 96;
const STAMP = { store: 's', revision: 1, model: 'm' };

/** Unit vectors around centres, as texts of a project are: uniform ones have no near neighbours to find. */
function clustered(count: number, seed: number): Float32Array[] {
  const random = randomOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: 40 }, () => Float32Array.from({ length: DIMENSIONS }, normal));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * centres.length)] as Float32Array;
    const vector = centre.map((x) => x + 0.7 * normal());
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  });
}

const idOf = (i: number) => `m${i}` as MemoryId;

function recallAt10(hnsw: HnswVectors, exact: ExactVectors, queries: readonly Float32Array[]): number {
  let shared = 0;
  for (const query of queries) {
    const nearest = new Set(exact.search(query, 10).map((hit) => hit.id));
    shared += hnsw.search(query, 10).filter((hit) => nearest.has(hit.id)).length;
  }
  return shared / (10 * queries.length);
}

describe('HNSW beside the exact scan', function () {
  this.timeout(60_000);
  const library = loadHnsw();
  before(function () {
    if (typeof library === 'string') {
      console.log(`  left out: ${library}`);
      this.skip();
    }
  });
  const create = () => HnswVectors.create(library as Exclude<typeof library, string>, DIMENSIONS);
  const queries = clustered(4_200, 11).slice(4_000);

  it('finds .98 of the ten nearest while it grows, and after a third was removed or moved', () => {
    const vectors = clustered(4_200, 11);
    const [hnsw, exact] = [create(), new ExactVectors()];
    const put = (i: number, vector: Float32Array) => [hnsw, exact].forEach((index) => index.put(idOf(i), vector));
    vectors.slice(0, 4_000).forEach((vector, i) => put(i, vector));
    const grown = recallAt10(hnsw, exact, queries);
    for (let i = 0; i < 4_000; i += 6) for (const index of [hnsw, exact]) index.remove(idOf(i));
    clustered(1_000, 12).forEach((vector, i) => put(6 * i + 3, vector));
    clustered(600, 13).forEach((vector, i) => put(10_000 + i, vector));
    const changed = recallAt10(hnsw, exact, queries);
    console.log(`    recall at 10: ${grown.toFixed(4)}, after changes ${changed.toFixed(4)}`);
    assert.ok(grown >= 0.98 && changed >= 0.98);
    assert.equal(hnsw.size, exact.size);
  });

  it('never returns what was removed, and gives its place to the next', () => {
    const hnsw = create();
    const vectors = clustered(50, 5);
    vectors.forEach((vector, i) => hnsw.put(idOf(i), vector));
    for (let i = 0; i < 49; i++) hnsw.remove(idOf(i));
    assert.deepEqual(
      hnsw.search(vectors[3] as Float32Array, 50).map((hit) => hit.id),
      [idOf(49)],
    );
    hnsw.remove(idOf(49));
    hnsw.remove(idOf(49));
    assert.deepEqual(hnsw.search(vectors[3] as Float32Array, 5), []);
    hnsw.put(idOf(7), vectors[3] as Float32Array);
    assert.deepEqual(
      hnsw.search(vectors[3] as Float32Array, 5).map((hit) => hit.id),
      [idOf(7)],
    );
  });

  it('keeps no trace of a removed vector in its file', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-hnsw-'));
    try {
      const hnsw = create();
      // Four halves have a length of one to the last bit: what is kept are these bytes.
      const halves = (at: number) => Float32Array.from({ length: DIMENSIONS }, (_, i) => (i >= at && i < at + 4 ? 0.5 : 0));
      const vectors = clustered(20, 5).map((vector, i) => (i === 4 || i === 5 ? halves(i) : vector));
      vectors.forEach((vector, i) => hnsw.put(idOf(i), vector));
      const [gone, kept] = [Buffer.from(halves(4).buffer), Buffer.from(halves(5).buffer)];
      const file = path.join(folder, 'v.hnsw');
      hnsw.save(file, STAMP);
      assert.ok(fs.readFileSync(file).includes(gone));
      hnsw.remove(idOf(4));
      hnsw.save(file, STAMP);
      assert.ok(!fs.readFileSync(file).includes(gone));
      assert.ok(fs.readFileSync(file).includes(kept));
      const loaded = HnswVectors.load(library as Exclude<typeof library, string>, DIMENSIONS, file);
      assert.deepEqual(loaded?.stamp, STAMP);
      assert.deepEqual(loaded?.vectors.search(vectors[9] as Float32Array, 5), hnsw.search(vectors[9] as Float32Array, 5));
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('grows on from a file that was saved empty', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-hnsw-'));
    try {
      const file = path.join(folder, 'v.hnsw');
      create().save(file, STAMP);
      const loaded = HnswVectors.load(library as Exclude<typeof library, string>, DIMENSIONS, file)?.vectors;
      clustered(20, 5).forEach((vector, i) => loaded?.put(idOf(i), vector));
      assert.equal(loaded?.size, 20);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a vector of another length', () => {
    assert.throws(() => create().put(idOf(0), new Float32Array(3)), RangeError);
  });
});
