// Which memories of this store tell the same as one of the user's own store: by their words alone, since each store has its own vectors. Kept up with both.
import type { MemoryRow } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import { comparedTerms, isSame, SHARED } from './alike.ts';
import type { SharedWords } from './sharedWords.ts';

/** While a memory moves, both stores have it: among the words theirs goes by another name. */
const nameOf = (id: MemoryId): MemoryId => `elsewhere ${id}` as string as MemoryId;

export class SameElsewhere {
  readonly #words: SharedWords<MemoryId>;
  readonly #rowsOf: (ids: readonly MemoryId[]) => ReadonlyMap<MemoryId, MemoryRow>;
  /** By name. */
  #rows = new Map<MemoryId, MemoryRow>();
  readonly #same = new Map<MemoryId, Set<MemoryId>>();
  /** Theirs that are to be compared with all of this store. */
  readonly waiting = new Set<MemoryId>();

  /** `words`: of both stores' active memories; those of this store are for the caller to keep up. */
  constructor(words: SharedWords<MemoryId>, rowsOf: (ids: readonly MemoryId[]) => ReadonlyMap<MemoryId, MemoryRow>) {
    this.#words = words;
    this.#rowsOf = rowsOf;
  }

  /** Of this store's, those that tell the same as theirs, as far as is known by now. */
  of(id: MemoryId): ReadonlySet<MemoryId> {
    return this.#same.get(id) ?? new Set();
  }

  /** What they have now. What is new or told otherwise waits to be compared. */
  hear(rows: readonly MemoryRow[]): void {
    const before = this.#rows;
    this.#rows = new Map(rows.filter(({ status }) => status === 'active').map((row) => [nameOf(row.id), row]));
    for (const [name, { id }] of before) if (!this.#rows.has(name)) this.#drop(id);
    for (const [name, row] of this.#rows) {
      const known = before.get(name);
      if (known && known.text === row.text && known.kind === row.kind && known.outcome === row.outcome) continue;
      this.#drop(row.id);
      this.waiting.add(row.id);
    }
  }

  /** One that is waiting, with all of this store. */
  compareTheirs(id: MemoryId): void {
    const [name, row] = [nameOf(id), this.#rows.get(nameOf(id))];
    this.waiting.delete(id);
    if (!row) return;
    this.#words.put(name, comparedTerms(row));
    const sharing = this.#words.sharing(name, SHARED);
    const own = this.#rowsOf(sharing.map(({ id: other }) => other));
    for (const { id: otherId, share } of sharing) {
      const other = own.get(otherId);
      if (other?.status === 'active') this.#put(row, other, share);
    }
  }

  /** One of this store, new or told otherwise, with all of theirs that do not wait. */
  compareOwn(row: MemoryRow): void {
    if (this.waiting.size === this.#rows.size) return;
    for (const { id, share } of this.#words.sharing(row.id, SHARED)) {
      const theirs = this.#rows.get(id);
      if (theirs) this.#put(theirs, row, share);
    }
  }

  /** One of this store is gone, or tells something else. */
  dropOwn(id: MemoryId): void {
    for (const same of this.#same.values()) same.delete(id);
  }

  #put(theirs: MemoryRow, own: MemoryRow, share: number): void {
    if (own.id === theirs.id || !isSame(own, theirs, share, undefined)) return;
    const same = this.#same.get(theirs.id);
    if (same) same.add(own.id);
    else this.#same.set(theirs.id, new Set([own.id]));
  }

  #drop(id: MemoryId): void {
    this.#words.remove(nameOf(id));
    this.#same.delete(id);
    this.waiting.delete(id);
  }
}
