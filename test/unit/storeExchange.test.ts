// Out of one store and into another: the same bytes again, nothing private on the way, all or nothing.
import assert from 'node:assert/strict';
import type { Memory, MemoryId } from '../../src/memory.ts';
import { createObserver } from '../../src/capture/observe.ts';
import { safelyImported } from '../../src/capture/imported.ts';
import { readExchange, writeExchange } from '../../src/store/exchange.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { UserError } from '../../src/util/errors.ts';
import { draft, evidence, memoryId, place, settlement } from '../support/storeSamples.ts';

const observer = createObserver({ isExcluded: () => false });

function exported(store: Store, withEvidence: boolean): string {
  return writeExchange(
    store.all().map((memory) => ({ memory, isInGlobalStore: false })),
    withEvidence,
  );
}

async function imported(store: Store, lines: string): Promise<ReturnType<Store['bringIn']>> {
  const safe: NonNullable<Awaited<ReturnType<typeof safelyImported>>>[] = [];
  for (const { memory } of readExchange(lines)) {
    const one = await safelyImported(observer, memory);
    if (one) safe.push(one);
  }
  return store.bringIn(safe);
}

/** One of everything that a memory can be. */
function variedStore(): Store {
  const store = openStore(':memory:');
  const rows: readonly (readonly [id: string, atMs: number, more: Partial<Memory>])[] = [
    ['plain', 5_000, {}],
    ['tried', 4_000, { kind: 'failed_attempt', outcome: 'failed' }],
    ['old', 1_000, {}],
    ['new', 6_000, { scope: 'global', context: 'What stood around it: two  blanks and "quotes".  ' }],
    ['pinned', 3_000, { entities: { files: ['src/a.ts', 'C:\\b.ts'], symbols: ['toB'], commands: ['npm test'] } }],
    ['worded', 2_000, {}],
    ['same time, other id', 5_000, {}],
  ];
  const add = rows.map(([id, atMs, more]) => {
    const where = { ...place(`r-${id}`), atMs, path: `/talks/${id}.jsonl`, line: 7, isLineByLine: false };
    const told = draft(`The memory called ${id}, with “signs” & <b>marks</b>.`, { weight: 0.123456789, ...more });
    return {
      id: memoryId(id),
      draft: { ...told, evidence: [{ place: where, lines: [3, 4] as const, quote: told.text }, evidence(`more of ${id}`)] },
    };
  });
  store.settle(settlement({ add, supersede: [{ older: memoryId('old'), newer: memoryId('new') }] }));
  store.setPinned(memoryId('pinned'), true);
  store.edit(memoryId('plain'), { text: 'In my own words' });
  store.offerForRewriting(0, Number.MAX_SAFE_INTEGER, 100);
  assert.ok(store.rewrite(memoryId('worded'), 'The memory called worded, told better'));
  return store;
}

