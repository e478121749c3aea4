// The answering side of the panel: every question is answered or refused, and nothing that does not fit gets through to the service.
import assert from 'node:assert/strict';
import { PRESENCES, answering, type PageAnswerParts } from '../../src/editor/pageAnswers.ts';
import type { Memory, MemoryId } from '../../src/memory.ts';
import { UserError } from '../../src/util/errors.ts';
import { logTo } from '../../src/util/log.ts';
import type { Answer } from '../../webview/protocol.ts';
import { stubApi } from '../support/stubApi.ts';

const SECRET = 'what was captured';
const HELLO = { isTrusted: true, isPaused: false, connected: [] };

interface Desk {
  readonly ask: (question: string, ...args: readonly unknown[]) => Promise<Answer | undefined>;
  readonly say: (message: unknown) => Promise<Answer | undefined>;
  readonly asked: { readonly method: string; readonly args: readonly unknown[] }[];
  readonly done: unknown[][];
  readonly logged: string[];
}

function desk(answers: Parameters<typeof stubApi>[0] = {}, more: Partial<PageAnswerParts> = {}): Desk {
  const { api, asked } = stubApi(answers);
  const done: unknown[][] = [];
  const logged: string[] = [];
  const note =
    (what: string) =>
    async (...args: unknown[]): Promise<void> =>
      void done.push([what, ...args]);
  const say = answering({
    api,
    forgetting: { forget: note('forget'), merge: note('merge'), undo: note('undo') },
    isReady: () => Promise.resolve(),
    folder: () => '/project',
    hello: () => HELLO,
    openSource: note('openSource'),
    copyText: note('copyText'),
    restart: () => void done.push(['restart']),
    showLog: () => void done.push(['showLog']),
    now: () => 42,
    log: logTo((_level, message) => logged.push(message)),
    ...more,
  });
  return { say, ask: (question, ...args) => say({ kind: 'ask', number: 7, question, args }), asked, done, logged };
}
const value = (answer: Answer | undefined): unknown => {
  assert.equal(answer?.kind, 'answer', JSON.stringify(answer));
  return answer.value;
};
const refusal = (answer: Answer | undefined): string => {
  assert.equal(answer?.kind, 'refused', JSON.stringify(answer));
  return answer.message;
};
const memory = (id: string): Memory => ({ id, kind: 'decision', text: `Text of ${id}.`, evidence: [] }) as unknown as Memory;
const LIST = { text: 'login', facets: { kind: ['decision'], file: ['src/a.ts'] }, order: 'newest' };

