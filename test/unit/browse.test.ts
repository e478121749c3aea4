import assert from 'node:assert/strict';
import { rowOf, type BrowseQuery, type Facets, type MemoryRow, type Uses } from '../../src/browsing.ts';
import type { MemoryId, Recollection } from '../../src/memory.ts';
import { listRows } from '../../src/retrieve/browse.ts';
import { createBrowser, type RowSource } from '../../src/service/browser.ts';
import { DAY, NOON, memory, type MemoryParts } from '../support/memories.ts';

const row = (text: string, parts: MemoryParts = {}, uses?: Uses): MemoryRow => rowOf(memory(text, parts), uses);
const naming = (...files: string[]) => ({ entities: { files, symbols: [], commands: [] } });
const idsOf = (rows: readonly MemoryRow[]) => rows.map(({ id }) => id as string);
const list = (rows: readonly MemoryRow[], facets: Facets = {}, more: Partial<BrowseQuery> = {}, found?: readonly string[]) =>
  listRows(rows, { facets, order: 'relevance', ...more }, NOON, found as MemoryId[] | undefined);

const ROWS: readonly MemoryRow[] = [
  row('jwt', { kind: 'decision', atMs: NOON - 1_000, pinned: true, weight: 0.9, ...naming('src/auth.ts') }),
  row('cookie', { kind: 'failed_attempt', outcome: 'failed', atMs: NOON - 2 * DAY, weight: 0.2, ...naming('src/auth.ts', 'src/proxy.ts') }),
  row('strict', { kind: 'preference', scope: 'global', source: 'user', atMs: NOON - 20 * DAY, weight: 1 }),
  row(
    'cents',
    { kind: 'decision', outcome: 'worked', atMs: NOON - 200 * DAY, session: 's2', ...naming('/p/src/totals.ts') },
    { given: 5, used: 0 },
  ),
  row(
    'floats',
    { kind: 'decision', status: 'superseded', supersededBy: 'cents' as MemoryId, atMs: NOON - 400 * DAY },
    { given: 9, used: 1 },
  ),
];

describe('a list of memories', () => {
  it('without any choice is all there is', () => {
    assert.deepEqual(idsOf(list(ROWS).rows), ['jwt', 'cookie', 'strict', 'cents', 'floats']);
  });

  const choices: readonly (readonly [string, Facets, readonly string[]])[] = [
    ['a kind', { kind: ['decision'] }, ['jwt', 'cents', 'floats']],
    ['one of two kinds', { kind: ['decision', 'preference'] }, ['jwt', 'strict', 'cents', 'floats']],
    ['a kind and an outcome', { kind: ['decision'], outcome: ['worked'] }, ['cents']],
    ['no outcome', { outcome: ['none'], status: ['active'] }, ['jwt', 'strict']],
    ['a scope', { scope: ['global'] }, ['strict']],
    ['who told it', { source: ['user'] }, ['strict']],
    ['an age', { age: ['week', 'year'] }, ['cookie', 'cents']],
    ['older ones', { age: ['older'] }, ['floats']],
    ['pinned ones', { status: ['pinned'] }, ['jwt']],
    ['superseded ones', { status: ['superseded'] }, ['floats']],
    ['a file', { file: ['src/auth.ts'] }, ['jwt', 'cookie']],
    ['no file', { file: [''] }, ['strict', 'floats']],
    ['a session', { session: ['s2' as never] }, ['cents']],
    ['a file by its absolute path, however it is spelled', { about: ['/p/src/auth.ts', '/p/src/totals.ts'] }, ['jwt', 'cookie', 'cents']],
    ['what a memory overrides', { overriddenBy: ['cents' as MemoryId] }, ['floats']],
    ['an empty choice, which is none', { kind: [] }, ['jwt', 'cookie', 'strict', 'cents', 'floats']],
  ];
  for (const [name, facets, expected] of choices) {
    it(`is narrowed to ${name}`, () => assert.deepEqual(idsOf(list(ROWS, facets).rows), expected));
  }

  it('counts what each further choice would leave: a facet without its own choice, the others with it', () => {
    const { counts } = list(ROWS, { kind: ['decision'], status: ['active'] });
    assert.deepEqual(counts.kind, [
      { value: 'decision', count: 2 },
      { value: 'failed_attempt', count: 1 },
      { value: 'preference', count: 1 },
    ]);
    assert.deepEqual(counts.status, [
      { value: 'active', count: 2 },
      { value: 'pinned', count: 1 },
      { value: 'superseded', count: 1 },
    ]);
    assert.deepEqual(counts.file, [
      { value: '/p/src/totals.ts', count: 1 },
      { value: 'src/auth.ts', count: 1 },
    ]);
  });

  it('every count is what choosing that value alone leaves', () => {
    const chosen: Facets = { outcome: ['none', 'worked'] };
    const { counts } = list(ROWS, chosen);
    for (const facet of ['kind', 'outcome', 'scope', 'source', 'age', 'status', 'file'] as const) {
      for (const { value, count } of counts[facet]) {
        assert.equal(list(ROWS, { ...chosen, [facet]: [value] }).rows.length, count, `${facet} ${value}`);
      }
    }
  });

  it('offers at most fifty files', () => {
    const many = Array.from({ length: 80 }, (_, i) => row(`m${i}`, naming(`f${i}.ts`, 'all.ts')));
    const { counts } = list(many);
    assert.equal(counts.file.length, 50);
    assert.deepEqual(counts.file[0], { value: 'all.ts', count: 80 });
  });

  it('has the order that is asked for', () => {
    const ordered = (order: BrowseQuery['order']) => idsOf(list(ROWS, {}, { order }).rows);
    assert.deepEqual(ordered('oldest'), ['floats', 'cents', 'strict', 'cookie', 'jwt']);
    assert.deepEqual(ordered('newest'), ['jwt', 'cookie', 'strict', 'cents', 'floats']);
    assert.deepEqual(ordered('doubtful'), ['cookie', 'cents', 'floats', 'jwt', 'strict']);
    assert.equal(ordered('unused')[0], 'cents');
    assert.deepEqual(idsOf(ROWS), ['jwt', 'cookie', 'strict', 'cents', 'floats'], 'and leaves the rows alone');
  });

  it('of what was found has its order, and nothing else', () => {
    assert.deepEqual(idsOf(list(ROWS, {}, {}, ['strict', 'gone', 'jwt']).rows), ['strict', 'jwt']);
    assert.deepEqual(idsOf(list(ROWS, { kind: ['decision'] }, { order: 'oldest' }, ['jwt', 'cents']).rows), ['cents', 'jwt']);
    assert.deepEqual(list(ROWS, {}, {}, []).rows, []);
  });

  it('nested, leaves out what another of the list overrides', () => {
    assert.deepEqual(idsOf(list(ROWS, {}, { isNested: true }).rows), ['jwt', 'cookie', 'strict', 'cents']);
    assert.deepEqual(idsOf(list(ROWS, { status: ['superseded'] }, { isNested: true }).rows), ['floats'], 'but not where that is not shown');
  });
});

