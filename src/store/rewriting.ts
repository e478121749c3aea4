// Memories in better words than the compressor's, from a language model of the user's editor: each is offered once, and yields to everything else.
import type { MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { StoredRow, MemoryRows } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';

export type Rewriting = Pick<Store, 'offerForRewriting' | 'rewrite'>;

/** `?1`: happened since. `?2`: nothing of its session taken in after. */
const OFFERABLE = `
  FROM memories
  WHERE was_offered = 0 AND at_ms >= ?1 AND hidden_at_ms IS NULL AND status = 'active' AND pinned = 0 AND is_own = 0
    AND NOT EXISTS (SELECT 1 FROM observations AS o WHERE o.session = memories.session AND (o.state = 'waiting' OR o.taken_at_ms > ?2))`;

export function createRewriting(db: Database, meta: Meta, rows: MemoryRows): Rewriting {
  return {
    offerForRewriting: (sinceMs, quietSinceMs, limit) =>
      db.write(() => {
        const newest = db.get<{ session: string }>(`SELECT session ${OFFERABLE} ORDER BY at_ms DESC LIMIT 1`, sinceMs, quietSinceMs);
        if (!newest) return [];
        const offered = db.all<StoredRow>(
          `SELECT * ${OFFERABLE} AND session = ?3 ORDER BY at_ms, seq LIMIT ?4`,
          sinceMs,
          quietSinceMs,
          newest.session,
          limit,
        );
        for (const { seq } of offered) db.run('UPDATE memories SET was_offered = 1 WHERE seq = ?', seq);
        return offered.map(toMemory);
      }),

    rewrite: (id: MemoryId, text) =>
      db.write(() => {
        const row = rows.findLive(id);
        if (!row || row.was_offered === 0 || row.pinned === 1 || row.is_own === 1 || row.text === text) return false;
        const distilled = row.distilled ?? row.text;
        rows.update(row, { ...toMemory(row), text }, { isOwn: false, atMs: row.at_ms, revision: meta.nextRevision(), distilled });
        return true;
      }),
  };
}
