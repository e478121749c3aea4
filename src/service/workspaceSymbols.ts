// Which names of code a workspace folder holds, and when git last had those that it holds no more. A name that git never had may be a library's, a plan's or a typing
// error: of those nothing is said.
import fs from 'node:fs';
import path from 'node:path';
import { git } from '../link/git.ts';
import type { Sighting } from '../review/reasons.ts';
import type { LookForSymbols } from '../review/reviewer.ts';
import { earlierIfSame } from '../util/sameMap.ts';
import { filesIn } from './folderFiles.ts';

const DAY_MS = 24 * 3_600_000;
/** Reading a big folder takes seconds of a core: not more often than twice an hour. */
const FRESH_MS = 30 * 60_000;
/** Longer files are data, or made by machines. */
const MOST_FILE_BYTES = 512 * 1024;
/** A folder with more is not read to its end, and then no name is known to be gone. */
const MOST_BYTES = 200 * 1024 * 1024;
/** As git tells a binary file. */
const BINARY_BYTES = 8_000;
/** Of the past, so much at a time: the next look goes on. */
const MOST_DAYS = 40;
const LIMITS = { mostBytes: 16 * 1024 * 1024, withinMs: 20_000 };

const WORD = /[A-Za-z_$][\w$]{3,}/g;
const NOTHING: ReadonlyMap<string, Sighting> = new Map();

/**
 * A name is there when its last part (`verify` of `auth.verify()`) is a word of any file of the folder. Else it was there at the latest when a commit had it that was
 * the newest at the end of the day after it was told: a memory about taking a name out is true because the name is gone. Without git nothing is known.
 */
export function createSymbolLook(folder: string, now: () => number): LookForSymbols {
  const past = createPast(folder);
  let known: { readonly atMs: number; readonly asked: ReadonlySet<string>; readonly there: ReadonlySet<string> | undefined } | undefined;
  let last = NOTHING;
  let running: Promise<ReadonlyMap<string, Sighting>> | undefined;

  async function look(told: Parameters<LookForSymbols>[0]): Promise<ReadonlyMap<string, Sighting>> {
    const wordOf = new Map([...told.keys()].flatMap((symbol) => lastPart(symbol).map((word) => [symbol, word] as const)));
    if (!known || now() - known.atMs >= FRESH_MS) {
      const asked = new Set(wordOf.values());
      known = { atMs: now(), asked, there: asked.size > 0 ? await wordsThere(folder, asked) : new Set() };
    }
    const { asked, there } = known;
    if (!there) return last;
    const missing = new Map<string, number[]>();
    for (const [symbol, word] of wordOf) {
      if (asked.has(word) && !there.has(word)) missing.set(word, [...(missing.get(word) ?? []), ...(told.get(symbol) ?? [])]);
    }
    const seen = await past(missing, now());
    const found = new Map<string, Sighting>();
    for (const [symbol, word] of wordOf) {
      const sighting = there.has(word) ? 'there' : seen.get(word);
      if (sighting !== undefined) found.set(symbol, sighting);
    }
    return (last = earlierIfSame(last, found));
  }

  return (told) => (running ??= look(told).finally(() => (running = undefined)));
}

/** The word to look for; none where it is too short to mean one thing. */
function lastPart(symbol: string): string[] {
  return symbol.match(WORD)?.slice(-1) ?? [];
}

/** Those of the words that the folder's files hold. Undefined where not all of the folder could be read. */
async function wordsThere(folder: string, words: ReadonlySet<string>): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>();
  let left = MOST_BYTES;
  for (const file of await filesIn(folder)) {
    const bytes = await read(path.join(folder, file));
    if (!bytes || bytes.subarray(0, BINARY_BYTES).includes(0)) continue;
    left -= bytes.length;
    if (left < 0) return undefined;
    for (const [word] of bytes.toString('utf8').matchAll(WORD)) if (words.has(word)) found.add(word);
    if (found.size === words.size) break;
  }
  return found;
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    const stat = await fs.promises.lstat(file);
    return stat.isFile() && stat.size <= MOST_FILE_BYTES ? await fs.promises.readFile(file) : undefined;
  } catch {
    return undefined; // Gone meanwhile, or not for us to read.
  }
}

/** Of words with the times at which they were told, when each was last there, milliseconds since 1970. What a commit holds never changes, so it is asked once. */
function createPast(folder: string): (told: ReadonlyMap<string, readonly number[]>, nowMs: number) => Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const looked = new Map<number, Set<string>>();

  return async (told, nowMs) => {
    const byDay = new Map<number, Set<string>>();
    for (const [word, times] of told) {
      for (const atMs of times) {
        const dayMs = (Math.floor(atMs / DAY_MS) + 2) * DAY_MS;
        if (dayMs > nowMs || (seen.get(word) ?? 0) >= dayMs || looked.get(dayMs)?.has(word)) continue;
        byDay.set(dayMs, (byDay.get(dayMs) ?? new Set()).add(word));
      }
    }
    for (const [dayMs, words] of [...byDay].sort(([a], [b]) => b - a).slice(0, MOST_DAYS)) {
      let there: readonly string[];
      try {
        there = await wordsAt(folder, dayMs, [...words]);
      } catch {
        break; // No git, no commit, or one that would have to be fetched: later, perhaps.
      }
      for (const word of there) seen.set(word, Math.max(dayMs, seen.get(word) ?? 0));
      looked.set(dayMs, new Set([...(looked.get(dayMs) ?? []), ...words]));
    }
    return seen;
  };
}

/** Those of the words that the newest commit before a time held. Rejects where git does. */
async function wordsAt(folder: string, beforeMs: number, words: readonly string[]): Promise<readonly string[]> {
  const commit = (await git(folder, ['rev-list', '-1', `--before=${Math.floor(beforeMs / 1_000)}`, 'HEAD'], LIMITS)).trim();
  if (commit === '') return [];
  const patterns = words.flatMap((word) => ['-e', word]);
  try {
    const printed = await git(folder, ['grep', '-I', '-h', '-o', '-w', '-F', ...patterns, commit], LIMITS);
    return [...new Set(printed.split('\n'))].filter((word) => word !== '');
  } catch (thrown) {
    // How grep says that there is none.
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 1) return [];
    throw thrown;
  }
}
