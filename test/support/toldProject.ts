// One invented project's memories (`test/fixtures/retrieve/memories.json`), for tests of what search finds among them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Product } from '../../bench/product.ts';
import { isFaithful } from '../../src/compress/faithful.ts';
import type { Evidence, MemoryDraft, MemoryId, SessionId, SourceId } from '../../src/memory.ts';

export const fixtures = path.resolve(import.meta.dirname, '../fixtures/retrieve');
const MINUTE_MS = 60_000;

export interface Told {
  readonly session: string;
  readonly source: SourceId;
  readonly at: string;
  readonly memories: readonly {
    readonly id: string;
    readonly kind: MemoryDraft['kind'];
    readonly text: string;
    readonly weight: number;
    readonly outcome?: NonNullable<MemoryDraft['outcome']>;
    readonly quotes: readonly string[];
    readonly context: string;
    readonly files?: readonly string[];
    readonly symbols?: readonly string[];
    readonly commands?: readonly string[];
    readonly pinned?: true;
    readonly supersededBy?: string;
    /** Of a failed attempt: what was done instead, and a prompt that is about to try it once more. For the test; no store knows them. */
    readonly replacedBy?: string;
    readonly again?: string;
  }[];
}

export const told = JSON.parse(fs.readFileSync(path.join(fixtures, 'memories.json'), 'utf8')) as Told[];

/** Puts the project's memories into the store as the compressor would, a session after the other. */
export function rememberProject({ store, engine }: Product): void {
  for (const { session, source, at, memories } of told) {
    const add = memories.map(({ id, kind, text, outcome, weight, quotes, context, files = [], symbols = [], commands = [] }, i) => {
      const atMs = Date.parse(at) + 7 * i * MINUTE_MS;
      const evidence = quotes.map((quote, j): Evidence => {
        const place = {
          source,
          session: session as SessionId,
          record: `${session}-${i}-${j}`,
          atMs,
          path: `/transcripts/${session}.jsonl`,
          line: 20 * i + 4,
        };
        return { place, quote };
      });
      assert.ok(isFaithful(text, evidence), `${id} says more than its source: ${text}`);
      const segments = quotes.map((quote) => store.segmentHash(quote));
      const draft: MemoryDraft = {
        kind,
        text,
        outcome: outcome ?? null,
        scope: 'project',
        entities: { files, symbols, commands },
        evidence,
        weight,
        context,
        segments,
      };
      return { id: id as MemoryId, draft };
    });
    store.settle({ session: session as SessionId, source, settled: [], add, replace: [], remove: [], supersede: [] });
  }
  const all = told.flatMap(({ session, source, memories }) =>
    memories.map((memory) => ({ session: session as SessionId, source, ...memory })),
  );
  for (const { id, session, source, supersededBy, pinned } of all) {
    if (supersededBy !== undefined) {
      const supersede = [{ older: id as MemoryId, newer: supersededBy as MemoryId }];
      store.settle({ session, source, settled: [], add: [], replace: [], remove: [], supersede });
    }
    if (pinned) engine.setPinned(id as MemoryId, true);
  }
}
