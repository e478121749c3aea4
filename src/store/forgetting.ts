// Forgetting in two steps: hidden at once and restorable, then gone, with nothing left of the text in any of the database's files. What was merged
// into another memory waits in the same way, and then only gives way to it.
import type { MemoryId } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import { createBlanking } from './blanking.ts';
import type { Database } from './database.ts';
import { join } from './merge.ts';
import type { StoredRow, MemoryRows } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';

export type Forgetting = Pick<Store, 'hide' | 'hideAll' | 'restore' | 'finishForgetting' | 'pendingForget'> & {
  /** Finishes a cleaning of the files that a crash or a reader has kept from ending; does nothing when none is due. */
  scrub(): void;
};

/** `dropTaken`: takes what was taken in until then out of the backlog, within the transaction. */
export function createForgetting(
  db: Database,
  meta: Meta,
  rows: MemoryRows,
  tombstones: Tombstones,
  dropTaken: (untilMs: number) => void,
): Forgetting {
  /** When memories of other stores were forgotten, as far as this opening knows: before it is long ago. */
  const hiddenAwayAtMs = new Map<MemoryId, number>();

  const scrub = () => {
    if (!meta.mustScrub) return;
    try {
      // secure_delete is not enough: when a page of a table is split, bytes that moved to the other half stay behind unused
      // (found in 3 of 3,400 forgettings). Writing the file anew leaves nothing behind. About 15 ms a megabyte.
      db.exec('VACUUM');
      if (db.checkpoint()) meta.mustScrub = false;
    } catch (thrown) {
      // A full disk, or a reader that holds on to the old pages. The forgetting itself is done;
      // the cleaning stays due, and is tried again at the next forgetting, at closing and at opening.
      if (!(thrown instanceof UserError)) throw thrown;
    }
  };

  /** The transaction's one revision, taken when it is first needed. */
  const oneRevision = (): (() => number) => {
    let taken: number | undefined;
    return () => (taken ??= meta.nextRevision());
  };

  const finishEmptying = (hiddenBeforeMs: number): void => {
    const { emptiedAtMs } = meta;
    if (emptiedAtMs === undefined || emptiedAtMs > hiddenBeforeMs) return;
    db.write(() => {
      dropTaken(emptiedAtMs);
      meta.emptiedAtMs = undefined;
      meta.forgottenUntilMs = emptiedAtMs;
      meta.mustScrub = true;
    });
  };

  const finishHidden = (hiddenBeforeMs: number): MemoryId[] => {
    const due = db.all<StoredRow>('SELECT * FROM memories WHERE hidden_at_ms <= ? ORDER BY hidden_at_ms, seq', hiddenBeforeMs);
    if (due.length === 0) return [];
    db.write(() => {
      const revision = oneRevision();
      // First, so that what joined a memory that is to be forgotten is forgotten with it.
      for (const row of due) if (row.merged_into !== null) join(db, rows, tombstones, row, revision());
      const memories = due
        .filter((row) => row.merged_into === null)
        .flatMap(({ id }) => rows.find(id) ?? [])
        .map(toMemory);
      // Anew: something may have joined one since it was hidden.
      for (const memory of memories) tombstones.raise(memory);
      tombstones.fix(memories.map(({ id }) => id));
      if (memories.length === 0) return;
      meta.mustScrub = true;
      const isLast = db.get('SELECT 1 FROM memories WHERE hidden_at_ms IS NULL OR hidden_at_ms > ? LIMIT 1', hiddenBeforeMs) === undefined;
      if (isLast) rows.removeAll(revision());
      else {
        for (const { id } of memories) {
          const row = rows.find(id);
          if (row) rows.remove(row, revision(), false);
        }
      }
      if (isLast && db.get("SELECT 1 FROM observations WHERE text <> '' LIMIT 1") === undefined) return;
      const blank = createBlanking(db, tombstones, revision);
      for (const memory of memories) blank.sources(memory);
      // After the removals: only the contexts of those that stay are looked through.
      blank.echoes(memories.flatMap(({ text, distilled = '', evidence }) => [text, distilled, ...evidence.map(({ quote }) => quote)]));
    });
    return due.map(({ id }): MemoryId => id);
  };

  const finishAway = (hiddenBeforeMs: number): MemoryId[] => {
    const due = tombstones.raisedAway().filter((id) => (hiddenAwayAtMs.get(id) ?? 0) <= hiddenBeforeMs);
    if (due.length === 0) return [];
    db.write(() => {
      const away = due.map((id) => tombstones.bringBack(id));
      createBlanking(db, tombstones, oneRevision()).sourcesAway({
        segments: new Set(away.flatMap(({ segments }) => [...segments])),
        places: new Set(away.flatMap(({ places }) => [...places])),
      });
      tombstones.fix(due);
      meta.mustScrub = true;
    });
    for (const id of due) hiddenAwayAtMs.delete(id);
    return due;
  };

  const hasHiddenAt = (atMs: number): boolean => db.get('SELECT 1 FROM memories WHERE hidden_at_ms = ? LIMIT 1', atMs) !== undefined;

  return {
    hide(ids, atMs) {
      db.write(() => {
        for (const id of ids) if (tombstones.raiseAway(id)) hiddenAwayAtMs.set(id, atMs);
        const found = ids.map((id) => rows.findLive(id)).filter((row) => row !== undefined);
        if (found.length === 0) return;
        const revision = meta.nextRevision();
        for (const row of new Map(found.map((each) => [each.seq, each])).values()) {
          db.run('UPDATE memories SET hidden_at_ms = ?, revision = ? WHERE seq = ?', atMs, revision, row.seq);
          tombstones.raise(toMemory(row));
        }
      });
    },

    hideAll: (atMs) =>
      db.write(() => {
        const live = db.all<{ id: MemoryId }>('SELECT id FROM memories WHERE hidden_at_ms IS NULL');
        // Without tombstones as yet, which take seconds for many: until this is final nothing is made into memories at all.
        if (live.length > 0) {
          db.run('UPDATE memories SET hidden_at_ms = ?, revision = ? WHERE hidden_at_ms IS NULL', atMs, meta.nextRevision());
        }
        meta.emptiedAtMs = atMs;
        return live.map(({ id }) => id);
      }),

    restore(ids) {
      db.write(() => {
        for (const id of ids) {
          tombstones.lift(id);
          hiddenAwayAtMs.delete(id);
        }
        const found = ids.map((id) => rows.find(id)).filter((row) => row !== undefined && row.hidden_at_ms !== null);
        const { emptiedAtMs } = meta;
        const isOfAll = emptiedAtMs !== undefined && found.some((row) => row?.hidden_at_ms === emptiedAtMs);
        if (isOfAll || (emptiedAtMs !== undefined && !hasHiddenAt(emptiedAtMs))) meta.emptiedAtMs = undefined;
        if (found.length === 0) return;
        const revision = meta.nextRevision();
        for (const row of found) {
          if (!row) continue;
          db.run('UPDATE memories SET hidden_at_ms = NULL, merged_into = NULL, revision = ? WHERE seq = ?', revision, row.seq);
        }
      });
    },

    finishForgetting(hiddenBeforeMs) {
      finishEmptying(hiddenBeforeMs);
      const gone = [...finishHidden(hiddenBeforeMs), ...finishAway(hiddenBeforeMs)];
      scrub();
      return gone;
    },

    pendingForget: () =>
      db
        .all<StoredRow & { hidden_at_ms: number }>('SELECT * FROM memories WHERE hidden_at_ms IS NOT NULL ORDER BY hidden_at_ms, seq')
        .map((row) => ({ memory: toMemory(row), hiddenAtMs: row.hidden_at_ms })),

    scrub,
  };
}
