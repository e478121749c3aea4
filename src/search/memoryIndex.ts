// The two indexes over a store as one: words and meaning. Derived from the store and stamped with its revision; catches up, never leads.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import type { MemoryId } from '../memory.ts';
import type { Encoder } from '../model/encoder.ts';
import type { MemoryChange, Store } from '../store/store.ts';
import { messageOf } from '../util/errors.ts';
import { keepNewest } from '../util/boundedMap.ts';
import type { Log } from '../util/log.ts';
import { dot, ExactVectors } from './exactVectors.ts';
import { replaceFile } from './files.ts';
import { HnswVectors, labelsPath, loadHnsw } from './hnswVectors.ts';
import { embeddedText, vectorsOf, wordDocument } from './searchedText.ts';
import { WordIndex } from './wordIndex.ts';

export interface WordHit {
  readonly id: MemoryId;
  /** BM25+, the sum over the matching terms: above 0, no upper bound. */
  readonly score: number;
  /** The query's terms that matched, as indexed. */
  readonly terms: readonly string[];
  /** Share of the query's rarity (the sum of its terms' inverse document frequencies, for a long query of its rarest few) that matched, 0 to 1. */
  readonly coverage: number;
}

export interface VectorHit {
  readonly id: MemoryId;
  /** Cosine similarity, -1 to 1. */
  readonly similarity: number;
}

/** Nearest neighbours under cosine. Implemented by HNSW and by an exact scan, the fallback and the tests' oracle. */
export interface VectorIndex {
  readonly size: number;
  readonly isExact: boolean;
  put(id: MemoryId, vector: Float32Array): void;
  remove(id: MemoryId): void;
  /** Best first, at most `k`. */
  search(vector: Float32Array, k: number): VectorHit[];
  has(id: MemoryId): boolean;
  ids(): Iterable<MemoryId>;
  /** Writes it to a file, whole or not at all. */
  save(path: string, stamp: VectorStamp): void;
  dispose(): void;
}

/** What a file of vectors was made from. */
export interface VectorStamp {
  readonly store: string;
  /** Of the store. */
  readonly revision: number;
  /** `vectorsOf` the encoder. */
  readonly model: string;
}

export interface Spread {
  readonly mean: number;
  /** Above 0. */
  readonly deviation: number;
}

export interface IndexState {
  /** The store's revision that the words know whole; 0 while the first of them are still being indexed, or many changes at once. */
  readonly wordsRevision: number;
  /** Memories that have a vector in the index. */
  readonly vectors: number;
  /** Memories still without one (no model yet, or it is catching up). */
  readonly withoutVector: number;
  readonly vectorKind: 'hnsw' | 'exact' | 'none';
  /** Why the vectors are searched exactly, in plain words; absent when they are not. */
  readonly remark?: string;
}

export interface MemoryIndex {
  readonly state: IndexState;
  /** Applies what the store has changed since: words at once, vectors for memories that have one stored. Milliseconds for a few changes. */
  catchUp(): void;
  /** Embeds memories that have no vector, in slices with rests, until none is left or it is aborted. */
  embedMissing(signal: AbortSignal): Promise<void>;
  /** `isTyping`: prefixes and small typos count too (the quick pick); never for injection. */
  words(text: string, limit: number, isTyping: boolean): WordHit[];
  /** How rare a term (see `terms.ts`) is among the memories, above 0. */
  rarityOf(term: string): number;
  vectors(vector: Float32Array, limit: number): VectorHit[];
  /** The memories nearest to one of them, without itself; undefined while that one has no vector. */
  nearest(id: MemoryId, limit: number): VectorHit[] | undefined;
  /** Cosine similarity to those of the ids that have a vector. */
  similarities(vector: Float32Array, ids: readonly MemoryId[]): Map<MemoryId, number>;
  /** Mean and standard deviation of the cosine similarity to memories at large (a fixed sample): tells what is near for this query. Undefined without vectors. */
  spread(vector: Float32Array): Spread | undefined;
  /** Throws both indexes away and makes them anew from the store; progress 0 to 1. */
  rebuild(onProgress: (share: number) => void): Promise<void>;
  save(): void;
  dispose(): void;
}

/** What the index needs of a store. */
export type IndexedStore = Pick<Store, 'id' | 'revision' | 'all' | 'get' | 'changesSince' | 'vector' | 'putVectors' | 'withoutVector'>;

export interface MemoryIndexParts {
  readonly store: IndexedStore;
  /** Where `words.json` and `vectors.hnsw` are kept; undefined keeps nothing. */
  readonly folder: string | undefined;
  /** Undefined while the model is loading or missing. */
  readonly encoder: () => Encoder | undefined;
  readonly log: Log;
}

