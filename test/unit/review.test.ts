import assert from 'node:assert/strict';
import { randomOf } from '../../scripts/lib/random.ts';
import { rowOf, type MemoryRow, type ReviewItem, type ReviewReason } from '../../src/browsing.ts';
import type { MemoryId } from '../../src/memory.ts';
import { comparedTerms, isOverridden, isSame, SHARED, type Relation } from '../../src/review/alike.ts';
import { howLong, staleReason, type Presence, type Sighting } from '../../src/review/reasons.ts';
import { createRelations } from '../../src/review/relations.ts';
import { review, type Reviewed } from '../../src/review/review.ts';
import { createReviewer } from '../../src/review/reviewer.ts';
import { SharedWords } from '../../src/review/sharedWords.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { silentLog } from '../../src/util/log.ts';
import { DAY, memory, NOON, type MemoryParts } from '../support/memories.ts';

type RowParts = MemoryParts & { readonly given?: number; readonly used?: number; readonly files?: readonly string[] };

function row(id: string, { given = 0, used = 0, files = [], ...parts }: RowParts = {}): MemoryRow {
  const told = memory(`The memory ${id}`, { id, entities: { files, symbols: [], commands: [] }, ...parts });
  return rowOf(told, { given, used });
}

/** `same` and `overrides`: pairs by their ids, the later one first. */
interface Told extends Partial<Omit<Reviewed, 'relationsOf' | 'rows'>> {
  readonly same?: readonly (readonly [string, string])[];
  readonly overrides?: readonly (readonly [string, string])[];
}

function reviewed(rows: readonly MemoryRow[], { same = [], overrides = [], ...others }: Told = {}): readonly ReviewItem[] {
  const relations = new Map<string, Map<MemoryId, Relation>>();
  const put = (id: string, other: string, relation: Relation) => {
    relations.set(id, new Map([...(relations.get(id) ?? []), [other as MemoryId, relation]]));
  };
  for (const [a, b] of same) {
    put(a, b, 'same');
    put(b, a, 'same');
  }
  for (const [newer, older] of overrides) {
    put(newer, older, 'overrides');
    put(older, newer, 'overridden');
  }
  const given = new Map(rows.filter(({ uses }) => uses.given > 0).map(({ id, uses }) => [id, uses.given]));
  const { items } = review({
    rows,
    relationsOf: (id) => relations.get(id),
    presence: new Map(),
    sightings: new Map(),
    sessionsGiven: given,
    answers: [],
    atMs: NOON,
    ...others,
  });
  return items;
}

const told = (items: readonly ReviewItem[]): string[] =>
  items.map(({ reason, rows }) => `${reason}: ${rows.map(({ id }) => id).join(' ')}`);
const kept = (reason: ReviewReason, id: string, atMs = NOON + 1) => ({ memory: id as MemoryId, reason, atMs });
const gone = (...files: string[]): ReadonlyMap<string, Presence> => new Map(files.map((file) => [file, 'gone']));

