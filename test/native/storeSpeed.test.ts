import assert from 'node:assert/strict';
import { randomOf } from '../../scripts/lib/random.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { draft, evidence, memoryId, observation, settlement } from '../support/storeSamples.ts';

const MEMORIES = 20_000;
/** Ten times what a quiet machine needs: catches a scan where an index should be, not a busy neighbour. */
const LIMITS_MS = { take: 500, settle: 1_000, all: 8_000, rows: 1_000, changes: 500, counts: 1_000 } as const;

describe(`store: ${MEMORIES} memories`, () => {
  const freshFolder = freshFolders();

  it('answers in time', function () {
    this.timeout(180_000);
    const folder = freshFolder();
    const random = randomOf(5);
    const words = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 1e6).toString(36)).join(' ');
    let store = openStore(folder);
    const timed = <T>(work: () => T): [T, number] => {
      const start = performance.now();
      const result = work();
      return [result, performance.now() - start];
    };

    const [, fillMs] = timed(() => {
      for (let i = 0; i < MEMORIES; i += 500) {
        const add = Array.from({ length: 500 }, (_, k) => ({
          id: memoryId(`m${i + k}`),
          draft: draft(words(20), { evidence: [evidence(words(40), { atMs: i + k })], context: words(100), segments: [`s${i + k}`] }),
        }));
        store.settle(settlement({ add }));
        store.putVectors('model', new Map(add.map(({ id }) => [id, new Float32Array(384).fill(random())])));
      }
    });

    const [, takeMs] = timed(() => store.take(Array.from({ length: 20 }, (_, i) => observation(`o${i}`, { text: words(200) }))));
    const revision = store.revision;
    const [, settleMs] = timed(() =>
      store.settle(
        settlement({
          add: Array.from({ length: 8 }, (_, i) => ({ id: memoryId(`new${i}`), draft: draft(words(20)) })),
          replace: Array.from({ length: 8 }, (_, i) => ({ id: memoryId(`m${i * 7}`), draft: draft(words(20)) })),
          remove: [memoryId('m1')],
        }),
      ),
    );
    const [changes, changesMs] = timed(() => store.changesSince(revision));
    const [all, allMs] = timed(() => store.all());
    const [rows, rowsMs] = timed(() => store.rows());
    assert.equal(rows.length, all.length);
    const [counts, countsMs] = timed(() => store.counts());
    assert.equal(changes.length, 17);
    assert.equal(all.length, MEMORIES + 7);

    store.hide([memoryId('m2')], 1);
    const [gone, forgetMs] = timed(() => store.finishForgetting(1));
    assert.deepEqual(gone, ['m2']);
    store.close();
    const [opened, openMs] = timed(() => openStore(folder));
    store = opened;
    store.close();

    const figures = {
      fill: fillMs,
      take: takeMs,
      settle: settleMs,
      changes: changesMs,
      all: allMs,
      rows: rowsMs,
      counts: countsMs,
      forget: forgetMs,
      open: openMs,
    };
    const table = Object.entries(figures).map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
    console.log(`      ms: ${table.join(', ')}; ${(counts.sizeBytes / 1e6).toFixed(0)} MB`);
    for (const [name, limitMs] of Object.entries(LIMITS_MS)) {
      const ms = figures[name as keyof typeof LIMITS_MS];
      assert.ok(ms < limitMs, `${name} took ${ms.toFixed(0)} ms`);
    }
  });
});
