// What a window of two stores writes into a file, reads out of one, and forgets altogether.
import assert from 'node:assert/strict';
import type { ServiceApi } from '../../src/link/protocol.ts';
import type { MemoryId, SessionId } from '../../src/memory.ts';
import type { StoreApi } from '../../src/service/storeApi.ts';
import { windowApi } from '../../src/service/windowApi.ts';
import { UserError } from '../../src/util/errors.ts';
import { world, type World } from '../support/engineWorld.ts';
import { memory, NOON, type MemoryParts } from '../support/memories.ts';
import { storeApiOf } from '../support/storeApiOf.ts';

type Window = Pick<
  ServiceApi,
  'exportMemories' | 'importMemories' | 'forgetEverything' | 'undoForget' | 'edit' | 'forget' | 'review' | 'keep'
>;

describe('a window’s file of memories', () => {
  const worlds: World[] = [];
  afterEach(() => {
    for (const { engine } of worlds.splice(0)) engine.dispose();
  });

  const apiOf = ({ engine }: World): StoreApi => storeApiOf(engine);

  function openWindow(): { readonly window: Window; readonly project: World; readonly global: World } {
    const [project, global] = [world(), world()];
    worlds.push(project, global);
    const [projectApi, globalApi] = [apiOf(project), apiOf(global)];
    const stores = { projects: new Map([['/p', { api: async () => projectApi }]]), global: { api: async () => globalApi } };
    return { window: windowApi(() => stores), project, global };
  }

  function learn(where: World, text: string, parts: MemoryParts = {}): MemoryId {
    const by = { source: 'claude-code', session: 'talk' as SessionId, isOwn: false, atMs: parts.atMs ?? NOON } as const;
    return where.store.add(memory(text, parts), by).id;
  }
  const textsOf = ({ store }: World): string[] => store.all().map(({ text }) => text);

  it('holds both stores, the oldest first, and gives the same bytes in another window, each memory in its own store', async () => {
    const from = openWindow();
    learn(from.project, 'Orders are kept in Postgres', { atMs: NOON });
    learn(from.global, 'Always use strict mode', { atMs: NOON - 5, scope: 'global' });
    learn(from.project, 'Prices are integer cents', { atMs: NOON - 9, scope: 'global' });
    const lines = await from.window.exportMemories(undefined, true);
    assert.deepEqual(
      lines
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => (JSON.parse(line) as { text: string }).text),
      ['Prices are integer cents', 'Always use strict mode', 'Orders are kept in Postgres'],
    );
    const to = openWindow();
    assert.deepEqual(await to.window.importMemories(undefined, lines), { added: 3, known: 0, forgotten: 0, leftOut: 0, tooLong: [] });
    assert.equal(await to.window.exportMemories(undefined, true), lines);
    assert.deepEqual(textsOf(to.global), ['Always use strict mode']);
    assert.deepEqual(await to.window.importMemories(undefined, lines), { added: 0, known: 3, forgotten: 0, leftOut: 0, tooLong: [] });
  });

  it('brings nothing back that has moved to the other store, or was forgotten there', async () => {
    const { window, project, global } = openWindow();
    const id = learn(project, 'Always use strict mode');
    const lines = await window.exportMemories(undefined, false);
    await window.edit(id, { scope: 'global' });
    assert.deepEqual(await window.importMemories(undefined, lines), { added: 0, known: 1, forgotten: 0, leftOut: 0, tooLong: [] });
    global.store.hide([id], 1);
    global.store.finishForgetting(1);
    assert.deepEqual(await window.importMemories(undefined, lines), { added: 0, known: 0, forgotten: 1, leftOut: 0, tooLong: [] });
    assert.deepEqual([...textsOf(project), ...textsOf(global)], []);
  });

  it('takes nothing when a line cannot be read, of either store', async () => {
    const from = openWindow();
    learn(from.project, 'Orders are kept in Postgres');
    learn(from.global, 'Always use strict mode');
    const lines = `${await from.window.exportMemories(undefined, true)}{"id":"x"}\n`;
    const to = openWindow();
    await assert.rejects(
      to.window.importMemories(undefined, lines),
      (thrown: unknown) => thrown instanceof UserError && /Line 4 /.test(thrown.message),
    );
    assert.deepEqual([...textsOf(to.project), ...textsOf(to.global)], []);
  });

  it('leaves out what is too long for a memory, names the lines of the file, and takes the rest, each into its own store', async () => {
    const from = openWindow();
    // From before there was a limit; one of it longer than anything that a file could once hold.
    learn(from.project, 'a'.repeat(5_001), { record: 'r1', atMs: NOON - 4 });
    learn(from.global, 'b'.repeat(5_000), { record: 'r2', atMs: NOON - 3, scope: 'global' });
    learn(from.global, 'c'.repeat(1_000_000), { record: 'r3', atMs: NOON - 2, scope: 'global' });
    learn(from.project, 'Orders are kept in Postgres', { atMs: NOON - 1 });
    const lines = await from.window.exportMemories(undefined, true);
    // Once more into the window it came from: it is all here, however long.
    assert.deepEqual(await from.window.importMemories(undefined, lines), { added: 0, known: 4, forgotten: 0, leftOut: 0, tooLong: [] });
    const to = openWindow();
    const [header, ...rest] = lines.trimEnd().split('\n');
    const byHand = [`\uFEFF`, header, '', ...rest, ''].join('\r\n');
    assert.deepEqual(await to.window.importMemories(undefined, byHand), {
      ...{ added: 2, known: 0, forgotten: 0, leftOut: 0 },
      tooLong: [4, 6],
    });
    assert.deepEqual(textsOf(to.project), ['Orders are kept in Postgres']);
    assert.deepEqual(textsOf(to.global), ['b'.repeat(5_000)]);
  });

  it('holds a new text to the limit also where the memory moves with it', async () => {
    const { window, project, global } = openWindow();
    const id = learn(project, 'Always use strict mode');
    await assert.rejects(window.edit(id, { text: 'x'.repeat(5_001), scope: 'global' }), /at most 5,000 characters/);
    assert.deepEqual([textsOf(project), textsOf(global)], [['Always use strict mode'], []]);
    await window.edit(id, { text: 'Strict mode everywhere', scope: 'global' });
    assert.deepEqual([textsOf(project), textsOf(global)], [[], ['Strict mode everywhere']]);
    assert.equal(global.store.get(id)?.isOwn, true);
    const long = learn(project, 'y'.repeat(9_000));
    await window.edit(long, { scope: 'global' });
    assert.equal(global.store.get(long)?.text.length, 9_000, 'one from before there was a limit moves as it is');
  });

  it('forgets everything of both stores, and brings all of it back', async () => {
    const { window, project, global } = openWindow();
    const ids = [learn(project, 'Orders are kept in Postgres'), learn(project, 'Prices are integer cents')];
    const forgotten = await window.forgetEverything(undefined, 60_000);
    assert.deepEqual(new Set(forgotten), new Set(ids));
    assert.deepEqual([project.store.isEmptying, global.store.isEmptying], [true, true]);
    assert.deepEqual(textsOf(project), []);
    await window.undoForget(forgotten);
    assert.deepEqual([project.store.isEmptying, global.store.isEmptying], [false, false], 'also where there was nothing to hide');
    assert.equal(textsOf(project).length, 2);
  });

  it('undoing something else does not undo the forgetting of everything', async () => {
    const { window, project } = openWindow();
    const earlier = learn(project, 'Orders are kept in Postgres', { atMs: 1 });
    learn(project, 'Prices are integer cents');
    project.store.hide([earlier], 1);
    await window.forgetEverything('/p', 60_000);
    await window.undoForget([earlier]);
    assert.equal(project.store.isEmptying, true);
    assert.deepEqual(textsOf(project), ['Orders are kept in Postgres']);
  });

  it('review asks, and does not ask again what was kept', async () => {
    const { window, project, global } = openWindow();
    learn(project, 'Orders are kept in Postgres', { weight: 0.15 });
    learn(global, 'Always use strict mode', { weight: 0.12 });
    const slice = await window.review(undefined, 10);
    assert.equal(slice.counts.doubtful, 2);
    await window.keep(
      'doubtful',
      slice.items.slice(0, 1).map(({ rows }) => rows[0]?.id as MemoryId),
    );
    const after = await window.review(undefined, 10);
    assert.deepEqual([after.total, after.counts.doubtful], [1, 1]);
    assert.notEqual(after.items[0]?.rows[0]?.id, slice.items[0]?.rows[0]?.id);
  });
});
