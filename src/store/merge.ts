// Several memories that tell the same become one. Until that is final the others are only hidden; nothing is held against what they came from.
import { someEvidence } from '../compress/merge.ts';
import type { MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { MemoryRows, StoredRow } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';

export function createMerge(db: Database, meta: Meta, rows: MemoryRows): Store['merge'] {
  return (id, others, atMs) =>
    db.write(() => {
      const found = [...new Set(others)].filter((other) => other !== id).flatMap((other) => rows.findLive(other) ?? []);
      if (found.length === 0) return;
      const revision = meta.nextRevision();
      for (const { seq } of found) {
        db.run('UPDATE memories SET hidden_at_ms = ?, merged_into = ?, revision = ? WHERE seq = ?', atMs, id, revision, seq);
      }
    });
}

/** Lets a hidden memory give way to the one that it was merged into, also where that one is hidden by now. Within a transaction. */
export function join(db: Database, rows: MemoryRows, { id }: StoredRow, revision: number): void {
  const row = rows.find(id);
  if (!row) return;
  const heir = row.merged_into === null ? undefined : rows.find(row.merged_into as MemoryId);
  if (heir) {
    const [kept, gone] = [toMemory(heir), toMemory(row)];
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
    // What the one overrides, the other does; and neither overrides itself.
    db.run('UPDATE memories SET superseded_by = ?, revision = ? WHERE superseded_by = ? AND id <> ?', heir.id, revision, id, heir.id);
    if (heir.superseded_by === id) {
      db.run("UPDATE memories SET status = 'active', superseded_by = NULL, revision = ? WHERE seq = ?", revision, heir.seq);
    }
  }
  rows.remove(row, revision, false);
}
