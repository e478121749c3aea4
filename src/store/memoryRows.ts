// The table of memories: how one is read, written and taken out. What may be done to which is said elsewhere.
import type { Entities, Evidence, Kind, Memory, MemoryDraft, MemoryId, Outcome, Scope, SessionId, SourceId } from '../memory.ts';
import type { Database } from './database.ts';

export interface StoredRow {
  readonly seq: number;
  readonly id: MemoryId;
  readonly source: string;
  readonly session: string;
  readonly kind: string;
  readonly text: string;
  readonly outcome: string | null;
  readonly scope: string;
  readonly entities: string;
  readonly evidence: string;
  readonly weight: number;
  readonly context: string;
  readonly segments: string;
  readonly status: string;
  readonly superseded_by: string | null;
  readonly pinned: number;
  readonly is_own: number;
  readonly at_ms: number;
  readonly updated_at_ms: number;
  readonly hidden_at_ms: number | null;
  readonly distilled: string | null;
  readonly was_offered: number;
  readonly merged_into: string | null;
}

export function toMemory(row: StoredRow): Memory {
  return {
    id: row.id,
    source: row.source as SourceId,
    session: row.session as SessionId,
    kind: row.kind as Kind,
    text: row.text,
    outcome: row.outcome as Outcome | null,
    scope: row.scope as Scope,
    entities: JSON.parse(row.entities) as Entities,
    evidence: JSON.parse(row.evidence) as Evidence[],
    weight: row.weight,
    context: row.context,
    segments: JSON.parse(row.segments) as string[],
    status: row.status as Memory['status'],
    ...(row.superseded_by !== null && { supersededBy: row.superseded_by as MemoryId }),
    pinned: row.pinned === 1,
    isOwn: row.is_own === 1,
    ...(row.distilled !== null && { distilled: row.distilled }),
    atMs: row.at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}

/** Whose hand a memory is from, when it was made, and as of which revision. */
export interface Origin {
  readonly source: SourceId;
  readonly session: SessionId;
  readonly isOwn: boolean;
  readonly atMs: number;
  readonly revision: number;
}

export interface Retelling {
  readonly isOwn: boolean;
  readonly atMs: number;
  readonly revision: number;
  readonly distilled?: string;
}

/** Everything here happens within the caller's transaction, and in the revision that it names. */
export interface MemoryRows {
  /** Also one that is hidden. */
  find(id: MemoryId): StoredRow | undefined;
  findLive(id: MemoryId): StoredRow | undefined;
  /** An id is used once: true for those that were and are no more, too. */
  isUsed(id: MemoryId): boolean;
  insert(id: MemoryId, draft: MemoryDraft, origin: Origin): void;
  /**
   * Tells a memory anew. Its vector goes when what the vector was made of (text and kind) has changed. `distilled`: the compressor's words where the
   * draft's are a rewriting of them; other words than before may be offered again.
   */
  update(row: StoredRow, draft: MemoryDraft, change: Retelling): void;
  supersede(older: MemoryId, newer: MemoryId, revision: number): void;
  /** `revives`: what it superseded counts again (the claim was withdrawn); else that stays superseded, by nothing. */
  remove(row: StoredRow, revision: number, revives: boolean): void;
  /** All that there are: none is left that another could be superseded by. */
  removeAll(revision: number): void;
}

export function createMemoryRows(db: Database): MemoryRows {
  const find = (id: MemoryId) => db.get<StoredRow>('SELECT * FROM memories WHERE id = ?', id);
  return {
    find,
    findLive: (id) => db.get<StoredRow>('SELECT * FROM memories WHERE id = ? AND hidden_at_ms IS NULL', id),
    isUsed: (id) => find(id) !== undefined || db.get('SELECT 1 FROM gone WHERE id = ?', id) !== undefined,

    insert(id, draft, { source, session, isOwn, atMs, revision }) {
      db.run(
        `INSERT INTO memories
           (id, source, session, kind, text, outcome, scope, entities, evidence, weight, context, segments, is_own, at_ms, updated_at_ms, revision)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        source,
        session,
        draft.kind,
        draft.text,
        draft.outcome,
        draft.scope,
        JSON.stringify(draft.entities),
        JSON.stringify(draft.evidence),
        draft.weight,
        draft.context,
        JSON.stringify(draft.segments),
        Number(isOwn),
        atMs,
        Date.now(),
        revision,
      );
    },

    update(row, draft, { isOwn, atMs, revision, distilled }) {
      db.run(
        `UPDATE memories SET kind = ?, text = ?, outcome = ?, scope = ?, entities = ?, evidence = ?, weight = ?, context = ?, segments = ?,
           is_own = ?, at_ms = ?, updated_at_ms = ?, revision = ?, distilled = ?, was_offered = ? WHERE seq = ?`,
        draft.kind,
        draft.text,
        draft.outcome,
        draft.scope,
        JSON.stringify(draft.entities),
        JSON.stringify(draft.evidence),
        draft.weight,
        draft.context,
        JSON.stringify(draft.segments),
        Number(isOwn),
        atMs,
        Date.now(),
        revision,
        distilled ?? null,
        (distilled ?? draft.text) === (row.distilled ?? row.text) ? row.was_offered : 0,
        row.seq,
      );
      if (draft.text !== row.text || draft.context !== row.context) db.run('DELETE FROM vectors WHERE memory = ?', row.seq);
    },

    supersede(older, newer, revision) {
      db.run("UPDATE memories SET status = 'superseded', superseded_by = ?, revision = ? WHERE id = ?", newer, revision, older);
    },

    remove(row, revision, revives) {
      db.run(
        `UPDATE memories SET superseded_by = ?1, revision = ?2, status = iif(?1 IS NULL AND ?3, 'active', 'superseded') WHERE superseded_by = ?4`,
        // In a chain, what followed the removed one takes its place.
        row.superseded_by,
        revision,
        Number(revives && row.status === 'active'),
        row.id,
      );
      db.run('DELETE FROM memories WHERE seq = ?', row.seq);
      db.run('DELETE FROM held_back WHERE memory = ?', row.id);
      db.run('DELETE FROM reviewed WHERE memory = ?', row.id);
      db.run('INSERT OR REPLACE INTO gone VALUES (?, ?)', row.id, revision);
    },

    removeAll(revision) {
      db.run('INSERT OR REPLACE INTO gone SELECT id, ? FROM memories', revision);
      // Without a condition SQLite empties a table page by page, not row by row.
      db.exec('DELETE FROM vectors; DELETE FROM memories; DELETE FROM held_back; DELETE FROM reviewed');
    },
  };
}

/** The latest evidence: a fact told again is as fresh as its last telling. */
export function timeOf(draft: MemoryDraft): number {
  return Math.max(...draft.evidence.map(({ place }) => place.atMs));
}
