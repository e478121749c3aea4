// Rewriting as a story: a session comes to rest, the user's own model is asked once, and what it says is taken or not. The engine is whole; the editor's
// model is played.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { redactSecrets } from '../../src/capture/secrets.ts';
import { type Granted, Rewriting } from '../../src/editor/rewriting.ts';
import type { MemoryEngine } from '../../src/engine.ts';
import { countTokens } from '../../src/inject/tokens.ts';
import type { SessionId, Signal } from '../../src/memory.ts';
import { logTo } from '../../src/util/log.ts';
import { world } from '../support/engineWorld.ts';

const START_MS = Date.parse('2026-03-02T10:00:00Z');
const MINUTE_MS = 60_000;
const SESSION = 'talk-1' as SessionId;
const SAID = 'We decided to use JWT with the refresh tokens instead of server sessions, because the API must in any case stay stateless.';
const BETTER = 'use JWT with refresh tokens instead of server sessions, because the API must stay stateless';

let records = 0;
/** A turn of prompt and reply, with its end. */
function turn(prompt: string, reply: string): Signal[] {
  const place = () => ({ source: 'claude-code' as const, session: SESSION, record: `r${++records}`, atMs: Date.now() + records });
  return [
    { kind: 'prompt', place: place(), text: prompt },
    { kind: 'reply', place: place(), text: reply },
    { kind: 'turn_end', place: place() },
  ];
}

