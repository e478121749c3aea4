// An observation → its segments: sentences and list items of prose, lines of code, diffs, output and stack traces.
//
// A segment's text is a piece of the observation as it stands (only soft line breaks become spaces); identifiers, paths, URLs and code spans are
// never cut. It knows its lines within the observation, so that evidence can point at them.
import type { Observation } from '../memory.ts';
import { FAILURE, RUN_FAILED, RUN_PASSED, contentWords } from './words.ts';

export type Shape = 'sentence' | 'item' | 'heading' | 'row' | 'command' | 'code' | 'added' | 'removed' | 'output';

export interface Segment {
  readonly observation: Observation;
  readonly shape: Shape;
  /** At most 300 characters, so that a quote can hold it whole. */
  readonly text: string;
  /** Lines of the observation's text, 0-based, inclusive. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** The heading or the line ending in a colon that it stands under; empty when there is none. */
  readonly heading: string;
}

/** Written in sentences. */
export const isProse = ({ shape }: Pick<Segment, 'shape'>): boolean => shape === 'sentence' || shape === 'item';

/** Written to be read, rows of tables too. */
export const isReadable = (segment: Pick<Segment, 'shape'>): boolean => isProse(segment) || segment.shape === 'row';

/** Printed by a program. */
export const isOutput = ({ observation: { role } }: Pick<Segment, 'observation'>): boolean => role === 'result' || role === 'command';

/** As long as a quote may be (`Evidence.quote`). */
export const LONGEST = 300;

