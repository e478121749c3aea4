// Claude Code's records as signals. One line is one record; an API message is spread over several lines, a content block each, so every line is
// mapped by itself and named by its own uuid: a line that comes twice (resumed and forked sessions copy their history) has the same fingerprint.
import type { Place, SessionId, Signal } from '../../memory.ts';
import { isOwnTool } from '../../capture/own.ts';
import { asList, asObject, asText, asTimeMs, type Loose } from '../loose.ts';
import { OpenCalls } from '../openCalls.ts';
import type { RecordMapper } from '../records.ts';
import { exitCodeIn, isBookkeeping, isQuietWhenDone, linesOfPatch, wordsOfCall, wordsOfResult } from '../toolWords.ts';

export interface ClaudeCodeFile {
  readonly path: string;
  /** For records that do not name their session. */
  readonly session: SessionId;
  /** For records without a time. */
  readonly modifiedAtMs: number;
  /** True for `subagents/agent-*.jsonl`: its prompts are the assistant's, and its end is not the end of the turn. */
  readonly isSubagent: boolean;
}

/** Maps the records of one file, in order. `state` is what an earlier mapper of the same file gave. */
export function mapClaudeCode(file: ClaudeCodeFile, state?: unknown): RecordMapper {
  const before = asObject(state);
  const calls = new OpenCalls(before?.['calls']);
  /** The last line copied from another session, and that session. */
  let copied = asObject(before?.['copied']);
  return {
    signalsOf(record, line) {
      const origin = originOf(record, file, copied);
      if (origin !== undefined) copied = { record: record['uuid'], session: origin };
      return signalsOf(record, placeOf(record, line, file, origin), file.isSubagent || record['isSidechain'] === true, calls);
    },
    get state() {
      return { calls: calls.plain, ...(copied && { copied }) };
    },
  };
}

/**
 * The session that a line was copied from, so that it is known again; undefined for a line of the file's own. Sessions resumed by older versions
 * begin with the lines of the other: the user's keep its id, the assistant's answers to them do not. Newer forks say it outright.
 */
function originOf(record: Loose, file: ClaudeCodeFile, copied: Loose | undefined): string | undefined {
  const named = asText(asObject(record['forkedFrom'])?.['sessionId']);
  if (named !== undefined) return named;
  const session = asText(record['sessionId']);
  // The same rule must not make a subagent's lines, which name the session of its parent, copies of that.
  if (file.isSubagent || session === undefined) return undefined;
  if (session !== file.session) return session;
  const isAnswer = record['type'] === 'assistant' && copied !== undefined && record['parentUuid'] === copied['record'];
  return isAnswer ? asText(copied['session']) : undefined;
}

function placeOf(record: Loose, line: number, file: ClaudeCodeFile, origin: string | undefined): Place {
  return {
    source: 'claude-code',
    session: (origin ?? asText(record['sessionId']) ?? file.session) as SessionId,
    record: asText(asObject(record['forkedFrom'])?.['messageUuid']) ?? asText(record['uuid']) ?? `line ${line}`,
    atMs: asTimeMs(record['timestamp']) ?? file.modifiedAtMs,
    path: file.path,
    line,
  };
}

function signalsOf(record: Loose, place: Place, isSubagent: boolean, calls: OpenCalls): Signal[] | undefined {
  switch (record['type']) {
    case 'user':
      return asObject(record['message']) && ofUser(record, place, isSubagent, calls);
    case 'assistant':
      return asObject(record['message']) && ofAssistant(record, place, isSubagent, calls);
    case 'system':
      return !isSubagent && ['turn_duration', 'stop_hook_summary'].includes(String(record['subtype'])) ? [ended(place)] : [];
    case 'attachment':
      return ofAttachment(record, place, isSubagent);
    default:
      // Titles, snapshots, progress and whatever comes next: not part of the conversation. Without a type it is no record at all.
      return typeof record['type'] === 'string' ? [] : undefined;
  }
}

function ofUser(record: Loose, place: Place, isSubagent: boolean, calls: OpenCalls): Signal[] | undefined {
  const content = asObject(record['message'])?.['content'];
  if (typeof content !== 'string' && !Array.isArray(content)) return undefined;
  // Expanded commands, caveats and summaries after a compaction are told by the program, in the user's name.
  if (record['isMeta'] === true || record['isCompactSummary'] === true || record['isVisibleInTranscriptOnly'] === true) return [];
  const results = asList(content)
    .map(asObject)
    .filter((block) => block?.['type'] === 'tool_result');
  if (results.length > 0) {
    return results.flatMap((block, i) =>
      block ? ofResult(block, results.length === 1 ? record['toolUseResult'] : undefined, nth(place, i), calls) : [],
    );
  }
  const text = typeof content === 'string' ? content : textOf(content);
  if (text.startsWith('[Request interrupted by user')) return isSubagent ? [] : [ended(place)];
  return isSubagent || !isFromPerson(record['origin']) ? [] : ofPrompt(text, place);
}

/** New versions say who wrote a prompt; a notification of a finished task, another agent or a channel is not the user. */
function isFromPerson(origin: unknown): boolean {
  const kind = asText(asObject(origin)?.['kind']);
  return kind === undefined || kind === 'human' || kind === 'cli';
}

function ofPrompt(text: string, place: Place): Signal[] {
  const said = promptIn(text);
  return said === '' ? [] : [{ kind: 'prompt', text: said, place }];
}

