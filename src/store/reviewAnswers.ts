// What a person has looked at and kept.
import type { ReviewReason } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import type { Database } from './database.ts';
import type { MemoryRows } from './memoryRows.ts';
import type { Store } from './store.ts';

export function createReviewAnswers(db: Database, rows: MemoryRows): Pick<Store, 'answerReview' | 'reviewAnswers'> {
  return {
    answerReview(reason, ids, atMs) {
      db.write(() => {
        for (const id of ids) if (rows.findLive(id)) db.run('INSERT OR REPLACE INTO reviewed VALUES (?, ?, ?)', id, reason, atMs);
      });
    },
    reviewAnswers: () =>
      db
        .all<{ memory: string; reason: string; at_ms: number }>('SELECT * FROM reviewed')
        .map(({ memory, reason, at_ms }) => ({ memory: memory as MemoryId, reason: reason as ReviewReason, atMs: at_ms })),
  };
}
