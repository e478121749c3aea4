// Which files of a workspace folder are there, and which are no more: asked of git and of the disk, a little at a time, and not again for some minutes.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LookForFiles } from '../review/reviewer.ts';
import type { Presence } from '../review/reasons.ts';

/** Files come and go while people work; nobody minds if review is so much behind. */
const FRESH_MS = 5 * 60_000;
/** Bigger folders without git are not walked to their end: then nothing is said of names without a place. */
const MOST_ENTRIES = 50_000;
const MOST_LIST_BYTES = 64 * 1024 * 1024;
const LIST_WITHIN_MS = 20_000;
const AT_ONCE = 32;
/** What others put there, and nobody tells memories of. */
const PASSED_OVER = new Set(['.git', 'node_modules', '.venv', 'dist', 'out', 'target', '__pycache__']);

const NOTHING: ReadonlyMap<string, Presence> = new Map();

/**
 * A path in the folder, absolute or relative, is there or gone. One that is told from a folder further down counts as there when a file's path ends so. A bare name
 * is there when any file has it, else nothing is known of it: it may be of another place, or no file at all ("Node.js"). Nor is anything known of paths elsewhere.
 */
export function createFileLook(folder: string, now: () => number): LookForFiles {
  let known: { readonly atMs: number; readonly files: FileList; readonly presence: ReadonlyMap<string, Presence> } | undefined;

  return async (named) => {
    // A disk that is not mounted is no reason to doubt any memory.
    if (!(await isThere(folder))) return NOTHING;
    const isFresh = known !== undefined && now() - known.atMs < FRESH_MS;
    const files = known && isFresh ? known.files : listOf(await namesIn(folder));
    const before = known && isFresh ? known.presence : new Map<string, Presence>();
    const asked = named.filter((name) => !before.has(name));
    const found = new Map(before);
    for (let i = 0; i < asked.length; i += AT_ONCE) {
      const some = asked.slice(i, i + AT_ONCE);
      const answers = await Promise.all(some.map((name) => presenceOf(name, folder, files)));
      for (const [j, name] of some.entries()) {
        const presence = answers[j];
        if (presence) found.set(name, presence);
      }
    }
    if (!known || !isFresh) known = { atMs: now(), files, presence: sameAs(known?.presence, found) };
    else if (found.size > before.size) known = { ...known, presence: found };
    return known.presence;
  };
}

/** The earlier map where nothing has changed, so that its reader sees that too. */
function sameAs(before: ReadonlyMap<string, Presence> | undefined, found: ReadonlyMap<string, Presence>): ReadonlyMap<string, Presence> {
  const isSame = before?.size === found.size && [...found].every(([name, presence]) => before.get(name) === presence);
  return isSame ? before : found;
}

interface FileList {
  /** By the last part of the path, the whole paths, `/` between folders. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

function listOf(paths: readonly string[]): FileList {
  const byName = new Map<string, string[]>();
  for (const file of paths) {
    const name = path.posix.basename(file);
    const known = byName.get(name);
    if (known) known.push(file);
    else byName.set(name, [file]);
  }
  return { byName };
}

async function presenceOf(named: string, folder: string, { byName }: FileList): Promise<Presence | undefined> {
  // Told on another system: nothing here has such a path.
  if (process.platform !== 'win32' && /^[A-Za-z]:[\\/]/.test(named)) return undefined;
  const plain = named.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  if (plain === '' || plain.startsWith('~') || plain.includes('://')) return undefined;
  const isAbsolute = path.isAbsolute(plain);
  const absolute = isAbsolute ? path.normalize(plain) : path.resolve(folder, plain);
  const inFolder = path.relative(folder, absolute);
  if (inFolder === '' || inFolder.startsWith('..') || path.isAbsolute(inFolder)) return undefined;
  const trimmed = plain.replace(/\/+$/, '');
  const ends = isAbsolute ? [] : (byName.get(path.posix.basename(trimmed)) ?? []);
  if (ends.some((file) => file === trimmed || file.endsWith(`/${trimmed}`))) return 'there';
  if (await isThere(absolute)) return 'there';
  return trimmed.includes('/') ? 'gone' : undefined;
}

async function isThere(file: string): Promise<boolean> {
  try {
    await fs.promises.lstat(file);
    return true;
  } catch (thrown) {
    // What cannot be looked at is not known to be gone.
    return !(thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'));
  }
}

/** Paths of the folder's files, relative to it; of a big folder without git as many as are looked at. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const options = { cwd: folder, maxBuffer: MOST_LIST_BYTES, timeout: LIST_WITHIN_MS };
    const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options);
    // Deleted ones stay in git's list until that is committed: the disk decides.
    const names = stdout.split('\0').filter((name) => name !== '');
    if (names.length > 0) return await withoutDeleted(folder, names);
  } catch {
    // No git, or no repository: the folder itself is walked.
  }
  return walk(folder);
}

async function withoutDeleted(folder: string, names: readonly string[]): Promise<string[]> {
  const options = { cwd: folder, maxBuffer: MOST_LIST_BYTES, timeout: LIST_WITHIN_MS };
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--deleted'], options);
  const deleted = new Set(stdout.split('\0'));
  return names.filter((name) => !deleted.has(name));
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let at = folders.pop(); at !== undefined && found.length < MOST_ENTRIES; at = folders.pop()) {
    const entries = await fs.promises.readdir(path.join(folder, at), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const inside = at === '' ? entry.name : `${at}/${entry.name}`;
      if (!entry.isDirectory()) found.push(inside);
      else if (!PASSED_OVER.has(entry.name)) folders.push(inside);
    }
  }
  return found;
}