describe('what is worth a look', () => {
  it('each memory once, under its worst reason, the reasons in order', () => {
    const rows = [
      row('fine'),
      row('doubtful', { weight: 0.15 }),
      row('unused', { given: 3, weight: 0.15 }),
      row('stale', { files: ['src/a.ts'], given: 3, weight: 0.15 }),
      row('twin', { files: ['src/a.ts'] }),
      row('other twin', { files: ['src/a.ts'], atMs: NOON - 9 * DAY }),
      row('old', { atMs: NOON - 200 * DAY }),
      row('was so', { status: 'superseded', supersededBy: 'fine' as MemoryId, files: ['src/a.ts'], atMs: NOON - 3 * DAY }),
    ];
    const items = reviewed(rows, { presence: gone('src/a.ts'), same: [['twin', 'other twin']] });
    assert.deepEqual(told(items), [
      'superseded: was so fine',
      'duplicate: twin other twin',
      'stale: stale',
      'unused: unused',
      'doubtful: doubtful',
      'old: old',
    ]);
    assert.deepEqual(
      items.map(({ why }) => why),
      [
        'overridden 3 days later',
        '2 tell the same; the newest is on top',
        'src/a.ts is not there any more',
        'given to 3 sessions, and never used',
        'perhaps not worth keeping: its weight is .15',
        '6 months old, and never given',
      ],
    );
  });

  it('the worst first within a reason', () => {
    const light = [row('a', { weight: 0.18 }), row('b', { weight: 0.11 }), row('c', { weight: 0.15 })];
    assert.deepEqual(told(reviewed(light)), ['doubtful: b', 'doubtful: c', 'doubtful: a']);
    const idle = [row('a', { given: 3 }), row('b', { given: 9 })];
    assert.deepEqual(told(reviewed(idle)), ['unused: b', 'unused: a']);
  });

  it('pinned ones and the person’s own only where they are overridden or told twice', () => {
    const parts = { weight: 0.1, given: 5, files: ['src/a.ts'], atMs: NOON - 300 * DAY };
    const rows = [row('pinned', { ...parts, pinned: true }), row('own', { ...parts, isOwn: true })];
    assert.deepEqual(reviewed(rows, { presence: gone('src/a.ts') }), []);
    const twins = [...rows, row('again', { ...parts, atMs: NOON })];
    assert.deepEqual(told(reviewed(twins, { same: [['again', 'pinned']] })), ['duplicate: pinned again']);
    assert.deepEqual(told(reviewed(rows, { overrides: [['own', 'pinned']] })), ['superseded: pinned own']);
  });

  it('one that was used is not doubtful, and one that was given is not old', () => {
    assert.deepEqual(reviewed([row('a', { weight: 0.1, given: 1, used: 1 }), row('b', { atMs: NOON - 300 * DAY, given: 1 })]), []);
  });

  it('many givings to two sessions are no three chances', () => {
    const sessionsGiven = new Map([['a' as MemoryId, 2]]);
    assert.deepEqual(reviewed([row('a', { given: 7 })], { sessionsGiven }), []);
  });

  it('the best of a group on top: pinned, own, newer by a day, heavier, more used', () => {
    const order = [
      row('pinned', { pinned: true, atMs: NOON - 90 * DAY }),
      row('own', { isOwn: true, atMs: NOON - 80 * DAY }),
      row('newer', { atMs: NOON, weight: 0.3 }),
      row('heavier', { atMs: NOON - 2 * DAY, weight: 0.8 }),
      row('used', { atMs: NOON - 2 * DAY, weight: 0.5, given: 2, used: 2 }),
      row('last', { atMs: NOON - 2 * DAY + 5, weight: 0.5 }),
    ];
    const pairs = order.flatMap((a, i) => order.slice(i + 1).map((b) => [a.id, b.id] as const));
    assert.deepEqual(told(reviewed(order.toReversed(), { same: pairs })), [`duplicate: ${order.map(({ id }) => id).join(' ')}`]);
  });

  it('a chain of likenesses is no group', () => {
    const rows = [row('a', { atMs: NOON }), row('b', { atMs: NOON - 5 * DAY }), row('c', { atMs: NOON - 9 * DAY })];
    const chain = [
      ['a', 'b'],
      ['b', 'c'],
    ] as const;
    assert.deepEqual(told(reviewed(rows, { same: chain })), ['duplicate: a b']);
  });

  it('one that is overridden is not proposed as a duplicate too', () => {
    const rows = [row('older', { atMs: NOON - DAY }), row('newer')];
    const relations = { overrides: [['newer', 'older']] as const, same: [] };
    assert.deepEqual(told(reviewed(rows, relations)), ['superseded: older newer']);
  });

  it('what was kept is not asked about again for that reason or a lesser one, unless it has changed since', () => {
    const rows = [row('a', { weight: 0.1, given: 3 })];
    assert.deepEqual(told(reviewed(rows, { answers: [kept('doubtful', 'a')] })), ['unused: a']);
    assert.deepEqual(told(reviewed(rows, { answers: [kept('duplicate', 'a')] })), ['unused: a']);
    assert.deepEqual(reviewed(rows, { answers: [kept('unused', 'a')] }), []);
    const changed = [row('a', { weight: 0.1, given: 3, updatedAtMs: NOON + 2 })];
    assert.deepEqual(told(reviewed(changed, { answers: [kept('unused', 'a')] })), ['unused: a']);
  });

  it('a group that was kept is asked about again when another joins it', () => {
    const rows = [row('a'), row('b'), row('c')];
    const answers = [kept('duplicate', 'a'), kept('duplicate', 'b')];
    assert.deepEqual(reviewed(rows, { answers, same: [['a', 'b']] }), []);
    const three = [
      ['a', 'b'],
      ['a', 'c'],
    ] as const;
    assert.deepEqual(told(reviewed(rows, { answers, same: three })), ['duplicate: a b c']);
  });

  it('is stale when every file is gone of which something is known', () => {
    const presence = new Map<string, Presence>([
      ['src/a.ts', 'gone'],
      ['src/b.ts', 'gone'],
      ['src/c.ts', 'gone'],
      ['src/d.ts', 'there'],
    ]);
    const why = (...files: string[]) => staleReason({ files, symbols: [], atMs: NOON }, presence, new Map());
    assert.equal(why('src/a.ts'), 'src/a.ts is not there any more');
    assert.equal(why('src/a.ts', 'a.ts'), 'src/a.ts is not there any more');
    assert.equal(why('src/a.ts', 'src/b.ts'), 'src/a.ts and src/b.ts are not there any more');
    assert.equal(why('src/a.ts', 'src/b.ts', 'src/c.ts'), 'src/a.ts and 2 other files are not there any more');
    for (const files of [['src/a.ts', 'src/d.ts'], ['/tmp/x.log'], []]) assert.equal(why(...files), undefined, files.join());
  });

  it('is stale when the code lost each name of which something is known, and had one when it was told', () => {
    const sightings = new Map<string, Sighting>([
      ['openPool', NOON],
      ['closePool', NOON + DAY],
      ['dropOld', NOON - DAY],
      ['readAll', 'there'],
    ]);
    const why = (...symbols: string[]) =>
      staleReason({ files: ['src/d.ts'], symbols, atMs: NOON }, new Map([['src/d.ts', 'there']]), sightings);
    assert.equal(why('openPool'), 'openPool is not in the code any more');
    assert.equal(why('openPool', 'useEffect', 'closePool'), 'openPool and closePool are not in the code any more');
    for (const symbols of [['dropOld'], ['useEffect'], ['openPool', 'readAll'], []])
      assert.equal(why(...symbols), undefined, symbols.join());
  });

  it('says how long in words', () => {
    const said = [0.05, 0.5, 1, 1.9, 59, 61, 365, 800].map(howLong);
    assert.deepEqual(said, ['1 hour', '12 hours', '1 day', '1 day', '59 days', '2 months', '12 months', '2 years']);
  });
});

