// Which files of a workspace folder are there, and which are no more: asked of git and of the disk, a little at a time, and not again for some minutes.
import fs from 'node:fs';
import path from 'node:path';
import type { LookForFiles } from '../review/reviewer.ts';
import type { Presence } from '../review/reasons.ts';
import { earlierIfSame } from '../util/sameMap.ts';
import { filesIn } from './folderFiles.ts';

/** Files come and go while people work; nobody minds if review is so much behind. */
const FRESH_MS = 5 * 60_000;
const AT_ONCE = 32;
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
    const files = known && isFresh ? known.files : listOf(await filesIn(folder));
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
    if (!known || !isFresh) known = { atMs: now(), files, presence: earlierIfSame(known?.presence, found) };
    else if (found.size > before.size) known = { ...known, presence: found };
    return known.presence;
  };
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