describe('export and import', () => {
  it('gives the same bytes after a round trip, with evidence and without', async () => {
    for (const withEvidence of [true, false]) {
      const lines = exported(variedStore(), withEvidence);
      const other = openStore(':memory:');
      assert.deepEqual(await imported(other, lines), { added: 7, known: 0, forgotten: 0 });
      assert.equal(exported(other, withEvidence), lines);
    }
  });

  it('writes the oldest first, and evidence only where it was asked for', () => {
    const store = variedStore();
    const ids = exported(store, false)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => (JSON.parse(line) as Memory).id);
    assert.deepEqual(ids, ['old', 'worded', 'pinned', 'tried', 'plain', 'same time, other id', 'new']);
    for (const text of ['/talks/', 'more of', 'What stood around it']) {
      assert.ok(!exported(store, false).includes(text), text);
      assert.ok(exported(store, true).includes(text), text);
    }
  });

  it('passes over what is known, and what was forgotten: by its id, by its words, and while it can still be undone', async () => {
    const lines = exported(variedStore(), true);
    const store = openStore(':memory:');
    await imported(store, lines);
    store.hide([memoryId('tried')], 10);
    store.hide([memoryId('old')], 20);
    store.finishForgetting(10);
    assert.deepEqual(await imported(store, lines), { added: 0, known: 5, forgotten: 2 });
    const renamed = lines.replace('"id":"tried"', '"id":"tried under another name"');
    assert.deepEqual(await imported(store, renamed), { added: 0, known: 5, forgotten: 2 });
    assert.ok(!store.rows().some(({ id }) => id.startsWith('tried')));
  });

  it('keeps no secret and nothing private of a file', async () => {
    const password = ['hunter2', 'correct', 'horse'].join('-');
    const base = { kind: 'command', scope: 'project', at: '2026-01-02T03:04:05.000Z', source: 'claude-code', session: 's', weight: 0.5 };
    const memories = [
      {
        ...base,
        id: 'a',
        text: `Deploy with PGPASSWORD=${password} make release`,
        commands: [`PGPASSWORD=${password} make`, 'make release'],
      },
      { ...base, id: 'b', text: '<private>the whole of it</private>' },
      {
        ...base,
        id: 'c',
        text: 'Build with make',
        evidence: [{ ...base, record: 'r', quote: `make; PGPASSWORD=${password}` }],
        context: `export PGPASSWORD=${password}`,
      },
    ];
    const store = openStore(':memory:');
    const lines = [{ cairn: 1 }, ...memories].map((line) => JSON.stringify(line)).join('\r\n');
    assert.deepEqual(await imported(store, lines), { added: 2, known: 0, forgotten: 0 });
    const kept = JSON.stringify(store.all());
    assert.match(kept, /make release/);
    assert.ok(!kept.includes(password), kept);
    assert.ok(!kept.includes('the whole of it'));
  });

  it('names the line that it cannot read, and says nothing of what stands there', () => {
    const good = exported(variedStore(), true).trimEnd().split('\n');
    const broken: readonly (readonly [lines: readonly string[], message: RegExp])[] = [
      [['', ' '], /empty/],
      [['hello', ...good.slice(1)], /Line 1 /],
      [good.slice(1), /Line 1 /],
      [['{"cairn":2}', ...good.slice(1)], /newer version/],
      [[...good.slice(0, 3), '{"id":"secret words"', ...good.slice(3)], /Line 4 .*not a JSON object/],
      [[...good.slice(0, 2), '', '"secret words"'], /Line 4 /],
      [[...good.slice(0, 2), good[2]?.replace(/"kind":"\w+"/, '"kind":"secret words"') ?? ''], /Line 3 .*“kind”/],
      [[...good.slice(0, 2), good[2]?.replace(/"at":"[^"]+"/, '"at":"secret words"') ?? ''], /Line 3 .*“at”/],
    ];
    for (const [lines, message] of broken) {
      assert.throws(
        () => readExchange(lines.join('\n')),
        (thrown: unknown) => thrown instanceof UserError && message.test(thrown.message) && !thrown.message.includes('secret words'),
        String(message),
      );
    }
  });

  it('takes all or nothing', () => {
    const told = readExchange(exported(variedStore(), true)).map(({ memory }) => memory);
    const store = openStore(':memory:');
    const unstorable = { ...(told[3] as (typeof told)[0]), kind: null as unknown as Memory['kind'] };
    assert.throws(() => store.bringIn([...told.slice(0, 3), unstorable]));
    assert.deepEqual(store.rows(), []);
    const known = store.bringIn([told[0] as (typeof told)[0], told[0] as (typeof told)[0]]);
    assert.deepEqual(known, { added: 1, known: 1, forgotten: 0 });
    assert.equal(store.rows()[0]?.supersededBy, undefined, 'what overrides it did not come along');
    assert.equal(store.rows()[0]?.id, 'old' as MemoryId);
  });
});
