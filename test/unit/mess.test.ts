// Whether review finds what is wrong in a store of which we know it, by words alone, and leaves the rest in peace.
import assert from 'node:assert/strict';
import { makeMess, SAMPLE_FILES, SORTS, type Mess, type Sort } from '../../scripts/sample/mess.ts';
import type { ReviewItem, ReviewReason } from '../../src/browsing.ts';
import type { MemoryId } from '../../src/memory.ts';
import { createReviewer, type Workspace } from '../../src/review/reviewer.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLog } from '../../src/util/log.ts';
import { NOON } from '../support/memories.ts';

const FOUND_AS: Readonly<Record<Exclude<Sort, 'good'>, ReviewReason>> = {
  duplicate: 'duplicate',
  stale: 'stale',
  superseded: 'superseded',
  noise: 'doubtful',
  unused: 'unused',
};
const workspace: Workspace = {
  files: async (files) => new Map(files.map((file) => [file, SAMPLE_FILES.includes(file) ? 'there' : 'gone'])),
  symbols: async () => new Map(),
};
const noVectors = {
  nearest: () => undefined,
  state: { wordsRevision: 0, vectors: 0, withoutVector: 0, vectorKind: 'none' },
} as const;

describe('a mess of 1,000 memories', function () {
  this.timeout(60_000);
  let store: Store;
  let mess: Mess;
  let items: readonly ReviewItem[];

  before(async () => {
    store = openStore(':memory:');
    mess = makeMess(store, { size: 1_000, seed: 5, atMs: NOON, filesThere: SAMPLE_FILES });
    const reviewer = createReviewer({ store, index: noVectors, workspace, now: () => NOON, onMore: () => undefined, log: silentLog });
    // A busy machine may take longer than anybody waits; the second answer has it all.
    let total = -1;
    for (let slice = await reviewer.review(5_000); slice.total !== total; slice = await reviewer.review(5_000)) {
      total = slice.total;
      items = slice.items;
    }
    reviewer.dispose();
  });

  const sortOf = (id: MemoryId): Sort => mess.sortOf.get(id) ?? 'good';
  const idsOf = (sort: Sort): MemoryId[] => [...mess.sortOf].flatMap(([id, of]) => (of === sort ? [id] : []));
  /** What an answer other than "keep" would take away, under its reason. */
  const proposed = (): Map<MemoryId, ReviewReason> =>
    new Map(
      items.flatMap(({ reason, rows }) =>
        (reason === 'duplicate' ? rows.slice(1) : rows.slice(0, 1)).map((row) => [row.id, reason] as const),
      ),
    );

  it('is of all sorts, and reads as memories do', () => {
    const counts = Object.fromEntries(SORTS.map((sort) => [sort, idsOf(sort).length]));
    assert.deepEqual(counts, { good: 650, duplicate: 100, stale: 80, superseded: 60, noise: 60, unused: 50 });
    assert.ok(new Set(store.rows().map(({ text }) => text)).size > 980);
    for (const { text } of store.rows()) assert.match(text, /^[^%]{30,260}$/, text);
  });

  it('is written the same for the same seed, and otherwise for another', () => {
    const textsOf = (seed: number): string[] => {
      const other = openStore(':memory:');
      makeMess(other, { size: 100, seed, atMs: NOON, filesThere: SAMPLE_FILES });
      return other.rows().map(({ text }) => text);
    };
    assert.deepEqual(textsOf(1), textsOf(1));
    assert.notDeepEqual(textsOf(1), textsOf(2));
  });

  for (const [sort, reason] of Object.entries(FOUND_AS) as [Exclude<Sort, 'good'>, ReviewReason][]) {
    it(`at least nine of ten that are ${sort} are asked about as ${reason}`, () => {
      const asked = proposed();
      const ids = idsOf(sort);
      const found = ids.filter((id) => asked.get(id) === reason);
      assert.ok(found.length >= 0.9 * ids.length, `${found.length} of ${ids.length}`);
    });
  }

  it('fewer than one of twenty good ones are asked about', () => {
    const wrong = [...proposed().keys()].filter((id) => sortOf(id) === 'good');
    assert.ok(wrong.length < idsOf('good').length / 20, `${wrong.length} of ${idsOf('good').length}`);
  });

  it('of each group the best is proposed, and beside what is overridden stands what overrides it', () => {
    const best = new Set(mess.groups.map(([id]) => id));
    const groups = items.filter(({ reason }) => reason === 'duplicate');
    assert.ok(groups.every(({ rows }) => best.has(rows[0]?.id)));
    const newerOf = new Map(mess.pairs);
    for (const { rows } of items.filter(({ reason }) => reason === 'superseded')) {
      assert.equal(rows[1]?.id, newerOf.get(rows[0]?.id as MemoryId));
    }
  });

  it('no memory is asked about twice', () => {
    const asked = items.flatMap(({ reason, rows }) => (reason === 'superseded' ? rows.slice(0, 1) : rows).map(({ id }) => id));
    assert.equal(new Set(asked).size, asked.length);
  });
});
