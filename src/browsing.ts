// What a person sees of the memories, and what they answer: the vocabulary of the memory browser and the pruning panel. Only plain data.
import { MOST_TEXT, type Kind, type Memory, type MemoryId, type Outcome, type Scope, type SessionId, type SourceId } from './memory.ts';

/** How often a memory was given to an assistant, and how often it then came back in what followed; see `inject/used.ts`. */
export interface Uses {
  readonly given: number;
  readonly used: number;
}

/** Characters of a memory's text that a row holds: one more than it may have, so that one which a row has cut is not taken for whole. */
export const MOST_ROW_TEXT = MOST_TEXT + 1;

/** Why a text is too long to be a memory's, and what to do, in words for people; undefined where it is not. */
export function lengthTrouble(text: string): string | undefined {
  if (text.length <= MOST_TEXT) return undefined;
  const [most, has] = [MOST_TEXT, text.length].map((count) => count.toLocaleString('en'));
  return `A memory can be at most ${most} characters; this one has ${has}. Shorten it, or make several memories of it.`;
}

/** A memory as a row of a list: without evidence and surroundings, so that twenty thousand of them fit in a few megabytes. */
export interface MemoryRow {
  readonly id: MemoryId;
  readonly kind: Kind;
  /** Its first `MOST_ROW_TEXT` characters. */
  readonly text: string;
  readonly outcome: Outcome | null;
  readonly scope: Scope;
  readonly source: SourceId;
  readonly session: SessionId;
  readonly status: Memory['status'];
  readonly supersededBy?: MemoryId;
  readonly pinned: boolean;
  readonly isOwn: boolean;
  /** 0 to 1; see `MemoryDraft.weight`. */
  readonly weight: number;
  readonly atMs: number;
  readonly updatedAtMs: number;
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly uses: Uses;
  /** How many others it overrides that are still kept; absent for none. */
  readonly overrides?: number;
}

/** A memory as a row. `uses`: as its own store counts them. */
export function rowOf(memory: Memory, uses: Uses = { given: 0, used: 0 }): MemoryRow {
  const { id, kind, text, outcome, scope, source, session, status, supersededBy, pinned, isOwn, weight, atMs, updatedAtMs } = memory;
  return {
    ...{ id, kind, outcome, scope, source, session, status, pinned, isOwn, weight, atMs, updatedAtMs, uses },
    text: text.slice(0, MOST_ROW_TEXT),
    ...(supersededBy !== undefined && { supersededBy }),
    files: memory.entities.files,
    symbols: memory.entities.symbols,
  };
}

export const AGES = ['day', 'week', 'month', 'year', 'older'] as const;
/** How old: at most a day, a week, 30 days, a year; each without what belongs to the one before. */
export type Age = (typeof AGES)[number];

export const ORDERS = ['relevance', 'newest', 'oldest', 'doubtful', 'unused'] as const;
/** `relevance` is that of recall where there are words to search for, else the newest first; `doubtful` the least weight first; `unused` those given most without being used. */
export type Order = (typeof ORDERS)[number];

/** What a list is narrowed to: a memory must match one value of each facet that is named. */
export interface Facets {
  readonly kind?: readonly Kind[];
  readonly outcome?: readonly (Outcome | 'none')[];
  readonly scope?: readonly Scope[];
  readonly source?: readonly SourceId[];
  readonly age?: readonly Age[];
  readonly status?: readonly (Memory['status'] | 'pinned')[];
  /** As `MemoryRow.files` spells them; `''` stands for naming none. */
  readonly file?: readonly string[];
  readonly session?: readonly SessionId[];
  /** Absolute paths: memories that name one of these files, however they spell it. */
  readonly about?: readonly string[];
  /** Memories that one of these overrides. */
  readonly overriddenBy?: readonly MemoryId[];
}
/** Those that people choose from, and whose values are counted. */
export type Facet = Exclude<keyof Facets, 'session' | 'about' | 'overriddenBy'>;

export interface BrowseQuery {
  /** Searched for as "Cairn: Recall" does while typing; empty shows all. */
  readonly text: string;
  readonly facets: Facets;
  readonly order: Order;
  /** Superseded ones are left out where what overrides them is in the list too: they are asked for by `overriddenBy`, and shown beneath it. */
  readonly isNested?: boolean;
  /** Of what the text brings up only what is likely meant, as for one who asks, rather than all that is anyhow near: a filter, not a search. */
  readonly isNarrow?: boolean;
}
/** What groups are asked for. */
export type GroupQuery = Pick<BrowseQuery, 'text' | 'facets' | 'isNarrow'>;

/** Some rows of a list, and how long the list is. */
export interface BrowseSlice {
  /** The place of the first row in the list, from 0. */
  readonly from: number;
  readonly rows: readonly (MemoryRow & { readonly why?: string })[];
  readonly total: number;
  /** Of each facet the values that occur with how many rows each would leave, the most frequent first (files: at most 50). Counted without the facet's own choice. */
  readonly counts: Readonly<Record<Facet, readonly { readonly value: string; readonly count: number }[]>>;
}

