// Who was given what: keeps an assistant from being told twice, and shows the user what was said. Ids only, so that nothing of a forgotten memory stays.
import type { MemoryId, SessionId } from '../memory.ts';
import type { Database } from './database.ts';
import type { Giving, Store } from './store.ts';

/** A year or so of heavy use, about 3 MB. */
const KEPT = 10_000;

export type Ledger = Pick<Store, 'recordGiving' | 'givenTo' | 'resetGivings' | 'givings'>;

interface Row {
  readonly session: string;
  readonly assistant: string;
  readonly occasion: string;
  readonly memories: string;
  readonly tokens: number;
  readonly at_ms: number;
}

export function createLedger(db: Database): Ledger {
  return {
    recordGiving({ session, assistant, occasion, memories, tokens, atMs }) {
      db.write(() => {
        db.run(
          'INSERT INTO givings (session, assistant, occasion, memories, tokens, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
          session,
          assistant,
          occasion,
          JSON.stringify(memories),
          tokens,
          atMs,
        );
        for (const id of memories) db.run('UPDATE memories SET times_given = times_given + 1 WHERE id = ?', id);
        db.run('DELETE FROM givings WHERE seq <= (SELECT max(seq) FROM givings) - ?', KEPT);
      });
    },

    givenTo: (session) =>
      new Set(
        db
          .all<{ id: MemoryId }>(
            'SELECT DISTINCT j.value AS id FROM givings g, json_each(g.memories) j WHERE g.session = ? AND g.is_reset = 0',
            session,
          )
          .map(({ id }) => id),
      ),

    resetGivings(session) {
      db.write(() => db.run('UPDATE givings SET is_reset = 1 WHERE session = ? AND is_reset = 0', session));
    },

    givings: (limit) =>
      db.all<Row>('SELECT * FROM givings ORDER BY seq DESC LIMIT ?', limit).map((row) => ({
        session: row.session as SessionId,
        assistant: row.assistant,
        occasion: row.occasion as Giving['occasion'],
        memories: JSON.parse(row.memories) as MemoryId[],
        tokens: row.tokens,
        atMs: row.at_ms,
      })),
  };
}
