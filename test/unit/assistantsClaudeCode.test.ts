import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mapClaudeCode } from '../../src/assistants/claudeCode/records.ts';
import type { Loose } from '../../src/assistants/loose.ts';
import type { SessionId, Signal } from '../../src/memory.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/transcripts/claude-code');
const FILE = { path: '/t/s.jsonl', session: 's' as SessionId, modifiedAtMs: 7, isSubagent: false };

function read(name: string, isSubagent = false): Signal[] {
  const mapper = mapClaudeCode({ ...FILE, session: path.basename(name, '.jsonl') as SessionId, isSubagent });
  const lines = fs.readFileSync(path.join(fixtures, name), 'utf8').trimEnd().split('\n');
  return lines.flatMap((text, i) => mapper.signalsOf(JSON.parse(text) as Loose, i + 1) ?? assert.fail(`line ${i + 1} was not understood`));
}

/** Maps records made here, one a line. */
const map = (...records: Loose[]): Signal[] => {
  const mapper = mapClaudeCode(FILE);
  return records.flatMap((record, i) => mapper.signalsOf({ uuid: `u${i}`, ...record }, i + 1) ?? []);
};
const user = (content: unknown, more: Loose = {}): Loose => ({ type: 'user', message: { role: 'user', content }, ...more });
const assistant = (content: unknown, more: Loose = {}): Loose => ({ type: 'assistant', message: { role: 'assistant', content }, ...more });
const call = (name: string, input: Loose, id = 'c'): Loose => assistant([{ type: 'tool_use', id, name, input }]);
const result = (content: unknown, more: Loose = {}, block: Loose = {}): Loose =>
  user([{ type: 'tool_result', tool_use_id: 'c', content, ...block }], more);
const textsOf = (signals: readonly Signal[], kind: Signal['kind']): string[] =>
  signals.filter((signal) => signal.kind === kind).map((signal) => ('text' in signal ? signal.text : ''));

describe('Claude Code: a real session', () => {
  const signals = read('merge-conflict.jsonl');

  it('tells the prompts as the user wrote them', () => {
    assert.deepEqual(textsOf(signals, 'prompt'), [
      'we need to fix some merge conflicts',
      'yeah merge from main',
      'origin/main',
      'yes, then commit, push',
    ]);
  });

  it('tells a failed command with its output and exit code', () => {
    const failed = signals.find((signal) => signal.kind === 'tool_result' && signal.isFailure);
    assert.ok(failed?.kind === 'tool_result');
    assert.equal(failed.tool, 'Bash');
    assert.equal(failed.exitCode, 1);
    assert.match(failed.text, /CONFLICT \(content\): Merge conflict in cmd\/entire/);
  });

  it('tells calls in readable words, and edits as the lines that changed', () => {
    assert.ok(textsOf(signals, 'tool_call').includes('Bash: git merge origin/main'));
    const edit = signals.find((signal) => signal.kind === 'tool_call' && signal.tool === 'Edit');
    assert.ok(edit?.kind === 'tool_call');
    assert.match(edit.text, /^Edit \/Users\/\S+manual_commit_git\.go\n- <<<<<<< HEAD\n/);
    assert.deepEqual(edit.files, ['/Users/alex/workspace/cli/.worktrees/2/cmd/entire/cli/strategy/manual_commit_git.go']);
  });

  it('does not tell what reading tools answered', () => {
    assert.deepEqual(
      signals.filter((signal) => signal.kind === 'tool_result' && ['Read', 'Grep', 'Edit'].includes(signal.tool) && !signal.isFailure),
      [],
    );
  });

  it('leads each signal back to its line, its record and its time', () => {
    const [first] = signals;
    assert.deepEqual(first?.place, {
      source: 'claude-code',
      session: '37a27d31-4a70-427b-8518-5fad6045d347',
      record: '9634c0f6-cdd4-4d71-83e5-67e986698f83',
      atMs: first?.place.atMs,
      path: '/t/s.jsonl',
      line: 4,
    });
    assert.ok((first?.place.atMs ?? 0) > Date.UTC(2026, 0, 1));
  });

  it('names every signal once', () => {
    const names = signals.map((signal) => `${signal.kind} ${signal.place.record}`);
    assert.equal(new Set(names).size, names.length);
  });

  it('ends a turn where the assistant has finished, not after each call', () => {
    const kinds = signals.map((signal) => signal.kind);
    assert.ok(kinds.filter((kind) => kind === 'turn_end').length >= 3);
    for (const [i, kind] of kinds.entries())
      if (kind === 'turn_end') assert.ok(['reply', 'turn_end'].includes(kinds[i - 1] ?? ''), `after ${i}`);
  });
});

