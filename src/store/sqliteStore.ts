// The store, put together: one SQLite file in one folder, opened by the memory service, or read-only by the MCP server where no service runs.
import path from 'node:path';
import { UserError } from '../util/errors.ts';
import { createBacklog } from './backlog.ts';
import { Database } from './database.ts';
import { DATABASE_NAME, inspect, makePrivate, refuseNewer, setAside, sizeOnDisk } from './files.ts';
import { createForgetting } from './forgetting.ts';
import { createHeldBack } from './heldBack.ts';
import { createImporting } from './importing.ts';
import { createLedger } from './ledger.ts';
import { createLists } from './lists.ts';
import { createMemories } from './memories.ts';
import { createMemoryRows } from './memoryRows.ts';
import { createMerge } from './merge.ts';
import { createMeta } from './meta.ts';
import { migrate, SCHEMA_VERSION, versionOf } from './migrations.ts';
import { createMoving } from './moving.ts';
import { createReviewAnswers } from './reviewAnswers.ts';
import { createRewriting } from './rewriting.ts';
import { createSettle } from './settle.ts';
import type { Store, StoreCounts } from './store.ts';
import { createTombstones } from './tombstones.ts';
import { trimTo, usedBytes } from './trim.ts';
import { createVectors } from './vectors.ts';

export interface StoreOptions {
  /** Nothing is written, made or repaired; methods that write throw. */
  readonly isReadOnly?: boolean;
}

/** A store that is kept nowhere, for tests. */
const IN_MEMORY = ':memory:';

/**
 * Opens the store of a folder, making it where there is none; `':memory:'` keeps it in memory only.
 * Finishes what was being forgotten. A damaged file is set aside (see `remarks`). Throws a UserError for a file of a newer version,
 * a folder that cannot be written, a full disk. For writing, own the folder first (`ownership.ts`).
 */
export function openStore(folder: string, { isReadOnly = false }: StoreOptions = {}): Store {
  const file = folder === IN_MEMORY ? IN_MEMORY : path.join(folder, DATABASE_NAME);
  return isReadOnly ? openToRead(folder, file) : openToWrite(folder, file);
}

function openToRead(folder: string, file: string): Store {
  const missing = () => new UserError('There are no memories of this folder yet. Open it in the editor with Cairn.');
  if (file === IN_MEMORY || sizeOnDisk(file) === 0) throw missing();
  const db = new Database(file, { isReadOnly: true });
  try {
    const version = versionOf(db);
    refuseNewer(version);
    if (version === 0) throw missing();
    if (version < SCHEMA_VERSION)
      throw new UserError('These memories were written by an older version of Cairn. Open their folder in the editor once.');
    return compose(folder, db, []);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function openToWrite(folder: string, file: string): Store {
  const remarks: string[] = [];
  if (file !== IN_MEMORY) {
    makePrivate(file);
    if (inspect(file) === 'damaged') {
      remarks.push(setAside(file));
      makePrivate(file);
    }
  }
  const db = new Database(file, { isReadOnly: false });
  try {
    db.prepareForWriting();
    migrate(db);
    const store = compose(folder, db, remarks);
    store.finishForgetting(Number.MAX_SAFE_INTEGER);
    return store;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function compose(folder: string, db: Database, remarks: readonly string[]): Store {
  const meta = createMeta(db);
  const rows = createMemoryRows(db);
  const tombstones = createTombstones(db, meta.key);
  const { markSettled, dropTaken, ...backlog } = createBacklog(db, meta.key);
  const { scrub, ...forgetting } = createForgetting(db, meta, rows, tombstones, dropTaken);

  return Object.freeze({
    ...backlog,
    ...createMemories(db, meta, rows),
    ...createLists(db),
    ...createMoving(db, meta, rows, tombstones),
    ...createImporting(db, meta, rows, tombstones),
    ...createMerge(db, meta, rows, tombstones),
    ...createVectors(db),
    ...forgetting,
    ...createLedger(db, meta),
    ...createHeldBack(db),
    ...createReviewAnswers(db, rows),
    settle: createSettle(db, meta, rows, { markSettled, countDropped: backlog.countDropped }, tombstones),
    ...createRewriting(db, meta, rows),
    trimTo: (maxBytes: number) => trimTo(db, meta, rows, maxBytes),
    segmentHash: tombstones.segmentHash,
    isForgotten: tombstones.isForgotten,
    isAway: tombstones.isAway,
    counts: () => count(db),
    get revision() {
      return meta.revision;
    },
    get usesRevision() {
      return meta.usesRevision;
    },
    get isEmptying() {
      return meta.emptiedAtMs !== undefined;
    },
    get forgottenUntilMs() {
      return meta.forgottenUntilMs;
    },
    id: meta.id,
    folder,
    remarks,
    close() {
      if (!db.isReadOnly) scrub();
      db.close();
    },
  });
}

function count(db: Database): StoreCounts {
  const of = (table: string) => db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0;
  const pendingForget = of('memories WHERE hidden_at_ms IS NOT NULL');
  return {
    memories: of('memories') - pendingForget,
    waiting: of("observations WHERE state = 'waiting'"),
    setAside: of("observations WHERE state = 'aside'"),
    pendingForget,
    sizeBytes: db.path === IN_MEMORY ? usedBytes(db) : sizeOnDisk(db.path),
    dropped: Object.fromEntries(
      db
        .all<{ reason: string; count: number }>('SELECT reason, count FROM dropped ORDER BY reason')
        .map(({ reason, count }) => [reason, count]),
    ),
  };
}
