// The size cap: what is least likely to be missed goes first. Nothing that the user pinned, wrote or edited is ever trimmed.
import type { Database } from './database.ts';
import type { StoredRow, MemoryRows } from './memoryRows.ts';
import type { Meta } from './meta.ts';

/** Having been of use once speaks for a memory about as much as half the scale of weights. */
const GIVEN_WORTH = 0.5;
/** Freshness is worth a quarter of that scale at most, and half as much after this time. */
const FRESH_WORTH = 0.25;
const FRESH_HALF_MS = 180 * 24 * 60 * 60 * 1000;
/** The share of the memories deleted between two looks at the size: few enough not to take much too many. */
const SLICE = 0.02;

/** Bytes of the database in use; pages that are free count no more. Without the -wal file, which a checkpoint empties. */
export function usedBytes(db: Database): number {
  const pragma = (name: string) => Object.values(db.get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0] ?? 0;
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

export function trimTo(db: Database, meta: Meta, rows: MemoryRows, maxBytes: number): number {
  if (usedBytes(db) <= maxBytes) return 0;
  let trimmed = 0;
  db.write(() => {
    const candidates = db.all<{ seq: number }>(
      `SELECT seq FROM memories WHERE pinned = 0 AND is_own = 0 AND hidden_at_ms IS NULL
       ORDER BY status = 'superseded' DESC,
                weight + ? * (times_given > 0) + ? / (1.0 + max(0, ? - at_ms) / ?), seq`,
      GIVEN_WORTH,
      FRESH_WORTH,
      Date.now(),
      FRESH_HALF_MS,
    );
    if (candidates.length === 0) return;
    const revision = meta.nextRevision();
    const slice = Math.ceil(candidates.length * SLICE);
    for (const { seq } of candidates) {
      if (trimmed % slice === 0 && usedBytes(db) <= maxBytes) break;
      const row = db.get<StoredRow>('SELECT * FROM memories WHERE seq = ?', seq);
      if (row) rows.remove(row, revision, false);
      trimmed++;
    }
  });
  // Gives the free pages back to the disk.
  db.exec('PRAGMA incremental_vacuum');
  db.checkpoint();
  return trimmed;
}
