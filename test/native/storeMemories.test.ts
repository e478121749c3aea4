import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { MemoryDraft } from '../../src/memory.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { UserError } from '../../src/util/errors.ts';
import { draft, evidence, memoryId, observation, observationId, session, settlement } from '../support/storeSamples.ts';

const MONDAY = session('monday');
const byHand = { source: 'user', session: session('by hand'), isOwn: true, atMs: 7_000 } as const;

describe('store: memories', () => {
  let store: Store;
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: 50_000 });
    store = openStore(':memory:');
  });
  afterEach(() => {
    store.close();
    mock.timers.reset();
  });

  const learn = (id: string, of: MemoryDraft = draft(`The text of ${id}`)) => {
    store.settle(settlement({ add: [{ id: memoryId(id), draft: of }] }));
    return memoryId(id);
  };
  const texts = () => store.all().map(({ text }) => text);

  it('gives back a memory whole', () => {
    const full = draft('Retry with backoff, since the gateway drops the first call', {
      kind: 'bug_fix',
      outcome: 'worked',
      scope: 'global',
      entities: { files: ['src/gate.ts'], symbols: ['retry'], commands: ['npm test'] },
      evidence: [
        {
          place: { ...evidence('').place, path: '/w/t.jsonl', line: 3, isLineByLine: true },
          lines: [3, 5],
          quote: 'the gateway “drops”\nthe first call',
        },
        evidence('retry with backoff', { atMs: 4_000 }),
      ],
      weight: 0.123456789,
      context: 'around it',
      segments: ['h1', 'h2'],
    });
    learn('m1', full);
    assert.deepEqual(store.get(memoryId('m1')), {
      ...full,
      id: 'm1',
      source: 'claude-code',
      session: 'monday',
      status: 'active',
      pinned: false,
      isOwn: false,
      atMs: 4_000,
      updatedAtMs: 50_000,
    });
    assert.equal(store.get(memoryId('m2')), undefined);
  });

  it('lists the newest first, and those of a session', () => {
    learn('old', draft('old', { evidence: [evidence('old', { atMs: 1 })] }));
    learn('new', draft('new', { evidence: [evidence('new', { atMs: 9 })] }));
    store.add(draft('mine'), byHand);
    assert.deepEqual(texts(), ['mine', 'new', 'old']);
    assert.deepEqual(
      store.ofSession(MONDAY).map(({ text }) => text),
      ['new', 'old'],
    );
  });

  it('adds by hand', () => {
    const mine = store.add(draft('We deploy on Fridays'), byHand);
    assert.deepEqual(store.get(mine.id), mine);
    assert.equal(mine.isOwn, true);
    assert.equal(mine.atMs, 7_000);
    assert.equal(mine.source, 'user');
  });

  it('what the user edits is the user’s own', () => {
    const id = learn('m1');
    store.putVectors('model', new Map([[id, Float32Array.of(1)]]));
    store.edit(id, { outcome: 'failed' });
    assert.ok(store.vector(id, 'model'), 'made of text and surroundings');
    store.edit(id, { text: 'Better said' });
    assert.equal(store.vector(id, 'model'), undefined);
    const edited = store.get(id);
    assert.deepEqual([edited?.text, edited?.outcome, edited?.isOwn], ['Better said', 'failed', true]);
    const before = store.revision;
    store.edit(id, { text: 'Better said' });
    assert.equal(store.revision, before, 'no change, no revision');
  });

  it('says in plain words that a memory is gone', () => {
    assert.throws(() => store.edit(memoryId('none'), { text: 'x' }), UserError);
    assert.throws(() => store.setPinned(memoryId('none'), true), UserError);
  });

  describe('settling', () => {
    it('adds, retells, removes and supersedes at once', () => {
      store.take([observation('o1')]);
      learn('retold');
      learn('removed');
      learn('older');
      store.settle(
        settlement({
          settled: [observationId('o1')],
          add: [{ id: memoryId('newer'), draft: draft('newer') }],
          replace: [{ id: memoryId('retold'), draft: draft('told anew', { evidence: [evidence('told anew', { atMs: 9_000 })] }) }],
          remove: [memoryId('removed')],
          supersede: [{ older: memoryId('older'), newer: memoryId('newer') }],
        }),
      );
      assert.deepEqual(new Set(texts()), new Set(['newer', 'told anew', 'The text of older']));
      assert.equal(store.get(memoryId('retold'))?.atMs, 9_000);
      assert.deepEqual(
        [store.get(memoryId('older'))?.status, store.get(memoryId('older'))?.supersededBy, store.get(memoryId('newer'))?.status],
        ['superseded', 'newer', 'active'],
      );
      assert.deepEqual(store.sessionsWaiting(), []);
      assert.equal(store.isForgotten(store.segmentHash('The text of removed')), false, 'withdrawn is not forgotten');
    });

    it('twice is the same as once', () => {
      learn('retold');
      learn('removed');
      learn('older');
      const work = settlement({
        add: [{ id: memoryId('newer'), draft: draft('newer') }],
        replace: [{ id: memoryId('retold'), draft: draft('told anew') }],
        remove: [memoryId('removed')],
        supersede: [{ older: memoryId('older'), newer: memoryId('newer') }],
      });
      store.settle(work);
      const [once, revision] = [store.all(), store.revision];
      mock.timers.setTime(90_000);
      store.settle(work);
      assert.deepEqual(store.all(), once);
      assert.equal(store.revision, revision);
    });

    it('an id of a memory that is gone is not used again', () => {
      learn('m1');
      store.settle(settlement({ remove: [memoryId('m1')] }));
      learn('m1');
      assert.deepEqual(texts(), []);
    });

    it('leaves pinned and own memories alone', () => {
      const pinned = learn('pinned');
      store.setPinned(pinned, true);
      const own = learn('own');
      store.edit(own, { text: 'mine' });
      const before = store.all();
      store.settle(
        settlement({
          add: [{ id: memoryId('newer'), draft: draft('newer', { evidence: [evidence('newer', { atMs: 1 })] }) }],
          replace: [pinned, own].map((id) => ({ id, draft: draft('something else') })),
          remove: [pinned, own],
          supersede: [pinned, own].map((older) => ({ older, newer: memoryId('newer') })),
        }),
      );
      assert.deepEqual(
        store.all().filter(({ id }) => id !== 'newer'),
        before,
      );
    });

    it('leaves what is about to be forgotten alone', () => {
      const id = learn('hidden');
      store.hide([id], 1);
      store.settle(settlement({ replace: [{ id, draft: draft('something else') }], remove: [id] }));
      store.restore([id]);
      assert.deepEqual(texts(), ['The text of hidden']);
    });

    it('does not learn what was forgotten while the model was at work, and counts it', () => {
      store.take([observation('o1')]);
      const segment = store.segmentHash('a segment of it');
      const id = learn('m1', draft('m1', { segments: [segment] }));
      store.hide([id], 1);
      const late = settlement({
        settled: [observationId('o1')],
        add: [{ id: memoryId('m2'), draft: draft('told otherwise', { segments: [segment] }) }],
      });
      store.settle(late);
      store.settle(late);
      assert.deepEqual(texts(), []);
      assert.deepEqual(store.counts().dropped, { forgotten: 1 });
    });

    it('what a withdrawn memory superseded counts again; in a chain, the next takes its place', () => {
      for (const id of ['a', 'b', 'c']) learn(id);
      store.settle(settlement({ supersede: [{ older: memoryId('a'), newer: memoryId('b') }] }));
      store.settle(settlement({ supersede: [{ older: memoryId('b'), newer: memoryId('c') }] }));
      store.settle(settlement({ remove: [memoryId('b')] }));
      assert.equal(store.get(memoryId('a'))?.supersededBy, 'c');
      store.settle(settlement({ remove: [memoryId('c')] }));
      assert.equal(store.get(memoryId('a'))?.status, 'active');
      assert.equal(store.get(memoryId('a'))?.supersededBy, undefined);
    });

    it('never lets memories supersede each other in a ring', () => {
      for (const id of ['a', 'b', 'c']) learn(id);
      for (const [older, newer] of [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['a', 'a'],
      ] as const) {
        store.settle(settlement({ supersede: [{ older: memoryId(older), newer: memoryId(newer) }] }));
      }
      assert.equal(store.get(memoryId('c'))?.status, 'active');
    });

    it('all or nothing', () => {
      const before = store.revision;
      const broken = { ...draft('broken'), text: undefined as unknown as string };
      assert.throws(() =>
        store.settle(
          settlement({
            add: [
              { id: memoryId('m1'), draft: draft('fine') },
              { id: memoryId('m2'), draft: broken },
            ],
          }),
        ),
      );
      assert.deepEqual(texts(), []);
      assert.equal(store.revision, before);
    });
  });

  it('tells an index what changed since it last looked', () => {
    const id = learn('m1');
    learn('m2');
    const seen = store.revision;
    assert.deepEqual(store.changesSince(seen), []);
    store.setPinned(id, true);
    store.settle(settlement({ remove: [memoryId('m2')] }));
    assert.deepEqual(store.changesSince(seen), [
      { id: 'm1', isGone: false },
      { id: 'm2', isGone: true },
    ]);
    store.hide([id], 1);
    assert.deepEqual(store.changesSince(seen), [
      { id: 'm2', isGone: true },
      { id: 'm1', isGone: true },
    ]);
    store.restore([id]);
    assert.deepEqual(store.changesSince(seen)[1], { id: 'm1', isGone: false });
  });

  describe('vectors', () => {
    it('come back as they went in, also from the middle of a larger buffer', () => {
      const id = learn('m1');
      const large = Float32Array.of(9, 0.5, -1.25, 3e-8, 9);
      store.putVectors('model', new Map([[id, large.subarray(1, 4)]]));
      assert.deepEqual(store.vector(id, 'model'), Float32Array.of(0.5, -1.25, 3e-8));
      assert.equal(store.vector(id, 'another model'), undefined);
    });

    it('are missing where the model has not been', () => {
      const id = learn('m1');
      learn('m2');
      store.putVectors(
        'model',
        new Map([
          [id, Float32Array.of(1)],
          [memoryId('gone meanwhile'), Float32Array.of(1)],
        ]),
      );
      assert.deepEqual(
        store.withoutVector('model', 10).map((memory) => memory.id),
        ['m2'],
      );
      assert.equal(store.withoutVector('another model', 1).length, 1);
      store.hide([memoryId('m2')], 1);
      assert.deepEqual(store.withoutVector('model', 10), []);
    });

    it('do not outlive a memory that is told anew in other words', () => {
      const id = learn('m1');
      store.putVectors('model', new Map([[id, Float32Array.of(1)]]));
      store.settle(settlement({ replace: [{ id, draft: draft('The text of m1', { weight: 0.1 }) }] }));
      assert.ok(store.vector(id, 'model'));
      store.settle(settlement({ replace: [{ id, draft: draft('other words') }] }));
      assert.equal(store.vector(id, 'model'), undefined);
    });
  });

  it('the ledger knows what a session was given, until it is reset', () => {
    const give = (of: string, memories: string[], atMs: number) =>
      store.recordGiving({
        session: session(of),
        assistant: 'claude-code',
        occasion: 'prompt',
        memories: memories.map(memoryId),
        tokens: 12,
        atMs,
      });
    give('monday', ['m1', 'm2'], 1);
    give('monday', ['m2', 'm3'], 2);
    give('tuesday', ['m4'], 3);
    assert.deepEqual(store.givenTo(MONDAY), new Set(['m1', 'm2', 'm3']));
    store.resetGivings(MONDAY);
    assert.deepEqual(store.givenTo(MONDAY), new Set());
    assert.deepEqual(store.givenTo(session('tuesday')), new Set(['m4']));
    give('monday', ['m1'], 4);
    assert.deepEqual(store.givenTo(MONDAY), new Set(['m1']));
    assert.deepEqual(store.givings(2), [
      { number: 4, session: 'monday', assistant: 'claude-code', occasion: 'prompt', memories: ['m1'], used: [], tokens: 12, atMs: 4 },
      { number: 3, session: 'tuesday', assistant: 'claude-code', occasion: 'prompt', memories: ['m4'], used: [], tokens: 12, atMs: 3 },
    ]);
  });

  it('over its size, lets go of the least useful first, and of nothing that the user holds on to', () => {
    const long = (text: string, more: Partial<MemoryDraft> = {}) => draft(text, { context: text.padEnd(8_000, '.'), ...more });
    for (let i = 0; i < 50; i++) learn(`plain ${i}`, long(`plain ${i}`, { weight: 0.3 }));
    const special = (id: string, weight: number) => learn(id, long(id, { weight }));
    const [pinned, own, given] = [special('pinned', 0.3), special('own', 0.3), special('given', 0.3)];
    const [heavy, superseded] = [special('heavy', 0.9), special('superseded', 0.9)];
    store.setPinned(pinned, true);
    store.edit(own, { text: 'mine' });
    store.recordGiving({ session: MONDAY, assistant: 'x', occasion: 'asked', memories: [given], tokens: 1, atMs: 1 });
    store.settle(settlement({ supersede: [{ older: superseded, newer: heavy }] }));
    const full = store.counts().sizeBytes;
    assert.equal(store.trimTo(full), 0);

    assert.equal(store.trimTo(full - 1), 2, 'a slice at a time');
    assert.equal(store.get(superseded), undefined);
    store.trimTo(full - 45 * 8_000);
    const left = new Set(store.all().map(({ id }) => id));
    for (const id of [pinned, own, given, heavy]) assert.ok(left.has(id), `${id} is kept`);
    assert.ok(store.counts().sizeBytes <= full - 45 * 8_000);

    store.trimTo(0);
    assert.deepEqual(new Set(store.all().map(({ id }) => id)), new Set([pinned, own]));
    assert.equal(store.isForgotten(store.segmentHash('plain 1')), false);
    assert.deepEqual(store.changesSince(0).filter(({ isGone }) => isGone).length, 53);
  });
});
