import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MOST_ROW_TEXT, rowOf } from '../../src/browsing.ts';
import { DATABASE_NAME } from '../../src/store/files.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { foundInFiles, freshFolders } from '../support/storeFolder.ts';
import { draft, evidence, memoryId, session, settlement } from '../support/storeSamples.ts';

const [A, B, C] = [memoryId('a'), memoryId('b'), memoryId('c')];
const MONDAY = session('monday');

describe('store: what people look at and answer', () => {
  const freshFolder = freshFolders();
  let store: Store;
  const learn = (id: string, more: Parameters<typeof draft>[1] = {}) =>
    store.settle(settlement({ add: [{ id: memoryId(id), draft: draft(`The text of ${id}`, more) }] }));
  const give = (of: string, memories: readonly string[], atMs: number) =>
    store.recordGiving({
      session: session(of),
      assistant: 'claude-code',
      occasion: 'prompt',
      memories: memories.map(memoryId),
      tokens: 10,
      atMs,
    });
  const usesOf = (id: string) => store.rowsOf([memoryId(id)]).get(memoryId(id))?.uses;

  beforeEach(() => (store = openStore(':memory:')));
  afterEach(() => store.close());

  describe('rows', () => {
    it('say of each memory what the memory says, newest first', () => {
      learn('a', { evidence: [evidence('a', { atMs: 1 })], entities: { files: ['src/a.ts'], symbols: ['aOf'], commands: [] } });
      learn('b', { evidence: [evidence('b', { atMs: 2 })], kind: 'failed_attempt', outcome: 'failed' });
      store.setPinned(A, true);
      store.settle(settlement({ supersede: [{ older: B, newer: A }] }));
      assert.deepEqual(
        store.rows(),
        store.all().map((memory) => rowOf(memory)),
      );
      assert.deepEqual(
        store.rows().map(({ id, files }) => [id, files]),
        [
          ['b', []],
          ['a', ['src/a.ts']],
        ],
      );
    });

    it('hold no more of a text than a list can show', () => {
      learn('a');
      store.edit(A, { text: 'Long line. '.repeat(95_000) });
      assert.equal(store.rows()[0]?.text.length, MOST_ROW_TEXT);
      assert.deepEqual(
        store.rows(),
        store.all().map((memory) => rowOf(memory)),
      );
    });

    it('leave out what is hidden, as does `has`', () => {
      learn('a');
      learn('b');
      store.hide([A], 1);
      assert.deepEqual(
        store.rows().map(({ id }) => id),
        ['b'],
      );
      assert.deepEqual([...store.rowsOf([A, B, C]).keys()], ['b']);
      assert.deepEqual([store.has(A), store.has(B), store.has(C)], [false, true, false]);
    });
  });

  describe('what was used', () => {
    it('counts once a giving, in the latest that had it', () => {
      learn('a');
      learn('b');
      give('monday', ['a', 'b'], 1);
      give('monday', ['a'], 2);
      const before = store.usesRevision;
      assert.deepEqual(store.markUsed(MONDAY, [A]), ['a']);
      assert.deepEqual(store.markUsed(MONDAY, [A, B, C]), ['b']);
      assert.ok(store.usesRevision > before);
      assert.deepEqual(
        store.givings(9).map(({ used }) => used),
        [['a'], ['b']],
      );
      assert.deepEqual(
        [usesOf('a'), usesOf('b')],
        [
          { given: 2, used: 1 },
          { given: 1, used: 1 },
        ],
      );
    });

    it('counts nothing for a session that was not given it', () => {
      learn('a');
      give('monday', ['a'], 1);
      const before = store.usesRevision;
      assert.deepEqual(store.markUsed(session('tuesday'), [A]), []);
      assert.deepEqual(usesOf('a'), { given: 1, used: 0 });
      assert.equal(store.usesRevision, before);
    });

    it('also counts what another store has given', () => {
      learn('a');
      store.countUses([A, C], [A]);
      assert.deepEqual(usesOf('a'), { given: 1, used: 1 });
    });
  });

  describe('the ledger', () => {
    it('is read in slices, newest first, with nothing lost between two of the same time', () => {
      for (const [i, atMs] of [1, 2, 2, 2, 3].entries()) give(`s${i}`, ['a'], atMs);
      const first = store.givings(2);
      assert.deepEqual(
        first.map(({ session: of }) => of),
        ['s4', 's3', 's2', 's1'],
      );
      assert.deepEqual(
        store.givings(2, first.at(-1)?.atMs).map(({ session: of, number }) => [of, number]),
        [['s0', 1]],
      );
      assert.deepEqual(store.givings(2, 1), []);
    });

    it('knows what one session was given, oldest first', () => {
      give('monday', ['a'], 1);
      give('tuesday', ['b'], 2);
      give('monday', ['c'], 3);
      assert.deepEqual(
        store.givingsTo(MONDAY).map(({ memories }) => memories),
        [['a'], ['c']],
      );
    });

    it('adds up weeks from Monday to Sunday, the latest in which something was given', () => {
      const at = (day: number, hour: number) => new Date(2026, 2, day, hour).getTime();
      // 2 March 2026 is a Monday.
      give('s1', ['a', 'b'], at(1, 23));
      give('s2', ['a'], at(2, 0));
      give('s2', ['b', 'c'], at(8, 23));
      give('s3', ['c'], at(25, 12));
      store.markUsed(session('s2'), [B]);
      assert.deepEqual(store.weeks(2), [
        { fromMs: at(23, 0), givings: 1, tokens: 10, memories: 1, used: 0 },
        { fromMs: at(2, 0), givings: 2, tokens: 20, memories: 3, used: 1 },
      ]);
      assert.equal(store.weeks(9).length, 3);
    });
  });

  describe('held back', () => {
    it('from the next session: the one that starts takes it over, and the one after is free of it', () => {
      store.holdBack(A, undefined, true, 1);
      store.holdBack(B, undefined, true, 1);
      store.holdBack(B, undefined, false, 2);
      assert.deepEqual([...store.heldBack(undefined)], ['a']);
      store.nextIs(MONDAY);
      assert.deepEqual([...store.heldBack(MONDAY)], ['a']);
      assert.deepEqual([...store.heldBack(undefined)], []);
      store.nextIs(session('tuesday'));
      assert.deepEqual([...store.heldBack(session('tuesday'))], []);
    });

    it('from one that is under way, until it is let in again', () => {
      store.holdBack(A, MONDAY, true, 1);
      assert.deepEqual([...store.heldBack(MONDAY)], ['a']);
      assert.deepEqual([...store.heldBack(session('tuesday'))], []);
      store.holdBack(A, MONDAY, false, 2);
      assert.deepEqual([...store.heldBack(MONDAY)], []);
    });

    it('goes with a forgotten memory, as do the answers about it', () => {
      learn('a');
      store.holdBack(A, MONDAY, true, 1);
      store.answerReview('old', [A], 1);
      store.hide([A], 2);
      store.finishForgetting(2);
      assert.deepEqual([...store.heldBack(MONDAY)], []);
      assert.deepEqual(store.reviewAnswers(), []);
    });
  });

  it('remembers the latest answer for each memory and reason, of memories that are there', () => {
    learn('a');
    store.answerReview('old', [A, C], 1);
    store.answerReview('old', [A], 5);
    store.answerReview('doubtful', [A], 2);
    assert.deepEqual(
      store.reviewAnswers().sort((a, b) => a.atMs - b.atMs),
      [
        { memory: 'a', reason: 'doubtful', atMs: 2 },
        { memory: 'a', reason: 'old', atMs: 5 },
      ],
    );
  });

  describe('merging', () => {
    const three = () => {
      learn('a', { evidence: [evidence('said in a', { record: 'ra', atMs: 1 })], segments: ['sa'] });
      learn('b', { evidence: [evidence('said in b', { record: 'rb', atMs: 9 })], segments: ['sb'] });
      learn('c', { evidence: [evidence('said in c', { record: 'rc', atMs: 3 })], segments: ['sc', 'sa'] });
    };

    it('hides the others at once, and the undo brings them back as they were', () => {
      three();
      const before = store.all();
      store.merge(A, [A, B, C, memoryId('none')], 5);
      assert.deepEqual(
        store.all().map(({ id }) => id),
        ['a'],
      );
      assert.equal(store.isForgotten('sb'), false);
      assert.deepEqual(
        store.changesSince(store.revision - 1).map(({ id, isGone }) => [id, isGone]),
        [
          ['b', true],
          ['c', true],
        ],
      );
      store.restore([B, C]);
      assert.deepEqual(store.all(), before);
      assert.deepEqual(store.finishForgetting(9), []);
      store.hide([B], 10);
      store.finishForgetting(10);
      assert.ok(store.isForgotten('sb'), 'what was brought back can be forgotten like any other');
    });

    it('once final, one has the evidence and segments of all, and nothing is held against what they came from', () => {
      three();
      store.take([
        {
          id: 'o' as never,
          role: 'reply',
          text: 'said in b',
          files: [],
          isFailure: false,
          place: { source: 'claude-code', session: MONDAY, record: 'rb', atMs: 9 },
        },
      ]);
      store.merge(A, [B, C], 5);
      assert.deepEqual(new Set(store.finishForgetting(5)), new Set(['b', 'c']));
      const [kept, ...rest] = store.all();
      assert.equal(rest.length, 0);
      assert.deepEqual(
        kept?.evidence.map(({ quote }) => quote),
        ['said in a', 'said in b', 'said in c'],
      );
      assert.deepEqual(kept?.segments, ['sa', 'sb', 'sc']);
      assert.equal(kept?.atMs, 9);
      assert.equal(kept?.isOwn, false);
      assert.equal(store.isForgotten('sb'), false);
      assert.equal(store.isForgotten(store.segmentHash('said in b')), false);
      assert.equal(store.observationsOf(MONDAY)[0]?.text, 'said in b');
    });

    it('keeps at most six lines of evidence, its own first', () => {
      const some = (of: string) => Array.from({ length: 4 }, (_, i) => evidence(`${of}${i}`, { record: `${of}${i}` }));
      learn('a', { evidence: some('a') });
      learn('b', { evidence: some('b') });
      store.merge(A, [B], 1);
      store.finishForgetting(1);
      assert.deepEqual(
        store.get(A)?.evidence.map(({ quote }) => quote),
        ['a0', 'a1', 'a2', 'a3', 'b0', 'b1'],
      );
    });

    it('keeps pin, own words and rewriting, and overrides what the others did', () => {
      three();
      learn('old');
      store.settle(
        settlement({
          supersede: [
            { older: memoryId('old'), newer: B },
            { older: A, newer: C },
          ],
        }),
      );
      store.edit(A, { text: 'My own words' });
      store.setPinned(A, true);
      store.merge(A, [B, C], 1);
      store.finishForgetting(1);
      const kept = store.get(A);
      assert.deepEqual([kept?.text, kept?.pinned, kept?.isOwn, kept?.status], ['My own words', true, true, 'active']);
      assert.equal(store.get(memoryId('old'))?.supersededBy, 'a');
    });

    it('one after the other ends with the last one having all', () => {
      three();
      store.merge(A, [B], 1);
      store.merge(C, [A], 2);
      store.finishForgetting(2);
      assert.deepEqual(
        store.all().map(({ id, evidence: of }) => [id, of.map(({ quote }) => quote)]),
        [['c', ['said in c', 'said in a', 'said in b']]],
      );
    });

    it('into one that is then forgotten forgets them all', () => {
      three();
      store.merge(A, [B], 1);
      store.hide([A], 2);
      store.finishForgetting(2);
      assert.deepEqual(
        store.all().map(({ id }) => id),
        ['c'],
      );
      assert.ok(store.isForgotten(store.segmentHash('said in b')));
    });

    it('into one of another store lets them go all the same', () => {
      three();
      store.merge(memoryId('elsewhere'), [B], 1);
      assert.deepEqual(store.finishForgetting(1), ['b']);
      assert.equal(store.isForgotten('sb'), false);
    });

    it('is finished when the store is opened anew', () => {
      const folder = freshFolder();
      store.close();
      store = openStore(folder);
      three();
      store.merge(A, [B], 1);
      store.close();
      store = openStore(folder);
      assert.deepEqual(
        store.get(A)?.evidence.map(({ quote }) => quote),
        ['said in a', 'said in b'],
      );
    });

    it('into one of another store, the evidence can be handed over there; a restart ends it too, and neither tells it again here', () => {
      const folder = freshFolder();
      store.close();
      store = openStore(folder);
      const other = openStore(':memory:');
      other.adopt({
        ...other.add(draft('The text of theirs'), { source: 'user', session: MONDAY, isOwn: true, atMs: 5 }),
        id: memoryId('theirs'),
      });
      const anchors = ['a', 'b'].map((id) => store.segmentHash(`anchor of ${id}`));
      learn('a', { evidence: [evidence('said in a', { atMs: 9 })], segments: anchors.slice(0, 1) });
      learn('b', { segments: anchors.slice(1) });
      store.merge(memoryId('theirs'), [A], 1);
      store.merge(memoryId('theirs'), [B], 2);
      store.restore([B]);
      assert.deepEqual(store.mergedElsewhere(0), []);
      const [leaving, none] = store.mergedElsewhere(2);
      assert.deepEqual([leaving?.memory.id, leaving?.heir, none], [A, 'theirs', undefined]);
      for (let twice = 0; twice < 2; twice++) other.join(memoryId('theirs'), leaving ? [leaving.memory] : []);
      const heir = other.get(memoryId('theirs'));
      assert.deepEqual(
        heir?.evidence.map(({ quote }) => quote),
        ['The text of theirs', 'said in a'],
      );
      assert.ok(heir?.segments.includes(other.segmentHash('said in a')));
      assert.equal(heir?.atMs, 9);
      other.join(memoryId('nobody'), leaving ? [leaving.memory] : []);
      other.close();
      store.merge(memoryId('theirs'), [B], 3);
      store.close();
      store = openStore(folder);
      assert.deepEqual(store.all(), []);
      const [first, second] = anchors.map((anchor, place) => ({
        id: memoryId(`again ${place}`),
        draft: draft('The text of it', { segments: [anchor] }),
      }));
      assert.ok(first && second);
      store.settle(settlement({ add: [first, second] }));
      assert.deepEqual(store.all(), []);
      assert.ok(!anchors.some((anchor) => store.isForgotten(anchor)));
      store.hide([memoryId('theirs')], 1);
      assert.ok(
        anchors.every((anchor) => store.isForgotten(anchor)),
        'forgotten there, it is forbidden here',
      );
    });
  });

  describe('moving to another store', () => {
    it('keeps id, evidence, pin and time; the old one is gone, and its source is not forbidden', () => {
      const other = openStore(':memory:');
      learn('a', { evidence: [evidence('said so', { atMs: 77 })], segments: [store.segmentHash('said so')] });
      store.setPinned(A, true);
      const moved = store.get(A);
      assert.ok(moved);
      other.adopt({ ...moved, scope: 'global' });
      store.letGo(A);
      const found = other.get(A);
      assert.deepEqual(found, {
        ...moved,
        scope: 'global',
        isOwn: true,
        segments: [other.segmentHash('said so'), other.segmentHash('The text of a')],
        updatedAtMs: found?.updatedAtMs,
      });
      assert.equal(store.has(A), false);
      assert.equal(store.isForgotten(store.segmentHash('said so')), false);
      assert.deepEqual(other.changesSince(0), [{ id: A, isGone: false }]);
      other.hide([A], 1);
      other.finishForgetting(1);
      assert.ok(other.isForgotten(other.segmentHash('said so')), 'forgotten there, it is not learnt there again');
      other.close();
    });

    it('and is not told again here by its anchor, also after a restart, while others made of the same words stay', () => {
      const folder = freshFolder();
      store.close();
      store = openStore(folder);
      const [anchor, linked] = ['the anchor', 'the other line'].map((text) => store.segmentHash(text));
      assert.ok(anchor && linked);
      learn('a', { segments: [anchor, linked] });
      learn('b', { segments: [linked] });
      store.letGo(A);
      store.close();
      store = openStore(folder);
      const again = { id: memoryId('again'), draft: draft('The text of a', { segments: [anchor] }) };
      const fresh = { id: memoryId('new'), draft: draft('Something else', { segments: [store.segmentHash('new'), anchor] }) };
      const anew = { id: B, draft: draft('The text of b, told anew', { segments: [linked, anchor] }) };
      store.settle(settlement({ add: [again, fresh], replace: [anew] }));
      assert.deepEqual(
        store.all().map(({ id }) => id),
        ['new', 'b'],
      );
      assert.equal(store.isForgotten(anchor), false);
    });

    it('and back again, under the same id', () => {
      learn('a');
      const memory = store.get(A);
      assert.ok(memory);
      store.letGo(A);
      assert.deepEqual(store.changesSince(0), [{ id: A, isGone: true }]);
      store.adopt(memory);
      store.adopt({ ...memory, text: 'twice' });
      assert.equal(store.get(A)?.text, 'The text of a');
      assert.deepEqual(store.changesSince(0), [{ id: A, isGone: false }]);
    });
  });

  it('nothing of a forgotten memory’s text stays, whatever was done with it before', () => {
    const folder = freshFolder();
    store.close();
    store = openStore(folder);
    learn('a', { evidence: [evidence('the heron flies at dawn')] });
    give('monday', ['a'], 1);
    store.markUsed(MONDAY, [A]);
    store.holdBack(A, undefined, true, 1);
    store.answerReview('unused', [A], 1);
    store.hide([A], 1);
    store.finishForgetting(1);
    store.close();
    assert.deepEqual(foundInFiles(folder, ['the heron flies at dawn', 'The text of a']), []);
    store = openStore(folder);
    assert.deepEqual(store.givings(1)[0]?.used, ['a'], 'the ledger keeps ids');
  });
});

