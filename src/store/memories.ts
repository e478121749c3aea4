// The memories as people and indexes see them: the live ones, and what the user does to one by hand.
import { randomUUID } from 'node:crypto';
import type { MemoryDraft, MemoryId } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import type { Database } from './database.ts';
import type { StoredRow, MemoryRows } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';

export type Memories = Pick<Store, 'get' | 'all' | 'newest' | 'ofSession' | 'add' | 'setPinned' | 'edit' | 'changesSince'>;

export function createMemories(db: Database, meta: Meta, rows: MemoryRows): Memories {
  const live = (id: MemoryId): StoredRow => {
    const row = rows.findLive(id);
    if (!row) throw new UserError('This memory is no longer there. Refresh the list.');
    return row;
  };

  return {
    get(id) {
      const row = rows.findLive(id);
      return row && toMemory(row);
    },

    all: () => db.all<StoredRow>('SELECT * FROM memories WHERE hidden_at_ms IS NULL ORDER BY at_ms DESC, seq DESC').map(toMemory),

    newest(limit) {
      const pinned = db.all<StoredRow>('SELECT * FROM memories WHERE pinned = 1 AND hidden_at_ms IS NULL ORDER BY at_ms DESC, seq DESC');
      const others = db.all<StoredRow>(
        'SELECT * FROM memories WHERE pinned = 0 AND hidden_at_ms IS NULL ORDER BY at_ms DESC, seq DESC LIMIT ?',
        limit,
      );
      return [...pinned, ...others].map(toMemory);
    },

    ofSession: (session) =>
      db
        .all<StoredRow>('SELECT * FROM memories WHERE session = ? AND hidden_at_ms IS NULL ORDER BY at_ms DESC, seq DESC', session)
        .map(toMemory),

    add: (draft, by) =>
      db.write(() => {
        const id = randomUUID() as string as MemoryId;
        rows.insert(id, draft, { ...by, revision: meta.nextRevision() });
        return toMemory(live(id));
      }),

    setPinned(id, pinned) {
      db.write(() => {
        if ((live(id).pinned === 1) === pinned) return;
        db.run(
          'UPDATE memories SET pinned = ?, updated_at_ms = ?, revision = ? WHERE id = ?',
          Number(pinned),
          Date.now(),
          meta.nextRevision(),
          id,
        );
      });
    },

    edit(id, change) {
      db.write(() => {
        const row = live(id);
        const draft: MemoryDraft = { ...toMemory(row), ...change };
        if (draft.text === row.text && draft.kind === row.kind && draft.outcome === row.outcome && draft.scope === row.scope) return;
        rows.update(row, draft, { isOwn: true, atMs: row.at_ms, revision: meta.nextRevision() });
      });
    },

    changesSince: (revision) =>
      db
        .all<{ id: MemoryId; is_gone: number }>(
          `SELECT id, hidden_at_ms IS NOT NULL AS is_gone, revision FROM memories WHERE revision > ?1
           UNION ALL SELECT id, 1, revision FROM gone WHERE revision > ?1 ORDER BY 3`,
          revision,
        )
        .map((row) => ({ id: row.id, isGone: row.is_gone === 1 })),
  };
}
