// One finished request of a VS Code chat as signals: the prompt, then the response's parts in their order.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Place, SessionId, Signal } from '../../memory.ts';
import { isOwnTool } from '../../capture/own.ts';
import { asList, asNumber, asObject, asText, asTimeMs, parseObject, type Loose } from '../loose.ts';
import { callIdOf, exitCodeIn, isBookkeeping, isQuietWhenDone, wordsOfCall, wordsOfResult } from '../toolWords.ts';

/** Lines of one edit that are kept: enough to see what it did. */
const MAX_EDIT_LINES = 60;
/** As much of the prompt before as takes part in a name: a cursor has to hold it. */
export const MAX_BEFORE_CHARS = 1000;

export interface Chat {
  readonly session: SessionId;
  readonly path: string;
  /** For requests without a time. */
  readonly modifiedAtMs: number;
  /** The line of a request or of a part of its response; undefined where the file's lines do not tell (the older `.json`). */
  lineOf(part: unknown): number | undefined;
}

/**
 * Names what was said by its words, so that the same turn has the same name whether it is read from `chatSessions` or, after a loss of that
 * file, from the transcript beside it. `before` is the prompt before (for a prompt) or the prompt it answers (for a reply).
 */
export function nameOfSaid(kind: 'prompt' | 'reply', text: string, before: string): string {
  return `${kind} ${createHash('sha256')
    .update(`${before.slice(0, MAX_BEFORE_CHARS)}\0${text.replace(/\s+/g, ' ').trim()}`)
    .digest('hex')
    .slice(0, 16)}`;
}

/** True once nothing more will come: `modelState` in newer files (1 complete, 2 cancelled, 3 failed), a result or a cancelling in older ones. */
export function isFinished(request: Loose): boolean {
  const state = asNumber(asObject(request['modelState'])?.['value']) ?? asNumber(request['modelState']);
  if (state !== undefined) return state >= 1 && state <= 3;
  return request['result'] != null || request['isCanceled'] === true;
}

/** What the user wrote; drafts (`inputState`) are never looked at. */
export function promptOf(request: Loose): string {
  const message = request['message'];
  const parts = asList(asObject(message)?.['parts']).map((part) => asText(asObject(part)?.['text']) ?? '');
  return (asText(message) ?? asText(asObject(message)?.['text']) ?? parts.join('')).trim();
}

/** All that a finished request tells, ending with the end of the turn. `promptBefore` is the prompt of the request before it. */
export function signalsOfRequest(request: Loose, promptBefore: string, chat: Chat): Signal[] {
  const prompt = promptOf(request);
  const atMs = asTimeMs(request['timestamp']) ?? chat.modifiedAtMs;
  const line = chat.lineOf(request);
  const place = (record: string, part: unknown = request): Place => {
    const at = chat.lineOf(part) ?? line;
    return { source: 'vscode-chat', session: chat.session, record, atMs, path: chat.path, ...(at !== undefined && { line: at }) };
  };
  const signals: Signal[] = [];
  // Hidden requests are the program's own ("fix the errors that were found").
  const isTyped = prompt !== '' && request['isHidden'] !== true && request['isSystemInitiated'] !== true;
  if (isTyped) signals.push({ kind: 'prompt', text: prompt, place: place(nameOfSaid('prompt', prompt, promptBefore)) });

  const metadata = asObject(asObject(request['result'])?.['metadata']);
  const raw = new Map(
    asList(metadata?.['toolCallRounds'])
      .flatMap((round) => asList(asObject(round)?.['toolCalls']))
      .map((call) => [callIdOf(asObject(call)?.['id']), asObject(call)]),
  );
  const results = new Map(
    Object.entries(asObject(metadata?.['toolCallResults']) ?? {}).map(([id, result]) => [callIdOf(id), textLeaves(result).trim()]),
  );

  let words = '';
  let wordsFrom: unknown;
  const sayWords = () => {
    const text = withoutLooseFence(words).trim();
    if (text !== '') signals.push({ kind: 'reply', text, place: place(nameOfSaid('reply', text, prompt), wordsFrom) });
    words = '';
    wordsFrom = undefined;
  };
  const parts = asList(request['response']).map((part) => asObject(part) ?? { value: part });
  const lastEdit = parts.findLastIndex((part) => part['kind'] === 'textEditGroup');
  /** Within the code of an edit, which the edit itself tells. */
  let isCode = false;
  for (const [i, part] of parts.entries()) {
    const said = wordsOf(part);
    if (said !== undefined) {
      if (!isCode) words += said;
      wordsFrom ??= part;
      continue;
    }
    if (part['kind'] === 'codeblockUri') isCode = part['isEdit'] === true && i < lastEdit;
    if (part['kind'] === 'textEditGroup') isCode = false;
    const isTool = part['kind'] === 'toolInvocationSerialized';
    const made = isTool ? ofTool(part, raw, results, place) : part['kind'] === 'textEditGroup' ? ofEdit(part, request, place) : [];
    if (made.length === 0) continue;
    sayWords();
    signals.push(...made);
  }
  sayWords();
  signals.push({ kind: 'turn_end', place: place(`${asText(request['requestId']) ?? line ?? prompt.length} end`) });
  return signals;
}