describe('memories that tell the same', () => {
  const same = (a: string, b: string, more: MemoryParts = {}, similarity?: number, shared = 0.8) =>
    isSame(memory(a), memory(b, more), shared, similarity);

  it('are found in the same words and in others, and not where they only sound alike', () => {
    assert.ok(same('Keep sessions in signed cookies', 'Keep the sessions in signed cookies, as agreed'));
    assert.ok(same('Sessions live in cookies', 'Cookies carry the session', {}, 0.93, 0.4));
    assert.ok(!same('Sessions live in cookies', 'Cookies carry the session', {}, 0.85, 0.4));
  });

  it('are not those that differ in a number, a negation, a name or an outcome, however near', () => {
    const near = (a: string, b: string, more: MemoryParts = {}) => assert.ok(!same(a, b, more, 0.99, 0.95), `${a} | ${b}`);
    near('Access tokens live 15 minutes', 'Access tokens live 60 minutes');
    near('Log request bodies at debug level', 'Never log request bodies at debug level');
    near('Retry `chargeCard` on a timeout, with a pause', 'Retry `sendInvoice` on a timeout, with a pause');
    near('Rules for prices stand in src/prices/round.ts', 'Rules for prices stand in src/taxes/rates.ts');
    near('We keep orders in Postgres for now', 'We keep orders in Redis for now');
    near('Raised the pool size of the workers', 'Raised the pool size of the workers', { kind: 'failed_attempt', outcome: 'failed' });
    near('The upgrade of the driver', 'The upgrade of the driver', { outcome: 'failed' });
  });

  it('are still the same when one names more than the other', () => {
    assert.ok(same('Retry `chargeCard` on a timeout', 'Retry `chargeCard` on a timeout, see src/pay/card.ts'));
  });

  it('are overridden only by a later one that names what it leaves, of the same thing', () => {
    const older = memory('`chargeQueue` uses RabbitMQ for delivery, since it was there', { atMs: NOON - DAY });
    const newer = memory('`chargeQueue` moved from RabbitMQ to Kafka for delivery');
    assert.ok(isOverridden(older, newer));
    assert.ok(!isOverridden(newer, older));
    assert.ok(!isOverridden({ ...older, atMs: NOON + DAY }, newer));
    assert.ok(!isOverridden({ ...older, text: older.text.replace('chargeQueue', 'mailQueue') }, newer));
  });
});

