// Blocks of private keys, whole or cut off at either end.
import type { Span } from './keyFormats.ts';

/** Key words of every PEM-like format whose body is secret. */
const BEGIN = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/g;
const END = /-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----/g;
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

/**
 * Where private keys stand. One without its end reaches as far as lines look like a key's, one without its beginning likewise upwards.
 */
export function privateKeysIn(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(BEGIN)) {
    const start = match.index;
    const bodyStart = start + match[0].length;
    if ((found.at(-1)?.end ?? 0) > start) continue;
    END.lastIndex = bodyStart;
    const end = END.exec(text);
    const next = text.indexOf(match[0], bodyStart);
    const isClosed = end !== null && end.index - bodyStart <= LONGEST_KEY && (next < 0 || next > end.index);
    const to = isClosed ? end.index + end[0].length : bodyEnd(text, bodyStart);
    // `-----BEGIN PRIVATE KEY-----` alone is talk about keys.
    if (/[A-Za-z0-9+/=]{16}/.test(text.slice(bodyStart, isClosed ? end.index : to))) found.push({ start, end: to });
  }
  for (const match of text.matchAll(END)) {
    if (found.some(({ start, end }) => start <= match.index && match.index < end)) continue;
    const start = bodyStartBefore(text, match.index);
    if (start < match.index) found.push({ start, end: match.index + match[0].length });
  }
  for (const { indices } of text.matchAll(PUTTY)) {
    const range = indices?.[1];
    if (range) found.push({ start: range[0], end: range[1] });
  }
  return found;
}

function bodyEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && at - from < LONGEST_KEY) {
    BODY.lastIndex = at;
    const line = BODY.exec(text);
    if (!line || line[0] === '') break;
    at += line[0].length;
  }
  return at;
}

/** Upwards over lines of base64; an escaped text is one line, taken back to where its base64 begins. */
function bodyStartBefore(text: string, end: number): number {
  const from = Math.max(0, end - LONGEST_KEY);
  const before = text.slice(from, end);
  const body =
    /(?:(?:^|\n|\\n|["'`\s])[ \t+|>\d→-]{0,20}[A-Za-z0-9+/=]{40,200}\r?(?=\n|\\|$))+(?:(?:\r?\n|\\{1,8}n)[ \t+|>-]{0,12}[A-Za-z0-9+/=]{0,200})?(?:\r?\n|\\{1,8}[rn])*[ \t+|>\d→-]{0,20}$/.exec(
      before,
    );
  return body ? from + body.index : end;
}
