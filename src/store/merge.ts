// Several memories that tell the same become one. Until that is final the others are only hidden; nothing is held against what they came from. The one may be
// another store's: then theirs is handed over to it.
import { someEvidence } from '../compress/merge.ts';
import type { Memory, MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { MemoryRows, StoredRow } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';

export function createMerge(
  db: Database,
  meta: Meta,
  rows: MemoryRows,
  tombstones: Tombstones,
): Pick<Store, 'merge' | 'mergedElsewhere' | 'join'> {
  return {
    merge(id, others, atMs) {
      db.write(() => {
        const found = [...new Set(others)].filter((other) => other !== id).flatMap((other) => rows.findLive(other) ?? []);
        if (found.length === 0) return;
        const revision = meta.nextRevision();
        for (const { seq } of found) {
          db.run('UPDATE memories SET hidden_at_ms = ?, merged_into = ?, revision = ? WHERE seq = ?', atMs, id, revision, seq);
        }
      });
    },

    mergedElsewhere: (hiddenBeforeMs) =>
      db
        .all<StoredRow & { merged_into: string }>(
          `SELECT * FROM memories AS gone WHERE hidden_at_ms <= ? AND merged_into IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM memories WHERE id = gone.merged_into) ORDER BY hidden_at_ms, seq`,
          hiddenBeforeMs,
        )
        .map((row) => ({ memory: toMemory(row), heir: row.merged_into as MemoryId })),

    join(id, others) {
      db.write(() => {
        if (!rows.find(id) || others.length === 0) return;
        const revision = meta.nextRevision();
        for (const other of others) {
          const heir = rows.find(id);
          if (heir) takeOver(rows, heir, { ...other, segments: tombstones.hashesOf(other) }, revision);
        }
      });
    },
  };
}

function takeOver(rows: MemoryRows, heir: StoredRow, gone: Pick<Memory, 'evidence' | 'segments' | 'atMs'>, revision: number): void {
  const kept = toMemory(heir);
  const both = {
    ...kept,
    evidence: someEvidence([...kept.evidence, ...gone.evidence]),
    segments: [...new Set([...kept.segments, ...gone.segments])],
  };
  rows.update(heir, both, {
    isOwn: kept.isOwn,
    // A fact told again is as fresh as its last telling.
    atMs: Math.max(kept.atMs, gone.atMs),
    revision,
    ...(kept.distilled !== undefined && { distilled: kept.distilled }),
  });
}

/**
 * Lets a hidden memory give way to the one that it was merged into, also where that one is hidden by now, or is another store's. Within a transaction.
 */
export function join(db: Database, rows: MemoryRows, tombstones: Tombstones, { id }: StoredRow, revision: number): void {
  const row = rows.find(id);
  if (!row || row.merged_into === null) return;
  const heir = rows.find(row.merged_into as MemoryId);
  if (!heir) tombstones.sendAway(toMemory(row), row.merged_into as MemoryId);
  else {
    takeOver(rows, heir, toMemory(row), revision);
    // What the one overrides, the other does; and neither overrides itself.
    db.run('UPDATE memories SET superseded_by = ?, revision = ? WHERE superseded_by = ? AND id <> ?', heir.id, revision, id, heir.id);
    if (heir.superseded_by === id) {
      db.run("UPDATE memories SET status = 'active', superseded_by = NULL, revision = ? WHERE seq = ?", revision, heir.seq);
    }
  }
  rows.remove(row, revision, false);
}
