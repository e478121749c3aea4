// The two indexes over a store as one: words and meaning. Derived from the store and stamped with its revision; catches up, never leads.
import type { MemoryId } from '../memory.ts';

export interface WordHit {
  readonly id: MemoryId;
  /** BM25+ as MiniSearch gives it: above 0, no upper bound. */
  readonly score: number;
  /** The query's terms that matched, as indexed. */
  readonly terms: readonly string[];
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
  save(path: string): void;
  dispose(): void;
}

export interface IndexState {
  /** The store's revision that the words know. */
  readonly wordsRevision: number;
  /** Memories that have a vector in the index. */
  readonly vectors: number;
  /** Memories still without one (no model yet, or it is catching up). */
  readonly withoutVector: number;
  readonly vectorKind: 'hnsw' | 'exact' | 'none';
}

export interface MemoryIndex {
  readonly state: IndexState;
  /** Applies what the store has changed since: words at once, vectors for memories that have one stored. Milliseconds for a few changes. */
  catchUp(): void;
  /** Embeds memories that have no vector, in slices with rests, until none is left or it is aborted. */
  embedMissing(signal: AbortSignal): Promise<void>;
  /** `isTyping`: prefixes and small typos count too (the quick pick); never for injection. */
  words(text: string, limit: number, isTyping: boolean): WordHit[];
  vectors(vector: Float32Array, limit: number): VectorHit[];
  /** Throws both indexes away and makes them anew from the store; progress 0 to 1. */
  rebuild(onProgress: (share: number) => void): Promise<void>;
  save(): void;
  dispose(): void;
}
