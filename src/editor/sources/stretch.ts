import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../memory.ts';

/** After this much quiet, what the editor tells belongs to another piece of work. */
const PAUSE_MS = 30 * 60_000;

/** The session that editor events belong to: a stretch of work without a long pause. Terminal, edits and git share it, so that "edit, test fails, edit, test passes, commit" is one story. */
export function workStretch(now: () => number = Date.now): () => SessionId {
  let session: SessionId | undefined;
  let lastAtMs = 0;
  return () => {
    const atMs = now();
    if (!session || atMs - lastAtMs > PAUSE_MS) session = `editor-${randomUUID()}` as SessionId;
    lastAtMs = atMs;
    return session;
  };
}