/** The visible words of a part: Markdown, and the names of files and symbols put between its pieces. Thinking is not among them. */
function wordsOf(part: Loose): string | undefined {
  switch (part['kind']) {
    case undefined:
      return asText(part['value']);
    case 'markdownContent':
    case 'markdownVuln':
      return asText(asObject(part['content'])?.['value']);
    case 'inlineReference': {
      const reference = asObject(part['inlineReference']);
      const file = pathOf(reference?.['uri'] ?? asObject(reference?.['location'])?.['uri'] ?? reference);
      return `\`${asText(part['name']) ?? asText(reference?.['name']) ?? file?.split(/[\\/]/).at(-1) ?? ''}\``;
    }
    default:
      return undefined;
  }
}

/** An edit takes the code out of its fence: the halves of the fence are left at the end of the words before and the start of those after. */
function withoutLooseFence(words: string): string {
  if ((words.match(/^\s*`{3,}/gm) ?? []).length % 2 === 0) return words;
  const ending = words.replace(/\n?[ \t]*`{3,}[\w+-]*\s*$/, '');
  return ending === words ? words.replace(/^\s*`{3,}[ \t]*\n/, '') : ending;
}

function ofTool(
  part: Loose,
  raw: ReadonlyMap<string, Loose | undefined>,
  results: ReadonlyMap<string, string>,
  place: (record: string, part: unknown) => Place,
): Signal[] {
  const tool = asText(part['toolId']) ?? '';
  if (part['presentation'] === 'hidden' || isOwnTool(tool) || isBookkeeping(tool)) return [];
  const callId = callIdOf(part['toolCallId']);
  const about = asObject(part['toolSpecificData']);
  const call = raw.get(callId);
  const given = asText(call?.['arguments']);
  const name = asText(call?.['name']) ?? tool;
  const input =
    given === undefined
      ? (parseObject(asText(asObject(part['resultDetails'])?.['input']) ?? '') ?? about?.['rawInput'])
      : (parseObject(given) ?? given);
  const said =
    asText(part['pastTenseMessage']) ??
    asText(asObject(part['pastTenseMessage'])?.['value']) ??
    asText(part['invocationMessage']) ??
    asText(asObject(part['invocationMessage'])?.['value']) ??
    '';
  const commandLine = commandOf(about);
  const words =
    commandLine !== undefined
      ? wordsOfCall(name, { command: commandLine })
      : input !== undefined
        ? wordsOfCall(name, input)
        : { text: name ? `${name}: ${said}` : said, files: [] };
  const record = callId === '' ? `call ${nameOfSaid('reply', words.text, '')}` : callId;
  const called: Signal = { kind: 'tool_call', callId, tool: name, ...words, place: place(`${record}/call`, part) };

  const details = asObject(part['resultDetails']);
  const output = asText(asObject(about?.['terminalCommandOutput'])?.['text']) ?? results.get(callId) ?? '';
  const exitCode = asNumber(asObject(about?.['terminalCommandState'])?.['exitCode']) ?? exitCodeIn(output);
  const isFailure = details?.['isError'] === true || (exitCode !== undefined && exitCode !== 0) || /^(?:ERROR|Error)\b/.test(output);
  if (part['isComplete'] === false || (output === '' && exitCode === undefined && !isFailure) || (isQuietWhenDone(name) && !isFailure))
    return [called];
  const text = wordsOfResult(output || textLeaves(details?.['output']));
  return [
    called,
    {
      kind: 'tool_result',
      callId,
      tool: name,
      text,
      isFailure,
      ...(exitCode !== undefined && { exitCode }),
      place: place(`${record}/result`, part),
    },
  ];
}

function commandOf(about: Loose | undefined): string | undefined {
  if (about?.['kind'] !== 'terminal') return undefined;
  const line = asObject(about['commandLine']);
  return (
    asText(line?.['userEdited']) ??
    asText(line?.['toolEdited']) ??
    asText(line?.['original']) ??
    asText(about['commandLine']) ??
    asText(about['command'])
  );
}

/** Only the new text is kept by VS Code; what stood there before is in the repository's history. */
function ofEdit(part: Loose, request: Loose, place: (record: string, part: unknown) => Place): Signal[] {
  const file = pathOf(part['uri']);
  const texts = asList(part['edits'])
    .flatMap(asList)
    .map((edit) => asText(asObject(edit)?.['text']) ?? '');
  const lines = texts
    .filter((text) => text.trim() !== '')
    .flatMap((text) => text.replace(/\n$/, '').split('\n'))
    .map((line) => `+ ${line}`);
  if (file === undefined || lines.length === 0) return [];
  const text = [
    ...lines.slice(0, MAX_EDIT_LINES),
    ...(lines.length > MAX_EDIT_LINES ? [`… ${lines.length - MAX_EDIT_LINES} more lines`] : []),
  ].join('\n');
  return [
    { kind: 'edit', file, text, place: place(`${asText(request['requestId']) ?? ''} edit ${nameOfSaid('reply', text, file)}`, part) },
  ];
}

function pathOf(uri: unknown): string | undefined {
  const known = asObject(uri);
  const text = asText(uri) ?? asText(known?.['external']);
  const local = asText(known?.['fsPath']) ?? asText(known?.['path']);
  if (local !== undefined || !text?.startsWith('file:')) return local;
  try {
    return fileURLToPath(text);
  } catch {
    return undefined; // A file URL of another system.
  }
}

/** The text of a tool's result: plain, a list of parts, or a serialized prompt tree whose leaves hold it. */
function textLeaves(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textLeaves).join('');
  const node = asObject(value);
  if (!node) return '';
  const text = asText(node['text']);
  if (text !== undefined) return node['lineBreakBefore'] === true ? `\n${text}` : text;
  return textLeaves(node['content'] ?? node['value'] ?? node['node'] ?? node['children'] ?? '');
}
