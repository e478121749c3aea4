import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../util/errors.ts';
import { runFolder } from './paths.ts';

/** A socket's path is cut at 104 bytes on macOS and 108 on Linux, the final zero included; we stay below both. */
const MAX_SOCKET_PATH_BYTES = 100;

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

/** 64 bits: enough to tell the stores of one user apart, short enough for a socket's path. */
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