/** So many changes are applied at once; more (a first start) in slices, newest first, while what is there answers. */
const CHANGES_AT_ONCE = 400;
const SLICE = 100;
/** Memories embedded at a time (.4 s on a busy machine); then the service has its turn. */
const EMBEDDED_AT_ONCE = 4;
/** Vectors taken over from the store at a time. */
const TAKEN_AT_ONCE = 16;
const REST_MS = 5;
/** Memories whose similarity stands for that of memories at large. */
const SAMPLE_SIZE = 256;
/** 1.5 kB each; a recall looks at some 150. */
const MOST_READ = 4_096;
/** What a query and a memory at large have in common for the shipped encoder, on the questions for development. Counts as so many memories, so that a store of three has a scale too. */
const USUAL = { count: 8, mean: 0.38, deviation: 0.072 };
/** After so many changes the files are written when there is time, not only at the end. */
const CHANGES_UNTIL_SAVED = 500;

/** Opens the index over a store: from its files where they fit, and caught up. Answers at once with what it has. */
export function openMemoryIndex(parts: MemoryIndexParts): MemoryIndex {
  const index = new StoredIndex(parts);
  index.catchUp();
  return index;
}

class StoredIndex implements MemoryIndex {
  readonly #store: IndexedStore;
  readonly #folder: string | undefined;
  readonly #encoder: () => Encoder | undefined;
  readonly #log: Log;
  #words = WordIndex.empty();
  #wordsRevision = 0;
  /** Memories whose words are still to be indexed, the next one last. */
  #waiting: MemoryId[] = [];
  #slice: NodeJS.Immediate | undefined;
  #vectors: VectorIndex | undefined;
  #vectorsRevision = 0;
  #model: string | undefined;
  #sample: Float32Array[] | undefined;
  /** Vectors lately read from the store. */
  readonly #read = new Map<MemoryId, Float32Array>();
  #unsaved = 0;

  constructor(parts: MemoryIndexParts) {
    this.#store = parts.store;
    this.#folder = parts.folder;
    this.#encoder = parts.encoder;
    this.#log = parts.log;
    this.#loadWords();
  }

