// VS Code's own chat keeps a conversation in up to two places under this window's storage: `chatSessions/<id>.jsonl` (before 2026 `.json`), and
// `GitHub.copilot-chat/transcripts/<id>.jsonl`. Of each session one is read, never both: the first where it has something, since it holds every
// turn, exit codes and what is hidden, while the second is written only when hooks run or a chat is compacted, and may lack the last answer. The
// first can be lost (reset to an empty stub) or lie on another machine (a remote window): then the second is read, and its turns have the same
// names, so that what was learnt before the loss is not learnt again.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { SessionId, Signal } from '../../memory.ts';
import type { ReadResult, Surroundings, Transcript, TranscriptReader } from '../assistant.ts';
import { mapEvents } from '../copilot/events.ts';
import { statFile } from '../heads.ts';
import { asList, asObject, asText, parseObject, type Loose } from '../loose.ts';
import { readRecords, type RecordMapper } from '../records.ts';
import { replay } from './mutationLog.ts';
import { saysContent } from './sessionIndex.ts';
import { MAX_BEFORE_CHARS, isFinished, nameOfSaid, promptOf, signalsOfRequest } from './requests.ts';

/** Above this a chat is pasted pictures; parsing it would hold the service for seconds. */
const MAX_SESSION_BYTES = 128 * 1024 * 1024;
/** A stub without requests is about this small; anything larger is worth a look. */
const STUB_BYTES = 4 * 1024;
/** A request that nothing has been added to for so long was cut off by the end of its window. */
const ABANDONED_AFTER_MS = 30 * 60_000;
/** Signals are handed on in pieces of about this many characters. */
const PIECE_CHARS = 4 * 1024 * 1024;
/** Requests whose names a cursor remembers, ten characters each. */
const MOST_REMEMBERED = 400;

export function createVscodeChatReader(): TranscriptReader {
  return {
    assistant: 'vscode-chat',

    async find(where) {
      const [sessions, logs] = await Promise.all([list(sessionsFolder(where), /\.jsonl?$/), list(logsFolder(where), /\.jsonl$/)]);
      const chosen = new Map<SessionId, Transcript>();
      for (const log of logs) chosen.set(log.session, log);
      // A session moved to the new format leaves its `.json` behind: the `.jsonl` comes last and wins.
      for (const session of sessions.sort((a, b) => path.extname(a.path).length - path.extname(b.path).length)) {
        if (!chosen.has(session.session) || !(await isStub(session))) chosen.set(session.session, session);
      }
      return [...chosen.values()].sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
    },

    watched: (where) =>
      [sessionsFolder(where), logsFolder(where)].flatMap((folder) => (folder ? [{ path: folder, isRecursive: false }] : [])),

    read(transcript, cursor, where) {
      const isLog = path.dirname(transcript.path) === logsFolder(where);
      return isLog ? readRecords(transcript.path, cursor, (state) => mapLog(transcript, state)) : readSession(transcript, cursor, where);
    },
  };
}

const sessionsFolder = ({ editorStorage }: Surroundings): string | undefined => editorStorage && path.join(editorStorage, 'chatSessions');
const logsFolder = ({ editorStorage }: Surroundings): string | undefined =>
  editorStorage && path.join(editorStorage, 'GitHub.copilot-chat', 'transcripts');

async function list(folder: string | undefined, pattern: RegExp): Promise<Transcript[]> {
  const names = folder ? await fs.readdir(folder).catch(() => []) : [];
  const found = names
    .filter((name) => pattern.test(name))
    .map(async (name) => {
      const file = path.join(folder ?? '', name);
      const stat = await statFile(file);
      return stat && { assistant: 'vscode-chat' as const, session: name.replace(pattern, '') as SessionId, path: file, ...stat };
    });
  return (await Promise.all(found)).filter((transcript) => transcript !== undefined);
}

