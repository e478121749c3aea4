// Two stores behind one window: a project's and the user's own.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceApi } from '../../src/link/protocol.ts';
import type { MemoryId, SessionId } from '../../src/memory.ts';
import { createLookElsewhere } from '../../src/service/lookElsewhere.ts';
import type { StoreApi } from '../../src/service/storeApi.ts';
import { windowApi } from '../../src/service/windowApi.ts';
import { UserError } from '../../src/util/errors.ts';
import { world, type World } from '../support/engineWorld.ts';
import { memory, type MemoryParts } from '../support/memories.ts';
import { storeApiOf } from '../support/storeApiOf.ts';

const TALK = 'talk' as SessionId;
const START = { kind: 'session_start' } as const;

describe('a window’s stores', () => {
  let project: World;
  let global: World;
  let window: Omit<ServiceApi, 'configure' | 'pause' | 'status'>;
  let isGlobalAway: boolean;

  const apiOf = ({ engine }: World, ofGlobal: () => StoreApi | undefined): StoreApi => storeApiOf(engine, { global: ofGlobal });

  beforeEach(() => {
    isGlobalAway = false;
    global = world();
    const globalApi = apiOf(global, () => undefined);
    const reached = async (): Promise<StoreApi> => {
      if (isGlobalAway) throw new UserError('away');
      return globalApi;
    };
    project = world({
      countUsesElsewhere: (given, used) => void globalApi.countUses(given, used),
      lookElsewhere: createLookElsewhere(() => ({
        rows: async (stamp) => (await reached()).rows(stamp),
        reviewAnswers: async () => (await reached()).reviewAnswers(),
      })),
      joinElsewhere: (id, others) => void globalApi.join(id, others),
    });
    const projectApi = apiOf(project, () => globalApi);
    const stores = { projects: new Map([['/p', { api: async () => projectApi }]]), global: { api: reached } };
    window = windowApi(() => stores);
  });
  afterEach(() => {
    project.engine.dispose();
    global.engine.dispose();
  });

  function learn(where: World, text: string, parts: MemoryParts = {}): MemoryId {
    const { id } = where.store.add(memory(text, { weight: 0.9, ...parts }), {
      source: 'claude-code',
      session: TALK,
      isOwn: false,
      atMs: Date.now(),
    });
    where.engine.setPinned(id, false);
    return id;
  }
  const slice = (text = '') => window.browse(undefined, { text, facets: {}, order: 'newest' }, 0, 10);
  const preview = () => window.preview('/p', { occasion: START, atMs: Date.now() });
  const start = (session = TALK) =>
    window.context('/p', { kind: 'session_start', assistant: 'claude-code', session, source: 'startup', atMs: Date.now() });

  it('a memory is found, whole, wherever it is', async () => {
    const [mine, theirs] = [learn(project, 'Orders are kept in Postgres'), learn(global, 'Always use strict mode', { scope: 'global' })];
    assert.equal((await window.memory(mine))?.text, 'Orders are kept in Postgres');
    assert.equal((await window.memory(theirs))?.scope, 'global');
    assert.equal(await window.memory('none' as MemoryId), undefined);
    assert.deepEqual(new Set((await slice()).rows.map(({ id }) => id)), new Set([mine, theirs]));
    assert.deepEqual(
      (await slice('strict')).rows.map(({ id }) => id),
      [theirs],
    );
  });

  it('a change of scope moves it to the other store, and back, with id, pin and evidence', async () => {
    const id = learn(project, 'Always use strict mode');
    project.engine.setPinned(id, true);
    const before = await window.memory(id);
    await window.edit(id, { scope: 'global', text: 'Use strict mode everywhere' });
    assert.equal(project.store.has(id), false);
    const after = global.store.get(id);
    assert.deepEqual(
      [after?.text, after?.pinned, after?.atMs, after?.evidence],
      ['Use strict mode everywhere', true, before?.atMs, before?.evidence],
    );
    assert.deepEqual(
      (await slice()).rows.map(({ id: of, scope }) => [of, scope]),
      [[id, 'global']],
    );
    const [found] = await window.recall(undefined, { text: 'strict mode', atMs: Date.now(), limit: 5 }, 'typing');
    assert.equal(found?.memory.id, id);
    await window.edit(id, { scope: 'project' });
    assert.deepEqual([project.store.has(id), global.store.has(id)], [true, false]);
  });

  it('an edit without a change of scope stays where it is', async () => {
    const id = learn(global, 'Always use strict mode', { scope: 'global' });
    await window.edit(id, { text: 'Use strict mode', scope: 'global' });
    assert.equal(global.store.get(id)?.text, 'Use strict mode');
    await assert.rejects(window.edit('none' as MemoryId, { text: 'x' }), UserError);
  });

  it('what a session gets of the global store is counted there, and shown with its row', async () => {
    const id = learn(global, 'Always use strict mode, see `strict.ts`', { scope: 'global' });
    assert.equal((await preview()).lines[0]?.row.id, id);
    const block = await start();
    assert.deepEqual(block?.memories, [id]);
    const place = { source: 'claude-code', session: TALK, record: 'r1', atMs: Date.now() + 1 } as const;
    await window.capture('/p', [{ kind: 'reply', place, text: 'As in strict.ts.' }]);
    const { givings } = await window.given(undefined, undefined, 5);
    assert.equal(givings.length, 1);
    assert.deepEqual(
      givings[0]?.memories.map(({ row, isUsed }) => [row?.text, isUsed]),
      [['Always use strict mode, see `strict.ts`', true]],
    );
    assert.deepEqual((await slice()).rows[0]?.uses, { given: 1, used: 1 });
  });

  it('a global memory can be held back from the next session of the project', async () => {
    const id = learn(global, 'Always use strict mode', { scope: 'global' });
    await window.holdBack(id, undefined, true);
    const { text, heldBack } = await preview();
    assert.equal(text, '');
    assert.deepEqual(
      heldBack.map(({ id: of }) => of),
      [id],
    );
    assert.equal(await start(), undefined);
    assert.deepEqual((await start('another' as SessionId))?.memories, [id]);
  });

  it('merging takes along what tells the same in a project, and undo brings all back', async () => {
    const [one, other] = [learn(project, 'Use strict mode'), learn(project, 'We use the strict mode')];
    const kept = learn(global, 'Always use strict mode', { scope: 'global' });
    const before = await window.memory(kept);
    await window.merge(kept, [one, other], 60_000);
    assert.deepEqual(
      (await slice()).rows.map(({ id }) => id),
      [kept],
    );
    await window.undoForget([one, other]);
    assert.equal((await slice()).total, 3);
    assert.deepEqual(await window.memory(kept), before);
  });

  it('what is merged into a memory for all projects leaves its evidence there', async () => {
    const mine = learn(project, 'Use strict mode');
    const kept = learn(global, 'Always use strict mode', { scope: 'global' });
    await window.merge(kept, [mine], 0);
    await delay(100);
    assert.deepEqual(
      (await window.memory(kept))?.evidence.map(({ quote }) => quote),
      ['Always use strict mode', 'Use strict mode'],
    );
    assert.equal((await window.memory(kept))?.text, 'Always use strict mode');
    await window.undoForget([mine]);
    assert.equal(await window.memory(mine), undefined);
  });

  it('nothing is merged that would be lost: not into a project’s what holds for all, and not into what cannot be reached', async () => {
    const mine = learn(project, 'Use strict mode');
    const theirs = learn(global, 'Always use strict mode', { scope: 'global' });
    await assert.rejects(window.merge(mine, [theirs], 0), UserError);
    isGlobalAway = true;
    await assert.rejects(window.merge(theirs, [mine], 0), UserError);
    await delay(100);
    assert.deepEqual([project.store.has(mine), global.store.has(theirs)], [true, true]);
  });

  describe('review of what is told in both', () => {
    const SAID = 'Never force-push to the main branch, since others build on it';
    const asked = async () =>
      (await window.review(undefined, 10)).items.map(({ reason, rows, why }) => [reason, rows.map(({ id }) => id), why]);

    it('proposes the one for all projects, and holds to what is kept, edited or forgotten', async () => {
      const mine = learn(project, 'Never force-push to main branch, since others build on it');
      const theirs = learn(global, SAID, { scope: 'global' });
      const other = learn(global, 'Prices are rounded once per line', { scope: 'global' });
      const question = ['duplicate', [theirs, mine], '2 tell the same; the one for all projects is on top'];
      assert.deepEqual(await asked(), [question]);
      await window.keep('duplicate', [theirs, mine]);
      assert.deepEqual(await asked(), []);
      await delay(2);
      await window.edit(theirs, { text: `${SAID}.` });
      assert.deepEqual(await asked(), [question]);
      await window.edit(theirs, { text: 'Squash before merging' });
      assert.deepEqual(await asked(), []);
      await window.edit(other, { text: SAID });
      await window.forget([mine], 60_000);
      assert.deepEqual(await asked(), []);
      await window.undoForget([mine]);
      assert.equal((await asked()).length, 1);
      await window.forget([other], 60_000);
      assert.deepEqual(await asked(), []);
    });

    it('leaves a memory that moves out, and what a person has set apart in the project', async () => {
      const mine = learn(project, SAID);
      await window.edit(mine, { scope: 'global' });
      assert.deepEqual(await asked(), []);
      const again = learn(project, SAID);
      assert.deepEqual((await asked())[0]?.[1], [mine, again]);
      await window.setPinned(again, true);
      assert.deepEqual(await asked(), []);
      await window.setPinned(mine, true);
      assert.deepEqual((await asked())[0]?.[1], [mine, again]);
    });

    it('asks one thing after the other where the one for all projects is told twice itself', async () => {
      const mine = learn(project, 'Never force-push to main, others build on it');
      const theirs = learn(global, SAID, { scope: 'global', weight: 0.8 });
      const better = learn(global, `${SAID}, and say so in the handbook for everybody new`, { scope: 'global', weight: 0.9 });
      const { items, total, counts } = await window.review(undefined, 10);
      assert.deepEqual(
        items.map(({ rows }) => rows.map(({ id }) => id)),
        [[better, theirs]],
      );
      assert.deepEqual([total, counts.duplicate], [1, 1]);
      await window.keep('duplicate', [better, theirs]);
      assert.deepEqual((await asked())[0]?.[1], [theirs, mine]);
    });

    it('answers also where the user’s store is away, with what is known of it', async () => {
      const mine = learn(project, SAID);
      const theirs = learn(global, SAID, { scope: 'global' });
      isGlobalAway = true;
      assert.deepEqual(await asked(), []);
      isGlobalAway = false;
      assert.deepEqual((await asked())[0]?.[1], [theirs, mine]);
      isGlobalAway = true;
      assert.deepEqual((await asked())[0]?.[1], [theirs, mine]);
    });
  });

  it('a forgotten memory is gone from every answer at once', async () => {
    const id = learn(project, 'Orders are kept in Postgres');
    await start();
    assert.equal((await slice('Postgres')).total, 1);
    await window.forget([id], 60_000);
    assert.equal((await slice('Postgres')).total, 0);
    assert.equal((await slice()).total, 0);
    assert.equal((await preview()).text, '');
    assert.equal((await window.given(undefined, undefined, 5)).givings[0]?.memories[0]?.row, undefined);
  });

  it('in a window without a folder, the global store answers for all', async () => {
    const api = apiOf(global, () => undefined);
    const stores = { projects: new Map(), global: { api: async () => api } };
    const only = windowApi(() => stores);
    const id = learn(global, 'Always use strict mode');
    await only.edit(id, { scope: 'global' });
    assert.equal(global.store.get(id)?.scope, 'global');
    await only.holdBack(id, undefined, true);
    assert.deepEqual([...global.store.heldBack(undefined)], [id]);
  });
});
