// The events of Copilot (its CLI, and VS Code's Copilot harness) as signals. VS Code's own chat writes the same envelope beside its sessions.
import type { AssistantId, Place, SessionId, Signal } from '../../memory.ts';
import { isOwnTool } from '../../capture/own.ts';
import { asList, asNumber, asObject, asText, asTimeMs, parseObject, type Loose } from '../loose.ts';
import { OpenCalls } from '../openCalls.ts';
import type { RecordMapper } from '../records.ts';
import { callIdOf, exitCodeIn, isBookkeeping, isQuietWhenDone, wordsOfCall, wordsOfResult } from '../toolWords.ts';

export interface EventFile {
  readonly assistant: AssistantId;
  readonly path: string;
  readonly session: SessionId;
  /** For events without a time. */
  readonly modifiedAtMs: number;
}

/** Names what was said; `fallback` is the event's own id. Lets a second store of the same conversation give the same names. */
export type NameOf = (kind: 'prompt' | 'reply', text: string, fallback: string) => string;

interface Progress {
  /** The last message asked for tools, so the turn goes on after this round. */
  isCalling: boolean;
  readonly calls: OpenCalls;
}

/** Maps the events of one file, in order. `state` is what an earlier mapper of the same file gave. */
export function mapEvents(file: EventFile, state?: unknown, nameOf: NameOf = (_kind, _text, fallback) => fallback): RecordMapper {
  const before = asObject(state);
  const progress: Progress = { isCalling: before?.['isCalling'] === true, calls: new OpenCalls(before?.['calls']) };
  return {
    signalsOf: (record, line) => {
      const data = asObject(record['data']);
      if (typeof record['type'] !== 'string' || !data) return undefined;
      return signalsOf(record['type'], data, record, placeOf(record, line, file), progress, nameOf);
    },
    get state() {
      return { isCalling: progress.isCalling, calls: progress.calls.plain };
    },
  };
}

function placeOf(record: Loose, line: number, file: EventFile): Place {
  return {
    source: file.assistant,
    session: file.session,
    record: asText(record['id']) ?? `line ${line}`,
    atMs: asTimeMs(record['timestamp']) ?? file.modifiedAtMs,
    path: file.path,
    line,
  };
}

function signalsOf(type: string, data: Loose, record: Loose, place: Place, progress: Progress, nameOf: NameOf): Signal[] | undefined {
  // A subagent's deeds count as its parent's; what it is told and when it ends do not.
  const isSubagent = data['parentToolCallId'] != null || record['agentId'] != null || data['agentId'] != null;
  switch (type) {
    case 'user.message': {
      // `transformedContent` has the reminders and what hooks added; `content` is what was typed. Skills and schedules have a source of their own.
      const text = asText(data['content'])?.trim();
      if (text === undefined) return undefined;
      const isTyped = data['source'] == null || data['source'] === 'user';
      progress.isCalling = false;
      return isSubagent || !isTyped || text === ''
        ? []
        : [{ kind: 'prompt', text, place: { ...place, record: nameOf('prompt', text, place.record) } }];
    }
    case 'assistant.message': {
      const text = asText(data['content'])?.trim() ?? '';
      if (!isSubagent) progress.isCalling = asList(data['toolRequests']).length > 0;
      return text === '' ? [] : [{ kind: 'reply', text, place: { ...place, record: nameOf('reply', text, place.record) } }];
    }
    case 'tool.execution_start':
      return ofCall(data, place, progress.calls);
    case 'tool.execution_complete':
      return ofResult(data, place, progress.calls);
    case 'assistant.turn_end':
      // A "turn" here is one round of the model; the user's turn ends with the round that asks for no tool.
      return isSubagent || progress.isCalling ? [] : [ended(place)];
    case 'abort':
    case 'session.shutdown':
      return [ended(place)];
    default:
      return [];
  }
}

function ofCall(data: Loose, place: Place, calls: OpenCalls): Signal[] | undefined {
  const callId = callIdOf(data['toolCallId']);
  const tool = asText(data['toolName']);
  if (callId === '' || tool === undefined) return undefined;
  calls.open(callId, tool);
  if (isOwnTool(tool) || isBookkeeping(tool)) return [];
  const given = asText(data['arguments']);
  const words = tool === 'task' ? { text: `task: ${asText(asObject(data['arguments'])?.['description']) ?? ''}`, files: [] } : undefined;
  const input = given === undefined ? data['arguments'] : (parseObject(given) ?? given);
  return [{ kind: 'tool_call', callId, tool, ...(words ?? wordsOfCall(tool, input)), place: { ...place, record: `${callId}/call` } }];
}

function ofResult(data: Loose, place: Place, calls: OpenCalls): Signal[] | undefined {
  const callId = callIdOf(data['toolCallId']);
  if (callId === '') return undefined;
  const tool = calls.close(callId);
  const result = asObject(data['result']);
  // `content` is what the model was given, hooks' additions at its end; `detailedContent` may be a whole diff, which the call has told already.
  const told = (asText(data['result']) ?? asText(result?.['content']) ?? asText(asObject(data['error'])?.['message']) ?? '').replace(
    FROM_HOOKS,
    '',
  );
  const exitCode = asNumber(asObject(data['shellExecution'])?.['exitCode']) ?? exitCodeIn(told);
  const isFailure = data['success'] === false || (exitCode !== undefined && exitCode !== 0);
  if (isOwnTool(tool) || isBookkeeping(tool) || (!isFailure && isQuietWhenDone(tool))) return [];
  const text = wordsOfResult(told.replace(/<(?:shellId: [^>]*|exited) [^>]*exit code -?\d+>\s*$/, '').trim());
  return [
    {
      kind: 'tool_result',
      callId,
      tool,
      text,
      isFailure,
      ...(exitCode !== undefined && { exitCode }),
      place: { ...place, record: `${callId}/result` },
    },
  ];
}

const FROM_HOOKS = /\s*Tool "[^"\n]*" \w+\. Additional guidance from \w+ hooks:[\s\S]*$/;

const ended = (place: Place): Signal => ({ kind: 'turn_end', place });
