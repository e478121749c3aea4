import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mapEvents } from '../../src/assistants/copilot/events.ts';
import { asList, asObject, type Loose } from '../../src/assistants/loose.ts';
import { replay } from '../../src/assistants/vscodeChat/mutationLog.ts';
import { isFinished, nameOfSaid, signalsOfRequest } from '../../src/assistants/vscodeChat/requests.ts';
import type { SessionId, Signal } from '../../src/memory.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/transcripts/vscode-chat');
const CHAT = { session: 's' as SessionId, path: '/t/s.jsonl', modifiedAtMs: 7, lineOf: () => undefined };
const NAME = 'c4416ab6-bfc3-4ce6-8f61-40a81f263653';
const text = (name: string): string => fs.readFileSync(path.join(fixtures, name), 'utf8');
const requestsOf = (session: Loose | undefined): Loose[] => asList(session?.['requests']).map((request) => asObject(request) ?? {});
const log = (...changes: Loose[]): string => changes.map((change) => JSON.stringify(change)).join('\n');
const told = (signals: readonly Signal[]): string[] => signals.map((signal) => `${signal.kind}: ${'text' in signal ? signal.text : ''}`);
const ask = (response: unknown[], more: Loose = {}): Signal[] =>
  signalsOfRequest({ requestId: 'r', message: { text: 'do it' }, response, ...more }, '', CHAT);

describe('VS Code chat: the log of changes', () => {
  it('comes to the object that the older format keeps', () => {
    const { session, skipped } = replay(text(`${NAME}.jsonl`));
    const { requests } = JSON.parse(text(`${NAME}.json`)) as { requests: Loose[] };
    assert.equal(skipped, 0);
    const now = requestsOf(session);
    assert.deepEqual(
      now.map((request) => [request['requestId'], request['message'], request['response'], request['timestamp']]),
      requests.map((request) => [request['requestId'], request['message'], request['response'], request['timestamp']]),
    );
  });

  it('sets, pushes, cuts before it pushes, and deletes', () => {
    const { session } = replay(
      log(
        { kind: 0, v: { requests: [{ response: [1, 2, 3] }], draft: 'x' } },
        { kind: 2, k: ['requests', 0, 'response'], v: [9], i: 1 },
        { kind: 1, k: ['requests', 0, 'done'], v: true },
        { kind: 2, k: ['tags'], v: ['a'] },
        { kind: 2, k: ['requests', 0, 'response'], i: 1 },
        { kind: 3, k: ['draft'] },
      ),
    );
    assert.deepEqual(session, { requests: [{ response: [1], done: true }], tags: ['a'] });
  });

  it('passes over what it cannot use, and keeps the rest', () => {
    const { session, skipped } = replay(
      [
        '{"kind":0,"v":{"requests":[]}}',
        '{"kind":2,"k":["requests"],"v":[{"requestId":"a"}]}',
        '\u0000\u0001binary',
        '{"kind":1,"k":["requests",7,"x"],"v":1}',
        '{"kind":9,"k":["requests"],"v":1}',
        '{"kind":1,"k":["__proto__","polluted"],"v":1}',
        '{"kind":2,"k":["requests"],"v":[{"requestId":"b"}]}',
        '{"kind":2,"k":["requests"],"v":[{"requ',
      ].join('\n'),
    );
    assert.deepEqual(
      requestsOf(session).map((request) => request['requestId']),
      ['a', 'b'],
    );
    assert.equal(skipped, 5);
    assert.equal(({} as Loose)['polluted'], undefined);
  });

  it('has no session without a beginning', () => {
    assert.equal(replay('').session, undefined);
    const orphan = replay('{"kind":1,"k":["a"],"v":1}');
    assert.equal(orphan.session, undefined);
    assert.equal(orphan.skipped, 1);
  });

  it('knows the line that brought a part', () => {
    const { session, lineOf } = replay(text(`${NAME}.jsonl`));
    const lines = text(`${NAME}.jsonl`).split('\n');
    for (const request of requestsOf(session)) {
      assert.match(lines[(lineOf(request) ?? 0) - 1] ?? '', new RegExp(String(request['requestId'])));
      for (const part of asList(request['response'])) assert.match(lines[(lineOf(part) ?? 0) - 1] ?? '', /"response"/);
    }
  });
});

