// Conversations kept as JSON Lines, read on from where the last reading ended: one record a line, mapped to signals by the assistant's own mapper.
import type { Signal } from '../memory.ts';
import { readLines, type TailMark } from '../capture/tail.ts';
import type { ReadResult } from './assistant.ts';
import { asObject, parseObject, type Loose } from './loose.ts';

/** A reading takes about this much of a file, so that memory stays small and others get their turn. */
const PIECE_BYTES = 4 * 1024 * 1024;

export interface RecordMapper {
  /** What one record tells, in order; empty when it tells nothing; undefined when it is not understood. `line` is 1-based. */
  signalsOf(record: Loose, line: number): readonly Signal[] | undefined;
  /** What must be known to go on after the last record; plain data, at most a few kilobytes. */
  readonly state: unknown;
}

/** Reads the next piece. `begin` makes a mapper from the state in the cursor, or from undefined at the start of a file. */
export async function readRecords(path: string, cursor: string | undefined, begin: (state: unknown) => RecordMapper): Promise<ReadResult> {
  const before = asObject(parseObject(cursor ?? ''));
  const piece = await readLines(path, before?.['mark'] as TailMark | undefined, PIECE_BYTES);
  const mapper = begin(piece.wasReplaced ? undefined : before?.['state']);
  const signals: Signal[] = [];
  let skipped = piece.skipped;
  for (const { text, line } of piece.lines) {
    if (text.trim() === '') continue;
    const record = parseObject(text);
    const told = record && mapper.signalsOf(record, line);
    if (told) signals.push(...told);
    else skipped += 1;
  }
  return { signals, cursor: JSON.stringify({ mark: piece.mark, state: mapper.state }), skipped, hasMore: piece.hasMore };
}
