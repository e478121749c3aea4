// Who was given what, and what of it was used: keeps an assistant from being told twice, and shows the user what was said. Ids only, so that nothing of a
// forgotten memory stays.
import type { GivenWeek } from '../browsing.ts';
import type { MemoryId, SessionId } from '../memory.ts';
import type { Database } from './database.ts';
import type { Meta } from './meta.ts';
import type { Giving, RecordedGiving, Store } from './store.ts';

/** A year or so of heavy use, about 3 MB. */
const KEPT = 10_000;

export type Ledger = Pick<
  Store,
  'recordGiving' | 'givenTo' | 'resetGivings' | 'givings' | 'givingsTo' | 'sessionsGiven' | 'weeks' | 'markUsed' | 'countUses'
>;

interface Row {
  readonly seq: number;
  readonly session: string;
  readonly assistant: string;
  readonly occasion: string;
  readonly memories: string;
  readonly used: string;
  readonly tokens: number;
  readonly at_ms: number;
}

function toGiving(row: Row): RecordedGiving {
  return {
    number: row.seq,
    session: row.session as SessionId,
    assistant: row.assistant,
    occasion: row.occasion as Giving['occasion'],
    memories: JSON.parse(row.memories) as MemoryId[],
    used: JSON.parse(row.used) as MemoryId[],
    tokens: row.tokens,
    atMs: row.at_ms,
  };
}

export function createLedger(db: Database, meta: Meta): Ledger {
  const count = (column: 'times_given' | 'times_used', ids: readonly MemoryId[]) => {
    for (const id of ids) db.run(`UPDATE memories SET ${column} = ${column} + 1 WHERE id = ?`, id);
  };

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
        count('times_given', memories);
        db.run('DELETE FROM givings WHERE seq <= (SELECT max(seq) FROM givings) - ?', KEPT);
        meta.countUsesUp();
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

    givings(limit, beforeMs = Number.MAX_SAFE_INTEGER) {
      const found = db.all<Row>('SELECT * FROM givings WHERE at_ms < ? ORDER BY at_ms DESC, seq DESC LIMIT ?', beforeMs, limit);
      const last = found.at(-1);
      // A time is where the next slice begins: all of one time belong to one slice.
      const rest = last ? db.all<Row>('SELECT * FROM givings WHERE at_ms = ? AND seq < ? ORDER BY seq DESC', last.at_ms, last.seq) : [];
      return [...found, ...rest].map(toGiving);
    },

    givingsTo: (session) => db.all<Row>('SELECT * FROM givings WHERE session = ? ORDER BY seq', session).map(toGiving),

    sessionsGiven: (least) =>
      new Map(
        db
          .all<{ id: MemoryId; sessions: number }>(
            `SELECT j.value AS id, count(DISTINCT g.session) AS sessions FROM givings g, json_each(g.memories) j
             GROUP BY j.value HAVING sessions >= ?`,
            least,
          )
          .map(({ id, sessions }) => [id, sessions]),
      ),

    weeks(most) {
      const weeks = new Map<number, GivenWeek>();
      const rows = db.each<{ at_ms: number; tokens: number; memories: number; used: number }>(
        `SELECT at_ms, tokens, json_array_length(memories) AS memories, json_array_length(used) AS used FROM givings ORDER BY at_ms DESC`,
      );
      for (const { at_ms, tokens, memories, used } of rows) {
        const fromMs = mondayOf(at_ms);
        const week = weeks.get(fromMs);
        if (!week && weeks.size === most) break;
        weeks.set(fromMs, {
          fromMs,
          givings: (week?.givings ?? 0) + 1,
          tokens: (week?.tokens ?? 0) + tokens,
          memories: (week?.memories ?? 0) + memories,
          used: (week?.used ?? 0) + used,
        });
      }
      return [...weeks.values()];
    },

    markUsed: (session, ids) =>
      db.write(() => {
        const fresh = ids.filter((id) => {
          const giving = db.get<Row>(
            `SELECT * FROM givings g WHERE session = ? AND EXISTS (SELECT 1 FROM json_each(g.memories) WHERE value = ?) ORDER BY seq DESC LIMIT 1`,
            session,
            id,
          );
          const used = giving ? (JSON.parse(giving.used) as MemoryId[]) : [];
          if (!giving || used.includes(id)) return false;
          db.run('UPDATE givings SET used = ? WHERE seq = ?', JSON.stringify([...used, id]), giving.seq);
          return true;
        });
        count('times_used', fresh);
        if (fresh.length > 0) meta.countUsesUp();
        return fresh;
      }),

    countUses(given, used) {
      db.write(() => {
        count('times_given', given);
        count('times_used', used);
        meta.countUsesUp();
      });
    },
  };
}

/** Midnight before the Monday of that week, local time; milliseconds since 1970. */
function mondayOf(atMs: number): number {
  const at = new Date(atMs);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7)).getTime();
}
