// From any version of the file to today's, one step a version, all in one transaction.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { SCHEMA_1, SCHEMA_2, SCHEMA_3 } from './schema.ts';

/** `STEPS[n]` leads from version n to n + 1. Released steps are never changed; a new one comes with a fixture of the file before it. */
const STEPS: readonly ((db: Database) => void)[] = [
  (db) => {
    db.exec(SCHEMA_1);
    const put = (name: string, value: string | number | Uint8Array) => db.run('INSERT INTO meta VALUES (?, ?)', name, value);
    put('id', randomUUID());
    put('key', randomBytes(32));
    put('revision', 0);
    put('mustScrub', 0);
  },
  (db) => db.exec(SCHEMA_2),
  (db) => db.exec(SCHEMA_3),
];

/** The version of the file that this program reads and writes. */
export const SCHEMA_VERSION = STEPS.length;

/** 0 for a file that nothing was written to yet. */
export function versionOf(db: Database): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/** Brings the file to `SCHEMA_VERSION`; does nothing when it is there. */
export function migrate(db: Database): void {
  if (versionOf(db) === SCHEMA_VERSION) return;
  db.write(() => {
    // Asked again under the lock: another window may have been quicker.
    for (const step of STEPS.slice(versionOf(db))) step(db);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
