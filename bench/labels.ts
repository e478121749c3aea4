// Sessions and what careful readers marked in them.
import fs from 'node:fs';
import path from 'node:path';
import { randomOf } from '../scripts/lib/random.ts';
import type { Kind, Outcome, SessionId, Signal } from '../src/memory.ts';
import { UserError } from '../src/util/errors.ts';
import { readJsonLines } from './jsonLines.ts';
import { readMarkdownSession } from './markdownSession.ts';
import { shuffled } from './metrics.ts';

export interface LabelledFact {
  readonly kind: Kind;
  readonly statement: string;
  /** Exact pieces of one line each, the best first. */
  readonly evidence: readonly string[];
  readonly outcome: Outcome | null;
  /** Words without which the statement would say its opposite. */
  readonly polarity: readonly string[];
  /** An earlier fact of the session that this one overrules. */
  readonly supersedes?: number | null;
  readonly must_have?: readonly (readonly string[])[];
}

export interface LabelledSession {
  /** Relative to the sessions' folder: `<project>/<name>.md`. */
  readonly file: string;
  readonly facts: readonly LabelledFact[];
  readonly noise: readonly string[];
}

/** The rows of a file, or of all `.jsonl` files of a folder. */
export function readLabels(where: string): LabelledSession[] {
  if (!fs.existsSync(where)) throw new UserError(`There are no labels at ${where}. Give the path of a file or folder.`);
  if (!fs.statSync(where).isDirectory()) return readJsonLines<LabelledSession>(where);
  const files = fs.readdirSync(where).filter((name) => name.endsWith('.jsonl'));
  return files.sort().flatMap((name) => readJsonLines<LabelledSession>(path.join(where, name)));
}

export interface SessionText {
  readonly file: string;
  readonly lines: readonly string[];
  readonly signals: readonly Signal[];
}

/** Sessions whose files tell no time are taken to be of this day (some day after the last that does), an hour apart in the order of their names. */
const UNDATED_MS = Date.UTC(2026, 6, 1);

/** `order`: the place of the file among those of its project. */
export function readSession(folder: string, file: string, order = 0): SessionText {
  const whole = path.resolve(folder, file);
  if (!fs.existsSync(whole)) throw new UserError(`There is no session ${file} in ${folder}. Give the folder that holds it.`);
  const text = fs.readFileSync(whole, 'utf8');
  const signals = readMarkdownSession(text, {
    path: whole,
    session: file as SessionId,
    source: file.startsWith('claude-code__') ? 'claude-code' : 'vscode-chat',
    startMs: UNDATED_MS + order * 3_600_000,
  });
  return { file, lines: text.split('\n'), signals };
}

/** The 1-based lines that hold a quote, wherever it stands. */
export function linesOf(quote: string, lines: readonly string[]): number[] {
  return lines.flatMap((line, i) => (line.includes(quote) ? [i + 1] : []));
}

export const projectOf = (file: string): string => file.split('/')[0] ?? file;

/** Whose repository a session is from: what is judged of one owner's sessions must not have been learnt from others of theirs. */
export function ownerOf(file: string): string {
  return (
    projectOf(file)
      .replace(/^(?:claude-code|codex)__/, '')
      .split('__')[0] ?? file
  ).toLowerCase();
}

/** At most `limit` of them, in turn from each owner, so that a few say something of all; in the order given. */
export function spreadOverOwners<T extends { readonly file: string }>(
  sessions: readonly T[],
  limit: number | undefined,
  seed: number,
): T[] {
  if (limit === undefined || limit >= sessions.length) return [...sessions];
  const random = randomOf(seed);
  const byOwner = [...Map.groupBy(sessions, ({ file }) => ownerOf(file)).values()].map((of) => shuffled(of, random));
  const taken = new Set<T>();
  for (let round = 0; taken.size < limit; round++) {
    for (const of of byOwner) {
      const session = of[round];
      if (session && taken.size < limit) taken.add(session);
    }
  }
  return sessions.filter((session) => taken.has(session));
}
