// The few single values of a store.
import type { Database } from './database.ts';

export interface Meta {
  /** Random, made with the store. */
  readonly id: string;
  /** Random, 32 bytes, made with the store. */
  readonly key: Uint8Array;
  readonly revision: number;
  /** Counts the revision up and returns it. Within a transaction; once a change, however many memories it touches. */
  nextRevision(): number;
  /** As `revision`, of what was given and used. */
  readonly usesRevision: number;
  /** Within a transaction. */
  countUsesUp(): void;
  /** Observations taken in until then go with the next finishing of a forgetting that covers this time; undefined when none are to go. */
  emptiedAtMs: number | undefined;
  /** What happened until then was forgotten as a whole; 0 where nothing was. */
  forgottenUntilMs: number;
  /** True from the transaction that forgot something until no trace of it is left in the files. */
  mustScrub: boolean;
}

export function createMeta(db: Database): Meta {
  const read = <T>(name: string) => db.get<{ value: T }>('SELECT value FROM meta WHERE name = ?', name)?.value as T;
  return {
    id: read<string>('id'),
    key: read<Uint8Array>('key'),
    // Read each time: a read-only store lives beside one that writes.
    get revision() {
      return read<number>('revision');
    },
    nextRevision() {
      db.run("UPDATE meta SET value = value + 1 WHERE name = 'revision'");
      return read<number>('revision');
    },
    get usesRevision() {
      return read<number>('usesRevision');
    },
    countUsesUp() {
      db.run("UPDATE meta SET value = value + 1 WHERE name = 'usesRevision'");
    },
    get emptiedAtMs() {
      return db.get<{ value: number }>("SELECT value FROM meta WHERE name = 'emptiedAtMs'")?.value;
    },
    set emptiedAtMs(atMs) {
      if (atMs === undefined) db.run("DELETE FROM meta WHERE name = 'emptiedAtMs'");
      else db.run("INSERT OR REPLACE INTO meta VALUES ('emptiedAtMs', ?)", atMs);
    },
    get forgottenUntilMs() {
      return db.get<{ value: number }>("SELECT value FROM meta WHERE name = 'forgottenUntilMs'")?.value ?? 0;
    },
    set forgottenUntilMs(atMs) {
      db.run("INSERT OR REPLACE INTO meta VALUES ('forgottenUntilMs', ?)", atMs);
    },
    get mustScrub() {
      return read<number>('mustScrub') === 1;
    },
    set mustScrub(isDue) {
      db.run("UPDATE meta SET value = ? WHERE name = 'mustScrub'", isDue ? 1 : 0);
    },
  };
}
