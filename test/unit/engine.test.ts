// The whole engine as a story: given these signals, after quiet, asking X recalls Y.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Recollection, SessionId, Signal } from '../../src/memory.ts';
import type { MemoryIndex } from '../../src/search/memoryIndex.ts';
import { UserError } from '../../src/util/errors.ts';
import { end, signals, world } from '../support/engineWorld.ts';
import { memory } from '../support/memories.ts';

const START_MS = Date.parse('2026-03-02T10:00:00Z');
const HOUR_MS = 3_600_000;
const SESSION = 'talk-1' as SessionId;

const DECISION =
  'We decided to use JWT with refresh tokens instead of server sessions, because the API must stay stateless: 15 min access, 7 days refresh.';
const nothing: Promise<readonly Recollection[]> = Promise.resolve([]);
const query = (text: string) => ({ text, atMs: Date.now(), limit: 10 });

describe('engine', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START_MS }));
  afterEach(() => mock.timers.reset());

  it('turns what was decided into a memory once the turn has ended, and finds it', async () => {
    const { engine, later } = world();
    const taken = await engine.capture([...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)]);
    assert.equal(taken, 2);
    assert.equal(engine.list().length, 0);
    assert.equal(engine.state().counts.waiting, 2);
    await later(5_000);
    assert.equal(engine.state().counts.waiting, 0);
    const [found] = await engine.recall(query('JWT refresh tokens'), 'typing');
    assert.match(found?.memory.text ?? '', /JWT with refresh tokens/);
    assert.equal(found?.memory.kind, 'decision');
  });

  it('lifts what belongs to the open file, at the start of a session', async () => {
    const { engine, store } = world();
    for (const file of ['src/queue.ts', 'src/mail.ts', 'src/login.ts']) {
      const told = memory(`Errors in \`${file}\` are told to the caller`, { entities: { files: [file], symbols: [], commands: [] } });
      store.add(told, { source: 'user', session: SESSION, isOwn: true, atMs: Date.now() });
    }
    const firstLine = async (session: string) => {
      const occasion = {
        kind: 'session_start',
        assistant: 'x',
        session: session as SessionId,
        source: 'startup',
        atMs: Date.now(),
      } as const;
      const block = await engine.context(occasion, 300, nothing);
      return block?.text.split('\n').find((line) => line.startsWith('- '));
    };
    engine.lookAt(['/project/src/mail.ts']);
    assert.match((await firstLine('one')) ?? '', /mail\.ts/);
    engine.lookAt(['/project/src/login.ts', '/project/src/mail.ts']);
    assert.match((await firstLine('two')) ?? '', /login\.ts/);
  });

  it('says when the next work is due, and does not begin before', async () => {
    const { engine, later } = world();
    await engine.capture(signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }));
    const next = await later(1_000);
    assert.ok(next !== undefined && next > Date.now());
    assert.equal(engine.list().length, 0);
    await later(60_000);
    assert.ok(engine.list().length > 0);
  });

  it('looks for what is old or too much after new memories, else only now and then', async () => {
    let looks = 0;
    const { engine, later } = world({ maxBytes: () => (looks++, 100_000_000) });
    await later(0);
    for (let i = 0; i < 5; i++) await later(60_000);
    assert.equal(looks, 1);
    await engine.capture([...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)]);
    await later(5_000);
    assert.equal(looks, 2);
    await later(30_000);
    assert.equal(looks, 2);
    await later(600_000);
    assert.equal(looks, 3);
  });

  it('learns nothing twice from the same transcript', async () => {
    const { engine, later } = world();
    const told = [...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)];
    await engine.capture(told);
    await later(5_000);
    const before = engine.list().map(({ id }) => id);
    assert.equal(await engine.capture(told), 0);
    await later(5_000);
    assert.deepEqual(
      engine.list().map(({ id }) => id),
      before,
    );
  });

  it('reads nothing that happened before everything was forgotten', async () => {
    const { engine, store, later } = world();
    const before = signals(
      SESSION,
      { prompt: 'How do we sign in?' },
      { reply: 'We decided to use JWT access tokens of 15 minutes, because they can be checked without a database.' },
    );
    mock.timers.tick(60_000);
    engine.forgetEverything(10_000);
    mock.timers.tick(5_000);
    // Read while it could still be undone, and after it was final.
    await engine.capture([before[0] as Signal]);
    mock.timers.tick(20_000);
    assert.equal(await engine.capture([before[1] as Signal, end(SESSION)]), 0);
    await later(120_000);
    assert.deepEqual(store.all(), []);
    assert.equal(store.counts().waiting, 0);
    assert.equal(store.counts().dropped['forgotten'], 1);
    const after = signals(SESSION, { reply: 'We decided to keep refresh tokens in Redis, because they can then be revoked at once.' });
    await engine.capture([...after, end(SESSION)]);
    await later(120_000);
    assert.equal(store.all().length, 1);
  });

  it('forgets at once, brings back on undo, and then never learns it again', async () => {
    const { engine, later } = world();
    const told = [...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)];
    await engine.capture(told);
    await later(5_000);
    const ids = engine.list().map(({ id }) => id);
    engine.forget(ids, 10_000);
    assert.deepEqual(engine.list(), []);
    assert.deepEqual(await engine.recall(query('JWT refresh tokens'), 'typing'), []);
    engine.undoForget(ids);
    assert.equal(engine.list().length, ids.length);
    engine.forget(ids, 10_000);
    await later(11_000);
    engine.undoForget(ids);
    assert.deepEqual(engine.list(), []);
    const again = told.map((signal): Signal => ({ ...signal, place: { ...signal.place, session: 'fork' as SessionId } }));
    await engine.capture(again);
    await later(5_000);
    assert.deepEqual(engine.list(), []);
  });

  it('gives a prompt what is relevant, once, and again after a compaction', async () => {
    const { engine, later } = world();
    await engine.capture([...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)]);
    await later(HOUR_MS);
    const session = 'talk-2' as SessionId;
    const ask = (prompt: string) =>
      engine.context({ kind: 'prompt', assistant: 'claude-code', session, prompt, atMs: Date.now() }, 300, nothing);
    const block = await ask('which JWT refresh token lifetime did we decide on?');
    assert.match(block?.text ?? '', /JWT with refresh tokens/);
    assert.ok(block && block.tokens <= 300);
    assert.equal(await ask('which JWT refresh token lifetime did we decide on?'), undefined);
    await engine.context({ kind: 'session_start', assistant: 'claude-code', session, source: 'compact', atMs: Date.now() }, 0, nothing);
    assert.match((await ask('which JWT refresh token lifetime did we decide on?'))?.text ?? '', /JWT with refresh tokens/);
  });

  it('says nothing when nothing fits', async () => {
    const { engine, later } = world();
    await engine.capture([...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)]);
    await later(HOUR_MS);
    const prompt = 'make the sidebar background a little darker';
    const block = await engine.context(
      { kind: 'prompt', assistant: 'claude-code', session: 'x' as SessionId, prompt, atMs: Date.now() },
      300,
      nothing,
    );
    assert.equal(block, undefined);
  });

  it('takes nothing in while paused, not even later', async () => {
    const { engine, later } = world();
    const told = [...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)];
    engine.pause(true);
    assert.equal(await engine.capture(told, { key: 'talk', value: '2' }), 0);
    engine.pause(false);
    await later(HOUR_MS);
    assert.deepEqual(engine.list(), []);
    assert.equal(engine.cursor('talk'), '2');
    assert.equal(engine.state().counts.dropped['paused'], 2);
  });

  it('keeps what a session start would get where a hook finds it, and takes forgotten ones out at once', async () => {
    const { engine, digests, later } = world();
    await engine.capture([...signals(SESSION, { prompt: 'How should login work?' }, { reply: DECISION }), end(SESSION)]);
    await later(5_000);
    await later(1_000);
    assert.match(digests.at(-1)?.text ?? '', /JWT with refresh tokens/);
    engine.forget(
      engine.list().map(({ id }) => id),
      10_000,
    );
    assert.equal(digests.at(-1), undefined);
  });

  it('keeps the lines that the user had selected as evidence, made safe, and finds the memory by their file', async () => {
    const { engine } = world();
    const password = ['hunter2', 'correct', 'horse'].join('-');
    const file = { path: '/work/src/limits.ts', name: 'src/limits.ts', lines: [12, 14] as const };
    const quote = `const MAX = 20; // per minute\nPGPASSWORD=${password} make release`;
    const what = { kind: 'decision', scope: 'project', source: 'user', atMs: Date.now() } as const;
    const memory = await engine.remember({ ...what, text: 'At most 20 orders a minute', from: { quote, file } });
    const [evidence] = memory.evidence;
    assert.deepEqual([evidence?.place.path, evidence?.lines], [file.path, [12, 14]]);
    assert.match(evidence?.quote ?? '', /per minute/);
    assert.ok(!JSON.stringify(engine.list()).includes(password));
    assert.deepEqual(memory.entities.files, ['src/limits.ts']);
  });

  it('keeps what the user said should be remembered, without its secrets', async () => {
    const { engine } = world();
    const password = ['hunter2', 'correct', 'horse'].join('-');
    const text = `Deploys go through make release with PGPASSWORD=${password}`;
    const memory = await engine.remember({ kind: 'command', text, scope: 'project', source: 'user', atMs: Date.now() });
    assert.match(memory.text, /make release/);
    assert.ok(!memory.text.includes(password));
    assert.ok(!JSON.stringify(engine.list()).includes(password));
  });

  it('holds what it is told to the length that a memory may have, and says by how much it is over', async () => {
    const { engine, store } = world();
    const what = { kind: 'decision', scope: 'project', source: 'user', atMs: Date.now() } as const;
    for (const [text, has] of [
      ['x'.repeat(5_001), '5,001'],
      ['word '.repeat(200_000), '1,000,000'],
    ] as const)
      await assert.rejects(engine.remember({ ...what, text }), (thrown: unknown) => {
        assert.ok(thrown instanceof UserError);
        assert.match(thrown.message, new RegExp(`at most 5,000 characters; this one has ${has}\\. Shorten it`));
        return true;
      });
    assert.deepEqual(engine.list(), []);

    // One long line, of words: none of it is cut.
    const text = `${'Prices are integer cents. '.repeat(192)}So it is.`.slice(0, 5_000);
    const { id } = await engine.remember({ ...what, text, from: { quote: 'word '.repeat(200_000) } });
    assert.equal(store.get(id)?.text, text.trimEnd());
    assert.equal(store.get(id)?.evidence[0]?.quote.length, 300);
    await assert.rejects(engine.edit(id, { text: 'x'.repeat(7_312) }), /this one has 7,312/);
    assert.equal(store.get(id)?.text, text.trimEnd());
  });

  it('keeps no secret that an edit brings, and no edit of private words alone', async () => {
    const { engine, store } = world();
    const { id } = await engine.remember({
      kind: 'decision',
      scope: 'project',
      source: 'user',
      atMs: Date.now(),
      text: 'The key of the shop is in the vault.',
    });
    const secret = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    await engine.edit(id, { text: `The key of the shop is ${secret}, in the vault.`, kind: 'architecture' });
    const { text, kind } = store.get(id) ?? {};
    assert.equal(kind, 'architecture');
    assert.ok(text?.startsWith('The key of the shop is ') && text.endsWith(', in the vault.') && !text.includes(secret), text);
    await assert.rejects(engine.edit(id, { text: '<private>all of it</private>' }), /nothing in this that may be kept/);
    assert.equal(store.get(id)?.text, text);
  });

  it('tells of a change once many memories more are known by meaning, and of none for a few or while there is no model', async () => {
    const state = { withoutVector: 900 };
    const lefts = [900, 20, 0];
    const index = { state, embedMissing: async () => void (state.withoutVector = lefts.shift() ?? 0) };
    const { engine } = world({ index: index as unknown as MemoryIndex });
    let changes = 0;
    engine.onDidChange(() => changes++);
    for (let i = 0; i < 3; i++) await engine.embedMissing(new AbortController().signal);
    assert.equal(changes, 1);
  });

  it('gives out whole what is long, and takes it in whole', async () => {
    const from = world();
    const what = { kind: 'decision', scope: 'project', source: 'user', atMs: Date.now() } as const;
    for (const text of ['An edge. '.repeat(555), 'ab cd\n'.repeat(800).trimEnd(), '🙂'.repeat(2_500)])
      await from.engine.remember({ ...what, text });
    const lines = from.engine.exportMemories(true);
    const to = world();
    assert.deepEqual(await to.engine.importMemories(lines), { added: 3, known: 0, forgotten: 0, leftOut: 0, tooLong: [] });
    assert.equal(to.engine.exportMemories(true), lines);
  });

  it('still reads what it holds from before there was a limit, and lets its kind be changed', async () => {
    const { engine, store } = world();
    const text = 'Prices are integer cents. '.repeat(400);
    const { id } = store.add(memory(text), { source: 'user', session: 's' as SessionId, isOwn: true, atMs: 1 });
    assert.equal(engine.memory(id)?.text, text);
    assert.equal(engine.rows().rows?.[0]?.text.length, 5_001);
    await engine.edit(id, { text, kind: 'pattern' });
    assert.deepEqual([engine.memory(id)?.kind, engine.memory(id)?.text], ['pattern', text]);
    await engine.edit(id, { text: 'Prices are integer cents' });
    assert.equal(engine.memory(id)?.text, 'Prices are integer cents');
  });
});