describe('shared words', () => {
  it('finds all pairs above a share, as comparing each with each does, also after removals', () => {
    const random = randomOf(3);
    const texts = new Map<number, string[]>();
    const words = new SharedWords<number>();
    for (let i = 0; i < 3_000; i++) {
      const id = Math.floor(random() * 300);
      if (random() < 0.3) {
        texts.delete(id);
        words.remove(id);
        continue;
      }
      const terms = [...new Set(Array.from({ length: 1 + Math.floor(random() * 9) }, () => `t${Math.floor(random() ** 2 * 14)}`))];
      texts.set(id, terms);
      words.put(id, terms);
    }
    const share = (a: readonly string[], b: readonly string[]) => {
      const common = a.filter((term) => b.includes(term)).length;
      return common / (a.length + b.length - common);
    };
    let pairs = 0;
    for (const least of [0.2, 0.6, 1]) {
      for (const [id, terms] of texts) {
        const expected = [...texts].filter(([other, its]) => other !== id && share(terms, its) >= least).map(([other]) => other);
        const found = words.sharing(id, least);
        pairs += found.length;
        assert.deepEqual(
          found.map((one) => one.id).sort((a, b) => a - b),
          expected.sort((a, b) => a - b),
        );
        for (const one of found) assert.equal(one.share, words.share(id, one.id));
        const needed = terms.slice(0, 1);
        const having = words.sharing(id, least, needed).map((one) => one.id);
        assert.deepEqual(new Set(having), new Set(expected.filter((other) => texts.get(other)?.includes(needed[0] ?? ''))));
      }
    }
    assert.ok(pairs > 1_000);
  });
});

describe('reviewer', () => {
  it('says that it is still looking while many memories are not known by meaning; few, or no model at all, are no reason', async () => {
    const store = openStore(':memory:');
    for (const [vectorKind, withoutVector, isLooking] of [
      ['hnsw', 21, true],
      ['hnsw', 20, false],
      ['none', 900, false],
    ] as const) {
      const index = { nearest: () => undefined, state: { wordsRevision: 1, vectors: 0, withoutVector, vectorKind } } as const;
      const reviewer = createReviewer({ store, index, now: () => NOON, onMore: () => undefined, log: silentLog });
      assert.equal((await reviewer.review(10)).isLooking, isLooking, `${vectorKind} ${withoutVector}`);
      reviewer.dispose();
    }
  });
});

