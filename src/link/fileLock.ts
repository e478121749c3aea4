// A lock between processes for work of milliseconds: a file that only one can create. Not for long ownership (that is
// `store/ownership.ts`): a holder that died is found out by the age of its file alone.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, codeOf } from '../util/errors.ts';

/** A lock this old was left by somebody who died: the work under it takes milliseconds. */
const STALE_MS = 5_000;
/** Long enough for a crowd of windows starting at once, short enough for a person. */
const PATIENCE_MS = 15_000;

/** Runs `work` while no other process does under the same lock file. `work` must end well within five seconds, or others take it for dead. */
export async function withLock<T>(lockFile: string, work: () => T | Promise<T>): Promise<T> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    if (take(lockFile)) {
      try {
        return await work();
      } finally {
        fs.rmSync(lockFile, { force: true });
      }
    }
    breakIfStale(lockFile);
    if (Date.now() > giveUpAtMs) {
      throw new UserError(`Another program keeps ${lockFile}. Delete that file if no editor is starting just now.`);
    }
    await sleep(3 + Math.random() * 12); // Unequal rests, so that waiters do not meet again and again.
  }
}

function take(lockFile: string): boolean {
  try {
    fs.closeSync(fs.openSync(lockFile, 'wx', 0o600));
    return true;
  } catch (thrown) {
    // Windows says EPERM for a file that is just being deleted.
    if (codeOf(thrown) === 'EEXIST' || (codeOf(thrown) === 'EPERM' && process.platform === 'win32')) return false;
    throw thrown;
  }
}

/** Moves a stale lock away rather than deleting it: of several who find it stale, only one moves it, and a fresh one taken by mistake is put back. */
function breakIfStale(lockFile: string): void {
  if (!(ageMs(lockFile) > STALE_MS)) return;
  const aside = `${lockFile}.${process.pid}.${Date.now()}`;
  try {
    fs.renameSync(lockFile, aside);
    if (!(ageMs(aside) > STALE_MS)) fs.linkSync(aside, lockFile);
  } catch {
    // Somebody else was quicker; the next try shows how things stand.
  }
  fs.rmSync(aside, { force: true });
}

/** NaN when it is gone. */
function ageMs(file: string): number {
  return Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? NaN);
}
