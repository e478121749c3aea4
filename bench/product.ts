// The product's parts put together for a bench, as the service puts them together: a composition root, with no logic of its own.
import { randomUUID } from 'node:crypto';
import { createObserver, type Observer } from '../src/capture/observe.ts';
import { createCompressor, type Compressor, type CompressorPart } from '../src/compress/compress.ts';
import { createMemoryEngine, type MemoryEngine } from '../src/engine.ts';
import { writeDigest } from '../src/inject/digest.ts';
import { countTokens } from '../src/inject/tokens.ts';
import type { MemoryId, Observation, Signal } from '../src/memory.ts';
import type { Encoder, EpisodeText, SegmentReading } from '../src/model/encoder.ts';
import { openEncoder } from '../src/model/openEncoder.ts';
import { QueryVectors } from '../src/retrieve/queryVectors.ts';
import { createRetriever, type Retriever } from '../src/retrieve/retrieve.ts';
import { openMemoryIndex, type MemoryIndex } from '../src/search/memoryIndex.ts';
import { openStore } from '../src/store/sqliteStore.ts';
import type { Store } from '../src/store/store.ts';
import { logTo } from '../src/util/log.ts';
import { SHIPPED_MODEL } from './options.ts';

/** The benches hold results to what was really done: what the product warns of is shown. */
export const benchLog = logTo((level, message) => {
  if (level === 'warn' || level === 'error') console.error(`${level}: ${message}`);
});

/**
 * A hook has 150 ms for everything, so the product does not wait long for the model. A figure of quality must not depend on how busy this
 * machine is: there the benches wait. `bench:speed` measures with the product's own patience.
 */
const PATIENT_MS = 60_000;

export interface Product {
  readonly store: Store;
  readonly index: MemoryIndex;
  readonly retriever: Retriever;
  readonly engine: MemoryEngine;
}

export interface ProductOptions {
  /** `':memory:'` keeps nothing. */
  readonly folder: string;
  readonly encoder: Encoder | undefined;
  /** The product's own patience with the model instead of the bench's. */
  readonly isHurried?: boolean;
  /** "Now". Compressing looks at how long ago something was taken in. */
  readonly now?: () => number;
}

/** Ended by `engine.dispose()`. The encoder stays the caller's. */
export function openProduct({ folder, encoder: model, isHurried = false, now = Date.now }: ProductOptions): Product {
  const encoder = (): Encoder | undefined => model;
  const store = openStore(folder);
  const isKept = folder !== ':memory:';
  const index = openMemoryIndex({ store, folder: isKept ? folder : undefined, encoder, log: benchLog });
  const retriever = createRetriever({
    store,
    index,
    queries: new QueryVectors(encoder),
    ...(!isHurried && { encoderPatienceMs: PATIENT_MS }),
  });
  const engine = createMemoryEngine({
    store,
    index,
    observer: openObserver(),
    compressor: openCompressor(model, store),
    retriever,
    countTokens,
    keepDigest: (block) => isKept && writeDigest(folder, block),
    keepDays: () => 7,
    maxBytes: () => Infinity,
    newId: () => randomUUID() as MemoryId,
    now,
    log: benchLog,
  });
  return { store, index, retriever, engine };
}

export function openObserver(): Observer {
  return createObserver({ isExcluded: () => false });
}

/** `leaveOut`: parts to do without, to see what they are worth. */
/** What is kept of a session's signals, in order. */
export async function observed(signals: readonly Signal[]): Promise<Observation[]> {
  const observer = openObserver();
  const observations: Observation[] = [];
  for (const signal of signals) {
    const seen = await observer.observe(signal);
    if ('id' in seen) observations.push(seen);
  }
  return observations;
}

export function openCompressor(
  model: Encoder | undefined,
  store: Pick<Store, 'segmentHash' | 'isForgotten'>,
  leaveOut: readonly CompressorPart[] = [],
): Compressor {
  return createCompressor({
    leaveOut: new Set(leaveOut),
    encoder: () => model,
    segmentHash: (text) => store.segmentHash(text),
    isForgotten: (hash) => store.isForgotten(hash),
    countTokens,
    log: benchLog,
  });
}

/** The model of a folder, or of the product; undefined where the bench is run without one. Disposed of by the caller. */
export async function openModel(options: { readonly model?: string | undefined; readonly isPlain: boolean }): Promise<Encoder | undefined> {
  return options.isPlain ? undefined : openEncoder(options.model ?? SHIPPED_MODEL);
}

/**
 * The same encoder, which knows what it has read and embedded before: a session that arrives turn by turn is read again from its start each time, and
 * the same text has the same answer. Nothing that is timed may go through it. `forget` keeps memory small.
 */
export function remembering(encoder: Encoder): Encoder & { forget(): void } {
  const read = new Map<string, SegmentReading[]>();
  const embedded = new Map<string, Float32Array>();
  return {
    id: encoder.id,
    dimensions: encoder.dimensions,
    fitted: encoder.fitted,
    async embed(texts, purpose) {
      const keyOf = (text: string): string => `${purpose}\n${text}`;
      const fresh = texts.filter((text) => !embedded.has(keyOf(text)));
      const vectors = await encoder.embed(fresh, purpose);
      for (const [i, text] of fresh.entries()) embedded.set(keyOf(text), vectors[i] as Float32Array);
      return texts.map((text) => embedded.get(keyOf(text)) as Float32Array);
    },
    async read(episode: EpisodeText, signal) {
      const key = JSON.stringify(episode);
      const known = read.get(key) ?? (await encoder.read(episode, signal));
      read.set(key, known);
      return known;
    },
    dispose: () => encoder.dispose(),
    forget() {
      read.clear();
      embedded.clear();
    },
  };
}
