// The nouns of Cairn, in the order in which the pipeline makes them. No imports, no behaviour beyond type guards.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Stable id of a memory; survives edits and restarts. */
export type MemoryId = Branded<'MemoryId'>;
/** Fingerprint of an observation: the same signal read twice has the same one. */
export type ObservationId = Branded<'ObservationId'>;
/** A conversation with an assistant, or a stretch of work in the editor, as its source names it. */
export type SessionId = Branded<'SessionId'>;

export const KINDS = ['decision', 'pattern', 'bug_fix', 'preference', 'failed_attempt', 'architecture', 'command', 'todo'] as const;
export type Kind = (typeof KINDS)[number];

export const OUTCOMES = ['worked', 'failed', 'abandoned'] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** What was tried came to nothing. */
export function isFailure(outcome: Outcome | null): outcome is 'failed' | 'abandoned' {
  return outcome === 'failed' || outcome === 'abandoned';
}

export const SCOPES = ['project', 'global'] as const;
export type Scope = (typeof SCOPES)[number];

/** The assistants whose conversations are read. */
export const ASSISTANTS = ['claude-code', 'vscode-chat', 'copilot'] as const;
export type AssistantId = (typeof ASSISTANTS)[number];

/** Who told it: an assistant, one of the editor's own event sources, or the user by hand ("Remember"). */
export type SourceId = AssistantId | 'edits' | 'terminal' | 'git' | 'user';

/** Where something stands in its source, so that every memory leads back to it. */
export interface Place {
  readonly source: SourceId;
  readonly session: SessionId;
  /** Names the record within the session: a uuid, a message id, a commit hash, or an offset. */
  readonly record: string;
  /** When it happened, milliseconds since 1970. */
  readonly atMs: number;
  /** Absolute path of the transcript or of the edited file; absent for events that leave no file. */
  readonly path?: string;
  /** First physical line in `path`, 1-based. */
  readonly line?: number;
  /** True when the text's own lines are the file's lines, counted from `line`; false or absent when all of the text stands on that one line (JSON Lines). */
  readonly isLineByLine?: boolean;
}

interface SignalBase {
  readonly place: Place;
}

/** One thing that happened, as its source tells it: unredacted, never written to disk. */
export type Signal = SignalBase &
  (
    | {
        readonly kind: 'prompt';
        readonly text: string;
        /** A memory's own words, told by hand or by a file: no line of them is cut. */
        readonly isMemory?: true;
      }
    | { readonly kind: 'reply'; readonly text: string }
    | {
        readonly kind: 'tool_call';
        readonly callId: string;
        readonly tool: string;
        readonly text: string;
        readonly files: readonly string[];
      }
    | {
        readonly kind: 'tool_result';
        readonly callId: string;
        readonly tool: string;
        readonly text: string;
        readonly isFailure: boolean;
        readonly exitCode?: number;
      }
    | { readonly kind: 'edit'; readonly file: string; readonly text: string }
    | { readonly kind: 'command'; readonly commandLine: string; readonly cwd?: string; readonly exitCode?: number; readonly text: string }
    | { readonly kind: 'commit'; readonly hash: string; readonly text: string; readonly files: readonly string[] }
    | { readonly kind: 'revert'; readonly hash: string; readonly text: string; readonly files: readonly string[] }
    /** The assistant has finished answering. Carries no text; says that the episode may be compressed now. */
    | { readonly kind: 'turn_end' }
  );
export type SignalKind = Signal['kind'];

/** What part a text plays in an episode. */
export const ROLES = ['request', 'reply', 'call', 'result', 'edit', 'command', 'commit', 'revert'] as const;
export type Role = (typeof ROLES)[number];

/** A signal made safe and small: private parts and secrets gone, noise cut, fingerprinted. This is what reaches the disk. */
export interface Observation {
  readonly id: ObservationId;
  readonly place: Place;
  readonly role: Role;
  /** Redacted text. Lines are kept where `place.isLineByLine`, so that line numbers stay true. */
  readonly text: string;
  /** Workspace files it names or touches, as the source spells them. */
  readonly files: readonly string[];
  /** The tool or program, for `call`, `result` and `command`. */
  readonly tool?: string;
  /** True for a tool error or a non-zero exit code. */
  readonly isFailure: boolean;
  readonly exitCode?: number;
}

/** Why a stage let something go. Counted and shown, not an error. */
export type DropReason =
  'paused' | 'empty' | 'private' | 'own' | 'excluded' | 'noise' | 'repeated' | 'forgotten' | 'trivial' | 'unfaithful' | 'unclear';
export interface Dropped {
  readonly kind: 'dropped';
  readonly reason: DropReason;
}

/** The observations that belong to one piece of work: a request and what followed until the next. */
export interface Episode {
  readonly session: SessionId;
  /** Absent for work that no request began (editor, terminal, git). */
  readonly request?: Observation;
  /** In order of time, the request included. */
  readonly observations: readonly Observation[];
}

/** A quote of what a memory was made from, and the place it came from. */
export interface Evidence {
  readonly place: Place;
  /** Physical lines in `place.path`, 1-based, inclusive; absent when the place has no lines. */
  readonly lines?: readonly [first: number, last: number];
  /** Redacted, at most 300 characters. */
  readonly quote: string;
}

