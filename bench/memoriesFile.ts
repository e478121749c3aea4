// Memories of sessions in a file, one session a line, so that what was made can be judged elsewhere, and what was made elsewhere can be judged here:
// `{"session_file","entries":[{"kind","text","outcome","evidence":[{"lines":[first,last]}]}]}`.
import fs from 'node:fs';
import { KINDS, OUTCOMES, type MemoryDraft } from '../src/memory.ts';
import { UserError } from '../src/util/errors.ts';
import { citedLines, type Entry } from './entry.ts';
import { readJsonLines } from './jsonLines.ts';

export function writeMemories(
  file: string,
  sessions: readonly { readonly file: string; readonly memories: readonly MemoryDraft[] }[],
): void {
  const lines = sessions.map((session) => JSON.stringify({ session_file: session.file, entries: session.memories.map(asWritten) }));
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
}

function asWritten({ kind, text, outcome, evidence }: MemoryDraft): unknown {
  return { kind, text, outcome, evidence: evidence.map(({ lines }) => ({ lines })) };
}

/** Memories made by something else. */
export interface Others {
  readonly name: string;
  /** What it made of a session whose file has so many lines. Throws a `UserError` where that cannot be of this session. */
  entriesOf(session: string, lineCount: number): readonly Entry[];
}

/**
 * `said`: `NAME=FILE`. Everything that can be wrong with the file is a `UserError` that names the place, before anything is compressed: a session of
 * `sessions` that it lacks (one in which nothing was found has empty `entries`), a session told twice, an entry that is not of the format.
 */
export function readOthers(said: string, sessions: readonly string[]): Others {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(said) ?? [];
  if (name === undefined || file === undefined) throw new UserError(`--others is ${said}. Give it as NAME=FILE.`);
  const bySession = new Map<string, readonly Entry[]>();
  for (const row of readJsonLines<unknown>(file)) {
    if (!isRecord(row) || typeof row.session_file !== 'string' || !Array.isArray(row.entries))
      throw new UserError(`A line of ${file} has no session_file or no entries. Write it as --memories does.`);
    const session = row.session_file;
    if (bySession.has(session)) throw new UserError(`${file} has ${session} twice. Leave one line a session.`);
    bySession.set(
      session,
      row.entries.map((entry, i) => readEntry(entry, `${file}, ${session}, entry ${i + 1}`)),
    );
  }
  const missing = sessions.filter((session) => !bySession.has(session));
  if (missing.length > 0)
    throw new UserError(
      `${file} lacks ${missing.length} of the ${sessions.length} sessions, the first of them ${missing[0]}. ` +
        'Make its memories of the same sessions, or leave the others out.',
    );
  return {
    name,
    entriesOf(session, lineCount) {
      const entries = bySession.get(session);
      if (!entries) throw new UserError(`${file} lacks ${session}. Make its memories of the same sessions.`);
      const last = Math.max(0, ...entries.flatMap(({ lines }) => [...lines]));
      if (last > lineCount)
        throw new UserError(`${file} cites line ${last} of ${session}, which has ${lineCount}. Make its memories of these very files.`);
      return entries;
    },
  };
}

function readEntry(entry: unknown, where: string): Entry {
  const wrong = (what: string): UserError => new UserError(`${where}: ${what}. Write it as --memories does.`);
  if (!isRecord(entry)) throw wrong('it is not an object');
  if (typeof entry.text !== 'string') throw wrong('text is not a string');
  const kind = KINDS.find((one) => one === entry.kind);
  if (!kind && isThere(entry.kind)) throw wrong(`kind is none of ${KINDS.join(', ')}`);
  const outcome = OUTCOMES.find((one) => one === entry.outcome) ?? null;
  if (!outcome && isThere(entry.outcome)) throw wrong(`outcome is none of ${OUTCOMES.join(', ')}`);
  if (!Array.isArray(entry.evidence)) throw wrong('evidence is not a list');
  const ranges = entry.evidence.map((one: unknown) => {
    if (!isRecord(one)) throw wrong('evidence holds something else than objects');
    if (!isThere(one.lines)) return undefined;
    if (!isRange(one.lines)) throw wrong('lines are not [first, last], counted from 1');
    return one.lines;
  });
  return { ...(kind && { kind }), text: entry.text, outcome, lines: citedLines(ranges) };
}

/** No file of a session has as many lines as this: a range beyond it is a mistake, and would fill memory. */
const MOST_LINE = 10_000_000;

const isThere = (value: unknown): boolean => value !== undefined && value !== null;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function isRange(lines: unknown): lines is readonly [number, number] {
  if (!Array.isArray(lines) || lines.length !== 2) return false;
  const [first, last]: readonly unknown[] = lines;
  return (
    Number.isInteger(first) && Number.isInteger(last) && 1 <= Number(first) && Number(first) <= Number(last) && Number(last) <= MOST_LINE
  );
}
