import assert from 'node:assert/strict';
import { isUsedIn, isTelling, marksOf, valuesIn, withoutSaid } from '../../src/inject/used.ts';
import { createUseWatch, type Giving, type UseWatch } from '../../src/inject/useWatch.ts';
import type { Entities, Memory, Observation, ObservationId, Role, SessionId, SourceId } from '../../src/memory.ts';
import { DAY, NOON, memory } from '../support/memories.ts';

const MINUTE = 60_000;
const marks = (text: string, entities: Partial<Entities> = {}) =>
  marksOf({ text, entities: { files: [], symbols: [], commands: [], ...entities } });
const saying = (role: Role, text: string, files: readonly string[] = []) => ({ role, text, files });

describe('used: the marks of a memory', () => {
  it('are symbols, files by their names, commands and other names of code', () => {
    const found = marks('Errors of `fetchUser` go through toUserError() with --max-retries and E_LIMIT', {
      files: ['src/net/retry.ts'],
      symbols: ['fetchUser'],
      commands: ['npm run  check:net', 'npm test'],
    });
    assert.deepEqual(
      new Set(found.names),
      new Set(['retry.ts', 'npm run check:net', 'fetchUser', 'toUserError', '--max-retries', 'E_LIMIT']),
    );
  });

  it('are no files that every folder has, but by their folder', () => {
    assert.deepEqual(marks('Look there', { files: ['src/auth/index.ts', 'README.md'] }).names, ['auth/index.ts']);
  });

  it('are values with their units however they are spelled, versions and ports', () => {
    assert.deepEqual(valuesIn('15 min access, 7 days refresh, 250ms, port 8080, v1.2.3, in 2024, 3 files, id42'), [
      '15 min',
      '7 d',
      '250 ms',
      '8080',
      '1.2.3',
    ]);
    assert.deepEqual(valuesIn('15 minutes'), valuesIn('15-min'));
  });

  it('without any, are its rarest words', () => {
    const found = marks('Customers expect polite letters instead of terse notices');
    assert.deepEqual([found.names, found.values], [[], []]);
    assert.ok(found.words.includes('customer') && found.wordsNeeded >= 3);
  });

  it('are none where there is too little to know it by', () => {
    assert.equal(isTelling(marks('Keep it neat')), false);
  });
});

describe('used: what counts', () => {
  it('a mark in a reply, a call, an edit or a command', () => {
    const m = marks('Retries live in `src/net/retry.ts`', { files: ['src/net/retry.ts'] });
    assert.ok(isUsedIn(m, saying('reply', 'I looked at src/net/retry.ts first.')));
    assert.ok(isUsedIn(m, saying('call', 'Read', ['/home/me/p/src/net/retry.ts'])));
    assert.ok(isUsedIn(m, saying('edit', '@@ line 3 @@\n-a\n+b', ['src/net/retry.ts'])));
    assert.ok(isUsedIn(m, saying('command', '$ npx eslint src/net/retry.ts')));
  });

  it('not in a prompt, a result or a commit', () => {
    const m = marks('Retries live in `retry.ts`', { files: ['retry.ts'] });
    for (const role of ['request', 'result', 'commit', 'revert'] as const) assert.equal(isUsedIn(m, saying(role, 'retry.ts')), false, role);
  });

  it('not as a part of another name, nor what a program printed, nor what an edit took out', () => {
    const m = marks('Use toUser for it', { symbols: ['toUser'] });
    assert.equal(isUsedIn(m, saying('reply', 'I call toUserError and autoUser')), false);
    assert.equal(isUsedIn(m, saying('command', '$ npm run x\ntoUser is not defined')), false);
    assert.equal(isUsedIn(m, saying('edit', '@@ line 1 @@\n-toUser(a)\n toUser(b)\n+other(c)')), false);
    assert.ok(isUsedIn(m, saying('edit', '@@ line 1 @@\n+toUser(a)')));
  });

  it('not what everybody runs', () => {
    assert.equal(isUsedIn(marks('Run the tests', { commands: ['npm test'] }), saying('command', '$ npm test')), false);
  });

  it('not what the prompt said', () => {
    const m = withoutSaid(marks('`fetchUser` retries 3 times, see `retry.ts`'), 'why does fetchUser fail?');
    assert.equal(isUsedIn(m, saying('reply', 'fetchUser fails because …')), false);
    assert.ok(isUsedIn(m, saying('reply', 'as retry.ts has it')));
  });

  it('of a memory without marks: three of its words and half of them, in one reply', () => {
    const m = marks('Customers expect polite letters instead of terse notices');
    assert.ok(isUsedIn(m, saying('reply', 'A polite letter, since customers expect it and dislike notices.')));
    assert.equal(isUsedIn(m, saying('reply', 'A polite letter.')), false);
    assert.equal(isUsedIn(m, saying('call', 'polite letters for customers who expect notices')), false);
  });
});

