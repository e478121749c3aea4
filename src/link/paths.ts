// Where Cairn keeps what its processes share: a folder of its own in the user's home, which no other user may enter.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../util/errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** A socket's path is cut at 104 bytes on macOS and 108 on Linux, the final zero included; we stay below both. */
const MAX_SOCKET_PATH_BYTES = 100;

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

/** What decides where a socket lies; the defaults are this machine's. */
export interface SocketPlace {
  readonly home: string;
  /** Makes the name of a Windows pipe unguessable: pipe names are open to all users, so another could take ours first. The store's token will do. */
  readonly secret: string;
  readonly platform?: NodeJS.Platform;
  readonly tempFolders?: readonly string[];
}

/** The socket of a store: always the same for the same store folder. Its folder may not exist yet. */
export function socketPath(storeFolder: string, place: SocketPlace): string {
  const platform = place.platform ?? process.platform;
  if (platform === 'win32') return `\\\\.\\pipe\\cairn-${hash(`${storeFolder}\n${place.secret}`)}`;
  const name = `${hash(storeFolder)}.sock`;
  const temps = place.tempFolders ?? [os.tmpdir(), '/tmp'];
  const folders = [runFolder(place.home), ...temps.map((temp) => path.join(temp, `cairn-${process.getuid?.() ?? 0}`))];
  const fits = folders.map((folder) => path.join(folder, name)).find((file) => Buffer.byteLength(file) <= MAX_SOCKET_PATH_BYTES);
  if (!fits)
    throw new UserError(`No folder with a short enough path was found for Cairn's socket. Set TMPDIR to a short path such as /tmp.`);
  return fits;
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

/** 64 bits: enough to tell the stores of one user apart, short enough for a socket's path. */
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