describe('Claude Code: what is not the conversation', () => {
  it('takes in nothing that hooks have added', () => {
    const signals = read('hooks.jsonl');
    assert.ok(signals.length > 10);
    assert.doesNotMatch(JSON.stringify(signals), /CANARY-(?:Session|User|Pre|Post)/);
  });

  it('takes in no summary after a compaction, and goes on after it', () => {
    const signals = read('compacted.jsonl');
    assert.doesNotMatch(JSON.stringify(signals), /being continued from a previous/);
    assert.equal(textsOf(signals, 'prompt').length, 3);
    assert.deepEqual(textsOf(signals, 'reply'), ['first answer', 'second answer', 'DONE (script over)']);
  });

  it('leaves out lists of its own, expanded commands and caveats', () => {
    const signals = read('todo-and-writes.jsonl');
    const told = JSON.stringify(signals);
    assert.doesNotMatch(told, /<objective>|local-command|command-name/);
    assert.deepEqual(textsOf(signals, 'prompt'), [
      'ok lets get back to main',
      'theres a comment on the PR from coderabbit. address it if applicable',
      '7',
    ]);
    assert.match(told, /User has answered your questions: .*Work on it now/);
  });

  it('tells what a Write over an existing file changed, from its result', () => {
    const edit = read('todo-and-writes.jsonl').find((signal) => signal.kind === 'edit');
    assert.ok(edit?.kind === 'edit');
    assert.match(edit.file, /providers\/index\.ts$/);
    assert.equal(edit.text, "- export * from './pinata.provider';");
  });

  for (const [what, record] of Object.entries<Loose>({
    'a reminder': user('<system-reminder>\nToday is Monday.\n</system-reminder>'),
    'a reminder without an end': user('<system-reminder>\ncut off'),
    'the output of a local command': user('<local-command-stdout>bye</local-command-stdout>'),
    'a slash command': user('<command-name>/clear</command-name>\n<command-args></command-args>'),
    'an option of a slash command': user('<command-name>/model</command-name><command-args>opus</command-args>'),
    'a meta line': user('do not answer this', { isMeta: true }),
    'a summary by its words': user('This session is being continued from a previous conversation that ran out of context.'),
    'a finished background task': user('Task done', { origin: { kind: 'task-notification' } }),
    'another agent': user('I need the API', { origin: { kind: 'peer' } }),
    'an error of the service': assistant([{ type: 'text', text: 'API Error: 529' }], { isApiErrorMessage: true }),
    thinking: assistant([{ type: 'thinking', thinking: 'secretly' }]),
    'a snapshot': { type: 'file-history-snapshot', snapshot: {} },
    'a kind of record from the future': { type: 'mind-meld', text: 'hello' },
    'context of ours': { type: 'attachment', attachment: { type: 'hook_additional_context', content: ['remembered'] } },
    'a queued notification': { type: 'attachment', attachment: { type: 'queued_command', prompt: 'x', commandMode: 'task-notification' } },
  })) {
    it(`tells nothing of ${what}`, () => assert.deepEqual(map(record), []));
  }

  for (const [what, record] of Object.entries<Loose>({
    'no type': { hello: 1 },
    'a user line without content': { type: 'user', message: {} },
    'a user line without a message': { type: 'user' },
    'an assistant line with a number for content': assistant(7),
  })) {
    it(`says that it does not understand ${what}`, () => assert.equal(mapClaudeCode(FILE).signalsOf(record, 1), undefined));
  }
});

