// A memory changes its store: from a project's to the user's own, or back.
import type { Database } from './database.ts';
import type { MemoryRows } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';

export function createMoving(db: Database, meta: Meta, rows: MemoryRows, tombstones: Tombstones): Pick<Store, 'adopt' | 'letGo'> {
  return {
    adopt(memory) {
      db.write(() => {
        if (rows.find(memory.id)) return;
        const { source, session, atMs } = memory;
        const segments = [...new Set([...tombstones.hashesOf(memory), ...tombstones.bringBack(memory.id).segments])];
        // It may have been here before: then it is no longer gone.
        db.run('DELETE FROM gone WHERE id = ?', memory.id);
        rows.insert(memory.id, { ...memory, segments }, { source, session, isOwn: true, atMs, revision: meta.nextRevision() });
        db.run(
          'UPDATE memories SET pinned = ?, status = ?, superseded_by = ? WHERE id = ?',
          Number(memory.pinned),
          memory.status,
          memory.supersededBy ?? null,
          memory.id,
        );
      });
    },
    letGo(id) {
      db.write(() => {
        const row = rows.findLive(id);
        if (!row) return;
        tombstones.sendAway(toMemory(row));
        rows.remove(row, meta.nextRevision(), false);
      });
    },
  };
}
