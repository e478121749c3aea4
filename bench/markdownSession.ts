// A session kept as Markdown → signals. No assistant writes this: it is how public repositories keep sessions (SpecStory's way, old and new, and Claude
// Code and Codex transcripts rendered with a heading for each call and result). What is told is what the product's own readers tell: an assistant's
// thinking, its own lists and the success of tools that only looked are not told. Lines are those of the file.
import { exitCodeIn, isBookkeeping, isQuietWhenDone, wordsOfCall } from '../src/assistants/toolWords.ts';
import type { Place, SessionId, Signal, SourceId } from '../src/memory.ts';

export interface SessionFile {
  /** Absolute path; every signal's place has it. */
  readonly path: string;
  readonly session: SessionId;
  readonly source: SourceId;
  /** When it began, if the file does not tell; milliseconds since 1970. */
  readonly startMs: number;
}

/** A stretch of lines that one party said. */
interface Part {
  readonly role: 'prompt' | 'reply' | 'call' | 'result';
  /** Index of the first line. */
  readonly from: number;
  /** Index after the last line. */
  readonly to: number;
  readonly tool?: string;
  readonly isFailure?: boolean;
}

interface Section {
  readonly speaker: string;
  /** What the heading says beside the speaker: a time, a model, "error". */
  readonly note: string;
  readonly from: number;
  readonly to: number;
}

const HEADING = /^_\*\*(User|Assistant|Agent|Tool call|Tool result|)([^*]*)\*\*_\s*$/;
const FENCE = /^\s*(`{3,}|~{3,})\s*([\w+-]*)/;
const SHELLS = new Set(['bash', 'sh', 'shell', 'zsh', 'powershell', 'ps1', 'console', 'cmd']);
const DIFFS = new Set(['diff', 'patch']);
/** Signals of one session are so far apart where nothing tells their times. */
const STEP_MS = 1_000;

/** Every signal in order, with a `turn_end` before each new prompt and at the end. Times never go back. */
export function readMarkdownSession(text: string, file: SessionFile): Signal[] {
  const lines = text.split('\n');
  const signals: Signal[] = [];
  let atMs = timeIn(lines.slice(0, 8).join('\n')) ?? timeIn(file.path) ?? file.startMs;
  let calls: { readonly callId: string; readonly tool: string }[] = [];

  const placeOf = (index: number): Place => ({
    source: file.source,
    session: file.session,
    record: `line ${index + 1}`,
    atMs: (atMs += STEP_MS),
    path: file.path,
    line: index + 1,
  });
  const endTurn = (index: number): void => {
    if (signals.length > 0 && signals.at(-1)?.kind !== 'turn_end') signals.push({ kind: 'turn_end', place: placeOf(index) });
    calls = [];
  };

  for (const section of sectionsOf(lines)) {
    atMs = Math.max(atMs, timeIn(section.note) ?? 0);
    if (section.speaker === 'User') endTurn(section.from);
    for (const part of partsOf(lines, section)) {
      const said = trimmed(lines, part);
      if (!said) continue;
      const { from, body } = said;
      const place: Place = { ...placeOf(from), isLineByLine: true };
      switch (part.role) {
        case 'prompt':
        case 'reply':
          signals.push({ kind: part.role, place, text: body });
          break;
        case 'call':
          for (const call of callsIn(lines, part, said)) {
            const callId = `${file.session}#${call.from + 1}`;
            const { tool, text: told, files, isLineByLine } = call;
            calls.push({ callId, tool });
            if (isBookkeeping(tool)) continue;
            const at: Place = call.from === from ? place : placeOf(call.from);
            signals.push({
              kind: 'tool_call',
              place: { ...at, line: call.from + 1, record: `line ${call.from + 1}`, isLineByLine },
              callId,
              tool,
              text: told,
              files,
            });
          }
          break;
        case 'result': {
          // SpecStory puts a result right behind its call, and leaves many out; where each has a heading, the first call is answered first.
          const answered = part.tool === undefined ? calls.shift() : calls.pop();
          const call = answered ?? { callId: `${file.session}#${from + 1}`, tool: part.tool ?? 'unknown' };
          const exitCode = exitCodeOf(body);
          const isFailure = part.isFailure === true || (exitCode ?? 0) !== 0;
          if (isBookkeeping(call.tool) || (isQuietWhenDone(call.tool) && !isFailure)) break;
          signals.push({ kind: 'tool_result', place, ...call, text: body, isFailure, ...(exitCode !== undefined && { exitCode }) });
        }
      }
    }
  }
  endTurn(lines.length - 1);
  return signals;
}

function sectionsOf(lines: readonly string[]): Section[] {
  const headings = lines.flatMap((line, index) => {
    const found = HEADING.exec(line);
    return found ? [{ index, speaker: found[1] || 'Assistant', note: found[2] ?? '' }] : [];
  });
  return headings.map(({ index, speaker, note }, i) => ({ speaker, note, from: index + 1, to: headings[i + 1]?.index ?? lines.length }));
}