describe('what the panel asks', () => {
  it('is answered by its number, from the service', async () => {
    const { say, asked } = desk({ browse: () => ({ total: 3 }) });
    assert.deepEqual(await say({ kind: 'ask', number: 9, question: 'browse', args: [LIST, 100, 50] }), {
      kind: 'answer',
      number: 9,
      value: { total: 3 },
    });
    assert.deepEqual(asked, [{ method: 'browse', args: [undefined, LIST, 100, 50] }]);
  });

  it('about what is next is asked of the folder in front, at the editor’s time', async () => {
    const { ask, asked } = desk({ preview: () => ({ text: '' }) });
    value(await ask('preview', { occasion: { kind: 'prompt', prompt: 'why?' }, session: 's1', atMs: 5, more: 1 }));
    value(await ask('preview', { occasion: { kind: 'session_start' }, session: null }));
    assert.deepEqual(
      asked.map(({ args }) => args),
      [
        ['/project', { occasion: { kind: 'prompt', prompt: 'why?' }, session: 's1', atMs: 42 }],
        ['/project', { occasion: { kind: 'session_start' }, atMs: 42 }],
      ],
    );
  });

  it('takes null, which is how an absent argument arrives, for none', async () => {
    const { ask, asked } = desk({ holdBack: () => undefined, given: () => ({ givings: [] }) });
    value(await ask('holdBack', 'm1', null, true));
    value(await ask('given', null, 20));
    assert.deepEqual(
      asked.map(({ args }) => args),
      [
        ['m1', undefined, true],
        [undefined, undefined, 20],
      ],
    );
  });

  it('waits until the service knows the window, but for the hello', async () => {
    let isReady = () => {};
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const { ask, asked } = desk({ memory: () => memory('m1') }, { isReady: () => ready });
    assert.deepEqual(value(await ask('hello')), HELLO);
    const later = ask('memory', 'm1');
    await new Promise(setImmediate);
    assert.deepEqual(asked, []);
    isReady();
    assert.deepEqual(value(await later), memory('m1'));
  });

  it('forgets, merges and undoes through the one countdown', async () => {
    const { ask, done } = desk();
    value(await ask('forget', ['a', 'b']));
    value(await ask('merge', [{ id: 'a', others: ['b', 'c'] }]));
    value(await ask('undo'));
    assert.deepEqual(done, [['forget', ['a', 'b']], ['merge', [{ id: 'a', others: ['b', 'c'] }]], ['undo']]);
  });

  it('starts a service again that has stopped, and shows why it did', async () => {
    const { ask, done, asked } = desk();
    // It answers nothing in that state, and nothing is asked of it.
    value(await ask('restart'));
    value(await ask('showLog'));
    assert.deepEqual([done, asked], [[['restart'], ['showLog']], []]);
    assert.deepEqual([PRESENCES.running, PRESENCES.resting, PRESENCES.given_up], ['here', 'away', 'stopped']);
  });

  it('changes all that are named, though one of them is gone, and says so', async () => {
    const gone = 'This memory is not there any more. The list shows what is.';
    const { ask, asked } = desk({
      setPinned: (id) => {
        if (id === 'b') throw new UserError(gone);
      },
    });
    assert.equal(refusal(await ask('setPinned', ['a', 'b', 'c'], true)), gone);
    assert.deepEqual(
      asked.map(({ args }) => args[0]),
      ['a', 'b', 'c'],
    );
  });

  it('copies what is there of what is named, and opens the source of one', async () => {
    const { ask, done } = desk({ memory: (id: MemoryId) => (id === 'gone' ? undefined : memory(id)) });
    value(await ask('copy', ['a', 'gone', 'b']));
    assert.deepEqual(done, [['copyText', 'DECISION Text of a.\nDECISION Text of b.']]);
    value(await ask('openSource', 'a'));
    assert.deepEqual(done[1], ['openSource', memory('a')]);
    for (const [question, args] of [
      ['copy', [['gone']]],
      ['openSource', ['gone']],
    ] as const)
      assert.match(refusal(await ask(question, ...args)), /not there any more/);
  });

  it('is refused in the words of a UserError, and else in words that give nothing away', async () => {
    const { ask, logged } = desk({
      review: () => {
        throw new UserError('Cairn is still waking up. Try again in a moment.');
      },
      given: () => {
        throw new Error(SECRET);
      },
    });
    assert.equal(refusal(await ask('review', 10)), 'Cairn is still waking up. Try again in a moment.');
    assert.deepEqual(logged, []);
    assert.equal(refusal(await ask('given', null, 10)), 'Something went wrong in Cairn. The log has the details.');
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /got no answer to given/);
    assert.ok(!logged.join().includes(SECRET));
  });

  it('does not reach the service when it does not fit', async () => {
    const { ask, say, asked, done, logged } = desk();
    const misfits: [string, ...unknown[]][] = [
      ['nothing of the kind'],
      ['constructor'],
      ['__proto__'],
      [SECRET],
      ['browse', LIST, -1, 10],
      ['browse', LIST, 0, 1.5],
      ['browse', LIST, 0, Infinity],
      ['browse', { ...LIST, order: SECRET }, 0, 10],
      ['browse', { ...LIST, facets: { kind: [SECRET] } }, 0, 10],
      ['browse', { ...LIST, facets: { constructor: [] } }, 0, 10],
      ['browse', { ...LIST, facets: [] }, 0, 10],
      ['browse', { ...LIST, text: 5 }, 0, 10],
      ['browse', null, 0, 10],
      ['memory'],
      ['memory', ''],
      ['memory', { id: 'a' }],
      ['preview', { occasion: { kind: 'prompt' } }],
      ['preview', { occasion: { kind: SECRET } }],
      ['holdBack', 'a', 5, true],
      ['holdBack', 'a', 's', 'yes'],
      ['keep', SECRET, ['a']],
      ['merge', [{ id: 'a', others: ['a'] }]],
      ['merge', 'a', ['b']],
      ['edit', 'a', { outcome: SECRET }],
      ['edit', 'a', null],
      ['setScope', ['a'], 'world'],
      ['setPinned', 'a', true],
      ['forget', 'a'],
      ['forget', [['a']]],
      ['forget', { length: 1, 0: 'a' }],
    ];
    for (const [question, ...args] of misfits)
      assert.match(refusal(await ask(question, ...args)), /went wrong/, `${question} ${JSON.stringify(args)}`);
    assert.match(refusal(await say({ kind: 'ask', number: 1, question: 'undo', args: 'none' })), /went wrong/);
    assert.deepEqual([asked, done], [[], []]);
    assert.equal(logged.length, misfits.length + 1);
    assert.ok(!logged.join().includes(SECRET));
  });

  it('is told when a person typed too much, or nothing', async () => {
    const tooLong = 'A memory can be at most 5,000 characters.';
    const { ask, asked } = desk({
      edit: (_id, { text }) => {
        if (text && text.length > 5_000) throw new UserError(tooLong);
      },
    });
    assert.match(refusal(await ask('edit', 'a', { text: ' \n' })), /needs words/);
    assert.match(refusal(await ask('browse', { ...LIST, text: 'x'.repeat(100_000) }, 0, 10)), /Shorten it/);
    assert.equal(asked.length, 0);
    value(await ask('edit', 'a', { text: ' Use the queue. ', outcome: null }));
    assert.deepEqual(asked[0]?.args, ['a', { text: 'Use the queue.', outcome: null }]);
    // How long a memory may be is the service's to say; what nobody types does not even get there.
    assert.equal(refusal(await ask('edit', 'a', { text: 'x'.repeat(100_000) })), tooLong);
    assert.match(refusal(await ask('edit', 'a', { text: 'x'.repeat(2_000_000) })), /Shorten it/);
    assert.equal(asked.length, 2);
  });

  it('gets no answer where nothing was asked', async () => {
    const { say, logged } = desk();
    for (const message of [undefined, null, 5, 'ask', [], {}, { kind: 'ask' }, { kind: 'ask', number: '1', question: 'undo', args: [] }])
      assert.equal(await say(message), undefined);
    assert.deepEqual(logged, []);
  });
});
