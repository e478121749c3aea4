// Where Cairn keeps what its processes share: a folder of its own in the user's home, which no other user may enter.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../util/errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** `CAIRN_HOME`, else `~/.cairn`. Need not exist. */
export function cairnHome(env: Env): string {
  return env['CAIRN_HOME'] || path.join(os.homedir(), '.cairn');
}

export const runFolder = (home: string): string => path.join(home, 'run');
export const registryFile = (home: string): string => path.join(home, 'registry.json');

/** Makes a folder that only the user can enter, or narrows the one that is there. Throws a `UserError` when it belongs to somebody else. */
export function ensurePrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return; // A home on Windows is private by its access list.
  const stat = fs.lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new UserError(
      `${folder} belongs to somebody else, so Cairn does not use it. Remove it, or set CAIRN_HOME to a folder of your own.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700);
}

/** A folder's path with links resolved and, where the file system ignores case, in the spelling on disk. A missing folder keeps the path it was given. */
export function realFolder(folder: string): string {
  const absolute = path.resolve(folder);
  try {
    return fs.realpathSync.native(absolute);
  } catch {
    return absolute;
  }
}

/** The folder and all above it, nearest first. */
export function ancestors(folder: string): string[] {
  const found = [folder];
  for (let at = folder; path.dirname(at) !== at;) found.push((at = path.dirname(at)));
  return found;
}
