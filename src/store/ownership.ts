// One process writes a store. The lock is an SQLite transaction held open: the system lets go of it when the process ends, however it ends, so that no lock is ever stale.
import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { codeOf } from '../util/errors.ts';
import { makePrivate } from './files.ts';
import { sqlite } from './sqlite.ts';

const LOCK_NAME = 'owner.lock';
const NOTE_NAME = 'owner.json';
const BUSY = 5;
/** All locks held by this process: a connection that nothing refers to is closed by the garbage collector, and its lock lost. */
const held = new Set<DatabaseSync>();

export interface Ownership {
  /** Tells other processes where this one listens. */
  announce(socket: string): void;
  /** Lets another own the folder. A second call does nothing. */
  release(): void;
}

export interface Owner {
  readonly pid: number;
  readonly socket: string;
}

/** Owns a store's folder from now until `release` or the end of the process; undefined when another process (or this one) owns it. Does not wait. */
export function tryOwn(folder: string): Ownership | undefined {
  const lock = path.join(folder, LOCK_NAME);
  makePrivate(lock);
  const connection = new (sqlite().DatabaseSync)(lock);
  try {
    connection.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (thrown) {
    connection.close();
    if (thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number' && (thrown.errcode & 0xff) === BUSY)
      return undefined;
    throw thrown;
  }
  held.add(connection);
  // What the last owner left, if it was killed.
  const note = path.join(folder, NOTE_NAME);
  fs.rmSync(note, { force: true });
  return {
    announce(socket) {
      if (!connection.isOpen) return;
      const draft = `${note}.${process.pid}`;
      fs.writeFileSync(draft, JSON.stringify({ pid: process.pid, socket } satisfies Owner), { mode: 0o600 });
      fs.renameSync(draft, note);
    },
    release() {
      if (!connection.isOpen) return;
      // First the note, while it is surely still ours.
      fs.rmSync(note, { force: true });
      connection.close();
      held.delete(connection);
    },
  };
}

/** Who owns the folder and where it listens; undefined when nobody said so. An owner that was killed is still named: be ready to find nobody there. */
export function readOwner(folder: string): Owner | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path.join(folder, NOTE_NAME), 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined;
    throw thrown;
  }
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || !('pid' in found) || !('socket' in found)) return undefined;
    const { pid, socket } = found;
    return typeof pid === 'number' && typeof socket === 'string' ? { pid, socket } : undefined;
  } catch {
    // Not ours, or cut short by a full disk: as good as no note.
    return undefined;
  }
}