const FENCE = /^\s*(?:```+|~~~+)\s*([\w+-]*)/;
const TAG_ONLY = /^\s*(?:<\/?[a-z][\w-]*(?:\s[^>]*)?>\s*)+$/i;
const HEADING = /^\s*#{1,6}\s+(.*?)\s*#*\s*$/;
const BOLD_LINE = /^\s*\*\*([^*]+?):?\*\*:?\s*$/;
const ITEM = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*\S)\s*$/;
const QUOTE_MARK = /^\s*>\s?/;
const NUMBERED = /^\s*\d+(?:→|\t|[:|-](?=\s|\S))\s?/;
const DIFF_META =
  /^(?:diff --git|index [0-9a-f]{6,}|--- |\+\+\+ |@@|new file mode|deleted file mode|similarity index|rename (?:from|to) |\\ No newline)/;
const SHELLS = new Set(['bash', 'sh', 'shell', 'zsh', 'powershell', 'ps1', 'console', 'cmd', 'bat', 'fish']);
const DIFFS = new Set(['diff', 'patch']);
const OUTPUTS = new Set(['', 'text', 'txt', 'output', 'log', 'plaintext']);

/** Lines of one output that are looked at: its head and tail, and between them those that tell of success or failure. */
const HEAD_LINES = 30;
const TAIL_LINES = 40;
const TOLD_LINES = 40;

/** Every segment worth reading, in order. Cost grows with the text's length; no state. */
export function segmentsOf(observation: Observation): Segment[] {
  const lines = observation.text.split('\n').map((line) => line.replace(/\r$/, ''));
  const isProse =
    observation.role === 'request' || observation.role === 'reply' || observation.role === 'commit' || observation.role === 'revert';
  const found: Segment[] = [];
  const add = (shape: Shape, text: string, firstLine: number, lastLine: number, heading: string) => {
    if (isWorthReading(shape, text)) found.push({ observation, shape, text, firstLine, lastLine, heading });
  };

  let fence: string | undefined;
  let heading = '';
  let paragraph: { text: string; line: number }[] = [];
  const endParagraph = () => {
    if (paragraph.length === 0) return;
    addSentences(paragraph, heading, add);
    const last = paragraph.at(-1)?.text ?? '';
    if (/[:：]\s*\**$/.test(last)) heading = last;
    paragraph = [];
  };

  const looked = isProse ? undefined : linesLookedAt(lines);
  for (const [i, line] of lines.entries()) {
    const fenced = FENCE.exec(line);
    if (fenced) {
      endParagraph();
      fence = fence === undefined ? (fenced[1] ?? '').toLowerCase() : undefined;
      continue;
    }
    if (line.trim() === '' || TAG_ONLY.test(line) || /^\s*(?:[-=*_~#]\s*){3,}$/.test(line)) {
      endParagraph();
      continue;
    }
    if (looked && !looked.has(i)) continue;
    if (fence !== undefined || !isProse) {
      addLine(observation, fence, line, i, heading, add);
      continue;
    }
    const title = HEADING.exec(line) ?? BOLD_LINE.exec(line);
    const item = ITEM.exec(line);
    if (title) {
      endParagraph();
      heading = title[1] ?? '';
      add('heading', heading.trim().slice(0, LONGEST), i, i, '');
    } else if (item) {
      endParagraph();
      for (const text of piecesOf(item[1] ?? '', 200)) add('item', text, i, i, heading);
    } else if (/^\s*\|.*\|\s*$/.test(line)) {
      endParagraph();
      const cells = line.trim().slice(1, -1).trim();
      if (!/^[\s|:-]*$/.test(cells)) for (const text of cutLong(cells)) add('row', text, i, i, heading);
    } else {
      const text = line.replace(QUOTE_MARK, '').trim();
      const before = paragraph.at(-1)?.text;
      if (before !== undefined && !isSoftBreak(before, text)) endParagraph();
      paragraph.push({ text, line: i });
    }
  }
  endParagraph();
  return found;
}

/** How a call that edits or reads begins: `Edit src/a.ts`. A title to the lines below it, as little a fact by itself as any title. */
const TOOL_AND_FILE = /^[A-Za-z_]+ \S+$/;

function addLine(
  observation: Observation,
  fence: string | undefined,
  line: string,
  i: number,
  heading: string,
  add: (shape: Shape, text: string, firstLine: number, lastLine: number, heading: string) => void,
): void {
  const isDiff = fence !== undefined ? DIFFS.has(fence) : observation.role === 'edit' || /^[+-](?![+-]{2})\s/.test(line);
  if (isDiff) {
    if (DIFF_META.test(line)) return;
    const shape: Shape = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'code';
    const text = line.replace(/^[+-]\s?/, '').trim();
    for (const piece of cutLong(text)) add(shape, piece, i, i, heading);
    return;
  }
  const isCommand = observation.role === 'call' || (fence !== undefined && SHELLS.has(fence)) || /^\s*\$\s/.test(line);
  const isOutput = fence === undefined ? observation.role === 'result' || observation.role === 'command' : OUTPUTS.has(fence);
  const isTitle = fence === undefined && observation.role === 'call' && i === 0 && TOOL_AND_FILE.test(line);
  const shape: Shape = isTitle ? 'heading' : isCommand ? 'command' : isOutput && !NUMBERED.test(line) ? 'output' : 'code';
  const text = line
    .replace(/^\s*\$\s+/, '')
    .replace(NUMBERED, '')
    .trim();
  for (const piece of cutLong(text)) add(shape, piece, i, i, heading);
}

function addSentences(
  paragraph: readonly { text: string; line: number }[],
  heading: string,
  add: (shape: Shape, text: string, firstLine: number, lastLine: number, heading: string) => void,
): void {
  const text = paragraph.map((part) => part.text).join(' ');
  let lineStart = 0;
  const starts = paragraph.map((part) => {
    const start = lineStart;
    lineStart += part.text.length + 1;
    return { start, line: part.line };
  });
  const lineAt = (offset: number) => starts.findLast(({ start }) => start <= offset)?.line ?? paragraph[0]?.line ?? 0;
  let from = 0;
  for (const sentence of sentencesOf(text)) {
    for (const piece of cutLong(sentence)) {
      const start = text.indexOf(piece, from);
      if (start < 0) continue;
      from = start + piece.length;
      add('sentence', piece, lineAt(start), lineAt(from - 1), heading);
    }
  }
}

/** A line that goes on where the one before was wrapped. */
function isSoftBreak(before: string, next: string): boolean {
  return before.length >= 40 && !/[.!?:;。！？：；]["'”’)\]*`]*$/.test(before) && /^[\p{Ll}\d`("'[\p{Lo}]/u.test(next);
}

const sentenceBreaks = new Intl.Segmenter('en', { granularity: 'sentence' });
/** What a full stop or question mark does not end: code spans, links, URLs, paths and file names, version numbers, abbreviations. */
const ATOMS =
  /`[^`]+`|\[[^\]]*\]\([^)]*\)|\bhttps?:\/\/\S+|(?:[\w@~.-]*[/\\])+[\w@.*{}?=&%#-]+|\b[\w-]+(?:\.[\w-]+)+|\b(?:e\.g|i\.e|vs|cf|approx|no|fig|resp|incl|ca)\.(?=\s)|\.{3}/giu;

/** Sentences, none empty. Atoms stay whole; CJK full stops count. */
export function sentencesOf(text: string): string[] {
  if (!/[.!?。！？…][\s"'”’)\]*]*\S/u.test(text)) return text.trim() ? [text.trim()] : [];
  const masked = text.replace(ATOMS, (atom) => {
    const end = /[.!?]+$/.exec(atom);
    const isPathAtEnd = end && !/^(?:e\.g|i\.e|vs|cf|approx|no|fig|resp|incl|ca)\.$/i.test(atom) && atom !== '...';
    return isPathAtEnd ? 'x'.repeat(atom.length - end[0].length) + end[0] : 'x'.repeat(atom.length);
  });
  const found: string[] = [];
  for (const { index, segment } of sentenceBreaks.segment(masked)) {
    const piece = text.slice(index, index + segment.length).trim();
    if (piece) found.push(piece);
  }
  return found;
}

/** A list item as one piece, or as its sentences when it is longer than `limit` characters. */
function piecesOf(text: string, limit: number): string[] {
  return (text.length <= limit ? [text] : sentencesOf(text)).flatMap(cutLong);
}

/** Pieces of at most `LONGEST` characters, cut between clauses, else between words. A single word longer than that is left out. */
export function cutLong(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > LONGEST) {
    const head = rest.slice(0, LONGEST);
    const clause = Math.max(
      head.lastIndexOf('; '),
      head.lastIndexOf(' — '),
      head.lastIndexOf('. '),
      head.lastIndexOf('；'),
      head.lastIndexOf('，'),
    );
    const at = clause >= LONGEST / 3 ? clause + 1 : head.lastIndexOf(' ');
    if (at <= 0) {
      const end = rest.search(/\s/);
      if (end < 0) return pieces;
      rest = rest.slice(end).trim();
      continue;
    }
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  if (rest) pieces.push(rest);
  return pieces;
}

function linesLookedAt(lines: readonly string[]): ReadonlySet<number> {
  const looked = new Set<number>();
  let told = 0;
  for (const [i, line] of lines.entries()) {
    const isAtEnd = i < HEAD_LINES || i >= lines.length - TAIL_LINES;
    if (isAtEnd) looked.add(i);
    else if (told < TOLD_LINES && (RUN_FAILED.test(line) || RUN_PASSED.test(line) || FAILURE.test(line))) {
      looked.add(i);
      told += 1;
    }
  }
  return looked;
}

/** What editors write in place of a tool's call: says that something was looked at, not what was seen. */
const NARRATION =
  /^(?:Read file: |Listed directory |Searched (?:codebase|files|web|the )|Viewed |(?:Found|Showing) \d+ (?:files?|results?|matches)\b|No (?:files|matches|results) found$)/i;

/** At least two content words, most of it letters or digits, no bare syntax. */
function isWorthReading(shape: Shape, text: string): boolean {
  if (text.length < 6) return false;
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (letters < 4 || letters < text.length * 0.3) return false;
  if (shape === 'code' && /^(?:import\b|from\s+\S+\s+import|using\s+[\w.]+;|package\s+\w+;?$|}|\/\/\s*\.\.\.)/.test(text)) return false;
  if (/^\[\.\.\.\s*(?:\d+ (?:more|lines|rows).*)?\]?$/.test(text)) return false;
  if (NARRATION.test(text)) return false;
  return contentWords(text).size >= 2;
}