export interface Entities {
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly commands: readonly string[];
}

/** What the compressor proposes; the store gives it an identity. */
export interface MemoryDraft {
  readonly kind: Kind;
  /** One sentence, at most 80 tokens, all of whose content words stand in the evidence. */
  readonly text: string;
  readonly outcome: Outcome | null;
  readonly scope: Scope;
  readonly entities: Entities;
  /** Best first, at least one, at most six lines in all. */
  readonly evidence: readonly Evidence[];
  /** How likely it is to be worth keeping, 0 to 1, calibrated on the labelled sessions. */
  readonly weight: number;
  /** Redacted text around the evidence, at most 600 characters: helps it to be found, is never shown and never injected. */
  readonly context: string;
  /** Keyed hashes of every segment that it was made or merged from; see `store/tombstones.ts`. */
  readonly segments: readonly string[];
}

/**
 * Characters that a memory's text may have when it is told by hand, by a model or by a file: many times what a memory is meant to have, and little enough for every
 * list that shows it. What is distilled never comes near. A store may hold longer ones from before there was a limit: they stay as they are.
 */
export const MOST_TEXT = 5_000;

/** One durable fact. */
export interface Memory extends MemoryDraft {
  readonly id: MemoryId;
  readonly source: SourceId;
  readonly session: SessionId;
  /** Superseded ones are kept for the reader, and not injected. */
  readonly status: 'active' | 'superseded';
  readonly supersededBy?: MemoryId;
  readonly pinned: boolean;
  /** Edited or written by the user: the compressor leaves it alone. */
  readonly isOwn: boolean;
  /** The compressor's own words, where `text` is a rewriting by a language model of the user's editor; absent otherwise. */
  readonly distilled?: string;
  /** Time of the evidence, not of the storing. */
  readonly atMs: number;
  readonly updatedAtMs: number;
}

/** What compressing a session came to. Applied in one transaction; applying it twice changes nothing. */
export interface Settlement {
  readonly session: SessionId;
  readonly source: SourceId;
  /** The observations now compressed. They stay readable until `purge`, so that the session can be looked at whole. */
  readonly settled: readonly ObservationId[];
  readonly add: readonly { readonly id: MemoryId; readonly draft: MemoryDraft }[];
  /** Same memory, told anew (its id is kept). Pinned and own memories are left as they are. */
  readonly replace: readonly { readonly id: MemoryId; readonly draft: MemoryDraft }[];
  readonly remove: readonly MemoryId[];
  readonly supersede: readonly { readonly older: MemoryId; readonly newer: MemoryId }[];
}

/** What is asked, and from where. */
export interface Query {
  readonly text: string;
  /** Files open or lately edited, the active one first; absolute or relative to the folder. */
  readonly files?: readonly string[];
  readonly branch?: string;
  /** Commands lately run and the last error seen: context, weighed less than the text. */
  readonly recent?: readonly string[];
  /** "Now", for recency; milliseconds since 1970. */
  readonly atMs: number;
  /** Most recollections to return. */
  readonly limit: number;
}

/**
 * `typing`: a person looks while they type; prefixes and small typos count, and everything near is shown. `asked`: a person or a model asked in so
 * many words; what is surely beside the point is left out. `unasked`: for giving of our own accord; only what is likely of use, often nothing.
 */
export type RecallManner = 'typing' | 'asked' | 'unasked';

/** A memory found for a query. */
export interface Recollection {
  readonly memory: Memory;
  /** 0 to 1: how likely it is to be of use for this query. */
  readonly score: number;
  /** One line for people: the words that matched, the similarity, file, age. */
  readonly why: string;
}

/** Recollections rendered as text for an assistant, within a token budget. */
export interface ContextBlock {
  readonly text: string;
  /** o200k tokens of `text`, the frame included. */
  readonly tokens: number;
  readonly memories: readonly MemoryId[];
}

interface OccasionBase {
  /** Whoever asks has gone by then: what comes later was not given. Absent when the asker waits. */
  readonly answerByMs?: number;
}

/** What a hook asks a context block for. */
export type Occasion = OccasionBase &
  (
    | {
        readonly kind: 'session_start';
        readonly assistant: string;
        readonly session: SessionId;
        readonly source: 'startup' | 'resume' | 'clear' | 'compact';
        readonly atMs: number;
      }
    | {
        readonly kind: 'prompt';
        readonly assistant: string;
        readonly session: SessionId;
        readonly prompt: string;
        readonly atMs: number;
      }
  );

/** Something to remember, said by the user or by a model through MCP. */
export interface Remembering {
  readonly kind: Kind;
  readonly text: string;
  readonly scope: Scope;
  readonly source: 'user' | 'model';
  readonly atMs: number;
  /** What was before their eyes: the evidence. Absent: their words alone. */
  readonly from?: {
    /** Made safe, and cut to what evidence keeps. */
    readonly quote: string;
    /** Absent where no file holds it, as in a terminal. */
    readonly file?: {
      /** Absolute. */
      readonly path: string;
      /** As the workspace calls it. */
      readonly name: string;
      /** 1-based, inclusive. */
      readonly lines: readonly [first: number, last: number];
    };
  };
}