export const GROUPINGS = ['kind', 'file', 'session', 'age'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What is found, in groups. A memory stands in the group of each file it names, else in one group. */
export interface Group {
  /** The kind, the file (relative to its folder where it lies in one; `''` for naming none), the session, or the age. */
  readonly value: string;
  /** Narrows a list to this group. */
  readonly facets: Facets;
  readonly count: number;
  /** Of its newest memory. */
  readonly source: SourceId;
  readonly atMs: number;
}
export interface GroupSlice {
  readonly from: number;
  /** Kinds and ages in their own order, sessions the latest first, files those most spoken of first. */
  readonly groups: readonly Group[];
  /** How many groups there are. */
  readonly total: number;
  /** How many memories are found, each counted once. */
  readonly memories: number;
}

// --- Next

/** What a session would be given: at its start, or with a prompt. */
export interface PreviewQuery {
  readonly occasion: { readonly kind: 'session_start' } | { readonly kind: 'prompt'; readonly prompt: string };
  /** One that is under way: without what it was given already. Absent: the one that starts next. */
  readonly session?: SessionId;
  readonly atMs: number;
}

/** A context block, taken apart. `text` is byte for byte what a hook would answer; empty when nothing would be said. */
export interface Preview {
  readonly text: string;
  readonly tokens: number;
  readonly budgetTokens: number;
  /** Of them what stands around the memories. */
  readonly frameTokens: number;
  /** In the order of the block. */
  readonly lines: readonly {
    readonly row: MemoryRow;
    readonly line: string;
    readonly tokens: number;
    readonly why: string;
    readonly score: number;
  }[];
  /** Kept out by hand for this session; see `holdBack`. */
  readonly heldBack: readonly MemoryRow[];
  /** Found, and left out since the budget was spent on better ones. */
  readonly leftOut: number;
}

// --- Given

export interface GivenMemory {
  readonly id: MemoryId;
  /** Absent for one that is forgotten since. */
  readonly row?: MemoryRow;
  readonly isUsed: boolean;
}
/** One giving: who was given what, when, at what cost, and what of it was used. */
export interface Given {
  /** Grows with time within a store; unique together with `session` and `atMs`. */
  readonly number: number;
  readonly session: SessionId;
  readonly assistant: string;
  readonly occasion: 'session_start' | 'prompt' | 'asked';
  readonly tokens: number;
  readonly atMs: number;
  readonly memories: readonly GivenMemory[];
}
/** A week, from Monday, local time of the service. */
export interface GivenWeek {
  readonly fromMs: number;
  readonly givings: number;
  readonly tokens: number;
  readonly memories: number;
  readonly used: number;
}
export interface GivenSlice {
  /** Newest first. */
  readonly givings: readonly Given[];
  /** More of them are older than these. */
  readonly hasMore: boolean;
  /** The latest twelve weeks in which something was given, newest first. */
  readonly weeks: readonly GivenWeek[];
}

// --- Import

/** What became of the memories of a file. */
export interface Imported {
  readonly added: number;
  /** Here already. */
  readonly known: number;
  /** Forgotten here, and so left out. */
  readonly forgotten: number;
  /** Nothing in them may be kept: private, or empty. */
  readonly leftOut: number;
  /** Lines of the file, from 1, whose text is too long for a memory, and so left out. */
  readonly tooLong: readonly number[];
}

// --- Review

export const REVIEW_REASONS = ['superseded', 'duplicate', 'stale', 'unused', 'doubtful', 'old'] as const;
/**
 * Why a memory is worth a look, worst first: overridden by a later one; told more than once; of files or names of code that are no more; given again and again and never used; of little
 * weight; old and never given.
 */
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** One question to a person: these memories, for this reason. */
export interface ReviewItem {
  readonly reason: ReviewReason;
  /** `duplicate`: the group, the one to keep first. `superseded`: the old one, then what overrides it. Else one. */
  readonly rows: readonly MemoryRow[];
  /** One line in plain words: "src/auth.ts is not there any more". */
  readonly why: string;
}
export interface ReviewSlice {
  /** At most `limit` as asked, worst first. */
  readonly items: readonly ReviewItem[];
  readonly total: number;
  readonly counts: Readonly<Record<ReviewReason, number>>;
  /** There may be more: the memories are still being compared, or many are not yet known by meaning. A change tells when that is done. */
  readonly isLooking: boolean;
}

/** A person's "keep it as it is", and what they had been asked about. */
export interface ReviewAnswer {
  readonly memory: MemoryId;
  readonly reason: ReviewReason;
  readonly atMs: number;
}

/** Memories that tell the same, to be made one. */
export interface MergeGroup {
  /** Stays, and takes over the evidence of the others. */
  readonly id: MemoryId;
  readonly others: readonly MemoryId[];
}
