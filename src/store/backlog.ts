// What was taken in and waits to be compressed, with how far each source was read.
import type { Observation, ObservationId, Role, SessionId, SourceId } from '../memory.ts';
import type { Database } from './database.ts';
import type { SessionWork, Store } from './store.ts';
import { fingerprintHash } from './tombstones.ts';

export type Backlog = Pick<
  Store,
  'take' | 'cursor' | 'clearCursors' | 'markTurnEnded' | 'countDropped' | 'sessionsWaiting' | 'observationsOf' | 'setAside' | 'purge'
> & {
  /** Within a transaction. Returns how many were not settled before. */
  markSettled(ids: readonly ObservationId[]): number;
  /** Drops all observations taken in, or of what happened, until then, in whatever state; none of them is taken again. Within a transaction. */
  dropTaken(untilMs: number): void;
};

export interface ObservationRow {
  readonly id: string;
  readonly session: string;
  readonly source: string;
  readonly record: string;
  readonly at_ms: number;
  readonly path: string | null;
  readonly line: number | null;
  readonly is_line_by_line: number | null;
  readonly role: string;
  readonly text: string;
  readonly files: string;
  readonly tool: string | null;
  readonly is_failure: number;
  readonly exit_code: number | null;
}

export function toObservation(row: ObservationRow): Observation {
  return {
    id: row.id as ObservationId,
    place: {
      source: row.source as SourceId,
      session: row.session as SessionId,
      record: row.record,
      atMs: row.at_ms,
      ...(row.path !== null && { path: row.path }),
      ...(row.line !== null && { line: row.line }),
      ...(row.is_line_by_line !== null && { isLineByLine: row.is_line_by_line === 1 }),
    },
    role: row.role as Role,
    text: row.text,
    files: JSON.parse(row.files) as string[],
    ...(row.tool !== null && { tool: row.tool }),
    isFailure: row.is_failure === 1,
    ...(row.exit_code !== null && { exitCode: row.exit_code }),
  };
}

export function createBacklog(db: Database, key: Uint8Array): Backlog {
  const insert = ({ id, place, role, text, files, tool, isFailure, exitCode }: Observation, takenAtMs: number) =>
    db.run(
      `INSERT INTO observations
         (id, session, source, record, at_ms, path, line, is_line_by_line, role, text, files, tool, is_failure, exit_code, taken_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      id,
      place.session,
      place.source,
      place.record,
      place.atMs,
      place.path ?? null,
      place.line ?? null,
      place.isLineByLine === undefined ? null : Number(place.isLineByLine),
      role,
      text,
      JSON.stringify(files),
      tool ?? null,
      Number(isFailure),
      exitCode ?? null,
      takenAtMs,
    );

  const drop = (due: readonly { readonly seq: number; readonly id: ObservationId }[]) => {
    for (const { seq, id } of due) {
      db.run('INSERT OR IGNORE INTO purged VALUES (?)', fingerprintHash(key, id));
      db.run('DELETE FROM observations WHERE seq = ?', seq);
    }
  };
  const wasPurged = (id: ObservationId) => db.get('SELECT 1 FROM purged WHERE hash = ?', fingerprintHash(key, id)) !== undefined;

  return {
    take: (observations, cursor) =>
      db.write(() => {
        const takenAtMs = Date.now();
        let fresh = 0;
        for (const observation of observations) if (!wasPurged(observation.id)) fresh += insert(observation, takenAtMs);
        if (cursor) {
          db.run('INSERT INTO cursors VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', cursor.key, cursor.value);
        }
        return fresh;
      }),

    cursor: (name) => db.get<{ value: string }>('SELECT value FROM cursors WHERE key = ?', name)?.value,

    clearCursors() {
      db.write(() => db.run('DELETE FROM cursors'));
    },

    markTurnEnded(session, atMs) {
      db.write(() =>
        db.run('INSERT INTO turn_ends VALUES (?, ?) ON CONFLICT (session) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)', session, atMs),
      );
    },

    countDropped(reasons) {
      db.write(() => {
        for (const [reason, count] of Object.entries(reasons)) {
          if (count > 0) {
            db.run('INSERT INTO dropped VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count', reason, count);
          }
        }
      });
    },

    sessionsWaiting: () =>
      db
        .all<{ session: string; source: string; waiting: number; at: number; taken: number; ended: number | null }>(
          `SELECT o.session, min(o.source) AS source, count(*) AS waiting, max(o.at_ms) AS at, max(o.taken_at_ms) AS taken,
                  (SELECT t.at_ms FROM turn_ends t WHERE t.session = o.session) AS ended
           FROM observations o WHERE o.state = 'waiting' GROUP BY o.session ORDER BY at DESC, o.session`,
        )
        .map((row): SessionWork => ({
          session: row.session as SessionId,
          source: row.source as SourceId,
          waiting: row.waiting,
          lastAtMs: row.at,
          lastTakenAtMs: row.taken,
          // By the time of happening, not of taking: a hook tells of the end before the transcript's last lines are read.
          isTurnEnded: row.ended !== null && row.ended >= row.at,
        })),

    observationsOf: (session) =>
      db
        .all<ObservationRow>("SELECT * FROM observations WHERE session = ? AND state <> 'aside' ORDER BY at_ms, seq", session)
        .map(toObservation),

    setAside(ids, reason) {
      db.write(() => {
        for (const id of ids) db.run("UPDATE observations SET state = 'aside', aside_reason = ? WHERE id = ?", reason, id);
      });
    },

    markSettled(ids) {
      let count = 0;
      for (const id of ids) {
        count += db.run("UPDATE observations SET state = 'settled', aside_reason = NULL WHERE id = ? AND state <> 'settled'", id);
      }
      return count;
    },

    dropTaken(untilMs) {
      drop(db.all<{ seq: number; id: ObservationId }>('SELECT seq, id FROM observations WHERE taken_at_ms <= ?1 OR at_ms <= ?1', untilMs));
      db.run('DELETE FROM turn_ends WHERE session NOT IN (SELECT session FROM observations)');
    },

    purge: (quietSinceMs, olderThanMs) =>
      db.write(() => {
        // Whole sessions or nothing: the compressor tells a session anew from all of it, and would take a part for the whole.
        const due = db.all<{ seq: number; id: ObservationId }>(
          `SELECT seq, id FROM observations WHERE taken_at_ms < ?2 OR (state = 'settled' AND session IN (
             SELECT session FROM observations GROUP BY session HAVING max(taken_at_ms) <= ?1 AND sum(state = 'waiting') = 0))`,
          quietSinceMs,
          olderThanMs,
        );
        drop(due);
        db.run('DELETE FROM turn_ends WHERE at_ms < ? AND session NOT IN (SELECT session FROM observations)', quietSinceMs);
        return due.length;
      }),
  };
}
