// Memories that a person keeps out of one session. Ids only, of this store and of others.
import type { MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { Store } from './store.ts';

/** The session that starts next has no name yet. */
const NEXT = '';
/** No session goes on for longer. */
const KEPT_MS = 30 * 24 * 3_600_000;

export function createHeldBack(db: Database): Pick<Store, 'holdBack' | 'heldBack' | 'nextIs'> {
  return {
    holdBack(id, session, isHeldBack, atMs) {
      const from = session ?? NEXT;
      db.write(() => {
        if (isHeldBack) db.run('INSERT OR REPLACE INTO held_back VALUES (?, ?, ?)', id, from, atMs);
        else db.run('DELETE FROM held_back WHERE memory = ? AND session = ?', id, from);
        db.run('DELETE FROM held_back WHERE at_ms < ? AND session <> ?', atMs - KEPT_MS, NEXT);
      });
    },
    heldBack: (session) =>
      new Set(db.all<{ memory: MemoryId }>('SELECT memory FROM held_back WHERE session = ?', session ?? NEXT).map(({ memory }) => memory)),
    nextIs(session) {
      if (!db.get('SELECT 1 FROM held_back WHERE session = ?', NEXT)) return;
      db.write(() => {
        db.run('UPDATE OR REPLACE held_back SET session = ? WHERE session = ?', session, NEXT);
      });
    },
  };
}
