// Review as it is asked for: of one store, as far as is known by now, with what is still being found out told of later.
import type { MemoryRow, ReviewAnswer, ReviewReason, ReviewSlice } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import type { MemoryIndex } from '../search/memoryIndex.ts';
import type { Store } from '../store/store.ts';
import { traceOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { within } from '../util/within.ts';
import { GIVEN_OFTEN, type Presence, type Sighting } from './reasons.ts';
import { createRelations } from './relations.ts';
import { review, type Review } from './review.ts';

/** Whoever asks waits so long for what takes time; then they get what is known, and hear of the rest. */
const PATIENCE_MS = 1_500;
/** For what the other store has, less than that: where it is away, what is known of it has to do. */
const ELSEWHERE_WITHIN_MS = 1_000;
/** As many as are told in one go are no reason to speak of it. */
export const MANY_WITHOUT_VECTOR = 20;
/** Ages grow also where nothing changes. */
const FRESH_MS = 10 * 60_000;

/** Which of these files are in the workspace, and which are no more; those of which nothing is known are left out. The same map for as long as nothing is new. */
export type LookForFiles = (files: readonly string[]) => Promise<ReadonlyMap<string, Presence>>;
/** Which of these names of code, told at these times, are in the workspace, and until when the others were; those of which nothing is known are left out. The same map likewise. */
export type LookForSymbols = (told: ReadonlyMap<string, readonly number[]>) => Promise<ReadonlyMap<string, Sighting>>;

export interface Workspace {
  readonly files: LookForFiles;
  readonly symbols: LookForSymbols;
}

/** Of the user's own store: what may be told there and here. */
export interface Elsewhere {
  readonly rows: readonly MemoryRow[];
  readonly answers: readonly ReviewAnswer[];
}
/** The same object for as long as nothing is new; undefined where there is no such store as yet. */
export type LookElsewhere = () => Promise<Elsewhere | undefined>;

export interface ReviewerParts {
  readonly store: Pick<
    Store,
    'revision' | 'usesRevision' | 'changesSince' | 'rows' | 'rowsOf' | 'sessionsGiven' | 'answerReview' | 'reviewAnswers'
  >;
  readonly index: Pick<MemoryIndex, 'nearest' | 'state'>;
  /** Absent where there is no folder: nothing is then known to be gone. */
  readonly workspace?: Workspace | undefined;
  /** Absent for the user's own store. */
  readonly lookElsewhere?: LookElsewhere | undefined;
  readonly now: () => number;
  /** Called when something was found out after an answer was given without it. */
  readonly onMore: () => void;
  readonly log: Log;
}

export interface Reviewer {
  /** At most `limit` items, the worst first; the counts are of all. Within two seconds. */
  review(limit: number): Promise<ReviewSlice>;
  keep(reason: ReviewReason, ids: readonly MemoryId[]): void;
  dispose(): void;
}

interface Named {
  readonly revision: number;
  readonly files: readonly string[];
  /** With the times at which they were told. */
  readonly symbols: ReadonlyMap<string, readonly number[]>;
}

const NOTHING_ELSEWHERE: Elsewhere = { rows: [], answers: [] };

export function createReviewer({ store, index, workspace, lookElsewhere, now, onMore, log }: ReviewerParts): Reviewer {
  const relations = createRelations({ store, index });
  const stopping = new AbortController();
  let presence: ReadonlyMap<string, Presence> = new Map();
  let sightings: ReadonlyMap<string, Sighting> = new Map();
  let named: Named | undefined;
  let elsewhere = NOTHING_ELSEWHERE;
  let last: { readonly of: readonly unknown[]; readonly atMs: number; readonly review: Review } | undefined;

  async function lookAround(): Promise<void> {
    if (!workspace) return;
    if (named?.revision !== store.revision) named = namedIn(store);
    const { files, symbols } = named;
    await Promise.all([
      workspace.files(files).then((found) => (presence = found)),
      workspace.symbols(symbols).then((found) => (sightings = found)),
    ]);
  }

  async function relate(): Promise<void> {
    // Away or slow: what is known of it stands.
    const told =
      lookElsewhere &&
      (await within(
        lookElsewhere().catch(() => undefined),
        ELSEWHERE_WITHIN_MS,
      ));
    elsewhere = told ?? elsewhere;
    await relations.catchUp(stopping.signal, elsewhere.rows);
  }

  /** Waits for work as long as it is worth; says later when more came of it. Whether it is still going on. Never rejects. */
  async function withPatience(work: Promise<void>): Promise<boolean> {
    let isLate = false;
    let isOver = false;
    const done = work.then(
      () => {
        isOver = true;
        if (isLate && !stopping.signal.aborted) onMore();
      },
      (thrown: unknown) => {
        isOver = true;
        log.warn('looking for what is worth a look failed', traceOf(thrown));
      },
    );
    await within(done, PATIENCE_MS);
    isLate = true;
    return !isOver;
  }

  return {
    async review(limit) {
      const isAtWork = await withPatience(Promise.all([relate(), lookAround()]).then(() => undefined));
      const of = [store.revision, store.usesRevision, relations.version, presence, sightings, elsewhere];
      const atMs = now();
      if (!last || of.some((each, place) => each !== last?.of[place]) || atMs - last.atMs > FRESH_MS) {
        const found = review({
          rows: store.rows(),
          relationsOf: relations.of,
          elsewhere: { rows: elsewhere.rows.filter(({ status }) => status === 'active'), sameAs: relations.elsewhere },
          presence,
          sightings,
          sessionsGiven: store.sessionsGiven(GIVEN_OFTEN),
          answers: [...store.reviewAnswers(), ...elsewhere.answers],
          atMs,
        });
        last = { of, atMs, review: found };
      }
      const { items, counts } = last.review;
      const { vectorKind, withoutVector } = index.state;
      const isLooking = isAtWork || (vectorKind !== 'none' && withoutVector > MANY_WITHOUT_VECTOR);
      return { items: items.slice(0, limit), total: items.length, counts, isLooking };
    },
    keep(reason, ids) {
      store.answerReview(reason, ids, now());
      last = undefined;
    },
    dispose: () => stopping.abort(),
  };
}

function namedIn(store: Pick<Store, 'revision' | 'rows'>): Named {
  const files = new Set<string>();
  const symbols = new Map<string, number[]>();
  for (const row of store.rows()) {
    for (const file of row.files) files.add(file);
    for (const symbol of row.symbols) {
      const times = symbols.get(symbol);
      if (times) times.push(row.atMs);
      else symbols.set(symbol, [row.atMs]);
    }
  }
  return { revision: store.revision, files: [...files], symbols };
}
