// One connection to SQLite: prepared statements kept, transactions that join, and errors in words that the user can act on.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { UserError } from '../util/errors.ts';
import { sqlite } from './sqlite.ts';

/** How long one process waits for another's write or checkpoint to end. Ours take milliseconds; a VACUUM takes a second or two. */
const BUSY_TIMEOUT_MS = 5_000;
/** How long a checkpoint waits for readers to let go of old pages: it can be tried again, so not long. */
const CHECKPOINT_TIMEOUT_MS = 250;
/** The -wal file is cut back to this after a checkpoint, so that one big transaction does not leave a big file for ever. */
const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

export interface DatabaseOptions {
  readonly isReadOnly: boolean;
}

export class Database {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #isWriting = false;

  /** Opens (and, unless read-only, makes) the file. `:memory:` is a database of this connection's own. */
  constructor(path: string, { isReadOnly }: DatabaseOptions) {
    this.path = path;
    this.isReadOnly = isReadOnly;
    this.#connection = inPlainWords(() => new (sqlite().DatabaseSync)(path, { readOnly: isReadOnly }));
    try {
      // Temporary tables and the copy that VACUUM makes stay in memory: captured text never reaches a temp folder.
      this.exec(
        `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF`,
      );
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** Durable from the moment a transaction returns, and overwriting what it deletes. Call once, before the first table is made. */
  prepareForWriting(): void {
    // auto_vacuum lets a trimmed file shrink without being rewritten; it can only be chosen while the file is empty.
    this.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    this.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return inPlainWords(() => this.#statement(sql).all(...values)) as Row[];
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return inPlainWords(() => this.#statement(sql).get(...values)) as Row | undefined;
  }

  /** Rows one at a time, for results too big to hold. No other statement may write to these rows meanwhile. */
  *each<Row>(sql: string, ...values: SQLInputValue[]): Generator<Row> {
    // A statement of its own: a kept one could be asked again before this walk ends.
    const rows = inPlainWords(() => this.#connection.prepare(sql).iterate(...values));
    for (const row of rows) yield row as Row;
  }

  /** Returns the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return inPlainWords(() => Number(this.#statement(sql).run(...values).changes));
  }

  /** One or more statements without values or results. */
  exec(sql: string): void {
    inPlainWords(() => this.#connection.exec(sql));
  }

  /** All of `work` or nothing of it, on disk when this returns. A call within another's work is part of that one. */
  write<T>(work: () => T): T {
    if (this.isReadOnly) throw new UserError('This memory is open for reading only. Open its folder in the editor to change it.');
    if (this.#isWriting) return work();
    // IMMEDIATE: waits for another writer here, where waiting is harmless, and not at the first write after a read, where SQLite refuses to.
    this.exec('BEGIN IMMEDIATE');
    this.#isWriting = true;
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (thrown) {
      try {
        this.#connection.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself (disk full, I/O error): the first error tells more.
      }
      throw thrown;
    } finally {
      this.#isWriting = false;
    }
  }

  /** Moves all of the -wal file into the database and empties it; false when a reader is in the way. */
  checkpoint(): boolean {
    this.exec(`PRAGMA busy_timeout = ${CHECKPOINT_TIMEOUT_MS}`);
    try {
      return this.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')?.busy === 0;
    } finally {
      this.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) about which the user can do something. */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const ADVICE: Readonly<Record<number, string>> = {
  [BUSY]: 'Another program keeps the memory file locked. Close it, or try again in a moment.',
  [READONLY]: 'The memory file cannot be written. Allow writing to its folder.',
  [IOERR]: 'The memory file could not be read or written. Check the disk that holds it.',
  [CORRUPT]: 'The memory file is damaged. Reload the window: Cairn then sets it aside and begins a new one.',
  [FULL]: 'The disk is full, so nothing more can be remembered. Free some space.',
  [CANTOPEN]: 'The memory file could not be opened. Check that its folder exists and may be written to.',
  [NOTADB]: 'The memory file is not a database. Reload the window: Cairn then sets it aside and begins a new one.',
};

function inPlainWords<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const advice = ADVICE[resultCode(thrown) ?? -1];
    throw advice === undefined ? thrown : new UserError(advice, { cause: thrown });
  }
}

function resultCode(thrown: unknown): number | undefined {
  // The upper bits say more precisely what the lowest eight say already.
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}

/** True when the file itself is broken, not the circumstances. */
export function isDamage(thrown: unknown): boolean {
  const code = thrown instanceof UserError ? resultCode(thrown.cause) : resultCode(thrown);
  return code === CORRUPT || code === NOTADB;
}
