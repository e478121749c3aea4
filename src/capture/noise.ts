// What is written for the moment, or for machines: progress, spinners, blobs. And texts made small enough to keep.

/** Stands where something was left out. No word, so that nothing can be learnt from it. */
export const CUT = '[…]';

/** Lines that tell of a failure are kept whatever else goes. */
const FAILING =
  /\b(?:errors?|err!|fail(?:ed|ure|ures|ing|s)?|exception|traceback|panic(?:ked)?|fatal|assert(?:ion)?(?:error)?|cannot|can't|unable|undefined|denied|refused|not found|no such|timed? ?out|abort(?:ed)?|segfault|conflict|rejected|unexpected|expected|received|exit(?:ed)? (?:with )?(?:code|status))\b|\w(?:Error|Exception)\b|[✗✘✖×❌]|^\s*(?:E\s{2,}|!)/iu;

/** Frames of spinners: braille and quarter circles at the start of a line. */
const SPINNER = /^\s*[\u2801-\u28ff◐◓◑◒◴◷◶◵◰◳◲◱⣾⣽⣻⢿⡿⣟⣯⣷]+(?:\s|$)/u;
/** A drawn bar with a share: `[=====>    ] 45%`, `████░░ 45%`, `━━━━ 3.2/9.1 MB`. */
const BAR =
  /(?:\[[=#>\-.\s*]{6,}\]|[█▓▒░▉▊▋▌▍▎▏■□▰▱━╸╺]{4,}|(?:#|=|-){10,}>?).{0,60}?\d+(?:\.\d+)?\s?(?:%|\/|[kMG]i?B)|\d+(?:\.\d+)?\s?%.{0,40}?(?:\[[=#>\-.\s*]{6,}\]|\|?[█▓▒░▉▊▋▌▍▎▏■□▰▱━╸╺]{4,}|(?:#|=){10,})/u;
/** A share that grows line by line: the last of such a row is kept. */
const SHARE = /\b\d{1,3}(?:\.\d+)?\s?%|\(\d+\/\d+\)|\b\d+(?:\.\d+)?\s?[kMG]i?B\b/;

const DATA_URL = /data:[a-z]+\/[\w.+-]{1,60}(?:;[\w=-]{1,60}){0,4};base64,[A-Za-z0-9+/=_-]{32,}/gi;
const BASE64_RUN = /[A-Za-z0-9+/_-]{200,}={0,2}/g;
const BASE64_LINE = /^\s*[A-Za-z0-9+/]{60,200}={0,2}\s*$/;
/** Fewer such lines may be digests or keys' fingerprints in a list. */
const BASE64_BLOCK_LINES = 4;

const LONGEST_LINE = 2_000;
const LINE_HEAD = 1_400;
const LINE_TAIL = 500;

/** `text` without progress, spinners and blobs. Lines go, or with `keepLines` are left empty; long ones are cut, unless `keepLong`. */
export function withoutNoise(text: string, isOutput: boolean, keepLines: boolean, keepLong: boolean): string {
  const lines = withoutBlobs(text).split('\n');
  const kept: string[] = [];
  const drop = () => {
    if (keepLines) kept.push('');
  };
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (BASE64_LINE.test(line)) {
      const from = i;
      while (BASE64_LINE.test(lines[i + 1] ?? '')) i += 1;
      // The last line of a block is shorter than the others.
      if (i - from + 1 >= BASE64_BLOCK_LINES && /^\s*[A-Za-z0-9+/]{1,200}={0,2}\s*$/.test(lines[i + 1] ?? '')) i += 1;
      const block = lines.slice(from, i + 1);
      if (block.length < BASE64_BLOCK_LINES) kept.push(...block);
      else {
        kept.push(CUT);
        for (let n = 1; n < block.length; n += 1) drop();
      }
    } else if (isOutput && isPassing(line, lines[i + 1])) drop();
    else kept.push(keepLong ? line : shortened(line));
  }
  return kept.join('\n');
}

function withoutBlobs(text: string): string {
  // Words joined by dashes or slashes (a path, a rule of dashes) are long runs too: a blob has figures, capitals and small letters mixed.
  const cutBlob = (run: string) => (/\d/.test(run) && /[A-Za-z]/.test(run) && !/[/_-]{8}/.test(run) && !isSpelt(run) ? CUT : run);
  return text.replace(DATA_URL, CUT).replace(BASE64_RUN, cutBlob);
}

/** Names joined to a path or slug: every fourth piece or more is a word. */
function isSpelt(run: string): boolean {
  const pieces = run.split(/[/_-]/);
  return (
    pieces.length > run.length / 24 &&
    pieces.filter((piece) => /^(?:[A-Z]?[a-z]{2,}|\d{1,4}|[A-Z]{2,8})$/.test(piece)).length * 4 >= pieces.length * 2
  );
}

function isPassing(line: string, next: string | undefined): boolean {
  // Of ordinary lines hardly any has a figure with a unit, and all that follows wants one or a spinner.
  if (line === '' || line.length > 400 || !/[%\/]|\d[ kMG]?i?B|[^\0-\x7f]/.test(line)) return false;
  if (!SPINNER.test(line) && !BAR.test(line) && !isGrowing(line, next)) return false;
  return !FAILING.test(line);
}

/** The next line is the same but for its figures. */
function isGrowing(line: string, next: string | undefined): boolean {
  return next !== undefined && SHARE.test(line) && SHARE.test(next) && line.replace(/[\d.]+/g, '0') === next.replace(/[\d.]+/g, '0');
}

function shortened(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${headOf(line, LINE_HEAD)} ${CUT} ${tailOf(line, LINE_TAIL)}`;
}

/** At most about `limit` characters: the head, the tail, and of what lies between the lines that tell of a failure. */
export function capped(text: string, limit: number, keepLines: boolean): string {
  if (text.length <= limit) return text;
  const headLength = Math.floor(limit * 0.35);
  const tailLength = Math.floor(limit * 0.4);
  const headEnd = text.lastIndexOf('\n', headLength) + 1 || wholeAt(text, headLength);
  const lineStart = text.indexOf('\n', text.length - tailLength - 1) + 1;
  const tailStart = lineStart > 0 ? lineStart : wholeAt(text, text.length - tailLength);
  const middle = text.slice(headEnd, tailStart);
  let left = limit - headLength - tailLength;
  const kept: string[] = [];
  let isCutting = false;
  for (const line of middle.replace(/\n$/, '').split('\n')) {
    const isKept = line.length < left && FAILING.test(line);
    if (isKept) {
      left -= line.length + 1;
      kept.push(line);
    } else if (!isCutting) kept.push(CUT);
    else if (keepLines) kept.push('');
    isCutting = !isKept;
  }
  return `${text.slice(0, headEnd)}${kept.join('\n')}${middle.endsWith('\n') ? '\n' : ''}${text.slice(tailStart)}`;
}

/** The nearest place at or before `at` that does not part a surrogate pair. */
function wholeAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
const headOf = (text: string, length: number): string => text.slice(0, wholeAt(text, length));
const tailOf = (text: string, length: number): string => text.slice(wholeAt(text, text.length - length));

/** Commands that only look around, with nothing to learn from when they succeed. */
const LOOKING_AROUND =
  /^(?:ls|ll|la|l|dir|pwd|clear|cls|reset|exit|logout|history|whoami|date|true|:|cd(?:\s+\S+)?|pushd(?:\s+\S+)?|popd|ls(?:\s+-[A-Za-z1]+)+|Set-Location\s+\S+|Get-Location|Get-ChildItem)$/;

export function isTrivialCommand(commandLine: string, exitCode: number | undefined): boolean {
  return (exitCode ?? 0) === 0 && LOOKING_AROUND.test(commandLine.trim());
}
