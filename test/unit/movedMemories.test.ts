// A memory moves from its project to the user's own store, and its session goes on: it is not told a second time where it was.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ServiceApi } from '../../src/link/protocol.ts';
import type { Memory, MemoryId, SessionId } from '../../src/memory.ts';
import { windowApi } from '../../src/service/windowApi.ts';
import { end, signals, world, type World } from '../support/engineWorld.ts';
import { storeApiOf } from '../support/storeApiOf.ts';

const SESSION = 'talk' as SessionId;
const DECISION =
  'We decided to use JWT with refresh tokens instead of server sessions, because the API must stay stateless: 15 min access, 7 days refresh.';
const ANOTHER = 'We decided to keep the rate limits in Redis instead of Postgres, because counters expire there by themselves.';
const REFRESH = 'We decided to keep refresh tokens in Redis, because they can then be revoked at once.';
const LATER = 'We decided to send mails from a queue instead of the request handler, because the provider takes 3 seconds.';

describe('a memory that was moved to the user’s store', () => {
  let project: World;
  let global: World;
  let window: Omit<ServiceApi, 'configure' | 'pause' | 'status'>;

  beforeEach(async () => {
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.UTC(2026, 2, 2) });
    project = world({ joinElsewhere: (id, others) => global.engine.join(id, others) });
    global = world({ newId: () => 'theirs' as MemoryId });
    const [projectApi, globalApi] = [project, global].map(({ engine }) => storeApiOf(engine));
    assert.ok(projectApi && globalApi);
    const stores = { projects: new Map([['/p', { api: async () => projectApi }]]), global: { api: async () => globalApi } };
    window = windowApi(() => stores);
    await say(DECISION, ANOTHER);
  });
  afterEach(() => {
    project.engine.dispose();
    global.engine.dispose();
    mock.timers.reset();
  });

  async function say(...replies: readonly string[]): Promise<void> {
    for (const reply of replies) await window.capture('/p', [...signals(SESSION, { prompt: 'Go on.' }, { reply }), end(SESSION)]);
    await project.later(5_000);
  }
  /** In the same breath, so that the one leads to the other. */
  async function goOn(reply: string): Promise<void> {
    await window.capture('/p', [...signals(SESSION, { reply }), end(SESSION)]);
    await project.later(5_000);
  }
  const about = ({ store }: World, word: string): Memory | undefined => store.all().find(({ text }) => text.includes(word));
  const move = (id: MemoryId, scope: 'project' | 'global', text?: string) =>
    window.edit(id, { scope, ...(text !== undefined && { text }) });
  function jwt(where = project): Memory {
    const found = about(where, 'JWT');
    assert.ok(found);
    return found;
  }

  it('is not told again by its session, which tells what else it has', async () => {
    await move(jwt().id, 'global');
    await say(LATER);
    assert.deepEqual(
      ['JWT', 'Redis', 'queue'].map((word) => about(project, word) !== undefined),
      [false, true, true],
    );
    assert.ok(about(global, 'JWT'));
    assert.equal(project.store.counts().dropped['forgotten'], undefined);
  });

  it('is not told again as part of what its session tells next', async () => {
    const { id } = about(project, 'rate limits') ?? jwt();
    await move(id, 'global');
    await goOn(LATER);
    const told = project.store.all().filter(({ text }) => text.includes('queue'));
    assert.deepEqual(
      told.map(({ evidence }) => evidence.map(({ quote }) => quote)),
      [[LATER]],
    );
    assert.equal(about(project, 'rate limits'), undefined);
  });

  it('takes nothing from another that was made of the same words', async () => {
    await goOn(REFRESH);
    const both = about(project, 'rate limits');
    assert.equal(both?.evidence.length, 2);
    const [, second] = both.evidence;
    assert.ok(second);
    const draft = { ...both, text: second.quote, evidence: [second], segments: [project.store.segmentHash(second.quote)] };
    const moved = 'moved' as MemoryId;
    project.store.settle({
      ...{ session: SESSION, source: 'claude-code', settled: [], replace: [], remove: [], supersede: [] },
      add: [{ id: moved, draft }],
    });
    await move(moved, 'global');
    await say(LATER);
    assert.deepEqual(about(project, 'rate limits'), both);
    assert.equal(project.store.all().filter(({ text }) => text.includes('revoked')).length, 1);
  });

  it('is not told again by a copy of its session', async () => {
    await move(jwt().id, 'global');
    const fork = 'fork' as SessionId;
    await window.capture('/p', [...signals(fork, { prompt: 'Go on.' }, { reply: DECISION }), end(fork)]);
    await project.later(5_000);
    assert.equal(about(project, 'JWT'), undefined);
  });

  it('moved back, also in other words, it is there once, and can be forgotten for good', async () => {
    const { id } = jwt();
    await move(id, 'global', 'Sign in with short-lived JWT');
    await say(LATER);
    await move(id, 'project');
    await say('We decided to log in JSON, because the collector reads nothing else.');
    assert.deepEqual(
      project.store.all().flatMap(({ id: of, text }) => (text.includes('JWT') ? [[of, text]] : [])),
      [[id, 'Sign in with short-lived JWT']],
    );
    assert.equal(about(global, 'JWT'), undefined);
    await window.forget([id], 10_000);
    await project.later(11_000);
    await say(LATER);
    assert.equal(about(project, 'JWT'), undefined);
  });

  it('is told there alone too when it was merged into one there, and forgotten for good with that one', async () => {
    const { id: mine, segments, evidence } = jwt();
    const draft = {
      ...jwt(),
      text: 'Sign in with JWT everywhere',
      scope: 'global',
      evidence: [{ place: evidence[0]?.place, quote: 'JWT' }],
    };
    const theirs = global.store.add(draft as Memory, { source: 'user', session: SESSION, isOwn: true, atMs: Date.now() }).id;
    await window.merge(theirs, [mine], 10_000);
    await project.later(11_000);
    await say(LATER);
    assert.equal(about(project, 'JWT'), undefined);
    assert.deepEqual(
      (await window.memory(theirs))?.evidence.map(({ quote }) => quote),
      ['JWT', ...evidence.map(({ quote }) => quote)],
    );
    await window.forget([theirs], 10_000);
    await project.later(11_000);
    assert.ok(segments.every((segment) => project.store.isForgotten(segment)));
    assert.ok(global.store.isForgotten(global.store.segmentHash(DECISION)));
  });

  it('forgotten there, it comes back in neither', async () => {
    const { id, segments } = jwt();
    await move(id, 'global');
    await window.forget([id], 10_000);
    assert.ok(segments.every((segment) => project.store.isForgotten(segment)));
    await window.undoForget([id]);
    assert.ok(!segments.some((segment) => project.store.isForgotten(segment)));
    assert.ok(about(global, 'JWT'));
    const isInBacklog = () => project.store.observationsOf(SESSION).some(({ text }) => text.includes('JWT'));
    assert.ok(isInBacklog());
    await window.forget([id], 10_000);
    await project.later(11_000);
    assert.ok(!isInBacklog());
    await say(DECISION, LATER);
    assert.deepEqual([about(project, 'JWT'), about(global, 'JWT')], [undefined, undefined]);
    assert.ok(segments.every((segment) => project.store.isForgotten(segment)));
  });
});
