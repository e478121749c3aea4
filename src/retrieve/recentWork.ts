// What a project's people and assistants were lately at: what a prompt leaves out because everybody in the room can see it. In memory only.
import type { Observation, Query } from '../memory.ts';

/** Older than this, it is another piece of work. */
const LASTS_MS = 30 * 60_000;
const MOST_COMMANDS = 4;
const MOST_FILES = 6;
const COMMAND_CHARS = 160;
const ERROR_CHARS = 240;
/** The end of an output tells what went wrong. */
const ERROR_LINES = 3;

interface Seen {
  readonly text: string;
  readonly atMs: number;
}

export class RecentWork {
  #open: readonly string[] = [];
  #commands: Seen[] = [];
  #files: Seen[] = [];
  #error: Seen | undefined;

  /** Files open in the editor, the active one first. */
  look(files: readonly string[]): void {
    this.#open = files;
  }

  take(observations: readonly Observation[]): void {
    for (const { role, text, files, isFailure, place } of observations) {
      const seen = (what: string): Seen => ({ text: what, atMs: place.atMs });
      if (role === 'edit') for (const file of files) this.#files = newest([...this.#files, seen(file)], MOST_FILES);
      if (role === 'command' || (role === 'call' && files.length === 0)) {
        const [first = ''] = text.split('\n');
        this.#commands = newest([...this.#commands, seen(first.slice(0, COMMAND_CHARS))], MOST_COMMANDS);
      }
      if (isFailure && (role === 'command' || role === 'result')) {
        const lines = text.split('\n').filter((line) => line.trim() !== '');
        this.#error = seen(lines.slice(-ERROR_LINES).join('\n').slice(-ERROR_CHARS));
      }
    }
  }

  /** What of a query it can fill in: files open and lately edited, recent commands and the last error, newest first. */
  around(atMs: number): Pick<Query, 'files' | 'recent'> {
    const fresh = (some: readonly Seen[]): string[] =>
      some
        .filter((one) => atMs - one.atMs <= LASTS_MS)
        .map(({ text }) => text)
        .reverse();
    return {
      files: [...new Set([...this.#open, ...fresh(this.#files)])],
      recent: [...fresh(this.#error ? [this.#error] : []), ...fresh(this.#commands)],
    };
  }
}

/** The last `most`, each text once. */
function newest(some: readonly Seen[], most: number): Seen[] {
  return [...new Map(some.map((one) => [one.text, one])).values()].sort((a, b) => a.atMs - b.atMs).slice(-most);
}
