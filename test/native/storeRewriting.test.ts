// Rewritings in the store: offered once, yielding to the user and to new words, outliving what leaves the words as they were.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mock } from 'node:test';
import type { MemoryDraft } from '../../src/memory.ts';
import { DATABASE_NAME } from '../../src/store/files.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { draft, evidence, memoryId, observation, observationId, session, settlement } from '../support/storeSamples.ts';

const QUOTE = 'We keep the plain old sessions in Redis now';
const OURS = 'plain old sessions in Redis';
const THEIRS = 'sessions in Redis';
const NOW_MS = 50_000;

describe('store: rewriting', () => {
  let store: Store;
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: NOW_MS });
    store = openStore(':memory:');
  });
  afterEach(() => {
    store.close();
    mock.timers.reset();
  });

  const ours = (more: Partial<MemoryDraft> = {}) => draft(OURS, { evidence: [evidence(QUOTE)], segments: ['h1'], ...more });
  const learn = (id: string, of: MemoryDraft = ours(), by = 'monday') => {
    store.settle(settlement({ session: session(by), add: [{ id: memoryId(id), draft: of }] }));
    return memoryId(id);
  };
  const offered = (sinceMs = 0, quietSinceMs = NOW_MS) => store.offerForRewriting(sinceMs, quietSinceMs, 10).map(({ id }) => id);
  const rewritten = () => {
    const id = learn('m1');
    offered();
    assert.ok(store.rewrite(id, THEIRS));
    return id;
  };

  it('offers each memory once, a session at a time, the newest first', () => {
    learn('m1');
    learn('m2', ours({ segments: ['h2'] }));
    const later = ours({ evidence: [evidence(QUOTE, { session: session('tuesday'), atMs: 2_000 })] });
    learn('t1', later, 'tuesday');
    assert.deepEqual(offered(), ['t1']);
    assert.deepEqual(offered(), ['m1', 'm2']);
    assert.deepEqual(offered(), []);
  });

  it('offers no more at once than it is asked for', () => {
    learn('m1');
    learn('m2', ours({ segments: ['h2'] }));
    assert.equal(store.offerForRewriting(0, NOW_MS, 1).length, 1);
    assert.equal(store.offerForRewriting(0, NOW_MS, 1).length, 1);
  });

  it('leaves alone what is older, pinned, own, superseded or forgotten', () => {
    learn('old', ours({ evidence: [evidence(QUOTE, { atMs: 900 })] }));
    store.setPinned(learn('pinned'), true);
    store.edit(learn('own'), { scope: 'global' });
    store.add(ours(), { source: 'user', session: session('by hand'), isOwn: true, atMs: 2_000 });
    store.settle(settlement({ supersede: [{ older: learn('superseded'), newer: memoryId('own') }] }));
    store.hide([learn('hidden')], NOW_MS);
    assert.deepEqual(offered(1_000), []);
    assert.deepEqual(offered(900), ['old']);
  });

  it('waits until a session is at rest', () => {
    store.take([observation('o1')]);
    learn('m1');
    assert.deepEqual(offered(0, NOW_MS), [], 'work is waiting');
    store.settle(settlement({ settled: [observationId('o1')] }));
    assert.deepEqual(offered(0, NOW_MS - 1), [], 'something came just now');
    assert.deepEqual(offered(0, NOW_MS), ['m1']);
  });

  it('shows the new words, keeps ours beside them, and is no edit of the user', () => {
    store.putVectors('a', new Map([[learn('m1'), new Float32Array([1])]]));
    offered();
    const before = store.revision;
    assert.ok(store.rewrite(memoryId('m1'), THEIRS));
    const memory = store.get(memoryId('m1'));
    assert.deepEqual([memory?.text, memory?.distilled, memory?.isOwn, memory?.atMs], [THEIRS, OURS, false, 1_000]);
    assert.deepEqual(store.changesSince(before), [{ id: 'm1', isGone: false }]);
    assert.equal(store.vector(memoryId('m1'), 'a'), undefined);
    const after = store.revision;
    assert.ok(!store.rewrite(memoryId('m1'), THEIRS), 'twice changes nothing');
    assert.equal(store.revision, after);
  });

  it('takes no answer for what was not offered, or has been pinned, edited or hidden since', () => {
    assert.ok(!store.rewrite(learn('m1'), THEIRS));
    for (const id of ['pinned', 'own', 'hidden']) learn(id);
    offered();
    store.setPinned(memoryId('pinned'), true);
    store.edit(memoryId('own'), { text: 'My own words' });
    store.hide([memoryId('hidden')], NOW_MS);
    for (const id of ['pinned', 'own', 'hidden', 'never there']) assert.ok(!store.rewrite(memoryId(id), THEIRS), id);
    assert.equal(store.get(memoryId('own'))?.text, 'My own words');
  });

  it('outlives a telling in the same words, and is not offered again', () => {
    const id = rewritten();
    const again = settlement({ replace: [{ id, draft: ours({ weight: 0.9, context: 'more around it' }) }] });
    store.settle(again);
    const { text, distilled, weight } = store.get(id) ?? {};
    assert.deepEqual([text, distilled, weight], [THEIRS, OURS, 0.9]);
    const { revision } = store;
    store.settle(again);
    assert.equal(store.revision, revision, 'twice changes nothing');
    assert.deepEqual(offered(), []);
  });

  it('gives way to other words, which are offered anew', () => {
    const id = rewritten();
    store.settle(settlement({ replace: [{ id, draft: ours({ text: 'keep sessions in Redis' }) }] }));
    const { text, distilled } = store.get(id) ?? {};
    assert.deepEqual([text, distilled], ['keep sessions in Redis', undefined]);
    assert.deepEqual(offered(), [id]);
  });

  it('gives way to evidence that does not bear it out', () => {
    const id = learn('m1');
    offered();
    assert.ok(store.rewrite(id, 'We keep sessions in Redis'));
    store.settle(settlement({ replace: [{ id, draft: ours({ evidence: [evidence(OURS)] }) }] }));
    const { text, distilled } = store.get(id) ?? {};
    assert.deepEqual([text, distilled], [OURS, undefined]);
    assert.deepEqual(offered(), [], 'the same words are not offered twice');
  });

  it('gives way to the user’s own hand', () => {
    const id = rewritten();
    store.edit(id, { text: 'My own words' });
    const { text, distilled, isOwn } = store.get(id) ?? {};
    assert.deepEqual([text, distilled, isOwn], ['My own words', undefined, true]);
  });

  it('is forgotten with our own words', () => {
    const id = rewritten();
    store.take([observation('echo', { text: `It said: ${OURS}, and more` })]);
    store.hide([id], NOW_MS);
    assert.ok(store.isForgotten(store.segmentHash(OURS)) && store.isForgotten(store.segmentHash(THEIRS)));
    store.finishForgetting(NOW_MS);
    assert.equal(store.observationsOf(session('monday')).find((o) => o.id === observationId('echo'))?.text, '');
  });
});

