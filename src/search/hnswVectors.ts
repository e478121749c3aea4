// Nearest neighbours by a graph (HNSW), without looking at every vector.
// hnswlib is native code without prebuilt files: where it does not load, `loadHnsw` says why and the exact scan stands in.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type * as Hnswlib from 'hnswlib-node';
import type { MemoryId } from '../memory.ts';
import { codeOf, messageOf } from '../util/errors.ts';
import { replaceFile } from './files.ts';
import type { VectorHit, VectorIndex, VectorStamp } from './memoryIndex.ts';
import { nearestFirst } from './exactVectors.ts';

export type HnswLibrary = typeof Hnswlib;

let loaded: HnswLibrary | string | undefined;

/** The native library, or why it does not load (one line, for the status). Loaded at the first call, once. */
export function loadHnsw(): HnswLibrary | string {
  if (loaded !== undefined) return loaded;
  try {
    // The bundle is CommonJS: there esbuild sees this `require`, and the package takes the library in. In a module there is none.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` would make every search wait for it
    loaded = (typeof require === 'function' ? require('hnswlib-node') : createRequire(import.meta.url)('hnswlib-node')) as HnswLibrary;
  } catch (thrown) {
    loaded = `hnswlib-node does not load (${codeOf(thrown) ?? messageOf(thrown).split('\n')[0]})`;
  }
  return loaded;
}

/**
 * Links of a node: hnswlib's defaults. Over 100,000 vectors (embedded texts, and others between two of them) recall at 10 is .983 with ef 160, .991 with 250 and
 * .999 with 500, which is what a recall asks; the table is in `bench/RESULTS.md`.
 */
const M = 16;
const EF_BUILD = 200;
/** Candidates looked at when searching; at least twice `k`. */
const EF_SEARCH = 160;
const FIRST_CAPACITY = 1024;
/** The same seed, vectors and order make the same graph. */
const SEED = 7;

/** What stands beside the graph: hnswlib knows numbers, we know ids. */
interface Labels {
  /** Of the graph's file: a pair that does not belong together is not loaded, nor a torn file (hnswlib would crash on one). */
  readonly sha256: string;
  readonly dimensions: number;
  readonly stamp: VectorStamp;
  /** Id of each label; null for a free one. */
  readonly ids: readonly (MemoryId | null)[];
}

export class HnswVectors implements VectorIndex {
  readonly isExact = false;
  readonly #graph: Hnswlib.HierarchicalNSW;
  readonly #idOf: (MemoryId | null)[];
  readonly #labelOf = new Map<MemoryId, number>();
  /** Labels of removed vectors, still marked in the graph, to be used again. */
  readonly #free: number[] = [];
  readonly #dimensions: number;
  #capacity: number;

  private constructor(graph: Hnswlib.HierarchicalNSW, dimensions: number, capacity: number, ids: readonly (MemoryId | null)[]) {
    this.#graph = graph;
    this.#dimensions = dimensions;
    this.#capacity = capacity;
    this.#idOf = [...ids];
    for (const [label, id] of ids.entries()) {
      if (id === null) this.#free.push(label);
      else this.#labelOf.set(id, label);
    }
  }

  static create(library: HnswLibrary, dimensions: number): HnswVectors {
    const graph = new library.HierarchicalNSW('cosine', dimensions);
    graph.initIndex(FIRST_CAPACITY, M, EF_BUILD, SEED);
    return new HnswVectors(graph, dimensions, FIRST_CAPACITY, []);
  }

  /** What `save` wrote to `path`, with its stamp; undefined when it is missing, torn or of another size. */
  static load(
    library: HnswLibrary,
    dimensions: number,
    path: string,
  ): { readonly vectors: HnswVectors; readonly stamp: VectorStamp } | undefined {
    try {
      const labels = JSON.parse(fs.readFileSync(labelsPath(path), 'utf8')) as Labels;
      if (labels.dimensions !== dimensions || labels.sha256 !== sha256(path)) return undefined;
      const graph = new library.HierarchicalNSW('cosine', dimensions);
      graph.readIndexSync(path);
      return { vectors: new HnswVectors(graph, dimensions, graph.getMaxElements(), labels.ids), stamp: labels.stamp };
    } catch {
      // Missing or damaged comes to the same: the store has the vectors.
      return undefined;
    }
  }

