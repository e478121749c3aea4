// The live memories as rows of a list. People look at all of them: what a row does not show is not read.
import type { MemoryRow } from '../browsing.ts';
import type { Kind, Memory, MemoryId, Outcome, Scope, SessionId, SourceId } from '../memory.ts';
import type { Database } from './database.ts';
import type { Store } from './store.ts';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly outcome: string | null;
  readonly scope: string;
  readonly source: string;
  readonly session: string;
  readonly status: string;
  readonly superseded_by: string | null;
  readonly pinned: number;
  readonly is_own: number;
  readonly weight: number;
  readonly at_ms: number;
  readonly updated_at_ms: number;
  readonly files: string;
  readonly times_given: number;
  readonly times_used: number;
}

const SELECT = `
  SELECT id, kind, text, outcome, scope, source, session, status, superseded_by, pinned, is_own, weight, at_ms, updated_at_ms,
         entities ->> '$.files' AS files, times_given, times_used
  FROM memories WHERE hidden_at_ms IS NULL`;

function toRow(row: Row): MemoryRow {
  return {
    id: row.id as MemoryId,
    kind: row.kind as Kind,
    text: row.text,
    outcome: row.outcome as Outcome | null,
    scope: row.scope as Scope,
    source: row.source as SourceId,
    session: row.session as SessionId,
    status: row.status as Memory['status'],
    ...(row.superseded_by !== null && { supersededBy: row.superseded_by as MemoryId }),
    pinned: row.pinned === 1,
    isOwn: row.is_own === 1,
    weight: row.weight,
    atMs: row.at_ms,
    updatedAtMs: row.updated_at_ms,
    files: row.files === '[]' ? NO_FILES : (JSON.parse(row.files) as string[]),
    uses: { given: row.times_given, used: row.times_used },
  };
}

const NO_FILES: readonly string[] = [];

export function createLists(db: Database): Pick<Store, 'rows' | 'rowsOf' | 'has'> {
  return {
    rows: () => db.all<Row>(`${SELECT} ORDER BY at_ms DESC, seq DESC`).map(toRow),
    rowsOf(ids) {
      const found = ids.flatMap((id) => db.get<Row>(`${SELECT} AND id = ?`, id) ?? []);
      return new Map(found.map((row) => [row.id as MemoryId, toRow(row)]));
    },
    has: (id) => db.get('SELECT 1 FROM memories WHERE id = ? AND hidden_at_ms IS NULL', id) !== undefined,
  };
}
