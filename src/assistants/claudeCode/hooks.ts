// How Claude Code's hooks speak: JSON on stdin, JSON on stdout. Imported by the hook process, so nothing heavy may be imported here.
import type { SessionId } from '../../memory.ts';
import type { HookCall, HookDialect } from '../assistant.ts';
import { asText, parseObject } from '../loose.ts';

/** The events that Cairn registers for; see `connect.ts`. Event → what it is in Cairn's words. */
export const claudeCodeHooks: HookDialect = {
  parse(stdin) {
    const given = parseObject(stdin);
    const session = asText(given?.['session_id']);
    if (!given || !session) return IGNORED;
    const at = { session: session as SessionId, folder: asText(given['cwd']) ?? '' };
    switch (given['hook_event_name']) {
      case 'SessionStart':
        return { kind: 'session_start', ...at, source: sourceOf(given['source']) };
      case 'UserPromptSubmit':
        return promptCall(given['prompt'], given['source'], at);
      case 'Stop':
      case 'SessionEnd': {
        const transcriptPath = asText(given['transcript_path']);
        return { kind: 'turn_end', ...at, ...(transcriptPath !== undefined && { transcriptPath }) };
      }
      default:
        return IGNORED;
    }
  },

  answer(call, contextText) {
    // On Stop any context makes the model go on: eight more rounds were seen. Only the two events that may carry one ever do.
    const hookEventName = call.kind === 'session_start' ? 'SessionStart' : call.kind === 'prompt' ? 'UserPromptSubmit' : undefined;
    if (hookEventName === undefined || !contextText) return '';
    return JSON.stringify({ hookSpecificOutput: { hookEventName, additionalContext: contextText } });
  },
};

const IGNORED: HookCall = { kind: 'ignored' };

/** A fork begins with the history of another session, as a resumed one does with its own. */
function sourceOf(source: unknown): 'startup' | 'resume' | 'clear' | 'compact' {
  if (source === 'fork') return 'resume';
  return source === 'resume' || source === 'clear' || source === 'compact' ? source : 'startup';
}

/** Wake-ups, schedules and polls come as prompts too; "sdk" is a person behind another program. */
function promptCall(prompt: unknown, source: unknown, at: { session: SessionId; folder: string }): HookCall {
  const text = asText(prompt)?.trim();
  const isTyped = source === undefined || source === 'user' || source === 'sdk';
  return text && isTyped ? { kind: 'prompt', ...at, prompt: text } : IGNORED;
}