describe('store: a file of version 1', () => {
  it('is brought up to date, with all that was in it', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-version1-'));
    try {
      const old = new DatabaseSync(path.join(folder, DATABASE_NAME));
      old.exec(fs.readFileSync(path.resolve(import.meta.dirname, '../fixtures/store/version1.sql'), 'utf8'));
      old.close();
      assert.throws(() => openStore(folder, { isReadOnly: true }), /older version of Cairn/);
      const store = openStore(folder);
      const kept = store.all().map(({ id, text, pinned, isOwn, distilled }) => [id, text, pinned, isOwn, distilled]);
      assert.deepEqual(kept.sort(), [
        ['m1', 'JWT access tokens of 15 minutes', false, false, undefined],
        ['m2', 'Sessions in cookies → failed: lost at each deploy', true, false, undefined],
        ['m3', 'npm run check before every commit', false, true, undefined],
      ]);
      assert.equal(store.observationsOf(session('monday')).length, 2);
      assert.deepEqual(store.vector(memoryId('m1'), 'model-a'), new Float32Array([1, 0]));
      assert.equal(store.cursor('claude-code:monday'), '2');
      assert.deepEqual(
        store.offerForRewriting(0, Number.MAX_SAFE_INTEGER, 10).map(({ id }) => id),
        ['m1'],
      );
      store.close();
      openStore(folder, { isReadOnly: true }).close();
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
