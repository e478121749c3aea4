// The memories lately looked at, so that a question costs no hundred readings of the database. Never older than the store.
import type { Memory, MemoryId, SessionId } from '../memory.ts';
import type { Store } from '../store/store.ts';
import { keepNewest } from '../util/boundedMap.ts';

export type ReadableStore = Pick<Store, 'revision' | 'get' | 'all' | 'ofSession' | 'changesSince'>;

/** By its parts' limits a memory has a few kilobytes. */
const MOST_MEMORIES = 4_000;
const MOST_SESSIONS = 1_000;
/** More changes than this, and starting afresh is quicker. */
const MOST_CHANGES = 500;

export class MemoryCache {
  readonly #store: ReadableStore;
  readonly #memories = new Map<MemoryId, Memory>();
  readonly #sessions = new Map<SessionId, ReadonlyMap<MemoryId, number>>();
  #revision: number;

  constructor(store: ReadableStore) {
    this.#store = store;
    this.#revision = store.revision;
  }

  /** Call before a series of readings: lets go of what has changed since the last. */
  refresh(): void {
    const revision = this.#store.revision;
    if (revision === this.#revision) return;
    const changes = this.#store.changesSince(this.#revision);
    this.#revision = revision;
    if (changes.length > MOST_CHANGES) {
      this.#memories.clear();
      this.#sessions.clear();
      return;
    }
    for (const { id } of changes) {
      // It may be new in a session whose order is known, or gone from it. A session once read has all its memories in the cache, or they were let go together with others.
      const session = this.#memories.get(id)?.session ?? this.#store.get(id)?.session;
      this.#memories.delete(id);
      if (session !== undefined) this.#sessions.delete(session);
      else this.#sessions.clear();
    }
  }

  /** Undefined when it is not live. */
  get(id: MemoryId): Memory | undefined {
    const known = this.#memories.get(id);
    if (known) return known;
    const memory = this.#store.get(id);
    if (memory) keepNewest(this.#memories, id, memory, MOST_MEMORIES);
    return memory;
  }

  /** The session's memories, each with its place in the order in which they were told, from 0. */
  orderOf(session: SessionId): ReadonlyMap<MemoryId, number> {
    const known = this.#sessions.get(session);
    if (known) return known;
    const members = this.#store.ofSession(session).sort(asTold);
    for (const memory of members) keepNewest(this.#memories, memory.id, memory, MOST_MEMORIES);
    const order = new Map(members.map((memory, i) => [memory.id, i]));
    keepNewest(this.#sessions, session, order, MOST_SESSIONS);
    return order;
  }

  /** Pinned ones first, then the newest. */
  newest(limit: number): Memory[] {
    const all = this.#store.all().filter((memory) => memory.status === 'active');
    return all.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.atMs - a.atMs || (a.id < b.id ? -1 : 1)).slice(0, limit);
  }
}

const naturally = new Intl.Collator('en', { numeric: true });

/** By time, then by where they stand in the source, then by the record's name ("D1:9" before "D1:10"). */
export function asTold(a: Memory, b: Memory): number {
  const [one, other] = [a.evidence[0], b.evidence[0]];
  return (
    a.atMs - b.atMs ||
    (one?.place.line ?? 0) - (other?.place.line ?? 0) ||
    (one?.lines?.[0] ?? 0) - (other?.lines?.[0] ?? 0) ||
    naturally.compare(one?.place.record ?? '', other?.place.record ?? '') ||
    (a.id < b.id ? -1 : 1)
  );
}