/** What the user wrote, out of what the program wraps around it; empty when nothing of it is the user's. */
function promptIn(text: string): string {
  // A slash command comes as tags; what was typed after its name are the user's words, if it is more than an option.
  const typed = /<command-args>([\s\S]*?)<\/command-args>/.exec(text)?.[1]?.trim() ?? '';
  if (/^\s*<command-(?:name|message)>/.test(text)) return typed.split(/\s+/).length > 2 ? typed : '';
  const bare = text.replace(/<(system-reminder|ide_opened_file|ide_selection|ide_diagnostics)>[\s\S]*?(?:<\/\1>|$)/g, '').trim();
  const isProgram =
    /^<(?:local-command-|bash-|task-notification|user-prompt-submit-hook|command-)/.test(bare) || bare.startsWith(CONTINUED);
  return isProgram ? '' : bare;
}
const CONTINUED = 'This session is being continued from a previous conversation';

function ofResult(block: Loose, detail: unknown, place: Place, calls: OpenCalls): Signal[] {
  const callId = asText(block['tool_use_id']) ?? '';
  const tool = calls.close(callId);
  const details = asObject(detail);
  const isFailure = block['is_error'] === true || details?.['is_error'] === true;
  const output = [asText(details?.['stdout']), asText(details?.['stderr'])].filter(Boolean).join('\n');
  const told = withoutWrappers(output !== '' ? output : textOf(block['content']));

  // Refusing a call, the user may say why: that is a prompt in the guise of an error.
  const refused = /^The user doesn't want to (?:proceed with this tool use|take this action)/.test(told);
  if (refused) return ofPrompt(/the user said:\s*([\s\S]*)$/.exec(told)?.[1] ?? '', place);
  if (isOwnTool(tool) || (isBookkeeping(tool) && !isFailure)) return [];
  // Only the result of a Write over an existing file knows what it changed; an Edit's call has told it already.
  const file = asText(details?.['filePath']);
  const patch = tool === 'Write' ? linesOfPatch(details?.['structuredPatch']) : '';
  if (patch && file) return [{ kind: 'edit', file, text: patch, place }];
  // What a subagent answers stands in its own file, word for word.
  if (!isFailure && (isQuietWhenDone(tool) || details?.['agentId'] !== undefined)) return [];
  const exitCode = exitCodeIn(told);
  const text = wordsOfResult(told);
  return [{ kind: 'tool_result', callId, tool, text, isFailure, ...(exitCode !== undefined && { exitCode }), place }];
}

function ofAssistant(record: Loose, place: Place, isSubagent: boolean, calls: OpenCalls): Signal[] | undefined {
  const message = asObject(record['message']);
  const content = message?.['content'];
  if (typeof content !== 'string' && !Array.isArray(content)) return undefined;
  // Errors of the service and "No response requested." are written by the program.
  if (record['isApiErrorMessage'] === true || message?.['model'] === '<synthetic>') return [];
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content.map((block) => asObject(block) ?? {});
  const signals = blocks.flatMap((block, i) => ofBlock(block, nth(place, i), calls));
  const hasEnded =
    ['end_turn', 'stop_sequence'].includes(String(message?.['stop_reason'])) && blocks.some((block) => block['type'] === 'text');
  return hasEnded && !isSubagent ? [...signals, ended(place)] : signals;
}

function ofBlock(block: Loose, place: Place, calls: OpenCalls): Signal[] {
  if (block['type'] === 'text') {
    const text = withoutWrappers(asText(block['text']) ?? '');
    return text === '' ? [] : [{ kind: 'reply', text, place }];
  }
  if (block['type'] !== 'tool_use') return [];
  const tool = asText(block['name']) ?? '';
  const callId = asText(block['id']) ?? '';
  calls.open(callId, tool);
  if (isOwnTool(tool) || isBookkeeping(tool)) return [];
  return [{ kind: 'tool_call', callId, tool, ...callWords(tool, asObject(block['input']) ?? {}), place }];
}

function callWords(tool: string, input: Loose): { text: string; files: readonly string[] } {
  // A subagent's instructions are the assistant's, not the user's, and long.
  if (tool === 'Task' || tool === 'Agent') return { text: `${tool}: ${asText(input['description']) ?? ''}`, files: [] };
  return wordsOfCall(tool, input);
}

function ofAttachment(record: Loose, place: Place, isSubagent: boolean): Signal[] {
  const attachment = asObject(record['attachment']);
  // What the user types while the assistant works comes as an attachment. All others are the program's, our own context among them.
  if (attachment?.['type'] !== 'queued_command' || isSubagent || !isFromPerson(attachment['origin'])) return [];
  if (attachment['commandMode'] !== 'prompt' || attachment['isMeta'] === true) return [];
  const prompt = attachment['prompt'];
  return ofPrompt(typeof prompt === 'string' ? prompt : textOf(prompt), place);
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = asList(content).map((block) => (typeof block === 'string' ? block : asText(asObject(block)?.['text'])));
  return texts.filter((text) => text !== undefined).join('\n');
}

function withoutWrappers(text: string): string {
  return text
    .replace(/<system-reminder>[\s\S]*?(?:<\/system-reminder>|$)/g, '')
    .replace(/<\/?tool_use_error>/g, '')
    .trim();
}

const nth = (place: Place, i: number): Place => (i === 0 ? place : { ...place, record: `${place.record}/${i}` });
const ended = (place: Place): Signal => ({ kind: 'turn_end', place: { ...place, record: `${place.record}/end` } });