describe('used: following sessions', () => {
  const ONE = 'one' as SessionId;
  let records = 0;
  const seen = (role: Role, text: string, afterMs: number, session = 'one', source: SourceId = 'claude-code'): Observation => ({
    id: `o${++records}` as ObservationId,
    place: { source, session: session as SessionId, record: `r${records}`, atMs: NOON + afterMs },
    role,
    text,
    files: [],
    isFailure: false,
  });
  const retry = memory('Retries live in `retry.ts`', { id: 'retry' });
  const giving = (given: readonly Memory[], more: Partial<Giving> = {}): Giving => ({ session: ONE, memories: given, atMs: NOON, ...more });
  const nobody = () => undefined;
  const takenBy = (watch: UseWatch, ...observations: Observation[]) => Object.fromEntries(watch.take(observations));

  it('a memory counts once, in the session that was given it', () => {
    const watch = createUseWatch(nobody);
    watch.gave(giving([retry]));
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 1, 'two')), {});
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 1)), { one: ['retry'] });
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts again', 2)), {});
    watch.gave(giving([retry], { atMs: NOON + 5 }));
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 6)), { one: ['retry'] }, 'given again, it may be used again');
  });

  it('what was said before it was given does not count', () => {
    const watch = createUseWatch(nobody);
    watch.gave(giving([retry]));
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', -1)), {});
  });

  it('nor what came with the prompt, a later prompt or a tool’s output', () => {
    for (const said of ['prompt', 'request', 'result'] as const) {
      const watch = createUseWatch(nobody);
      watch.gave(giving([retry], said === 'prompt' ? { prompt: 'what is in retry.ts?' } : {}));
      if (said !== 'prompt') watch.take([seen(said, 'grep: retry.ts', 1)]);
      assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 2)), {}, said);
    }
  });

  it('an old prompt of the same session takes nothing away', () => {
    const watch = createUseWatch(nobody);
    watch.gave(giving([retry]));
    watch.take([seen('request', 'what is in retry.ts?', -MINUTE)]);
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 2)), { one: ['retry'] });
  });

  it('edits and commands of the editor count for half an hour', () => {
    for (const [afterMs, expected] of [
      [29 * MINUTE, { one: ['retry'] }],
      [31 * MINUTE, {}],
    ] as const) {
      const watch = createUseWatch(nobody);
      watch.gave(giving([retry]));
      assert.deepEqual(takenBy(watch, seen('command', '$ node retry.ts', afterMs, 'shell', 'terminal')), expected);
    }
    const watch = createUseWatch(nobody);
    watch.gave(giving([retry]));
    assert.deepEqual(takenBy(watch, seen('edit', '+import "./retry.ts"', MINUTE, 'saved', 'edits')), { one: ['retry'] });
  });

  it('where a model asked by itself, any conversation nearby counts', () => {
    const watch = createUseWatch(nobody);
    watch.gave(giving([retry], { session: 'mcp' as SessionId, isNameless: true }));
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', DAY, 'late')), {});
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts', 1, 'two')), { mcp: ['retry'] });
  });

  it('what was given before this process began is looked up once, with what was said since', () => {
    const asked: SessionId[] = [];
    const other = memory('Limits are in `limits.ts`', { id: 'limits' });
    const watch = createUseWatch((session) => {
      asked.push(session);
      if (session !== ONE) return undefined;
      return { givings: [giving([retry, other])], observations: [seen('result', 'limits.ts', 1), seen('reply', 'nothing of it', 2)] };
    });
    assert.deepEqual(takenBy(watch, seen('reply', 'retry.ts and limits.ts', 3), seen('reply', 'x', 4), seen('reply', 'x', 1, 'two')), {
      one: ['retry'],
    });
    watch.take([seen('reply', 'x', 9, 'two')]);
    assert.deepEqual(asked, ['one', 'two']);
  });
});
