// The files of a store: made for their user's eyes only, looked at before they are trusted, set aside when they are broken.
import fs from 'node:fs';
import path from 'node:path';
import { codeOf, UserError } from '../util/errors.ts';
import { Database, isDamage } from './database.ts';
import { SCHEMA_VERSION, versionOf } from './migrations.ts';

export const DATABASE_NAME = 'memory.db';
/** SQLite's own companions of a file. */
export const COMPANIONS = ['', '-wal', '-shm'] as const;

/** Makes the folder (0700) and an empty file in it (0600) where they are missing, and closes them to others where they are open. */
export function makePrivate(file: string): void {
  const folder = path.dirname(file);
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.chmodSync(folder, 0o700);
    // SQLite gives -wal and -shm the mode of the file itself, so this one is made before SQLite could make it with another.
    // Only ever made, never opened again: closing any descriptor of a file drops all of this process's locks on it (POSIX).
    if (!fs.existsSync(file)) fs.closeSync(fs.openSync(file, 'wx', 0o600));
    fs.chmodSync(file, 0o600);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    throw new UserError(adviceFor(codeOf(thrown), folder), { cause: thrown });
  }
}

function adviceFor(code: string | undefined, folder: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full, so nothing can be remembered. Free some space.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `Memories cannot be kept in ${folder}: it may not be written to. Allow writing there.`;
    default:
      return `Memories cannot be kept in ${folder}: the folder cannot be made (${code ?? 'unknown error'}). Check that path.`;
  }
}

/**
 * Looks at a file without changing it. 'damaged': it is no database, or a broken one, or not ours.
 * Throws a UserError for one that a newer Cairn has written. Reads the whole file.
 */
export function inspect(file: string): 'new' | 'sound' | 'damaged' {
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return 'new';
  let db: Database | undefined;
  try {
    db = new Database(file, { isReadOnly: true });
    const version = versionOf(db);
    refuseNewer(version);
    if (version === 0) return db.get('SELECT 1 FROM sqlite_schema LIMIT 1') ? 'damaged' : 'new';
    const found = db.get<{ quick_check: string }>('PRAGMA quick_check(1)');
    return found?.quick_check === 'ok' ? 'sound' : 'damaged';
  } catch (thrown) {
    if (isDamage(thrown)) return 'damaged';
    throw thrown;
  } finally {
    db?.close();
  }
}

export function refuseNewer(version: number): void {
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      'The memories of this folder were written by a newer version of Cairn. Update Cairn to use them; nothing was changed.',
    );
  }
}

/** Renames a damaged file and its companions, and says so in words for the user. */
export function setAside(file: string): string {
  const aside = `${file}.corrupt-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const companion of COMPANIONS) {
    if (fs.existsSync(file + companion)) fs.renameSync(file + companion, aside + companion);
  }
  return `The memory file was damaged. It was set aside as ${aside}, and a new one was begun. Delete it if you do not need what it held.`;
}

/** Bytes on the disk, companions included. */
export function sizeOnDisk(file: string): number {
  return COMPANIONS.reduce((sum, companion) => sum + (fs.statSync(file + companion, { throwIfNoEntry: false })?.size ?? 0), 0);
}