describe('relations', () => {
  const never = new AbortController().signal;
  const add = (store: ReturnType<typeof openStore>, text: string) =>
    store.add(memory(text), { source: 'user', session: memory(text).session, isOwn: false, atMs: NOON }).id;

  it('follow the store: what is new is found, what is changed or forgotten is let go of', async () => {
    const store = openStore(':memory:');
    const index = { nearest: () => undefined, state: { wordsRevision: 0, vectors: 0, withoutVector: 0, vectorKind: 'none' } } as const;
    const relations = createRelations({ store, index });
    const first = add(store, 'Keep the sessions in signed cookies, since one domain is enough');
    await relations.catchUp(never);
    assert.equal(relations.of(first)?.size ?? 0, 0);
    const second = add(store, 'Keep sessions in signed cookies: one domain is enough');
    const third = add(store, 'Prices are rounded once per line');
    await relations.catchUp(never);
    assert.deepEqual([...(relations.of(first) ?? [])], [[second, 'same']]);
    assert.deepEqual([...(relations.of(second) ?? [])], [[first, 'same']]);
    store.edit(second, { text: 'Prices are rounded once per line, as agreed' });
    await relations.catchUp(never);
    assert.equal(relations.of(first)?.size ?? 0, 0);
    assert.deepEqual([...(relations.of(third) ?? [])], [[second, 'same']]);
    store.hide([second], NOON);
    await relations.catchUp(never);
    assert.equal(relations.of(third)?.size ?? 0, 0);
    assert.equal(relations.of(second), undefined);
    store.restore([second]);
    await relations.catchUp(never);
    assert.deepEqual([...(relations.of(third) ?? [])], [[second, 'same']]);
  });

  it('with the memories of the user’s own store are found as comparing each with each does, whatever changes', async () => {
    const random = randomOf(7);
    const among = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
    const store = openStore(':memory:');
    const theirs = openStore(':memory:');
    const index = { nearest: () => undefined, state: { wordsRevision: 0, vectors: 0, withoutVector: 0, vectorKind: 'none' } } as const;
    const relations = createRelations({ store, index });
    const words = 'sessions live in signed cookies since one domain is enough for apps'.split(' ');
    const sentence = () => words.filter(() => random() < 0.6).join(' ') || 'nothing';
    let pairs = 0;
    for (let i = 0; i < 300; i++) {
      const [one, other] = random() < 0.7 ? [store, theirs] : [theirs, store];
      const row = one.rows().length > 0 && random() < 0.6 ? among(one.rows()) : undefined;
      const how = Math.floor(random() * 4);
      if (!row) add(one, sentence());
      else if (how === 0) one.edit(row.id, { text: sentence() });
      else if (how === 1) one.hide([row.id], NOON);
      else if (how === 2) one.setPinned(row.id, !row.pinned);
      else {
        // Both have it for a while.
        const moved = one.get(row.id);
        if (moved) other.adopt(moved);
        if (random() < 0.5) await relations.catchUp(never, theirs.rows());
        one.letGo(row.id);
      }
      if (random() < 0.5) continue;
      await relations.catchUp(never, theirs.rows());
      for (const its of theirs.rows()) {
        const [terms, same] = [new Set(comparedTerms(its)), relations.elsewhere(its.id)];
        const expected = store.rows().filter((mine) => {
          const mines = new Set(comparedTerms(mine));
          const share = terms.intersection(mines).size / terms.union(mines).size;
          return share >= SHARED && isSame(mine, its, share, undefined);
        });
        pairs += expected.length;
        assert.deepEqual([...same].sort(), expected.map(({ id }) => id).sort());
      }
    }
    assert.ok(pairs > 1_000, `${pairs}`);
  });

  it('find in other words once there are vectors', async () => {
    const store = openStore(':memory:');
    const ids = [
      add(store, 'Sessions of the web app live in signed cookies'),
      add(store, 'The web app’s signed cookies carry its sessions'),
    ] as const;
    const near = new Map<MemoryId, MemoryId>();
    const index = {
      nearest: (id: MemoryId) => {
        const other = near.get(id);
        return near.size === 0 ? undefined : other ? [{ id: other, similarity: 0.95 }] : [];
      },
      get state() {
        return { wordsRevision: 0, vectors: near.size, withoutVector: 0, vectorKind: 'exact' } as const;
      },
    };
    const relations = createRelations({ store, index });
    store.edit(ids[1], { text: 'Cookies, signed, carry what the app knows of sessions' });
    await relations.catchUp(never);
    assert.equal(relations.of(ids[0])?.size ?? 0, 0);
    near.set(ids[0], ids[1]).set(ids[1], ids[0]);
    await relations.catchUp(never);
    assert.deepEqual([...(relations.of(ids[0]) ?? [])], [[ids[1], 'same']]);
  });
});
