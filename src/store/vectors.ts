// One vector a memory, of the model that embedded it last, so that an index can be made anew without running the model.
import type { Database } from './database.ts';
import type { StoredRow } from './memoryRows.ts';
import { toMemory } from './memoryRows.ts';
import type { Store } from './store.ts';

export type Vectors = Pick<Store, 'vector' | 'putVectors' | 'withoutVector'>;

export function createVectors(db: Database): Vectors {
  return {
    vector(id, model) {
      const row = db.get<{ vector: Uint8Array }>(
        'SELECT v.vector FROM vectors v JOIN memories m ON m.seq = v.memory WHERE m.id = ? AND m.hidden_at_ms IS NULL AND v.model = ?',
        id,
        model,
      );
      // Copied: SQLite's bytes need not stand at a multiple of four.
      return row && new Float32Array(row.vector.slice().buffer);
    },

    putVectors(model, vectors) {
      db.write(() => {
        for (const [id, vector] of vectors) {
          // From a SELECT: a memory may have gone while the model was at work.
          db.run(
            `INSERT INTO vectors SELECT seq, ?, ? FROM memories WHERE id = ?
             ON CONFLICT (memory) DO UPDATE SET model = excluded.model, vector = excluded.vector`,
            model,
            new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
            id,
          );
        }
      });
    },

    withoutVector: (model, limit) =>
      db
        .all<StoredRow>(
          `SELECT m.* FROM memories m LEFT JOIN vectors v ON v.memory = m.seq AND v.model = ?
           WHERE m.hidden_at_ms IS NULL AND v.memory IS NULL ORDER BY m.at_ms DESC, m.seq DESC LIMIT ?`,
          model,
          limit,
        )
        .map(toMemory),
  };
}
