// What people look at before a session starts, and what is written down when it did.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { PreviewQuery } from '../../src/browsing.ts';
import type { MemoryId, Occasion, Recollection, SessionId } from '../../src/memory.ts';
import { signals, world, type World } from '../support/engineWorld.ts';
import { memory, recollection } from '../support/memories.ts';

const START_MS = Date.parse('2026-03-02T10:00:00Z');
const BUDGET = 300;
const NEXT = 'next-1' as SessionId;
const nothing: Promise<readonly Recollection[]> = Promise.resolve([]);

const TEXTS = [
  'We use JWT access tokens of 15 minutes with refresh tokens, in `src/auth/tokens.ts`',
  'Refresh tokens are stored hashed in the table `refresh_tokens`',
  'Sessions in cookies did not work behind the proxy: tokens in the header instead',
  'Totals are integers of cents in `src/orders/totals.ts`',
  'The nightly job `npm run prune:orders` deletes orders older than 90 days',
];

function taught(parts: Parameters<typeof world>[0] = {}): World & { readonly ids: readonly MemoryId[] } {
  const made = world(parts);
  const ids = TEXTS.map((text, i) => {
    const told = memory(text, { entities: { files: text.match(/src\/[\w/.]+/g) ?? [], symbols: [], commands: [] }, weight: 0.5 + i / 20 });
    return made.store.add(told, { source: 'claude-code', session: 'past' as SessionId, isOwn: false, atMs: START_MS - i * 1_000 }).id;
  });
  // The engine hears of them, as it would of its own.
  made.engine.setPinned(ids[0] as MemoryId, false);
  made.engine.lookAt(['/p/src/orders/totals.ts']);
  return { ...made, ids };
}
const starting = (session = NEXT, source: 'startup' | 'resume' | 'compact' = 'startup'): Occasion => ({
  kind: 'session_start',
  assistant: 'claude-code',
  session,
  source,
  atMs: Date.now(),
});
const prompting = (prompt: string, session = NEXT): Occasion => ({
  kind: 'prompt',
  assistant: 'claude-code',
  session,
  prompt,
  atMs: Date.now(),
});
const looking = (occasion: PreviewQuery['occasion'], session?: SessionId): PreviewQuery => ({
  occasion,
  atMs: Date.now(),
  ...(session !== undefined && { session }),
});
const START = { kind: 'session_start' } as const;
const PROMPT = { kind: 'prompt', prompt: 'which lifetime of JWT access tokens with refresh tokens did we decide on?' } as const;

describe('preview', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START_MS }));
  afterEach(() => mock.timers.reset());

  it('of a session that starts: byte for byte what it then gets', async () => {
    const { engine } = taught();
    const before = await engine.preview(looking(START), BUDGET, nothing);
    const block = await engine.context(starting(), BUDGET, nothing);
    assert.ok(block && block.text.length > 0);
    assert.equal(before.text, block.text);
    assert.equal(before.tokens, block.tokens);
    assert.deepEqual(
      before.lines.map(({ row }) => row.id),
      block.memories,
    );
  });

  it('of a prompt: byte for byte what it then gets, the open file and the global memories included', async () => {
    const { engine } = taught();
    const others = Promise.resolve([recollection('Refresh tokens of all my projects are rotated', 0.9, { scope: 'global' })]);
    const before = await engine.preview(looking(PROMPT), BUDGET, others);
    const block = await engine.context(prompting(PROMPT.prompt), BUDGET, others);
    assert.ok(block && /all my projects/.test(block.text));
    assert.equal(before.text, block.text);
  });

  it('at every budget the same as the block', async () => {
    for (const budget of [0, 40, 60, 90, 130, 200, 800]) {
      const { engine } = taught();
      const before = await engine.preview(looking(START), budget, nothing);
      const block = await engine.context(starting(), budget, nothing);
      assert.equal(before.text, block?.text ?? '', `budget ${budget}`);
      assert.equal(before.lines.length + before.leftOut, TEXTS.length, `budget ${budget}`);
      assert.ok(before.tokens <= budget);
    }
  });

  it('of one that is under way: without what it was given', async () => {
    const { engine } = taught();
    const first = await engine.context(prompting(PROMPT.prompt), 70, nothing);
    const before = await engine.preview(looking(START, NEXT), BUDGET, nothing);
    const block = await engine.context(starting(NEXT, 'resume'), BUDGET, nothing);
    assert.ok(first && block && before.text === block.text);
    assert.ok(first.memories.every((id) => !block.memories.includes(id)));
  });

  it('adds up: the lines stand in the text, and lines and frame make the whole', async () => {
    const { engine } = taught();
    const { text, tokens, frameTokens, budgetTokens, lines } = await engine.preview(looking(START), BUDGET, nothing);
    assert.equal(budgetTokens, BUDGET);
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('- ')),
      lines.map(({ line }) => line),
    );
    assert.equal(
      lines.reduce((sum, line) => sum + line.tokens, frameTokens),
      tokens,
    );
    assert.ok(frameTokens > 0 && frameTokens <= 50);
    assert.ok(lines.every(({ why, row }) => why !== '' && TEXTS.includes(row.text)));
  });

  it('looking leaves everything as it was', async () => {
    const { engine, store, ids } = taught();
    await engine.context(prompting(PROMPT.prompt, 'talk' as SessionId), 60, nothing);
    engine.holdBack(ids[3] as MemoryId, undefined, true);
    const state = () => [
      store.revision,
      store.usesRevision,
      store.givings(99),
      store.rows(),
      [...store.heldBack(undefined)],
      [...store.givenTo('talk' as SessionId)],
    ];
    const before = state();
    for (const session of [undefined, 'talk' as SessionId]) {
      await engine.preview(looking(START, session), BUDGET, nothing);
      await engine.preview(looking(PROMPT, session), BUDGET, nothing);
    }
    assert.deepEqual(state(), before);
  });
});