  get state(): IndexState {
    const remark = loadHnsw();
    const vectors = this.#vectors?.size ?? 0;
    return {
      // While memories wait for their turn, the words know no revision whole.
      wordsRevision: this.#waiting.length > 0 ? 0 : this.#wordsRevision,
      vectors,
      withoutVector: Math.max(0, this.#words.size + this.#waiting.length - vectors),
      vectorKind: !this.#vectors ? 'none' : this.#vectors.isExact ? 'exact' : 'hnsw',
      ...(typeof remark === 'string' && {
        remark: `${remark}: similar memories are found by an exact scan instead, which is slower above 50,000 memories.`,
      }),
    };
  }

  catchUp(): void {
    this.#openVectors();
    const revision = this.#store.revision;
    if (revision !== this.#wordsRevision) {
      const changes = this.#wordsRevision === 0 ? this.#everything() : this.#store.changesSince(this.#wordsRevision);
      this.#wordsRevision = revision;
      this.#changeWords(changes);
    }
    if (this.#vectors && this.#vectorsRevision !== revision) {
      const changes = this.#store.changesSince(this.#vectorsRevision);
      this.#vectorsRevision = revision;
      this.#changeVectors(changes);
    }
  }

  async embedMissing(signal: AbortSignal): Promise<void> {
    this.catchUp();
    const encoder = this.#encoder();
    if (!encoder || !this.#vectors) return;
    await this.#takeStored(signal);
    while (!signal.aborted && this.#model === vectorsOf(encoder)) {
      const memories = this.#store.withoutVector(this.#model, EMBEDDED_AT_ONCE);
      if (memories.length === 0) break;
      const vectors = await encoder.embed(memories.map(embeddedText), 'memory');
      // What was edited or forgotten meanwhile is left for the next round.
      const current = memories.flatMap((memory, i): [MemoryId, Float32Array][] => {
        const vector = vectors[i];
        const now = this.#store.get(memory.id);
        return vector && now && embeddedText(now) === embeddedText(memory) ? [[memory.id, vector]] : [];
      });
      this.#store.putVectors(vectorsOf(encoder), new Map(current));
      if (this.#model === vectorsOf(encoder)) for (const [id, vector] of current) this.#putVector(id, vector);
      await rest(REST_MS);
    }
    if (this.#unsaved >= CHANGES_UNTIL_SAVED) this.save();
  }

  words(text: string, limit: number, isTyping: boolean): WordHit[] {
    return this.#words.search(text, limit, isTyping);
  }

  rarityOf(term: string): number {
    return this.#words.rarityOf(term);
  }

  vectors(vector: Float32Array, limit: number): VectorHit[] {
    return this.#vectors?.search(vector, limit) ?? [];
  }

  nearest(id: MemoryId, limit: number): VectorHit[] | undefined {
    // Out of the store: a walk over all memories would drive those lately looked at out of the cache of the graph.
    const vector = this.#vectors?.has(id) ? this.#store.vector(id, this.#model ?? '') : undefined;
    return vector && this.vectors(vector, limit + 1).filter((hit) => hit.id !== id);
  }

  similarities(vector: Float32Array, ids: readonly MemoryId[]): Map<MemoryId, number> {
    const found = new Map<MemoryId, number>();
    for (const id of ids) {
      const other = this.#vectorOf(id);
      if (other) found.set(id, dot(vector, other));
    }
    return found;
  }

  spread(vector: Float32Array): Spread | undefined {
    const sample = (this.#sample ??= this.#takeSample());
    if (sample.length === 0) return undefined;
    const similarities = sample.map((other) => dot(vector, other));
    const count = similarities.length + USUAL.count;
    const mean = (USUAL.count * USUAL.mean + similarities.reduce((a, b) => a + b, 0)) / count;
    const squares = USUAL.count * USUAL.deviation ** 2 + similarities.reduce((a, b) => a + (b - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / count) };
  }

  async rebuild(onProgress: (share: number) => void): Promise<void> {
    this.#stopSlices();
    this.#removeFiles();
    this.#words = WordIndex.empty();
    this.#wordsRevision = 0;
    this.#vectors?.dispose();
    this.#vectors = undefined;
    this.#model = undefined;
    this.catchUp();
    const total = Math.max(1, this.#waiting.length);
    while (this.#waiting.length > 0) {
      onProgress((0.5 * (total - this.#waiting.length)) / total);
      await rest(REST_MS);
    }
    onProgress(0.5);
    await this.#takeStored(new AbortController().signal, (share) => onProgress(0.5 + 0.5 * share));
    this.save();
    onProgress(1);
  }

  save(): void {
    if (this.#folder === undefined || this.#unsaved === 0) return;
    try {
      fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      if (this.#vectors && this.#model !== undefined) {
        this.#vectors.save(path.join(this.#folder, VECTORS_FILE), {
          store: this.#store.id,
          revision: this.#vectorsRevision,
          model: this.#model,
        });
      }
      // Half an index is not kept: at the next start it would pass for a whole one.
      if (this.#waiting.length === 0) {
        const saved: WordsFile = { store: this.#store.id, revision: this.#wordsRevision, index: this.#words.toJSON() };
        replaceFile(path.join(this.#folder, WORDS_FILE), (temporary) => fs.writeFileSync(temporary, JSON.stringify(saved)));
      }
      this.#unsaved = 0;
    } catch (thrown) {
      // Nothing is lost: the next start makes the index anew.
      this.#log.warn(`the search index could not be saved: ${messageOf(thrown)}`);
    }
  }

  dispose(): void {
    this.#stopSlices();
    this.#vectors?.dispose();
    this.#vectors = undefined;
  }

  #loadWords(): void {
    if (this.#folder === undefined) return;
    try {
      const file = JSON.parse(fs.readFileSync(path.join(this.#folder, WORDS_FILE), 'utf8')) as Partial<WordsFile>;
      if (file.store !== this.#store.id || typeof file.revision !== 'number' || file.revision > this.#store.revision) return;
      const words = WordIndex.load(file.index);
      if (!words) return;
      this.#words = words;
      this.#wordsRevision = file.revision;
    } catch {
      // Missing or damaged comes to the same: the words are indexed anew from the store.
    }
  }

  /** Opens the vectors once there is an encoder, and anew when it is another one. */
  #openVectors(): void {
    const encoder = this.#encoder();
    if (!encoder || this.#model === vectorsOf(encoder)) return;
    this.#vectors?.dispose();
    this.#model = vectorsOf(encoder);
    this.#read.clear();
    this.#vectorsRevision = this.#store.revision;
    this.#sample = undefined;
    const library = loadHnsw();
    if (typeof library === 'string') {
      this.#vectors = new ExactVectors();
      return;
    }
    const saved =
      this.#folder === undefined ? undefined : HnswVectors.load(library, encoder.dimensions, path.join(this.#folder, VECTORS_FILE));
    const fits = saved?.stamp.store === this.#store.id && saved.stamp.model === this.#model && saved.stamp.revision <= this.#store.revision;
    this.#vectors = saved && fits ? saved.vectors : HnswVectors.create(library, encoder.dimensions);
    if (saved && fits) this.#vectorsRevision = saved.stamp.revision;
  }

  #everything(): MemoryChange[] {
    return this.#store.all().map((memory) => ({ id: memory.id, isGone: false }));
  }

  #changeWords(changes: readonly MemoryChange[]): void {
    const gone = new Set(changes.filter((change) => change.isGone).map((change) => change.id));
    for (const id of gone) this.#words.remove(id);
    const changed = changes.filter((change) => !change.isGone).map((change) => change.id);
    // What was forgotten or cut out of a memory stands in the file until it is written again: no file is better.
    if (gone.size > 0 || changed.some((id) => this.#words.has(id))) this.#removeFiles();
    this.#unsaved += changes.length;
    this.#waiting = this.#waiting.filter((id) => !gone.has(id));
    if (changed.length + this.#waiting.length <= CHANGES_AT_ONCE) {
      for (const id of [...this.#waiting.splice(0), ...changed]) this.#putWords(id);
      return;
    }
    this.#waiting.push(...changed.reverse());
    this.#slice ??= setImmediate(() => this.#nextSlice());
  }

  #nextSlice(): void {
    this.#slice = undefined;
    for (const id of this.#waiting.splice(-SLICE).reverse()) this.#putWords(id);
    if (this.#waiting.length > 0) this.#slice = setImmediate(() => this.#nextSlice());
  }

  #stopSlices(): void {
    if (this.#slice) clearImmediate(this.#slice);
    this.#slice = undefined;
    // What waits is still missing: a later `catchUp` begins anew.
    if (this.#waiting.length > 0) this.#wordsRevision = 0;
    this.#waiting = [];
  }

  #putWords(id: MemoryId): void {
    const memory = this.#store.get(id);
    if (memory) this.#words.put(wordDocument(memory));
    else this.#words.remove(id);
  }

  #changeVectors(changes: readonly MemoryChange[]): void {
    const model = this.#model ?? '';
    for (const { id, isGone } of changes) {
      const vector = isGone ? undefined : this.#store.vector(id, model);
      if (vector) this.#putVector(id, vector);
      else if (this.#vectors?.has(id)) {
        this.#vectors.remove(id);
        this.#read.delete(id);
        this.#sample = undefined;
        this.#unsaved++;
      }
    }
  }

  #putVector(id: MemoryId, vector: Float32Array): void {
    this.#vectors?.put(id, vector);
    this.#read.delete(id);
    this.#unsaved++;
    // The sample is taken anew while the index is small, and each time it has grown by a fraction.
    if (this.#sample && (this.#sample.length < SAMPLE_SIZE || this.#unsaved % SAMPLE_SIZE === 0)) this.#sample = undefined;
  }

  /** Takes over the vectors that the store has and the index has not, in slices with rests. */
  async #takeStored(signal: AbortSignal, onProgress?: (share: number) => void): Promise<void> {
    const model = this.#model;
    if (!this.#vectors || model === undefined) return;
    const missing = this.#store
      .all()
      .map((memory) => memory.id)
      .filter((id) => !this.#vectors?.has(id));
    for (let i = 0; i < missing.length && !signal.aborted && this.#model === model; i += TAKEN_AT_ONCE) {
      for (const id of missing.slice(i, i + TAKEN_AT_ONCE)) {
        // Forgotten meanwhile: the store no longer has it.
        const vector = this.#store.get(id) && this.#store.vector(id, model);
        if (vector) this.#putVector(id, vector);
      }
      onProgress?.(i / missing.length);
      await rest(REST_MS);
    }
  }

  /** Evenly spread over the index, so that it is the same for the same index. */
  #takeSample(): Float32Array[] {
    const vectors = this.#vectors;
    if (!vectors) return [];
    const ids = [...vectors.ids()];
    const step = Math.max(1, Math.floor(ids.length / SAMPLE_SIZE));
    return ids.filter((_, i) => i % step === 0).flatMap((id) => this.#vectorOf(id) ?? []);
  }

  /** As the store has it, 12 µs; hnswlib would hand out a point as a list of numbers, 90 µs. Undefined for what is not in the index. */
  #vectorOf(id: MemoryId): Float32Array | undefined {
    if (!this.#vectors?.has(id)) return undefined;
    const known = this.#read.get(id);
    if (known) return known;
    const vector = this.#store.vector(id, this.#model ?? '');
    if (vector) keepNewest(this.#read, id, vector, MOST_READ);
    return vector;
  }

  #removeFiles(): void {
    if (this.#folder === undefined) return;
    const vectors = path.join(this.#folder, VECTORS_FILE);
    for (const file of [path.join(this.#folder, WORDS_FILE), vectors, labelsPath(vectors)]) fs.rmSync(file, { force: true });
    this.#unsaved++;
  }
}

const WORDS_FILE = 'words.json';
const VECTORS_FILE = 'vectors.hnsw';

interface WordsFile {
  readonly store: string;
  readonly revision: number;
  readonly index: unknown;
}
