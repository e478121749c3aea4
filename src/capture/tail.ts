// Reading on in a file of lines that others append to, from where the last reading ended.
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

/** Where a reading ended. Plain data, to be kept as it is and given to the next reading of the same path. */
export interface TailMark {
  /** Bytes read for good: the start of the first line not yet given, or a place within a line that is being skipped. */
  readonly offset: number;
  /** Lines before `offset`. */
  readonly line: number;
  /** True when `offset` lies within a line that is too long and whose end has not been seen. */
  readonly isSkipping: boolean;
  /** The file's inode. Its birth is not used: some file systems give the time of the last change for it. */
  readonly inode: string;
  /** SHA-256 of the first bytes and of the last bytes before `offset`, 64 at most each: tells a file that was written anew. */
  readonly headHash: string;
  readonly tailHash: string;
  /** The file's length in bytes when it was read. */
  readonly size: number;
}

export interface Line {
  /** Without its line break (LF or CRLF). Bytes that are not UTF-8 come as U+FFFD. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Where the line begins, in bytes. */
  readonly offset: number;
}

export interface Tail {
  /** Whole lines only, empty ones included: a last line without its line break waits until that comes. */
  readonly lines: Line[];
  readonly mark: TailMark;
  /** Lines passed over because they are binary (hold NUL) or too long. */
  readonly skipped: number;
  /** True when there was more to read than `limitBytes`; never true twice without progress. */
  readonly hasMore: boolean;
  /** True when the file is not the one, or no longer what, `mark` was made of: the reading began at the start again. */
  readonly wasReplaced: boolean;
}

/** Longer lines are skipped, without being held in memory. Transcripts hold screenshots of a few megabytes; beyond that nothing is text. */
export const LONGEST_LINE_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const FINGERPRINT_BYTES = 64;
const NEWLINE = 0x0a;

/**
 * The whole lines after `mark` (undefined: from the start), about `limitBytes` of them: the line that crosses the limit is still given.
 * What is appended meanwhile waits for the next reading. Rejects when the file cannot be opened (ENOENT when it is gone).
 */
export async function readLines(path: string, mark: TailMark | undefined, limitBytes: number): Promise<Tail> {
  const file = await open(path, 'r');
  try {
    const { size, ino } = await file.stat({ bigint: true }).then((stat) => ({ size: Number(stat.size), ino: String(stat.ino) }));
    const isSame = mark === undefined || (await isContinued(file, mark, size, ino));
    const read = await readFrom(file, isSame ? mark : undefined, size, limitBytes);
    const { headHash, tailHash } = await fingerprints(file, read.offset);
    return {
      lines: read.lines,
      mark: { offset: read.offset, line: read.line, isSkipping: read.isSkipping, inode: ino, headHash, tailHash, size },
      skipped: read.skipped,
      hasMore: read.hasMore,
      wasReplaced: !isSame,
    };
  } finally {
    await file.close();
  }
}

async function isContinued(file: FileHandle, mark: TailMark, size: number, inode: string): Promise<boolean> {
  if (inode !== mark.inode || size < mark.size || size < mark.offset) return false;
  const { headHash, tailHash } = await fingerprints(file, mark.offset);
  return headHash === mark.headHash && tailHash === mark.tailHash;
}

/** Hashes of the first and of the last bytes before `offset`: those never change in a file that is only appended to. */
async function fingerprints(file: FileHandle, offset: number): Promise<{ headHash: string; tailHash: string }> {
  const length = Math.min(FINGERPRINT_BYTES, offset);
  const hash = async (from: number) => {
    const bytes = await readChunk(file, Buffer.alloc(length), from);
    return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  };
  return { headHash: await hash(0), tailHash: await hash(offset - length) };
}

/** Fills the buffer from `position`; shorter at the end of the file. */
async function readChunk(file: FileHandle, into: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return into.subarray(0, filled);
}

interface Reading {
  readonly lines: Line[];
  readonly offset: number;
  readonly line: number;
  readonly isSkipping: boolean;
  readonly skipped: number;
  readonly hasMore: boolean;
}

async function readFrom(file: FileHandle, mark: TailMark | undefined, size: number, limitBytes: number): Promise<Reading> {
  const lines: Line[] = [];
  const start = mark?.offset ?? 0;
  let offset = start;
  let line = mark?.line ?? 0;
  let isSkipping = mark?.isSkipping ?? false;
  let skipped = 0;
  let position = start;
  /** Pieces of the line that begins at `offset`, from earlier chunks; empty while skipping. */
  let pieces: Buffer[] = [];
  /** Used again for each chunk, unless a piece holds on to it. */
  let buffer: Buffer | undefined;

  const isFull = () => offset > start && offset - start >= limitBytes;
  while (position < size && !isFull()) {
    buffer ??= Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position));
    const chunk = await readChunk(file, buffer.subarray(0, Math.min(CHUNK_BYTES, size - position)), position);
    if (chunk.length === 0) break;
    let from = 0;
    while (!isFull()) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      const length = position + end - offset;
      if (isSkipping || length > LONGEST_LINE_BYTES) skipped += 1;
      else {
        const piece = chunk.subarray(from, end);
        const bytes = pieces.length > 0 ? Buffer.concat([...pieces, piece]) : piece;
        if (bytes.includes(0)) skipped += 1;
        else lines.push({ text: textOf(bytes, offset), line: line + 1, offset });
      }
      pieces = [];
      isSkipping = false;
      line += 1;
      offset = position + end + 1;
      from = end + 1;
    }
    if (isFull()) break;
    position += chunk.length;
    if (!isSkipping && position - offset > LONGEST_LINE_BYTES) {
      isSkipping = true;
      pieces = [];
    }
    if (isSkipping) offset = position;
    else if (from < chunk.length) {
      pieces.push(chunk.subarray(from));
      buffer = undefined;
    }
  }
  return { lines, offset, line, isSkipping, skipped, hasMore: isFull() && offset < size };
}

/** A line's text: CR before the line break goes, and the byte order mark at the start of a file. */
function textOf(bytes: Buffer, offset: number): string {
  const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  const hasMark = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0, Math.max(end, hasMark ? 3 : 0));
}