/** Lets all that has been promised so far happen. */
const settle = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('rewriting by the editor’s model', () => {
  let engine: MemoryEngine;
  let rewriting: Rewriting;
  let prompts: string[];
  let lines: string[];
  /** What the model does when it is asked. */
  let answer: (prompt: string, signal: AbortSignal) => Promise<string>;
  let granted: (() => Promise<Granted | undefined>) | undefined;

  // The rules for secrets and the table of tokens are loaded with the first text that needs them: seconds on a busy machine, and none of a story's.
  before(async function () {
    this.timeout(30_000);
    await redactSecrets('a text');
    countTokens('a text');
  });
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now: START_MS });
    engine = world().engine;
    prompts = [];
    lines = [];
    answer = async () => `1: ${BETTER}`;
    granted = undefined;
    const ask: Granted['ask'] = (prompt, signal) => {
      prompts.push(prompt);
      return answer(prompt, signal);
    };
    rewriting = new Rewriting({
      api: {
        nextRewriting: async (sinceMs) => engine.nextRewriting(sinceMs),
        takeRewriting: async (memories, said) => engine.takeRewriting(memories, said),
      },
      granted: () => (granted ? granted() : Promise.resolve({ sinceMs: START_MS, ask })),
      log: logTo((_level, message) => lines.push(message)),
    });
  });
  afterEach(() => {
    rewriting.dispose();
    engine.dispose();
    mock.timers.reset();
  });

  const later = async (ms: number) => {
    for (let left = ms; left > 0; left -= MINUTE_MS / 2) {
      mock.timers.tick(Math.min(left, MINUTE_MS / 2));
      await engine.compressDue(new AbortController().signal);
      await settle();
    }
  };
  const learn = async (prompt = 'How should login work?', reply = SAID) => {
    await engine.capture(turn(prompt, reply));
    await later(5_000);
  };
  const told = () => engine.list().map(({ text }) => text);
  const ours = () => engine.list().map(({ text, distilled }) => distilled ?? text);

  it('asks nothing while it is off', async () => {
    await learn();
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 0);
    rewriting.use(true);
    rewriting.use(false);
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 0);
  });

  it('asks once when the session is at rest, and shows the better words', async () => {
    rewriting.use(true);
    await learn();
    const [before] = engine.list();
    assert.ok(before && before.text !== BETTER);
    await later(MINUTE_MS);
    assert.equal(prompts.length, 0, 'not while the user may still be at it');
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    assert.ok(prompts[0]?.includes(before.text) && prompts[0].includes(before.evidence[0]?.quote ?? 'none'));
    const [after] = engine.list();
    assert.deepEqual([after?.id, after?.text, after?.distilled, after?.isOwn], [before.id, BETTER, before.text, false]);
    const [found] = await engine.recall({ text: 'JWT refresh tokens', atMs: Date.now(), limit: 5 }, 'typing');
    assert.equal(found?.memory.text, BETTER);
  });

  it('keeps the better words when the session goes on and tells the same', async () => {
    rewriting.use(true);
    await learn();
    await later(5 * MINUTE_MS);
    assert.deepEqual(told(), [BETTER]);
    const id = engine.list()[0]?.id;
    await learn(
      'And where do failed orders go?',
      'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.',
    );
    assert.ok(told().length > 1);
    assert.equal(engine.list().find((memory) => memory.id === id)?.text, BETTER);
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 2);
    assert.ok(!prompts[1]?.includes('JWT'), 'what was asked about is not sent again');
  });

  it('keeps our own words where the answer says more than the source, and asks no second time', async () => {
    answer = async () => '1: use JWT with refresh tokens instead of insecure server sessions, because the API must stay stateless';
    rewriting.use(true);
    await learn();
    await later(20 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    assert.deepEqual(told(), ours());
    assert.ok(engine.list().every(({ distilled }) => distilled === undefined));
  });

  it('sends nothing that happened before the user agreed', async () => {
    granted = async () => ({ sinceMs: START_MS + MINUTE_MS, ask: async (prompt) => (prompts.push(prompt), '') });
    rewriting.use(true);
    await learn();
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 0);
    await learn(
      'And where do failed orders go?',
      'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.',
    );
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    assert.ok(!prompts[0]?.includes('JWT'));
  });

  it('never sends a secret, since the store has none', async () => {
    const password = ['hunter2', 'correct', 'horse'].join('-');
    rewriting.use(true);
    await learn(
      'How do I deploy?',
      `We decided to deploy with make release and PGPASSWORD=${password} set, because the job reads it from there.`,
    );
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    assert.ok(prompts[0]?.includes('make release') && !prompts[0].includes(password));
  });

  it('leaves pinned memories and the user’s own alone, also when they become so while the model thinks', async () => {
    let say: (words: string) => void = () => undefined;
    answer = () => new Promise((resolve) => (say = resolve));
    rewriting.use(true);
    await engine.remember({ kind: 'decision', text: SAID, scope: 'project', source: 'user', atMs: Date.now() });
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 0);
    engine.forget(
      engine.list().map(({ id }) => id),
      0,
    );
    await later(MINUTE_MS);
    await learn(
      'Where do failed orders go?',
      'We decided to keep all the failed orders in a dead letter queue, because retries blocked the main queue for hours.',
    );
    await later(5 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    const [memory] = engine.list();
    assert.ok(memory);
    engine.setPinned(memory.id, true);
    say('1: keep failed orders in a dead letter queue, because retries blocked the main queue for hours');
    await later(MINUTE_MS);
    assert.deepEqual(told(), [memory.text]);
  });

  it('offers nothing while paused', async () => {
    rewriting.use(true);
    await learn();
    engine.pause(true);
    await later(10 * MINUTE_MS);
    assert.equal(prompts.length, 0);
  });

  it('asks for no memory while no model is chosen or allowed', async () => {
    granted = async () => undefined;
    rewriting.use(true);
    await learn();
    await later(10 * MINUTE_MS);
    granted = undefined;
    await later(MINUTE_MS);
    assert.equal(prompts.length, 1, 'none was handed out in vain');
  });

  it('cancels a question when it is switched off, and takes no answer that comes all the same', async () => {
    let signal: AbortSignal | undefined;
    let say: (words: string) => void = () => undefined;
    answer = (_prompt, given) => {
      signal = given;
      return new Promise((resolve) => (say = resolve));
    };
    rewriting.use(true);
    await learn();
    await later(5 * MINUTE_MS);
    assert.equal(signal?.aborted, false);
    rewriting.use(false);
    assert.equal(signal.aborted, true);
    say(`1: ${BETTER}`);
    await settle();
    assert.notDeepEqual(told(), [BETTER]);
  });

  it('rests for an hour after a failure, and logs its code but not its words', async () => {
    answer = async () => {
      throw Object.assign(new Error(`cannot say: ${SAID}`), { code: 'Blocked' });
    };
    rewriting.use(true);
    await learn();
    await later(5 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    const before = told();
    await learn(
      'Where do failed orders go?',
      'We decided to keep all the failed orders in a dead letter queue, because retries blocked the main queue for hours.',
    );
    await later(50 * MINUTE_MS);
    assert.equal(prompts.length, 1);
    await later(15 * MINUTE_MS);
    assert.equal(prompts.length, 2);
    assert.ok(before.every((text) => told().includes(text)));
    assert.ok(lines.some((line) => line.includes('Blocked')) && !lines.some((line) => line.includes('JWT')), lines.join('\n'));
  });
});