describe('store: a file of version 2', () => {
  const freshFolder = freshFolders();

  it('is brought up to date, with all that was in it', () => {
    const folder = freshFolder();
    fs.mkdirSync(folder);
    const old = new DatabaseSync(path.join(folder, DATABASE_NAME));
    old.exec(fs.readFileSync(path.resolve(import.meta.dirname, '../fixtures/store/version2.sql'), 'utf8'));
    old.close();
    assert.throws(() => openStore(folder, { isReadOnly: true }), /older version of Cairn/);
    const store = openStore(folder);
    assert.deepEqual(
      store.rows().map(({ id, status, supersededBy, pinned, files, uses }) => [id, status, supersededBy, pinned, files, uses]),
      [
        ['m3', 'superseded', 'm1', false, [], { given: 1, used: 0 }],
        ['m2', 'active', undefined, true, [], { given: 1, used: 0 }],
        ['m1', 'active', undefined, false, ['src/auth.ts'], { given: 1, used: 0 }],
      ],
    );
    assert.equal(store.get(memoryId('m1'))?.distilled, 'JWT access tokens of 15 minutes');
    assert.deepEqual(
      store.givings(9).map(({ number, memories, used, tokens }) => [number, memories, used, tokens]),
      [
        [2, ['m3'], [], 40],
        [1, ['m1', 'm2'], [], 60],
      ],
    );
    assert.deepEqual(store.markUsed(session('tuesday'), [memoryId('m1')]), ['m1']);
    assert.equal(store.usesRevision, 1);
    assert.deepEqual(store.vector(memoryId('m1'), 'model-a'), new Float32Array([1, 0]));
    store.close();
    openStore(folder, { isReadOnly: true }).close();
  });
});
