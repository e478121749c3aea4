import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mapEvents } from '../../src/assistants/copilot/events.ts';
import type { Loose } from '../../src/assistants/loose.ts';
import type { SessionId, Signal } from '../../src/memory.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/transcripts/copilot');
const FILE = { assistant: 'copilot', path: '/t/events.jsonl', session: 's' as SessionId, modifiedAtMs: 7 } as const;

function read(name: string): Signal[] {
  const mapper = mapEvents(FILE);
  const lines = fs.readFileSync(path.join(fixtures, name), 'utf8').trimEnd().split('\n');
  return lines.flatMap((text, i) => mapper.signalsOf(JSON.parse(text) as Loose, i + 1) ?? assert.fail(`line ${i + 1} was not understood`));
}

const map = (...events: [type: string, data: Loose, more?: Loose][]): Signal[] => {
  const mapper = mapEvents(FILE);
  return events.flatMap(([type, data, more], i) => mapper.signalsOf({ type, data, id: `e${i}`, ...more }, i + 1) ?? []);
};
const told = (signals: readonly Signal[]): string[] => signals.map((signal) => `${signal.kind}: ${'text' in signal ? signal.text : ''}`);

describe('Copilot: real sessions', () => {
  it('tells a story of trying, failing and succeeding, without what hooks added', () => {
    assert.deepEqual(told(read('hooks.jsonl')), [
      'prompt: The add function in calc.js is wrong, please fix it and run node test.js',
      'reply: Recalling.',
      'tool_call: memlab-recall: add function',
      'tool_result: MCP-RESULT-CANARY for add function',
      'reply: First attempt.',
      'tool_call: edit /home/dev/copilot/proj/calc.js\n- return a - b;\n+ return a * b;',
      'tool_call: bash: node test.js',
      'tool_result: FAIL: add(2,3) = 6',
      'reply: That failed: multiplication is wrong. Trying addition.',
      'tool_call: edit /home/dev/copilot/proj/calc.js\n- return a * b;\n+ return a + b;',
      'tool_call: bash: node test.js',
      'tool_result: ok',
      'reply: Fixed: add() now returns a + b and the test passes.',
      'turn_end: ',
      'turn_end: ',
    ]);
  });

  it('knows the exit codes of both spellings', () => {
    const codesIn = (name: string) => read(name).flatMap((signal) => (signal.kind === 'tool_result' ? [signal.exitCode] : []));
    assert.deepEqual(codesIn('hooks.jsonl'), [undefined, 1, 0]);
    assert.ok(codesIn('aborted.jsonl').includes(1));
    const spelt = (content: string) => map(['tool.execution_complete', { toolCallId: 'c', success: true, result: { content } }])[0];
    const older = spelt('boom\n<exited with exit code 2>');
    assert.ok(older?.kind === 'tool_result' && older.exitCode === 2 && older.isFailure && older.text === 'boom');
    const newer = spelt('fine\n<shellId: 7 completed with exit code 0>');
    assert.ok(newer?.kind === 'tool_result' && newer.exitCode === 0 && !newer.isFailure && newer.text === 'fine');
  });

  it('tells a failing tool by its error, and where the user broke off', () => {
    const signals = read('aborted.jsonl');
    const failed = signals.find((signal) => signal.kind === 'tool_result' && signal.tool === 'view');
    assert.ok(failed?.kind === 'tool_result' && failed.isFailure);
    assert.equal(failed.text, 'Path does not exist');
    assert.ok(signals.some((signal) => signal.kind === 'turn_end' && signal.place.line === 24));
  });

  it('leads each signal back to its line and time, and names each once', () => {
    const signals = read('bash.jsonl');
    const [prompt] = signals;
    assert.equal(prompt?.place.line, 4);
    assert.equal(new Date(prompt?.place.atMs ?? 0).getUTCFullYear(), 2026);
    const names = signals.map((signal) => signal.place.record);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('Copilot: single events', () => {
  it('takes what was typed, not what was made of it', () => {
    const data = { content: ' fix it ', transformedContent: '<reminder>secret</reminder> fix it' };
    assert.deepEqual(told(map(['user.message', data])), ['prompt: fix it']);
  });

  it('leaves out prompts of skills and of subagents', () => {
    assert.deepEqual(map(['user.message', { content: 'x', source: 'skill-pdf' }]), []);
    assert.deepEqual(map(['user.message', { content: 'x' }, { agentId: 'a1' }]), []);
  });

  it('counts what a subagent says and does as its parent, but not its end', () => {
    const more = { agentId: 'a1' };
    const signals = map(['assistant.message', { content: 'found it' }, more], ['assistant.turn_end', { turnId: '0' }, more]);
    assert.deepEqual(told(signals), ['reply: found it']);
  });

  it('ends the turn with the round that asks for no tool', () => {
    const asks = { content: 'looking', toolRequests: [{ toolCallId: 'c', name: 'view' }] };
    const signals = map(
      ['assistant.message', asks],
      ['assistant.turn_end', {}],
      ['assistant.message', { content: 'done', toolRequests: [] }],
      ['assistant.turn_end', {}],
    );
    assert.deepEqual(told(signals), ['reply: looking', 'reply: done', 'turn_end: ']);
  });

  it('reads arguments that come as JSON in a string', () => {
    const data = { toolCallId: 'c', toolName: 'bash', arguments: '{"command":"ls -l"}' };
    assert.deepEqual(told(map(['tool.execution_start', data])), ['tool_call: bash: ls -l']);
  });

  it('names the files of a patch', () => {
    const patch = '*** Begin Patch\n*** Update File: src/a.ts\n@@\n-old\n+new\n*** Add File: src/b.ts\n+x\n*** End Patch';
    const [signal] = map(['tool.execution_start', { toolCallId: 'c', toolName: 'apply_patch', arguments: patch }]);
    assert.ok(signal?.kind === 'tool_call');
    assert.deepEqual(signal.files, ['src/a.ts', 'src/b.ts']);
    assert.match(signal.text, /-old\n\+new/);
  });

  it('tells nothing of hooks, of its own system prompt and of events from the future', () => {
    const own = { hookType: 'sessionStart', output: { additionalContext: 'remembered' } };
    assert.deepEqual(map(['hook.end', own], ['system.message', { content: 'You are' }], ['session.telepathy', { content: 'x' }]), []);
    assert.deepEqual(map(['assistant.reasoning', { content: 'hm' }], ['assistant.message', { content: '', reasoningText: 'hm' }]), []);
  });

  it('neither tells what Cairn was asked nor what it answered', () => {
    const signals = map(
      ['tool.execution_start', { toolCallId: 'c', toolName: 'cairn-recall', arguments: { query: 'x' } }],
      ['tool.execution_complete', { toolCallId: 'c', success: true, result: { content: 'memories' } }],
    );
    assert.deepEqual(signals, []);
  });

  it('says which events it does not understand', () => {
    const mapper = mapEvents(FILE);
    assert.equal(mapper.signalsOf({ hello: 1 }, 1), undefined);
    assert.equal(mapper.signalsOf({ type: 'user.message' }, 1), undefined);
    assert.equal(mapper.signalsOf({ type: 'user.message', data: { content: 7 } }, 1), undefined);
    assert.equal(mapper.signalsOf({ type: 'tool.execution_start', data: {} }, 1), undefined);
  });
});
