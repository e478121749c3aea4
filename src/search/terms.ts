// What counts as a word: one answer for indexing and for asking, so that both sides always agree.
// Names in code are kept whole and split, so that `getUserToken` is found by "user token" and by itself.

/**
 * Function words of English. From the reference evaluation, and a few that fill prompts ("please", "can").
 * "Not" and "no" are here too: they occur everywhere, and a memory of a failure is told by its kind.
 */
const STOP_WORDS = new Set(
  (
    'a an the and or of to in on at for with by from is are was were be been being do does did done has have had it its this that these those ' +
    'i you he she they we me my your his her their our us them him what when where who whom which how why would could should can will may might ' +
    'not no as about if than then so but into over out up down just also there here please let am im ive id dont didnt doesnt isnt wasnt cant wont ' +
    'don didn doesn isn wasn won ll ve re'
  ).split(' '),
);

/** Longest first, so that "edly" is not read as "ly". */
const SUFFIXES = ['ingly', 'edly', 'ing', 'ies', 'ed', 'es', 'ly', 's'];
/** A term longer than this is a hash, a token or a blob: its head is enough to find it by. */
const MAX_TERM_LENGTH = 64;

/** Scripts written without spaces between words (and Korean, whose particles cling to them): searched by character and by pair. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const UNSPACED_RUN = new RegExp(`[${UNSPACED}\\p{M}]+`, 'gu');
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');

/** A stretch that may be a name: words joined by the signs that join them in paths, identifiers, flags and error codes. */
const STRETCH = /[\p{L}\p{N}\p{M}_$]+(?:(?:[-./\\@:#+']|::|->)+[\p{L}\p{N}\p{M}_$]+)*(?:\+\+|#(?![\p{L}\p{N}]))?/gu;
const PLAIN_WORD = /^[\p{L}\p{M}]+$/u;
/** Where a name falls apart: at signs, before a capital, between an acronym and a word. Digits stay with their letters (`utf8`, `TS2345`). */
const SEAM = /[^\p{L}\p{N}\p{M}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/**
 * Light stemming of a lower-case word: plural, -ed, -ing, -ly, never below three letters; a doubled final consonant and a silent e go too,
 * so that run/running and cache/caching/cached meet. Words that are not ASCII letters stay as they are.
 */
export function stem(word: string): string {
  if (!/^[a-z]+$/.test(word)) return word;
  for (const suffix of SUFFIXES) {
    if (!word.endsWith(suffix) || word.length - suffix.length < 3) continue;
    if (suffix === 's' && /(?:ss|us|is)$/.test(word)) return word;
    const root = word.slice(0, -suffix.length);
    if (suffix === 'ies') return `${root}y`;
    if (suffix === 's' || suffix === 'ly') return withoutSilentE(root);
    return withoutSilentE(/([b-df-hj-np-rtv-z])\1$/.test(root) && !/(?:ll|ss|zz|ff)$/.test(root) ? root.slice(0, -1) : root);
  }
  return withoutSilentE(word);
}

function withoutSilentE(word: string): string {
  return word.length > 3 && word.endsWith('e') ? word.slice(0, -1) : word;
}

/**
 * The terms of a text in order, with repeats, lower case, without stop words. A name gives itself whole and its parts:
 * `src/auth.ts` gives src/auth.ts, src, auth.ts, auth, ts.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [stretch] of text.normalize('NFKC').matchAll(STRETCH)) {
    if (HAS_UNSPACED.test(stretch)) addUnspaced(stretch, terms);
    else if (PLAIN_WORD.test(stretch) && !SEAM.test(stretch)) addWord(stretch, terms);
    else addName(stretch, terms);
  }
  return terms;
}

/** The distinct terms of a text, in order of first appearance. */
export function distinctTermsOf(text: string): string[] {
  return [...new Set(termsOf(text))];
}

function addWord(word: string, terms: string[]): void {
  const folded = fold(word);
  if (STOP_WORDS.has(folded)) return;
  // One Latin letter says nothing; a letter of another script may be a word.
  if (folded.length === 1 && /[a-z]/.test(folded)) return;
  terms.push(stem(folded).slice(0, MAX_TERM_LENGTH));
}

function addName(name: string, terms: string[]): void {
  const apostrophe = /^([\p{L}\p{M}]+)['’](\p{L}+)$/u.exec(name);
  if (apostrophe) {
    // "user's", "don't", "l'index": prose, not a name.
    for (const part of apostrophe.slice(1)) if (part.length > 2) addWord(part, terms);
    return;
  }
  const whole = fold(name).replace(/\\/g, '/').slice(0, MAX_TERM_LENGTH);
  terms.push(whole);
  const base = whole.slice(whole.lastIndexOf('/') + 1);
  if (base !== whole && /[^\p{L}\p{N}\p{M}]/u.test(base)) terms.push(base);
  const parts = name.split(SEAM).filter((part) => part.length > 1);
  for (const part of parts) {
    if (fold(part) === whole) continue;
    addWord(part, terms);
  }
}

function addUnspaced(stretch: string, terms: string[]): void {
  let end = 0;
  for (const match of stretch.matchAll(UNSPACED_RUN)) {
    if (match.index > end) terms.push(...termsOf(stretch.slice(end, match.index)));
    end = match.index + match[0].length;
    const characters = [...match[0]];
    terms.push(...characters);
    for (let i = 1; i < characters.length; i++) terms.push(`${characters[i - 1]}${characters[i]}`);
  }
  if (end < stretch.length) terms.push(...termsOf(stretch.slice(end)));
}

/** Says of a text whether it has every word that is typed, each at the beginning of a word of its own; case and accents do not count. */
export function typedIn(typed: string): (text: string) => boolean {
  const words = fold(typed.trim()).split(/\s+/);
  return (text) => {
    const folded = fold(text);
    return words.every((word) => {
      const isAnywhere = !IN_WORD.test(word.charAt(0)) || HAS_UNSPACED.test(word.charAt(0));
      let at = folded.indexOf(word);
      while (at > 0 && !isAnywhere && IN_WORD.test(folded.charAt(at - 1))) at = folded.indexOf(word, at + 1);
      return at >= 0;
    });
  };
}

const IN_WORD = /[\p{L}\p{N}]/u;

/** Lower case, and Latin letters without their accents (in other scripts a mark may be a vowel). */
function fold(word: string): string {
  const lower = word.toLowerCase();
  return /^[\x20-\x7e]*$/.test(lower)
    ? lower
    : lower
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, '')
        .normalize('NFC');
}
