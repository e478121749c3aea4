// Blocks of private keys, whole or cut off at either end.
import type { Span } from './keyFormats.ts';

const MARK = /-----(BEGIN|END) (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|---- (BEGIN|END) SSH2 ENCRYPTED PRIVATE KEY ----/g;
/** The longest body: RSA keys of 16,384 bits have about 13,000 characters, with PGP's below 100,000 also when escaped. */
const LONGEST_KEY = 100_000;
/** What listings put before a line: diff marks, quote marks, line numbers. */
const MARGIN = String.raw`[ \t]{0,20}(?:\d{1,7}[ \t]?[→:|\t])?[ \t>+|*#-]{0,12}["']?`;
/** A line of a key's body or of its headers; escaped line breaks join many to one. */
const BODY = new RegExp(
  String.raw`(?:\\{0,8}[rn]|${MARGIN}(?:[A-Za-z0-9+/=]{1,200}|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Key-Attributes)\b[^\n\\]{0,200})?\\{0,8}["',+ ]{0,6}\r?(?:\n|$|(?=\\)))`,
  'y',
);
const PUTTY = /^Private-Lines: \d+\r?\n((?:[A-Za-z0-9+/=]+(?:\r?\n|$)){1,200})/dgm;

/** Where private keys stand. One without its end reaches as far as lines look like a key's, one without its beginning likewise upwards. */
export function privateKeysIn(text: string): Span[] {
  const found: Span[] = [];
  const marks = [...text.matchAll(MARK)].map((match) => ({
    isBegin: (match[1] ?? match[2]) === 'BEGIN',
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (const [i, mark] of marks.entries()) {
    const before = marks[i - 1];
    const next = marks[i + 1];
    if (mark.isBegin) {
      const isClosed = next !== undefined && !next.isBegin && next.start - mark.end <= LONGEST_KEY;
      const bodyEnd = isClosed ? next.start : endOfBody(text, mark.end, next?.start ?? text.length);
      // `-----BEGIN PRIVATE KEY-----` alone is talk about keys.
      if (/[A-Za-z0-9+/=]{16}/.test(text.slice(mark.end, bodyEnd))) found.push({ start: mark.start, end: isClosed ? next.end : bodyEnd });
    } else if (!before?.isBegin || mark.start - before.end > LONGEST_KEY) {
      const start = startOfBody(text, before?.end ?? 0, mark.start);
      if (start < mark.start) found.push({ start, end: mark.end });
    }
  }
  for (const { indices } of text.matchAll(PUTTY)) {
    const range = indices?.[1];
    if (range) found.push({ start: range[0], end: range[1] });
  }
  return found;
}

function endOfBody(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && at - from < LONGEST_KEY) {
    BODY.lastIndex = at;
    const line = BODY.exec(text)?.[0] ?? '';
    if (line === '') break;
    at += line.length;
  }
  return Math.min(at, limit);
}

/** A whole line of a key's body, as PEM wraps it at 64 or more; only the last may be shorter. */
const WRAPPED = new RegExp(String.raw`^${MARGIN}[A-Za-z0-9+/=]{40,200}$`);
const SHORT = new RegExp(String.raw`^${MARGIN}[A-Za-z0-9+/=]{0,200}$`);

/** Upwards from the end mark, line by line, whether breaks are real or escaped; the topmost line may have been cut at its head. */
function startOfBody(text: string, from: number, end: number): number {
  const begin = Math.max(from, end - LONGEST_KEY);
  let lineEnd = end;
  let start = end;
  let short = 0;
  for (const { index, 0: lineBreak } of [...text.slice(begin, end).matchAll(/\r?\n|\\{1,8}n/g)].reverse()) {
    const lineStart = begin + index + lineBreak.length;
    const line = text.slice(lineStart, lineEnd);
    if (WRAPPED.test(line)) start = lineStart;
    else if (short < 2 && SHORT.test(line)) short += 1;
    else return headless(line, lineEnd, start);
    lineEnd = begin + index;
  }
  return headless(text.slice(begin, lineEnd), lineEnd, start);
}

function headless(line: string, lineEnd: number, start: number): number {
  const tail = /[A-Za-z0-9+/=]{16,}$/.exec(line)?.[0];
  return tail === undefined ? start : lineEnd - tail.length;
}