describe('Claude Code: single records', () => {
  it('keeps the words typed after a slash command', () => {
    const typed = '<command-name>/plan</command-name><command-args>use PKCE, not the implicit flow</command-args>';
    assert.deepEqual(textsOf(map(user(typed)), 'prompt'), ['use PKCE, not the implicit flow']);
  });

  it('keeps what the user wrote beside a reminder or an open file', () => {
    const content = [
      { type: 'text', text: '<ide_opened_file>a.ts</ide_opened_file>' },
      { type: 'text', text: 'why is this slow?<system-reminder>x</system-reminder>' },
      { type: 'image', source: {} },
    ];
    assert.deepEqual(textsOf(map(user(content)), 'prompt'), ['why is this slow?']);
  });

  it('takes what is typed while the assistant works', () => {
    const queued = { type: 'queued_command', prompt: 'no, use pnpm', commandMode: 'prompt', origin: { kind: 'human' } };
    assert.deepEqual(textsOf(map({ type: 'attachment', attachment: queued }), 'prompt'), ['no, use pnpm']);
  });

  it('hears the reason in a refusal', () => {
    const refusal =
      "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). To tell you how to proceed, the user said:\nnever touch the lock file";
    const told = map(call('Edit', { file_path: 'a', old_string: 'x', new_string: 'y' }), result(refusal, {}, { is_error: true }));
    assert.deepEqual(
      told.map((signal) => signal.kind),
      ['tool_call', 'prompt'],
    );
    assert.deepEqual(textsOf(told, 'prompt'), ['never touch the lock file']);
  });

  it('ends the turn when the user interrupts', () => {
    assert.deepEqual(
      map(user([{ type: 'text', text: '[Request interrupted by user for tool use]' }])).map((signal) => signal.kind),
      ['turn_end'],
    );
  });

  it('takes output and errors of a command together', () => {
    const told = map(call('Bash', { command: 'make' }), result('x', { toolUseResult: { stdout: 'built', stderr: 'warning: old' } }));
    assert.deepEqual(textsOf(told, 'tool_result'), ['built\nwarning: old']);
  });

  it('keeps both ends of a very long output', () => {
    const [text = ''] = textsOf(map(call('Bash', { command: 'make' }), result(`first${'x'.repeat(90_000)}last error`)), 'tool_result');
    assert.ok(text.length < 20_000 && text.startsWith('first') && text.endsWith('last error'));
  });

  it('neither tells what Cairn was asked nor what it answered', () => {
    assert.deepEqual(map(call('mcp__cairn__recall', { query: 'x' }), result('memories')), []);
  });

  it('finishes a subagent with neither a prompt nor the end of the turn', () => {
    const signals = read('agent-a775a67.jsonl', true);
    assert.deepEqual(
      signals.map((signal) => signal.kind),
      ['tool_call', 'tool_result', 'reply'],
    );
    assert.equal(signals[0]?.place.session, 'b3a7bd3c-5a10-4e7b-8ff0-7fc0cd6d1093');
  });

  it('tells a subagent once: its answer stands in its own file', () => {
    const signals = read('with-subagent.jsonl');
    assert.equal(signals.filter((signal) => signal.kind === 'tool_call').length, 1);
    assert.deepEqual(textsOf(signals, 'tool_result'), []);
  });

  it('gives copied history the names it had, so that it is known', () => {
    const nameOf = ({ place }: Signal): string => `${place.session} ${place.record}`;
    const original = new Set(read('c8bcb3a7-8728-4d76-9aae-1cbaf2350114.jsonl').map(nameOf));
    const copied = read('b02ed4d8-1f00-45cc-949f-3ea63b2dbde2.jsonl').map(nameOf);
    assert.equal(copied.filter((name) => original.has(name)).length, original.size);
    const added = copied.filter((name) => !original.has(name));
    assert.equal(added.length, 2);
    assert.ok(added.every((name) => name.startsWith('b02ed4d8')));
  });

  it('knows a forked line by the record it was forked from', () => {
    const forkedFrom = { sessionId: 'parent', messageUuid: 'theirs' };
    const [signal] = map(user('hello', { sessionId: 's', forkedFrom }));
    assert.equal(`${signal?.place.session} ${signal?.place.record}`, 'parent theirs');
  });
});
