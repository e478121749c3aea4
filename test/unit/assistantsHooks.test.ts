import assert from 'node:assert/strict';
import { claudeCodeHooks as hooks } from '../../src/assistants/claudeCode/hooks.ts';
import type { HookCall } from '../../src/assistants/assistant.ts';

const base = { session_id: 'c68b', transcript_path: '/h/.claude/projects/-p/c68b.jsonl', cwd: '/p' };
const parse = (more: object): HookCall => hooks.parse(JSON.stringify({ ...base, ...more }));

describe('Claude Code hooks', () => {
  for (const [given, source] of Object.entries({
    startup: 'startup',
    resume: 'resume',
    clear: 'clear',
    compact: 'compact',
    fork: 'resume',
    tomorrow: 'startup',
  })) {
    it(`hear a session start (${given})`, () => {
      assert.deepEqual(parse({ hook_event_name: 'SessionStart', source: given }), {
        kind: 'session_start',
        session: 'c68b',
        folder: '/p',
        source,
      });
    });
  }

  it('hear a prompt', () => {
    const call = parse({ hook_event_name: 'UserPromptSubmit', prompt: ' why does add fail? ', permission_mode: 'default' });
    assert.deepEqual(call, { kind: 'prompt', session: 'c68b', folder: '/p', prompt: 'why does add fail?' });
  });

  it('ignore prompts that nobody typed, and empty ones', () => {
    for (const source of ['system', 'loop_wakeup', 'schedule_wakeup', 'poll_event']) {
      assert.deepEqual(parse({ hook_event_name: 'UserPromptSubmit', prompt: 'go on', source }), { kind: 'ignored' });
    }
    assert.equal(parse({ hook_event_name: 'UserPromptSubmit', prompt: 'hello', source: 'user' }).kind, 'prompt');
    assert.equal(parse({ hook_event_name: 'UserPromptSubmit', prompt: 'hello', source: 'sdk' }).kind, 'prompt');
    assert.equal(parse({ hook_event_name: 'UserPromptSubmit', prompt: ' \n' }).kind, 'ignored');
  });

  it('hear the end of a turn and of a session', () => {
    const end = { kind: 'turn_end', session: 'c68b', folder: '/p', transcriptPath: base.transcript_path };
    assert.deepEqual(parse({ hook_event_name: 'Stop', stop_hook_active: false }), end);
    assert.deepEqual(parse({ hook_event_name: 'SessionEnd', reason: 'other' }), end);
  });

  it('ignore everything else', () => {
    for (const stdin of [
      '',
      'not json',
      '[]',
      '7',
      'null',
      '{}',
      '{"session_id":7,"hook_event_name":"Stop"}',
      '{"hook_event_name":"Stop"}',
    ]) {
      assert.deepEqual(hooks.parse(stdin), { kind: 'ignored' });
    }
    assert.deepEqual(parse({ hook_event_name: 'PreToolUse', tool_name: 'Bash' }), { kind: 'ignored' });
  });

  it('answer with context, in the words that Claude Code takes', () => {
    const start = parse({ hook_event_name: 'SessionStart', source: 'startup' });
    const prompt = parse({ hook_event_name: 'UserPromptSubmit', prompt: 'hello' });
    assert.equal(
      hooks.answer(start, 'A "quote"'),
      '{"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"A \\"quote\\""}}',
    );
    assert.equal(hooks.answer(prompt, 'B'), '{"hookSpecificOutput":{"hookEventName":"UserPromptSubmit","additionalContext":"B"}}');
  });

  it('say nothing when there is nothing to say, and never on Stop', () => {
    const prompt = parse({ hook_event_name: 'UserPromptSubmit', prompt: 'hello' });
    assert.equal(hooks.answer(prompt, undefined), '');
    assert.equal(hooks.answer(prompt, ''), '');
    assert.equal(hooks.answer(parse({ hook_event_name: 'Stop' }), 'B'), '');
    assert.equal(hooks.answer({ kind: 'ignored' }, 'B'), '');
  });
});