describe('VS Code chat: a request', () => {
  it('is finished by its state, or in older files by its result', () => {
    assert.equal(isFinished({ modelState: { value: 0 } }), false);
    assert.equal(isFinished({ modelState: { value: 4 }, result: {} }), false);
    for (const value of [1, 2, 3]) assert.equal(isFinished({ modelState: { value } }), true);
    assert.equal(isFinished({ response: [] }), false);
    assert.equal(isFinished({ result: {} }), true);
    assert.equal(isFinished({ isCanceled: true }), true);
  });

  it('tells a real one: prompt, words, edit, end', () => {
    const [, second] = requestsOf(replay(text(`${NAME}.jsonl`)).session);
    const signals = signalsOfRequest(second ?? {}, '', CHAT);
    assert.deepEqual(
      signals.map((signal) => signal.kind),
      ['prompt', 'reply', 'edit', 'reply', 'turn_end'],
    );
    const [, reply, edit] = signals;
    // The code stands in the edit, not also in the words, and no half of its fence is left.
    assert.ok(reply?.kind === 'reply' && edit?.kind === 'edit');
    assert.doesNotMatch(reply.text, /```|Retrieves the chain/);
    assert.match(edit.file, /builder-chain-utils\.ts$/);
    assert.match(edit.text, /^\+ import/);
  });

  it('tells a real tool that failed', () => {
    const { requests } = JSON.parse(text('failed-tool.json')) as { requests: Loose[] };
    const failed = signalsOfRequest(requests[0] ?? {}, '', CHAT).find((signal) => signal.kind === 'tool_result');
    assert.ok(failed?.kind === 'tool_result' && failed.isFailure);
    assert.match(failed.text, /^Error calling tool 'update_entry_fields': 400/);
  });

  it('joins Markdown around names of files and symbols, and leaves thinking out', () => {
    const signals = ask([
      { value: 'See ' },
      { kind: 'inlineReference', name: 'parse', inlineReference: {} },
      { value: ' in ' },
      { kind: 'inlineReference', inlineReference: { fsPath: '/p/src/a.ts', path: '/p/src/a.ts' } },
      { kind: 'thinking', value: 'hm' },
      { value: '.' },
    ]);
    assert.deepEqual(told(signals), ['prompt: do it', 'reply: See `parse` in `a.ts`.', 'turn_end: ']);
  });

  it('tells a terminal command with its output and exit code', () => {
    const part = {
      kind: 'toolInvocationSerialized',
      toolId: 'run_in_terminal',
      toolCallId: 'call_1__vscode-1700',
      isComplete: true,
      toolSpecificData: {
        kind: 'terminal',
        commandLine: { original: 'npm test', userEdited: 'npm test -- -u' },
        terminalCommandOutput: { text: '1 failing' },
        terminalCommandState: { exitCode: 1, duration: 5 },
      },
    };
    const [, called, result] = ask([part]);
    assert.ok(called?.kind === 'tool_call' && result?.kind === 'tool_result');
    assert.equal(called.text, 'run_in_terminal: npm test -- -u');
    assert.deepEqual([called.callId, result.callId, result.exitCode, result.isFailure], ['call_1', 'call_1', 1, true]);
    assert.equal(result.text, '1 failing');
  });

  it('finds arguments and answers of a tool in the rounds, in a tree of text', () => {
    const part = {
      kind: 'toolInvocationSerialized',
      toolId: 'mcp_x_find',
      toolCallId: 'c__vscode-1',
      pastTenseMessage: 'Ran',
      isComplete: true,
    };
    const tree = {
      node: {
        type: 1,
        children: [
          { type: 2, text: 'two ' },
          { type: 2, text: 'hits', lineBreakBefore: false },
        ],
      },
    };
    const metadata = {
      toolCallRounds: [{ toolCalls: [{ id: 'c', name: 'mcp_x_find', arguments: '{"query":"leaks"}' }] }],
      toolCallResults: { c: { content: [{ value: tree }] } },
    };
    assert.deepEqual(told(ask([part], { result: { metadata } })).slice(1, 3), ['tool_call: mcp_x_find: leaks', 'tool_result: two hits']);
  });

  it('tells nothing hidden: parts, tools and whole requests', () => {
    const hidden = { kind: 'toolInvocationSerialized', toolId: 'x', toolCallId: 'c', presentation: 'hidden', invocationMessage: 'secret' };
    assert.deepEqual(told(ask([hidden, { kind: 'progressTaskSerialized', content: { value: 'busy' } }])), ['prompt: do it', 'turn_end: ']);
    assert.deepEqual(told(ask([], { isHidden: true })), ['turn_end: ']);
  });

  it('neither tells what Cairn was asked nor what it answered', () => {
    const part = { kind: 'toolInvocationSerialized', toolId: 'mcp_cairn_recall', toolCallId: 'c', pastTenseMessage: 'Recalled' };
    assert.deepEqual(told(ask([part])), ['prompt: do it', 'turn_end: ']);
  });

  it('survives parts of any shape', () => {
    const odd = [null, 7, 'plain', [], { kind: 'textEditGroup' }, { kind: 'toolInvocationSerialized' }, { kind: 'tomorrow', value: 'x' }];
    assert.ok(told(ask(odd)).includes('reply: plain'));
  });
});

describe('VS Code chat: two stores of one conversation', () => {
  it('gives the same turn the same names in both', () => {
    let prompt = '';
    const mapper = mapEvents({ assistant: 'vscode-chat', ...CHAT }, undefined, (kind, said) => {
      const name = nameOfSaid(kind, said, prompt);
      if (kind === 'prompt') prompt = said;
      return name;
    });
    const events: [string, Loose][] = [
      ['user.message', { content: 'run the tests' }],
      ['assistant.message', { content: 'Running  them.', toolRequests: [{}] }],
      ['tool.execution_start', { toolCallId: 'c1', toolName: 'run_in_terminal', arguments: { command: 'npm test' } }],
      ['tool.execution_complete', { toolCallId: 'c1', success: true, result: { content: 'ok' } }],
      ['assistant.message', { content: 'All pass.', toolRequests: [] }],
    ];
    const logged = events.flatMap(([type, data], i) => mapper.signalsOf({ type, data, id: `e${i}` }, i + 1) ?? []);
    const terminal = {
      kind: 'toolInvocationSerialized',
      toolId: 'run_in_terminal',
      toolCallId: 'c1__vscode-9',
      toolSpecificData: { kind: 'terminal', commandLine: { original: 'npm test' }, terminalCommandOutput: { text: 'ok' } },
    };
    const request = {
      requestId: 'r',
      message: { text: 'run the tests' },
      response: [{ value: 'Running\nthem.\n' }, terminal, { value: 'All pass.' }],
    };
    const kept = signalsOfRequest(request, '', CHAT).filter((signal) => signal.kind !== 'turn_end');
    const namesOf = (signals: readonly Signal[]) => signals.map((signal) => `${signal.kind} ${signal.place.record}`);
    assert.deepEqual(namesOf(logged), namesOf(kept));
  });
});
