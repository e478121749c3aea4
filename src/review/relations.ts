// How each memory stands to those near it, found by words and by meaning. Kept up with the store: what has changed is looked at anew, the rest stays.
// Twenty thousand memories take seconds at first, so the work is done in slices with rests: whoever asks meanwhile hears what is known by then.
import { setTimeout as rest } from 'node:timers/promises';
import { leftBehind } from '../compress/merge.ts';
import type { MemoryRow } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import type { MemoryIndex } from '../search/memoryIndex.ts';
import { distinctTermsOf } from '../search/terms.ts';
import type { Store } from '../store/store.ts';
import { Serial } from '../util/serial.ts';
import { comparedTerms, isOverridden, isSame, SHARED, SHARED_WHERE_NEAR, SHARED_WITH_OVERRIDDEN, type Relation } from './alike.ts';
import { SameElsewhere } from './sameElsewhere.ts';
import { SharedWords } from './sharedWords.ts';

/** A memory told over and over has more neighbours than these; then the group is found in parts, and the rest once those are merged. */
const NEAREST = 10;
/** Of those that name what a memory says was left, so many are looked at, those that share most words first. */
const MOST_LEAVING = 60;
/** An exact scan of more vectors than these takes longer for all of them than anybody waits: there the words have to do. */
const MOST_SCANNED = 3_000;
/** Shorter than a frame of the editor's questions; and as long a rest, since others use the same thread. */
const SLICE_MS = 8;
const REST_MS = 8;

export interface Relations {
  /** Of a memory to those near it, as far as is known by now. */
  of(id: MemoryId): ReadonlyMap<MemoryId, Relation> | undefined;
  /** Of one of the user's own store, those of this one that tell the same, as far as is known by now. */
  elsewhere(id: MemoryId): ReadonlySet<MemoryId>;
  /** Grows whenever `of` or `elsewhere` may answer something else. */
  readonly version: number;
  /** Catches up with the store, and with what the user's own store has; resolves when that is done, or the signal is aborted. */
  catchUp(signal: AbortSignal, elsewhere?: readonly MemoryRow[]): Promise<void>;
}

export interface RelationsParts {
  readonly store: Pick<Store, 'revision' | 'changesSince' | 'rowsOf'>;
  readonly index: Pick<MemoryIndex, 'nearest' | 'state'>;
}

const NONE: readonly MemoryRow[] = [];
const OPPOSITE: Readonly<Record<Relation, Relation>> = { same: 'same', overrides: 'overridden', overridden: 'overrides' };