async function isStub({ path: file, sizeBytes }: Transcript): Promise<boolean> {
  if (sizeBytes > STUB_BYTES) return false;
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  return requestsIn(file, text).requests.length === 0;
}

interface Requests {
  readonly requests: readonly Loose[];
  readonly skipped: number;
  lineOf(part: unknown): number | undefined;
}

function requestsIn(file: string, text: string): Requests {
  const isLog = file.endsWith('.jsonl');
  const { session, skipped, lineOf } = isLog ? replay(text) : { session: parseObject(text), skipped: 0, lineOf: () => undefined };
  const requests = asList(session?.['requests'])
    .map(asObject)
    .filter((request) => request !== undefined);
  return { requests, skipped: skipped + (session || text.trim() === '' || isLog ? 0 : 1), lineOf };
}

/** Tells each request once it is finished. The cursor names those told: offsets mean nothing in a file that is written anew. */
async function readSession(transcript: Transcript, cursor: string | undefined, where: Surroundings): Promise<ReadResult> {
  const stat = await fs.stat(transcript.path);
  if (stat.size > MAX_SESSION_BYTES) {
    return {
      signals: [],
      cursor: cursor ?? '',
      skipped: 0,
      hasMore: false,
      trouble: 'VS Code chat: a conversation is too large to be read.',
    };
  }
  const { requests, skipped, lineOf } = requestsIn(transcript.path, await fs.readFile(transcript.path, 'utf8'));
  const told = toldBefore(cursor);
  const chat = { ...transcript, modifiedAtMs: stat.mtimeMs, lineOf };
  const isLeft = Date.now() - stat.mtimeMs > ABANDONED_AFTER_MS;
  const signals: Signal[] = [];
  let chars = 0;
  let hasMore = false;
  for (const [i, request] of requests.entries()) {
    const name = nameOfRequest(request, i);
    // One that never finished is told when another was begun after it, or when its window must be gone.
    if (told.has(name) || !(isFinished(request) || i < requests.length - 1 || isLeft)) continue;
    if (chars > PIECE_CHARS) {
      hasMore = true;
      break;
    }
    const before = requests[i - 1];
    for (const signal of signalsOfRequest(request, before ? promptOf(before) : '', chat)) {
      signals.push(signal);
      chars += 'text' in signal ? signal.text.length : 0;
    }
    told.add(name);
  }
  const isLost = requests.length === 0 && (told.size > 0 || (await saysContent(where.editorStorage ?? '', transcript.session)));
  // Lines are counted once, with the first reading that sees requests: a replay meets the same torn lines each time.
  return { signals, cursor: cursorOf(told), skipped: cursor === undefined ? skipped : 0, hasMore, ...(isLost && { trouble: LOST }) };
}
const LOST = 'VS Code chat: VS Code keeps an empty file for a conversation that was not empty. What was learnt from it is kept.';

function toldBefore(cursor: string | undefined): Set<string> {
  return new Set(asList(parseObject(cursor ?? '')?.['told']).filter((name) => typeof name === 'string'));
}

const cursorOf = (told: ReadonlySet<string>): string => JSON.stringify({ told: [...told].slice(-MOST_REMEMBERED) });

function nameOfRequest(request: Loose, i: number): string {
  const id = asText(request['requestId']) ?? `${i} ${promptOf(request)}`;
  return createHash('sha256').update(id).digest('base64url').slice(0, 8);
}

/** The second store, with the names that the first would give. */
function mapLog(transcript: Transcript, state: unknown): RecordMapper {
  const before = asObject(state);
  let prompt = asText(before?.['prompt']) ?? '';
  const events = mapEvents(transcript, before?.['events'], (kind, text) => {
    const name = nameOfSaid(kind, text, prompt);
    if (kind === 'prompt') prompt = text;
    return name;
  });
  return {
    signalsOf: (record, line) => events.signalsOf(record, line),
    get state() {
      return { events: events.state, prompt: prompt.slice(0, MAX_BEFORE_CHARS) };
    },
  };
}
