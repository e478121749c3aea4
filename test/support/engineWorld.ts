// A whole engine over a store in memory, without a model, for tests that tell a story.
import { mock } from 'node:test';
import { createObserver } from '../../src/capture/observe.ts';
import { createCompressor } from '../../src/compress/compress.ts';
import { createMemoryEngine, type EngineParts, type MemoryEngine } from '../../src/engine.ts';
import { countTokens } from '../../src/inject/tokens.ts';
import type { ContextBlock, MemoryId, SessionId, Signal } from '../../src/memory.ts';
import { QueryVectors } from '../../src/retrieve/queryVectors.ts';
import { createRetriever } from '../../src/retrieve/retrieve.ts';
import { openMemoryIndex } from '../../src/search/memoryIndex.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLog } from '../../src/util/log.ts';

export interface World {
  readonly engine: MemoryEngine;
  readonly store: Store;
  readonly digests: (ContextBlock | undefined)[];
  /** Lets time pass and compresses what is due. */
  later(ms: number): Promise<number | undefined>;
}

/** Time must be moved by hand (`mock.timers` with `Date` and `setTimeout`). */
export function world(parts: Partial<EngineParts> = {}): World {
  const store = openStore(':memory:');
  const encoder = () => undefined;
  const index = openMemoryIndex({ store, folder: undefined, encoder, log: silentLog });
  const digests: (ContextBlock | undefined)[] = [];
  let made = 0;
  const engine = createMemoryEngine({
    store,
    index,
    observer: createObserver({ isExcluded: (path) => path.includes('secret-plans') }),
    compressor: createCompressor({
      encoder,
      segmentHash: (text) => store.segmentHash(text),
      isForgotten: (hash) => store.isForgotten(hash),
      countTokens,
      log: silentLog,
    }),
    retriever: createRetriever({ store, index, queries: new QueryVectors(encoder) }),
    countTokens,
    keepDigest: (block) => void digests.push(block),
    keepDays: () => 7,
    maxBytes: () => 100_000_000,
    newId: () => `m${String(++made).padStart(4, '0')}` as MemoryId,
    now: Date.now,
    log: silentLog,
    ...parts,
  });
  return {
    engine,
    store,
    digests,
    async later(ms) {
      mock.timers.tick(ms);
      return engine.compressDue(new AbortController().signal);
    },
  };
}

let records = 0;
export type Said = { readonly prompt?: string; readonly reply?: string; readonly result?: string; readonly exitCode?: number };
export function signals(session: SessionId, ...said: readonly Said[]): Signal[] {
  return said.flatMap(({ prompt, reply, result, exitCode }): Signal[] => {
    const place = { source: 'claude-code' as const, session, record: `r${++records}`, atMs: Date.now() + records };
    if (prompt !== undefined) return [{ kind: 'prompt', place, text: prompt }];
    if (reply !== undefined) return [{ kind: 'reply', place, text: reply }];
    return [
      {
        kind: 'tool_result',
        place,
        callId: place.record,
        tool: 'Bash',
        text: result ?? '',
        isFailure: exitCode !== 0,
        ...(exitCode !== undefined && { exitCode }),
      },
    ];
  });
}
export const end = (session: SessionId): Signal => ({
  kind: 'turn_end',
  place: { source: 'claude-code', session, record: `end${++records}`, atMs: Date.now() + records },
});