describe('holding back', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START_MS }));
  afterEach(() => mock.timers.reset());

  it('keeps a memory out of the next session from its start to its end, and out of no other', async () => {
    const { engine, ids, digests } = taught();
    const [jwt] = ids as [MemoryId];
    engine.holdBack(jwt, undefined, true);
    assert.ok(digests.at(-1) && !digests.at(-1)?.memories.includes(jwt), 'nor does a hook say it that finds nobody');
    const before = await engine.preview(looking(START), BUDGET, nothing);
    assert.deepEqual(
      before.heldBack.map(({ id }) => id),
      [jwt],
    );
    assert.ok(!before.text.includes('15 minutes'));
    const block = await engine.context(starting(), BUDGET, nothing);
    assert.equal(block?.text, before.text);
    assert.ok(!(await engine.context(prompting(PROMPT.prompt), BUDGET, nothing))?.memories.includes(jwt));
    const after = await engine.context(starting('next-2' as SessionId), BUDGET, nothing);
    assert.ok(after?.memories.includes(jwt));
  });

  it('a session that goes on takes nothing over', async () => {
    const { engine, ids, store } = taught();
    engine.holdBack(ids[0] as MemoryId, undefined, true);
    await engine.context(starting(NEXT, 'compact'), BUDGET, nothing);
    await engine.context(starting(NEXT, 'resume'), BUDGET, nothing);
    assert.deepEqual([...store.heldBack(undefined)], [ids[0]]);
  });

  it('can be taken back, and its place is filled at once', async () => {
    const { engine, ids } = taught();
    const whole = await engine.preview(looking(START), 60, nothing);
    const first = whole.lines[0]?.row.id as MemoryId;
    engine.holdBack(first, undefined, true);
    const without = await engine.preview(looking(START), 60, nothing);
    assert.ok(without.lines.length > 0 && without.lines.every(({ row }) => row.id !== first));
    engine.holdBack(first, undefined, false);
    assert.deepEqual(await engine.preview(looking(START), 60, nothing), whole);
    assert.ok(ids.includes(first));
  });
});

describe('the ledger', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START_MS }));
  afterEach(() => mock.timers.reset());

  it('says what was given, and what of it came back in what followed', async () => {
    const { engine, ids } = taught();
    const [jwt] = ids as [MemoryId];
    const block = await engine.context(prompting(PROMPT.prompt), BUDGET, nothing);
    assert.ok(block?.memories.includes(jwt));
    mock.timers.tick(1_000);
    await engine.capture(signals(NEXT, { prompt: PROMPT.prompt }, { reply: 'They are made in `src/auth/tokens.ts`.' }));
    const { givings, weeks, hasMore } = engine.given(undefined, 10);
    assert.equal(hasMore, false);
    assert.deepEqual(
      givings[0]?.memories.filter(({ isUsed }) => isUsed).map(({ id }) => id),
      [jwt],
    );
    assert.deepEqual(weeks[0] && [weeks[0].tokens, weeks[0].memories, weeks[0].used], [block?.tokens, block?.memories.length, 1]);
    assert.deepEqual(engine.rows().rows?.find(({ id }) => id === jwt)?.uses, { given: 1, used: 1 });
  });

  it('shows a forgotten memory by its id alone', async () => {
    const { engine, later } = taught();
    const block = await engine.context(prompting(PROMPT.prompt), 60, nothing);
    const gone = block?.memories[0] as MemoryId;
    engine.forget([gone], 1_000);
    await later(2_000);
    assert.deepEqual(engine.given(undefined, 1).givings[0]?.memories, [{ id: gone, isUsed: false }]);
  });

  it('has what a model was told that asked by itself, at its real cost', async () => {
    const { engine, ids } = taught();
    engine.recordAsked({
      session: 'mcp-1' as SessionId,
      assistant: 'claude-code',
      memories: ids.slice(0, 2),
      text: 'ten words or so',
      atMs: Date.now(),
    });
    const [giving] = engine.given(undefined, 1).givings;
    assert.deepEqual([giving?.occasion, giving?.tokens, giving?.memories.length], ['asked', 4, 2]);
    mock.timers.tick(1_000);
    await engine.capture(signals('talk' as SessionId, { reply: 'So I hash them into refresh_tokens.' }));
    assert.deepEqual(
      engine.given(undefined, 1).givings[0]?.memories.map(({ isUsed }) => isUsed),
      [false, true],
    );
  });

  it('tells the other store of its memories, and new rows are asked for only when something has changed', async () => {
    const told: unknown[] = [];
    const { engine } = taught({ countUsesElsewhere: (given, used) => void told.push([given, used]) });
    const mine = recollection('All my refresh tokens are in `vault.ts`', 0.9, { id: 'mine', scope: 'global' });
    const { stamp } = engine.rows();
    assert.equal(engine.rows(stamp).rows, undefined);
    await engine.context(prompting(PROMPT.prompt), BUDGET, Promise.resolve([mine]));
    assert.ok(engine.rows(stamp).rows);
    mock.timers.tick(1_000);
    await engine.capture(signals(NEXT, { reply: 'See vault.ts.' }));
    assert.deepEqual(told, [
      [['mine'], []],
      [[], ['mine']],
    ]);
  });
});
