// What compressing a session came to, applied at once or not at all. Doing it twice is harmless: a crash may fall between the doing and the knowing.
import { isDeepStrictEqual } from 'node:util';
import { isFaithful } from '../compress/faithful.ts';
import { inOwnWords } from '../compress/rewrite.ts';
import type { MemoryDraft, MemoryId, Settlement } from '../memory.ts';
import type { Backlog } from './backlog.ts';
import type { Database } from './database.ts';
import type { StoredRow, MemoryRows } from './memoryRows.ts';
import { timeOf, toMemory } from './memoryRows.ts';
import type { Meta } from './meta.ts';
import type { Tombstones } from './tombstones.ts';

export function createSettle(
  db: Database,
  meta: Meta,
  rows: MemoryRows,
  backlog: Pick<Backlog, 'markSettled' | 'countDropped'>,
  tombstones: Tombstones,
): (settlement: Settlement) => void {
  /** The memory, if the compressor may change it: not pinned, not the user's own, and not about to be forgotten. */
  const yielding = (id: MemoryId): StoredRow | undefined => {
    const row = rows.findLive(id);
    return row && row.pinned === 0 && row.is_own === 0 ? row : undefined;
  };

  /** The user may have forgotten what it came from while the model was at work. */
  const isForgotten = (draft: MemoryDraft) => draft.segments.some((segment) => tombstones.isForgotten(segment));

  /** What its anchor tells is told by another store now. Only what would be new is held to that: another memory may be made of the same words. */
  const isAway = ({ segments: [anchor] }: MemoryDraft) => anchor !== undefined && tombstones.isAway(anchor);

  /** A rewriting outlives what leaves the words as they were, as long as the new evidence bears it out. */
  const retell = (row: StoredRow, draft: MemoryDraft, revision: number) => {
    const isKept = row.distilled === draft.text && isFaithful(row.text, draft.evidence);
    rows.update(row, isKept ? { ...draft, text: row.text } : draft, {
      isOwn: false,
      atMs: timeOf(draft),
      revision,
      ...(isKept && { distilled: draft.text }),
    });
  };

  /** True when `id` is superseded, over however many steps, by `other`. */
  const isBehind = (id: MemoryId, other: MemoryId): boolean => {
    for (let next = rows.find(id)?.superseded_by; next; next = rows.find(next as MemoryId)?.superseded_by) if (next === other) return true;
    return false;
  };

  return ({ session, source, settled, add, replace, remove, supersede }) =>
    db.write(() => {
      let used: number | undefined;
      const revision = () => (used ??= meta.nextRevision());
      let forgotten = 0;

      const isFirst = backlog.markSettled(settled) > 0;

      for (const { id, draft } of add) {
        if (rows.isUsed(id) || isAway(draft)) continue;
        if (isForgotten(draft)) forgotten++;
        else rows.insert(id, draft, { source, session, isOwn: false, atMs: timeOf(draft), revision: revision() });
      }

      for (const { id, draft } of replace) {
        const row = yielding(id);
        if (!row) continue;
        if (isForgotten(draft)) forgotten++;
        else if (!isSame(inOwnWords(toMemory(row)), draft)) retell(row, draft, revision());
      }

      for (const { older, newer } of supersede) {
        const row = yielding(older);
        // A ring of memories that supersede each other would hide them all.
        if (!row || row.superseded_by === newer || older === newer || !rows.findLive(newer) || isBehind(newer, older)) continue;
        rows.supersede(older, newer, revision());
      }

      for (const id of remove) {
        const row = yielding(id);
        if (row) rows.remove(row, revision(), true);
      }

      if (isFirst && forgotten > 0) backlog.countDropped({ forgotten });
    });
}

function isSame(memory: MemoryDraft, draft: MemoryDraft): boolean {
  return (Object.keys(draft) as (keyof MemoryDraft)[]).every((field) => isDeepStrictEqual(memory[field], draft[field]));
}
