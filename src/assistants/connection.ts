// How an assistant is connected: what is written into its settings so that it asks Cairn, and how that is undone.
import type { AssistantId } from '../memory.ts';
import type { Surroundings } from './assistant.ts';

/** The ways to start Cairn through `~/.cairn/bin/cairn`. They never change between versions: some assistants trust a hook by its command line. */
export interface Launcher {
  /** A shell command, quoted as needed: reads a hook call on stdin, answers on stdout. */
  readonly hookCommand: string;
  /** The program that speaks MCP on stdin and stdout, and its arguments; not through a shell. */
  readonly mcpCommand: string;
  readonly mcpArgs: readonly string[];
}

/** One file as it is and as it would be. */
export interface FileChange {
  readonly file: string;
  /** Empty when there is no file. */
  readonly before: string;
  readonly after: string;
  /** True when nothing would change. */
  readonly isConnected: boolean;
}

/** All methods throw a UserError for files that cannot be understood, read or written. */
export interface Connection {
  readonly assistant: AssistantId;
  /** What `connect` would write; writes nothing. */
  preview(where: Pick<Surroundings, 'home' | 'env'>, launcher: Launcher): FileChange[];
  /** Backs up and writes; does nothing where it is connected already. Only after the user has agreed. */
  connect(where: Pick<Surroundings, 'home' | 'env'>, launcher: Launcher): void;
  /** Gives untouched files back byte for byte, takes only our entries out of others; does nothing where it is not connected. */
  disconnect(where: Pick<Surroundings, 'home' | 'env'>): void;
}
