import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { observation, observationId, session, settlement } from '../support/storeSamples.ts';

const MONDAY = session('monday');

describe('store: the backlog', () => {
  let store: Store;
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: 50_000 });
    store = openStore(':memory:');
  });
  afterEach(() => {
    store.close();
    mock.timers.reset();
  });

  it('gives back what it took, whole, in order of time', () => {
    const full = observation('b', {
      role: 'command',
      text: 'npm test\n1 failing – ünïcode 例',
      files: ['src/a b.ts'],
      tool: 'npm',
      isFailure: true,
      exitCode: 1,
      place: { atMs: 2_000, path: '/w/t.jsonl', line: 7, isLineByLine: false },
    });
    const bare = observation('a', { place: { atMs: 1_000 } });
    assert.equal(store.take([full, bare]), 2);
    assert.deepEqual(store.observationsOf(MONDAY), [bare, full]);
    assert.deepEqual(store.observationsOf(session('tuesday')), []);
  });

  it('keeps observations of one moment in the order they were taken in', () => {
    store.take(['x', 'a', 'm'].map((id) => observation(id)));
    assert.deepEqual(
      store.observationsOf(MONDAY).map(({ id }) => id),
      ['x', 'a', 'm'],
    );
  });

  it('skips a fingerprint that it knows, and still moves the cursor', () => {
    store.take([observation('a')], { key: 'claude-code:monday', value: '10' });
    assert.equal(store.take([observation('a'), observation('b')], { key: 'claude-code:monday', value: '20' }), 1);
    assert.equal(store.cursor('claude-code:monday'), '20');
    assert.equal(store.cursor('claude-code:tuesday'), undefined);
    store.clearCursors();
    assert.equal(store.cursor('claude-code:monday'), undefined);
    assert.equal(store.counts().waiting, 2);
  });

  it('takes all of a batch or none of it', () => {
    const torn = { ...observation('b'), text: undefined as unknown as string };
    assert.throws(() => store.take([observation('a'), torn], { key: 'k', value: '1' }));
    assert.equal(store.counts().waiting, 0);
    assert.equal(store.cursor('k'), undefined);
    assert.equal(store.take([observation('a')]), 1, 'and can be asked again');
  });

  it('tells what waits: how much, since when, and whether the turn has ended', () => {
    store.take([observation('a', { place: { atMs: 1_000 } }), observation('b', { place: { atMs: 2_000 } })]);
    mock.timers.setTime(60_000);
    store.take([observation('c', { place: { atMs: 9_000, session: session('tuesday'), source: 'copilot' } })]);
    assert.deepEqual(store.sessionsWaiting(), [
      { session: 'tuesday', source: 'copilot', waiting: 1, lastAtMs: 9_000, lastTakenAtMs: 60_000, isTurnEnded: false },
      { session: 'monday', source: 'claude-code', waiting: 2, lastAtMs: 2_000, lastTakenAtMs: 50_000, isTurnEnded: false },
    ]);

    const isMondayEnded = () => store.sessionsWaiting().find((work) => work.session === MONDAY)?.isTurnEnded;
    store.markTurnEnded(MONDAY, 2_500);
    assert.equal(isMondayEnded(), true);
    store.take([observation('late', { place: { atMs: 2_400 } })]);
    assert.equal(isMondayEnded(), true, 'the last lines of the turn may be read after its end was told');
    store.take([observation('next', { place: { atMs: 3_000 } })]);
    assert.equal(isMondayEnded(), false);
    store.markTurnEnded(MONDAY, 2_500);
    assert.equal(isMondayEnded(), false, 'an old end told again ends nothing');
  });

  it('keeps settled observations readable, and waits for them no more', () => {
    store.take([observation('a'), observation('b')]);
    store.settle(settlement({ settled: [observationId('a')] }));
    assert.equal(store.observationsOf(MONDAY).length, 2);
    assert.equal(store.sessionsWaiting()[0]?.waiting, 1);
    store.settle(settlement({ settled: [observationId('b')] }));
    assert.deepEqual(store.sessionsWaiting(), []);
  });

  it('sets aside what could not be compressed', () => {
    store.take([observation('a'), observation('b')]);
    store.setAside([observationId('a')], 'the model failed three times');
    assert.deepEqual(
      store.observationsOf(MONDAY).map(({ id }) => id),
      ['b'],
    );
    assert.equal(store.counts().waiting, 1);
    assert.equal(store.counts().setAside, 1);
    assert.equal(store.take([observation('a')]), 0);
  });

  it('purges quiet sessions whole, never a part of one, and never learns them twice', () => {
    store.take([observation('a'), observation('b')]);
    store.settle(settlement({ settled: [observationId('a')] }));
    assert.equal(store.purge(99_000, 0), 0, 'something waits still');
    store.settle(settlement({ settled: [observationId('b')] }));
    assert.equal(store.purge(49_999, 0), 0, 'not quiet for long enough');
    assert.equal(store.purge(50_000, 0), 2);
    assert.deepEqual(store.observationsOf(MONDAY), []);
    assert.equal(store.take([observation('a'), observation('b'), observation('c')]), 1);
  });

  it('purges by when it was taken, so that an old conversation has its time too', () => {
    store.take([observation('from last year', { place: { atMs: 1 } })]);
    assert.equal(store.purge(0, 50_000), 0);
    assert.equal(store.purge(0, 50_001), 1, 'too old, though it still waits');
    assert.deepEqual(store.sessionsWaiting(), []);
  });

  it('counts what was dropped', () => {
    store.countDropped({ noise: 3, private: 1 });
    store.countDropped({ noise: 2, own: 0 });
    assert.deepEqual(store.counts().dropped, { noise: 5, private: 1 });
  });
});