  get size(): number {
    return this.#labelOf.size;
  }

  put(id: MemoryId, vector: Float32Array): void {
    if (vector.length !== this.#dimensions)
      throw new RangeError(`a vector of ${vector.length} numbers where ${this.#dimensions} are expected`);
    const label = this.#labelOf.get(id) ?? this.#free.pop() ?? this.#idOf.length;
    if (label >= this.#capacity) this.#grow();
    // For a label in use or marked as deleted hnswlib moves the node to its new place and takes the mark away.
    this.#graph.addPoint(Array.from(vector), label);
    this.#idOf[label] = id;
    this.#labelOf.set(id, label);
  }

  remove(id: MemoryId): void {
    const label = this.#labelOf.get(id);
    if (label === undefined) return;
    // The mark alone would leave a forgotten vector in memory and in the file: its nearest neighbour's is written over it first.
    const neighbour = this.#graph.searchKnn(this.#graph.getPoint(label), Math.min(2, this.size)).neighbors.find((other) => other !== label);
    this.#graph.addPoint(neighbour === undefined ? new Array<number>(this.#dimensions).fill(0) : this.#graph.getPoint(neighbour), label);
    this.#graph.markDelete(label);
    this.#labelOf.delete(id);
    this.#idOf[label] = null;
    this.#free.push(label);
  }

  has(id: MemoryId): boolean {
    return this.#labelOf.has(id);
  }

  ids(): Iterable<MemoryId> {
    return this.#labelOf.keys();
  }

  search(vector: Float32Array, k: number): VectorHit[] {
    const wanted = Math.min(k, this.size);
    if (wanted === 0) return [];
    this.#graph.setEf(Math.max(EF_SEARCH, 2 * wanted));
    const { neighbors, distances } = this.#graph.searchKnn(Array.from(vector), wanted);
    const hits: VectorHit[] = [];
    for (const [i, label] of neighbors.entries()) {
      const id = this.#idOf[label];
      if (id) hits.push({ id, similarity: 1 - (distances[i] ?? 1) });
    }
    return hits.sort(nearestFirst);
  }

  /** Two files, the graph and its labels; each takes the place of the older one whole. Throws when they cannot be written. */
  save(path: string, stamp: VectorStamp): void {
    fs.rmSync(labelsPath(path), { force: true });
    replaceFile(path, (temporary) => this.#graph.writeIndexSync(temporary));
    const labels: Labels = { sha256: sha256(path), dimensions: this.#dimensions, stamp, ids: this.#idOf };
    replaceFile(labelsPath(path), (temporary) => fs.writeFileSync(temporary, JSON.stringify(labels)));
  }

  /** hnswlib frees the graph when it is collected; there is nothing to close. */
  dispose(): void {
    this.#labelOf.clear();
  }

  #grow(): void {
    // Doubling copies the vectors once each on average; the graph stays as it is. One that was saved empty is loaded with room for none.
    this.#capacity = Math.max(FIRST_CAPACITY, 2 * this.#capacity);
    this.#graph.resizeIndex(this.#capacity);
  }
}

export function labelsPath(path: string): string {
  return `${path}.json`;
}

/** Read in pieces: at 100,000 memories the file has 170 MB. */
function sha256(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = fs.openSync(path, 'r');
  try {
    for (let read = fs.readSync(file, piece); read > 0; read = fs.readSync(file, piece)) hash.update(piece.subarray(0, read));
  } finally {
    fs.closeSync(file);
  }
  return hash.digest('hex');
}