function partsOf(lines: readonly string[], { speaker, note, from, to }: Section): Part[] {
  switch (speaker) {
    case 'User':
      return [{ role: 'prompt', from, to }];
    case 'Tool call':
      return [{ role: 'call', from, to }];
    case 'Tool result':
      return [{ role: 'result', from, to, isFailure: note.includes('error') }];
    default:
      return partsOfReply(lines, from, to);
  }
}

/** A reply holds the assistant's words and, in SpecStory's ways, its tools: in `<tool-use>`, in `<details>`, or as bare blocks between rules. */
function partsOfReply(lines: readonly string[], from: number, to: number): Part[] {
  const parts: Part[] = [];
  let start = from;
  let fence: string | undefined;
  const endWords = (index: number): void => {
    parts.push(...partsOfBlock(lines, start, index));
  };
  for (let i = from; i < to; i++) {
    const line = lines[i] ?? '';
    const fenced = FENCE.exec(line);
    if (fence !== undefined) {
      if (fenced?.[1]?.startsWith(fence)) fence = undefined;
      continue;
    }
    if (fenced) {
      fence = fenced[1];
      continue;
    }
    const [open, close] = /^\s*<think>/.test(line)
      ? ['think', '</think>']
      : /^\s*<tool-use\b/.test(line)
        ? ['tool', '</tool-use>']
        : /^\s*<details>/.test(line)
          ? ['tool', '</details>']
          : ['', ''];
    if (open !== '') {
      endWords(i);
      let end = i;
      while (end < to - 1 && !lines[end]?.includes(close)) end++;
      if (open === 'tool') parts.push(...partsOfTool(lines, i, end + 1));
      // What follows on the line that ends the thinking is said aloud.
      const isSaidAloud = open === 'think' && (lines[end] ?? '').replace(/^.*<\/think>/, '').trim() !== '';
      start = isSaidAloud ? end : end + 1;
      i = end;
    } else if (/^-{3,}\s*$/.test(line)) {
      endWords(i);
      start = i + 1;
    } else if (/^(?:Read file|Edit(?:ed)? file|Deleted? file|Created? file): /.test(line)) {
      endWords(i);
      parts.push({ role: 'call', from: i, to: i + 1, tool: line.startsWith('Read') ? 'read_file' : 'edit_file' });
      start = i + 1;
    }
  }
  endWords(to);
  return parts;
}

/** A block between two rules that is nothing but fences: a command with what it printed, or an edit. Else the assistant's words. */
function partsOfBlock(lines: readonly string[], from: number, to: number): Part[] {
  const fences = fencesIn(lines, from, to);
  const isOnlyFences = fences.length > 0 && fences.reduce((sum, it) => sum + it.to - it.from, 0) === filledIn(lines, from, to, fences);
  const [first, second] = fences;
  if (!isOnlyFences || !first) return [{ role: 'reply', from, to }];
  if (DIFFS.has(first.language)) return fences.map((it) => ({ role: 'call', from: it.from, to: it.to, tool: 'edit_file' }) as const);
  if (!SHELLS.has(first.language)) return [{ role: 'reply', from, to }];
  const call: Part = { role: 'call', from: first.from, to: first.to, tool: 'terminal' };
  return second ? [call, { role: 'result', from: second.from, to, tool: 'terminal' }] : [call];
}

/** The name and arguments, a command or a change are the call; what else stands in fences or in a table is what came back. */
function partsOfTool(lines: readonly string[], from: number, to: number): Part[] {
  const head = lines.slice(from, Math.min(to, from + 4)).join(' ');
  const tool = /data-tool-name="([^"]+)"/.exec(head)?.[1] ?? /<summary>\s*(?:Tool use: \*\*)?([\w ]+)/.exec(head)?.[1]?.trim() ?? 'unknown';
  const isWriting = /data-tool-type="write"|<summary>\s*(?:Tool use: \*\*\w+\*\* • )?(?:Edit|Create|Apply)/.test(head);
  const fences = fencesIn(lines, from, to);
  const isOfTheCall = (language: string): boolean =>
    SHELLS.has(language) || DIFFS.has(language) || (isWriting && !/^(?:text)?$/.test(language));
  const answer = fences.find((it) => !isOfTheCall(it.language))?.from;
  const said = lines.findIndex((line, i) => i > from && i < to && /^(?:\*Result\*:|\||No results found)/.test(line));
  const split = Math.min(answer ?? to, said < 0 ? to : said);
  return [
    { role: 'call', from, to: split, tool },
    { role: 'result', from: split, to, tool },
  ];
}

interface FencedLines {
  readonly language: string;
  /** The lines with the fence signs. */
  readonly from: number;
  readonly to: number;
}