export function createRelations({ store, index }: RelationsParts): Relations {
  const words = new SharedWords<MemoryId>();
  const sameElsewhere = new SameElsewhere(words, (ids) => store.rowsOf(ids));
  const related = new Map<MemoryId, Map<MemoryId, Relation>>();
  /** Compared by words alone, since they had no vector by then. */
  const withoutVector = new Set<MemoryId>();
  /** Of the present run. */
  const comparedByWords = new Set<MemoryId>();
  /** To be compared; stays between two runs when the first was aborted. */
  const waiting = new Set<MemoryId>();
  let revision = 0;
  let vectors = 0;
  let version = 0;
  let stopping = new AbortController().signal;
  let told = NONE;
  let heard = NONE;

  function unrelate(id: MemoryId): void {
    for (const other of related.get(id)?.keys() ?? []) related.get(other)?.delete(id);
    related.delete(id);
  }

  function relate(id: MemoryId, other: MemoryId, relation: Relation): void {
    for (const [one, two, how] of [
      [id, other, relation],
      [other, id, OPPOSITE[relation]],
    ] as const) {
      const known = related.get(one);
      if (known) known.set(two, how);
      else related.set(one, new Map([[two, how]]));
    }
  }

  /** With every other that it may be the same as, or may override. */
  function compare(id: MemoryId): void {
    const row = store.rowsOf([id]).get(id);
    if (row?.status !== 'active') return;
    sameElsewhere.compareOwn(row);
    const near = nearTo(id);
    for (const [otherId, other] of near.size > 0 ? store.rowsOf([...near.keys()]) : []) {
      if (other.status === 'active' && isSame(row, other, words.share(id, otherId), near.get(otherId))) relate(id, otherId, 'same');
    }
    const left = leftBehind(row);
    if (!left) return;
    const leaving = words.sharing(id, SHARED_WITH_OVERRIDDEN, distinctTermsOf([...left].join(' '))).sort((a, b) => b.share - a.share);
    for (const [otherId, other] of store.rowsOf(leaving.slice(0, MOST_LEAVING).map((one) => one.id))) {
      if (other.status === 'active' && isOverridden(other, row)) relate(id, otherId, 'overrides');
    }
  }

  /** Those that may tell the same, each with its similarity: by meaning, or, where that is not known, by words alone. */
  function nearTo(id: MemoryId): Map<MemoryId, number | undefined> {
    const isQuick = index.state.vectorKind === 'hnsw' || vectors <= MOST_SCANNED;
    const nearest = isQuick ? index.nearest(id, NEAREST) : undefined;
    if (nearest) {
      const sharing = nearest.filter((hit) => words.share(id, hit.id) >= SHARED_WHERE_NEAR);
      return new Map(sharing.map((hit) => [hit.id, hit.similarity]));
    }
    withoutVector.add(id);
    // One that was compared by its words in this same run was compared with this one then.
    const others = words.sharing(id, SHARED).filter((other) => !comparedByWords.has(other.id));
    comparedByWords.add(id);
    return new Map(others.map((other) => [other.id, undefined]));
  }

  /** Does one after the other, and rests in between, until none is left. */
  async function inSlices(ids: Iterable<MemoryId>, work: (id: MemoryId) => void): Promise<void> {
    let startedAt = performance.now();
    for (const id of ids) {
      if (stopping.aborted) return;
      work(id);
      if (performance.now() - startedAt < SLICE_MS) continue;
      await rest(REST_MS);
      startedAt = performance.now();
    }
  }

  async function run(): Promise<void> {
    const current = store.revision;
    const changes = current === revision ? [] : store.changesSince(revision);
    revision = current;
    vectors = index.state.vectors;
    if (told !== heard) sameElsewhere.hear(told);
    heard = told;
    // First of all the words of all of them: each is compared with every other, whichever comes first.
    const isGone = new Map(changes.map((change) => [change.id, change.isGone]));
    for (const id of isGone.keys()) waiting.add(id);
    await inSlices(isGone.keys(), (id) => {
      unrelate(id);
      sameElsewhere.dropOwn(id);
      words.remove(id);
      withoutVector.delete(id);
      const row = isGone.get(id) === true ? undefined : store.rowsOf([id]).get(id);
      if (row?.status === 'active') words.put(id, comparedTerms(row));
      else waiting.delete(id);
    });
    for (const id of withoutVector) {
      if (!index.nearest(id, 1)) continue;
      withoutVector.delete(id);
      waiting.add(id);
    }
    comparedByWords.clear();
    await inSlices([...waiting], (id) => {
      compare(id);
      waiting.delete(id);
    });
    await inSlices([...sameElsewhere.waiting], (id) => sameElsewhere.compareTheirs(id));
    version++;
  }

  const running = new Serial(run);
  return {
    of: (id) => related.get(id),
    elsewhere: (id) => sameElsewhere.of(id),
    get version() {
      return version;
    },
    async catchUp(signal, elsewhere = NONE) {
      stopping = signal;
      told = elsewhere;
      const hasNewVectors = withoutVector.size > 0 && index.state.vectors !== vectors;
      const hasMore = store.revision !== revision || told !== heard || waiting.size > 0 || sameElsewhere.waiting.size > 0;
      if (hasMore || hasNewVectors || running.isRunning) await running.request();
    },
  };
}
