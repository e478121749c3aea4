// What Cairn knows of an assistant: how its conversations are read, and, where it has hooks, how they speak. One folder an assistant.
import type { AssistantId, SessionId, Signal } from '../memory.ts';

/** The places of this machine that readers look in. */
export interface Surroundings {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Real paths of the workspace's folders; only their conversations are read. */
  readonly folders: readonly string[];
  /** This window's `workspaceStorage/<hash>`, where VS Code keeps its chats; absent without a folder. */
  readonly editorStorage?: string;
}

/** One conversation on disk. */
export interface Transcript {
  readonly assistant: AssistantId;
  /** Stable over moves and renames. */
  readonly session: SessionId;
  readonly path: string;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
}

export interface ReadResult {
  readonly signals: readonly Signal[];
  /** Where the next reading begins; opaque, at most a few kilobytes. */
  readonly cursor: string;
  /** Lines or records that were torn, binary, too long or not understood; skipped. */
  readonly skipped: number;
  /** True when more can be read at once (a reading takes at most about 4 MB). */
  readonly hasMore: boolean;
  /** Says in plain words why the conversation cannot be read (an empty stub, say); the status shows it. */
  readonly trouble?: string;
}

export interface TranscriptReader {
  readonly assistant: AssistantId;
  /** Conversations of the workspace's folders, newest first. Missing folders are normal: an empty list. */
  find(where: Surroundings): Promise<Transcript[]>;
  /** Directories to watch for changes (they need not exist yet); non-recursive unless `isRecursive`. */
  watched(where: Surroundings): readonly { readonly path: string; readonly isRecursive: boolean }[];
  /** Reads on from `cursor` (undefined: from the start). Never throws for what the file holds, only for an unreadable file. */
  read(transcript: Transcript, cursor: string | undefined, where: Surroundings): Promise<ReadResult>;
}

/** A hook call, in Cairn's words. */
export type HookCall =
  | {
      readonly kind: 'session_start';
      readonly session: SessionId;
      readonly folder: string;
      readonly source: 'startup' | 'resume' | 'clear' | 'compact';
    }
  | { readonly kind: 'prompt'; readonly session: SessionId; readonly folder: string; readonly prompt: string }
  | { readonly kind: 'turn_end'; readonly session: SessionId; readonly folder: string; readonly transcriptPath?: string }
  /** Nothing to do, nothing to say. */
  | { readonly kind: 'ignored' };

export interface HookDialect {
  /** Reads what the assistant wrote to the hook's stdin. Anything not understood is `ignored`. */
  parse(stdin: string): HookCall;
  /** The exact bytes for stdout; an empty string says nothing. */
  answer(call: HookCall, contextText: string | undefined): string;
}