function fencesIn(lines: readonly string[], from: number, to: number): FencedLines[] {
  const found: FencedLines[] = [];
  for (let i = from; i < to; i++) {
    const [, sign, language] = FENCE.exec(lines[i] ?? '') ?? [];
    if (sign === undefined) continue;
    let end = i + 1;
    while (end < to && !(FENCE.exec(lines[end] ?? '')?.[1] ?? '').startsWith(sign)) end++;
    found.push({ language: (language ?? '').toLowerCase(), from: i, to: Math.min(end + 1, to) });
    i = end;
  }
  return found;
}

/** Lines that stand in a fence or are not blank. */
function filledIn(lines: readonly string[], from: number, to: number, fences: readonly FencedLines[]): number {
  let count = 0;
  for (let i = from; i < to; i++) count += Number(lines[i]?.trim() !== '' || fences.some((it) => i >= it.from && i < it.to));
  return count;
}

interface Said {
  readonly from: number;
  readonly body: string;
}

/** What is left without blank lines, rules and markup at both ends, and of a result without its own fence; undefined when that is nothing. */
function trimmed(lines: readonly string[], part: Part): Said | undefined {
  let { from, to } = part;
  const isNothing = (line: string): boolean => /^\s*(?:-{3,}|<\/?[a-z-]+\b[^>]*>(?:\s*<\/?[a-z-]+>)*)?\s*$/.test(line);
  while (from < to && isNothing(lines[from] ?? '')) from++;
  while (to > from && isNothing(lines[to - 1] ?? '')) to--;
  if (part.role === 'result') {
    if (/^\*Result\*:/.test(lines[from] ?? '')) from++;
    if (FENCE.test(lines[from] ?? '')) from++;
    while (to > from && (FENCE.test(lines[to - 1] ?? '') || isNothing(lines[to - 1] ?? ''))) to--;
  }
  if (from >= to) return undefined;
  const said = lines.slice(from, to);
  // Words after the thinking, on its last line.
  if (part.role === 'reply') said[0] = (said[0] ?? '').replace(/^.*<\/think>/, '');
  return { from, body: said.join('\n') };
}

interface Call {
  readonly from: number;
  readonly tool: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly isLineByLine: boolean;
}

/** The calls of a part: several where each begins a line with its tool's name, whose arguments are told in the words of the product where they are whole. */
function callsIn(lines: readonly string[], part: Part, { from, body }: Said): Call[] {
  if (part.tool !== undefined) {
    const named = /(?:Read|Edit(?:ed)?|Create[d]?|Deleted?) file: `?([^`<\n]+?)`?(?:<|$)/m.exec(body)?.[1]?.trim();
    // The summary is the words of the format; the tags around them are not.
    const text = body.replace(/<\/?(?:summary|details|tool-use)\b[^>]*>/g, '');
    return [{ from, tool: part.tool, text, files: named === undefined ? [] : [named], isLineByLine: true }];
  }
  const starts = body.split('\n').flatMap((line, i) => (/^`[\w.:-]+` /.test(line) ? [from + i] : []));
  if (starts[0] !== from) starts.unshift(from);
  const end = from + body.split('\n').length;
  return starts.map((start, i) => {
    const said = lines
      .slice(start, starts[i + 1] ?? end)
      .join('\n')
      .trimEnd();
    const [, tool = 'unknown', given = ''] = /^`([\w.:-]+)` ([\s\S]*)$/.exec(said) ?? [];
    const input = parsed(given);
    if (input === undefined) return { from: start, tool, text: said, files: [], isLineByLine: true };
    return { from: start, tool, ...wordsOfCall(tool, input), isLineByLine: false };
  });
}

function parsed(given: string): unknown {
  if (!given.startsWith('{')) return undefined;
  try {
    return JSON.parse(given);
  } catch {
    // Long arguments were cut when the session was published: their words are told as they stand.
    return undefined;
  }
}

/** As the product finds it, and in the words of Codex. */
function exitCodeOf(body: string): number | undefined {
  const found = exitCodeIn(body);
  if (found !== undefined) return found;
  const codex = /^(?:Process exited with code|Exit code:) (-?\d+)\s*$/m.exec(body.slice(0, 400))?.[1];
  return codex === undefined ? undefined : Number(codex);
}

/** The first date and time in a text (a heading, a title, a file's name); taken as UTC. Day before month only where there are slashes, as SpecStory had it. */
function timeIn(text: string): number | undefined {
  const iso = /(\d{4}-\d\d-\d\d)[T _](\d\d)[:-](\d\d)(?:[:-](\d\d)(\.\d+)?)?/.exec(text);
  if (iso) return Date.parse(`${iso[1]}T${iso[2]}:${iso[3]}:${iso[4] ?? '00'}${iso[5] ?? ''}Z`);
  const slashed = /(\d\d)\/(\d\d)\/(\d{4}), (\d\d):(\d\d):(\d\d)/.exec(text);
  if (!slashed) return undefined;
  const [, day, month, year, ...clock] = slashed;
  return Date.parse(`${year}-${month}-${day}T${clock.join(':')}Z`);
}
