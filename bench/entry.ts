// A memory as the bench of compression sees it, whoever made it: by the product, by a baseline, or by something else and read from a file.
import { lineOf } from '../src/inject/contextBlock.ts';
import type { Kind, Memory, MemoryDraft, Outcome } from '../src/memory.ts';

export interface Entry {
  /** Absent for what does not tell kinds. */
  readonly kind?: Kind;
  readonly text: string;
  readonly outcome: Outcome | null;
  /** The lines of the session's file that it cites, 1-based. */
  readonly lines: ReadonlySet<number>;
}

export function entryOf({ kind, text, outcome, evidence }: MemoryDraft): Entry {
  return { kind, text, outcome, lines: citedLines(evidence.map(({ lines }) => lines)) };
}

/** The lines of some ranges (1-based, inclusive); evidence that has none cites nothing. */
export function citedLines(ranges: readonly (readonly [first: number, last: number] | undefined)[]): ReadonlySet<number> {
  return new Set(ranges.flatMap((range) => (range ? Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i) : [])));
}

/** As an assistant would read it. What tells no kinds is shown as its text. */
export function shownAs({ kind, text, outcome }: Entry): string {
  // Kind, text and outcome are all of a memory that its line tells.
  return kind ? lineOf({ kind, text, outcome } as Memory) : `- ${text}`;
}