describe('browsing several stores', () => {
  const all = (text = '', facets: Facets = {}): BrowseQuery => ({ text, facets, order: 'relevance' });

  function source(
    rows: readonly MemoryRow[],
  ): RowSource & { rows: RowSource['rows']; set(next: readonly MemoryRow[]): void; sent: number; recalls: number } {
    let stamp = 1;
    let held = rows;
    return {
      sent: 0,
      recalls: 0,
      set(next) {
        held = next;
        stamp++;
      },
      async rows(known) {
        if (known === String(stamp)) return { stamp: String(stamp) };
        this.sent++;
        return { stamp: String(stamp), rows: held };
      },
      async recall(_folder, { text, limit }) {
        this.recalls++;
        return held
          .filter((each) => each.text.includes(text))
          .slice(0, limit)
          .map((each, i): Recollection => ({ memory: memory(each.text, { id: each.id }), score: 0.9 - i / 10, why: `words: ${text}` }));
      },
    };
  }
  const project = () => source(ROWS.filter(({ scope }) => scope === 'project'));
  const global = () => source(ROWS.filter(({ scope }) => scope === 'global'));
  const browserOf = (stores: readonly RowSource[], now = () => NOON) =>
    createBrowser({ stores: async () => stores, folders: () => ['/p'], now });

  it('puts them together by time, and says how many each one overrides', async () => {
    const browser = browserOf([project(), global()]);
    const slice = await browser.slice(undefined, all(), 1, 3);
    assert.deepEqual([slice.from, slice.total, idsOf(slice.rows)], [1, 5, ['cookie', 'strict', 'cents']]);
    assert.equal(slice.rows[2]?.overrides, 1);
  });

  it('further slices ask for nothing, and a change shows at once', async () => {
    const [one, two] = [project(), global()];
    const browser = browserOf([one, two]);
    await browser.slice(undefined, all('c'), 0, 1);
    const again = await browser.slice(undefined, all('c'), 1, 9);
    assert.deepEqual([one.sent, two.sent, one.recalls, two.recalls], [1, 1, 1, 1]);
    assert.deepEqual(idsOf(again.rows), ['strict', 'cents']);
    assert.equal(again.rows[0]?.why, 'words: c');
    one.set(ROWS.filter(({ id }) => id === 'cents'));
    assert.deepEqual(idsOf((await browser.slice(undefined, all('c'), 0, 9)).rows), ['cents', 'strict']);
    assert.deepEqual([one.sent, two.sent], [2, 1], 'only the store that has changed sends its rows');
  });

  it('an old list is made anew: ages move on', async () => {
    let nowMs = NOON;
    const browser = browserOf([project()], () => nowMs);
    assert.equal((await browser.slice(undefined, all('', { age: ['day'] }), 0, 9)).total, 1);
    nowMs += 2 * DAY;
    assert.equal((await browser.slice(undefined, all('', { age: ['day'] }), 0, 9)).total, 0);
  });

  it('narrowed by words, leaves out what is merely near, in lists and groups alike', async () => {
    // The scores fall by a tenth from .9: the tenth memory has next to none.
    const near = Array.from({ length: 12 }, (_, i) => row(`an encache ${i}`, { id: `c${i}` }));
    const browser = browserOf([source(near)]);
    const total = async (isNarrow: boolean) => [
      (await browser.slice(undefined, { ...all('cache'), isNarrow }, 0, 1)).total,
      (await browser.groups(undefined, { ...all('cache'), isNarrow }, 'kind', 0, 9)).memories,
    ];
    assert.deepEqual(await total(false), [12, 12]);
    assert.deepEqual(await total(true), [9, 9]);
  });

  it('has after what recall finds whatever else has the words: more than recall brings, and superseded ones', async () => {
    const found: RowSource = {
      ...source(ROWS),
      async recall() {
        return [{ memory: memory('jwt', { id: 'jwt' }), score: 0.9, why: 'similar .71' }];
      },
    };
    const browser = browserOf([found]);
    for (const isNarrow of [false, true]) {
      const { rows, total } = await browser.slice(undefined, { ...all('src'), isNarrow }, 0, 9);
      assert.deepEqual(
        rows.map(({ id, why }) => [id, why]),
        [
          ['jwt', 'similar .71'],
          ['cookie', 'words: src; 2 days ago'],
          ['cents', 'words: src; 6 months ago'],
        ],
      );
      assert.equal(total, 3);
    }
    assert.deepEqual(idsOf((await browser.slice(undefined, all('float'), 0, 9)).rows), ['jwt', 'floats']);
    assert.deepEqual(idsOf((await browser.slice(undefined, all('s'), 0, 9)).rows), ['jwt'], 'not by one letter');
  });

  it('puts a list into groups, and hands those out in slices', async () => {
    const browser = browserOf([project(), global()]);
    const byFile = await browser.groups(undefined, all(), 'file', 0, 2);
    assert.deepEqual(
      byFile.groups.map(({ value, count }) => [value, count]),
      [
        ['src/auth.ts', 2],
        ['src/proxy.ts', 1],
      ],
    );
    assert.deepEqual([byFile.total, byFile.memories], [4, 5]);
    assert.deepEqual((await browser.groups(undefined, all(), 'kind', 0, 0)).groups, []);
  });

  it('of 20,000 rows is quick, and the next slice costs next to nothing', async () => {
    const kinds = ['decision', 'bug_fix', 'command', 'todo'] as const;
    const rows = Array.from({ length: 20_000 }, (_, i) =>
      row(`memory ${i}`, { id: `m${i}`, kind: kinds[i % 4] ?? 'todo', atMs: NOON - i * 3_600_000, ...naming(`src/${i % 700}.ts`) }),
    );
    const browser = browserOf([source(rows)]);
    const timed = async (query: BrowseQuery, from: number) => {
      const start = process.cpuUsage();
      const { total } = await browser.slice(undefined, query, from, 100);
      const { user, system } = process.cpuUsage(start);
      return { total, ms: (user + system) / 1_000 };
    };
    const first = await timed(all(), 0);
    const next = await timed(all(), 10_000);
    const narrowed = await timed(all('', { kind: ['todo'] }), 0);
    const ordered = await timed({ ...all(), order: 'doubtful' }, 0);
    const searched = await timed(all('memory 12'), 0);
    console.log(
      `      20,000 rows, ms: first slice ${first.ms.toFixed(0)}, next ${next.ms.toFixed(1)}, narrowed ${narrowed.ms.toFixed(0)}, ordered ${ordered.ms.toFixed(0)}, searched ${searched.ms.toFixed(0)}`,
    );
    assert.deepEqual([first.total, next.total, narrowed.total], [20_000, 20_000, 5_000]);
    assert.ok(searched.total > 1_000);
    // Ten times what a quiet machine needs.
    assert.ok(first.ms < 1_500 && next.ms < 50 && narrowed.ms < 1_000 && ordered.ms < 1_000 && searched.ms < 1_000);
  });
});
