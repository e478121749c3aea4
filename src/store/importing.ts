// Memories from elsewhere: all of them at once or none.
import type { Memory, MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { MemoryRows } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';

export function createImporting(db: Database, meta: Meta, rows: MemoryRows, tombstones: Tombstones): Pick<Store, 'bringIn'> {
  /** Pending or final. An id that was here and is gone counts too: by then nobody can tell any more why it went. */
  const isForgotten = (id: MemoryId, segments: readonly string[]): boolean =>
    (rows.isUsed(id) && rows.find(id) === undefined) || segments.some((segment) => tombstones.isForgotten(segment));

  return {
    bringIn: (memories) =>
      db.write(() => {
        const count = { added: 0, known: 0, forgotten: 0 };
        let used: number | undefined;
        const revision = () => (used ??= meta.nextRevision());
        const added: Omit<Memory, 'segments' | 'updatedAtMs'>[] = [];
        for (const memory of memories) {
          const told = [memory.text, memory.distilled ?? '', ...memory.evidence.map(({ quote }) => quote)].filter((text) => text !== '');
          const segments = [...new Set(told.map((text) => tombstones.segmentHash(text)))];
          if (rows.findLive(memory.id)) count.known++;
          else if (isForgotten(memory.id, segments)) count.forgotten++;
          // Merged into another, and not yet gone.
          else if (rows.find(memory.id)) count.known++;
          else {
            const { source, session, isOwn, atMs } = memory;
            rows.insert(memory.id, { ...memory, segments }, { source, session, isOwn, atMs, revision: revision() });
            added.push(memory);
            count.added++;
          }
        }
        for (const { id, pinned, status, supersededBy, distilled } of added) {
          const by = supersededBy !== undefined && rows.findLive(supersededBy) ? supersededBy : null;
          db.run(
            'UPDATE memories SET pinned = ?, status = ?, superseded_by = ?, distilled = ?, was_offered = ? WHERE id = ?',
            Number(pinned),
            status,
            by,
            distilled ?? null,
            Number(distilled !== undefined),
            id,
          );
        }
        return count;
      }),
  };
}
