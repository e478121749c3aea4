// Nearest neighbours by looking at every vector: exact, no native code, time in proportion to the memories.
import type { MemoryId } from '../memory.ts';
import type { VectorHit, VectorIndex } from './memoryIndex.ts';

/** Inner product of two vectors of one length; for L2-normalised ones the cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** The order of hits everywhere: nearest first, ties by id, so that the same question has the same answer. */
export function nearestFirst(a: VectorHit, b: VectorHit): number {
  return b.similarity - a.similarity || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The fallback where HNSW does not load, and the oracle of its tests. */
export class ExactVectors implements VectorIndex {
  readonly isExact = true;
  readonly #vectors = new Map<MemoryId, Float32Array>();

  get size(): number {
    return this.#vectors.size;
  }

  put(id: MemoryId, vector: Float32Array): void {
    this.#vectors.set(id, vector.slice());
  }

  remove(id: MemoryId): void {
    this.#vectors.delete(id);
  }

  has(id: MemoryId): boolean {
    return this.#vectors.has(id);
  }

  ids(): Iterable<MemoryId> {
    return this.#vectors.keys();
  }

  search(vector: Float32Array, k: number): VectorHit[] {
    const hits: VectorHit[] = [];
    for (const [id, candidate] of this.#vectors) hits.push({ id, similarity: dot(vector, candidate) });
    return hits.sort(nearestFirst).slice(0, k);
  }

  /** Nothing to keep: the vectors stand in the store, from which reading them is as quick. */
  save(): void {}

  dispose(): void {
    this.#vectors.clear();
  }
}
