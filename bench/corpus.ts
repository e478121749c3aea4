// Rows of a corpus as memories, as they stand: what `bench:retrieval` and `bench:peers` search.
import type { MemoryDraft, MemoryId, SessionId } from '../src/memory.ts';
import type { Encoder } from '../src/model/encoder.ts';
import { openProduct, type Product } from './product.ts';

export interface CorpusRow {
  readonly id: string;
  readonly project: string;
  /** Its session. */
  readonly group: string;
  /** ISO time, or null where none is known. */
  readonly at: string | null;
  readonly text: string;
}

export interface QueryRow {
  readonly id: string;
  readonly project: string;
  readonly query: string;
  /** Empty for a question that the corpus cannot answer. */
  readonly gold: readonly string[];
  readonly category: string;
}

/** Milliseconds since 1970; 0 where no time is known. */
export const timeOf = (row: CorpusRow): number => (row.at === null ? 0 : Date.parse(row.at));

/** A store with one project's rows, indexed and embedded. Ended by `engine.dispose()`. */
export async function openCorpus(rows: readonly CorpusRow[], encoder: Encoder | undefined): Promise<Product> {
  const product = openProduct({ folder: ':memory:', encoder });
  for (const [group, members] of Map.groupBy(rows, (row) => row.group)) {
    product.store.settle({
      session: group as SessionId,
      source: 'user',
      settled: [],
      add: members.map((row) => ({ id: row.id as MemoryId, draft: asDraft(row) })),
      replace: [],
      remove: [],
      supersede: [],
    });
  }
  await product.index.rebuild(() => undefined);
  await product.index.embedMissing(new AbortController().signal);
  return product;
}

/** The row as it stands. Of the kinds `pattern` says least of what a text is about. */
function asDraft(row: CorpusRow): MemoryDraft {
  const place = { source: 'user', session: row.group as SessionId, record: row.id, atMs: timeOf(row) } as const;
  return {
    kind: 'pattern',
    text: row.text,
    outcome: null,
    scope: 'project',
    entities: { files: [], symbols: [], commands: [] },
    evidence: [{ place, quote: row.text.slice(0, 300) }],
    weight: 0.5,
    context: '',
    segments: [],
  };
}
