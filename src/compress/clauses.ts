// A sentence without the clauses that say little of what is worth keeping, as the model sees it word by word. Whole clauses fall, never single words, so
// that what is left still reads as a sentence; and none falls that holds a negation, a failure, a reason, a value or a name (`loses` says so).
import { contentWords } from './words.ts';

/** A clause falls when its content words are less likely to belong to the memory than this, on average. */
const FALLS_BELOW = 0.3;
/** What is left has at least so many content words. */
const LEAST_LEFT = 4;
/** A clause begins at one of these, if there is enough before it. */
const BEGINS = /^(?:and|but|so|which|while|where|whereas|when|then|including|e\.g\.?|i\.e\.?|such)$/i;
const ENDS = /[,;:—–]$|^[—–-]$/;

interface Clause {
  /** Of the text. */
  readonly from: number;
  readonly to: number;
  readonly worth: number;
}

/**
 * `keep`: of each run between white space, how likely it belongs to what is worth keeping, 0 to 1. The text as it is where nothing may fall.
 * `loses(before, after)` is asked for each clause.
 */
export function withoutLesserClauses(text: string, keep: ArrayLike<number>, loses: (before: string, after: string) => boolean): string {
  const lesser = clausesOf(text, keep)
    .filter(({ worth }) => worth < FALLS_BELOW)
    .sort((a, b) => a.worth - b.worth);
  let left = text;
  const fallen: Clause[] = [];
  for (const clause of lesser) {
    const without = withoutAll(text, [...fallen, clause]);
    if (contentWords(without).size < LEAST_LEFT || loses(left, without)) continue;
    fallen.push(clause);
    left = without;
  }
  return left;
}

function withoutAll(text: string, clauses: readonly Clause[]): string {
  let out = '';
  let at = 0;
  for (const { from, to } of [...clauses].sort((a, b) => a.from - b.from)) {
    out += text.slice(at, from);
    at = to;
  }
  return (out + text.slice(at)).replace(/\s+/g, ' ').trim();
}

/** In order, covering the text. Code spans, quotes and brackets are not cut; a bracket is a clause by itself. */
function clausesOf(text: string, keep: ArrayLike<number>): Clause[] {
  const clauses: Clause[] = [];
  let [from, to, sum, count, words] = [0, 0, 0, 0, 0];
  let isInCode = false;
  let isInQuote = false;
  let depth = 0;
  const end = () => {
    if (to > from) clauses.push({ from, to, worth: count > 0 ? sum / count : 1 });
    [from, sum, count, words] = [to, 0, 0, 0];
  };
  for (const [i, match] of [...text.matchAll(/\S+/g)].entries()) {
    const [word] = match;
    const isOpen = !isInCode && !isInQuote && depth === 0;
    if (isOpen && words > 0 && (/^[([]/.test(word) || (words >= 3 && BEGINS.test(word)))) end();
    if (contentWords(word).size > 0) {
      sum += keep[i] ?? 1;
      count += 1;
    }
    words += 1;
    to = match.index + word.length;
    if (countOf(word, '`') % 2 === 1) isInCode = !isInCode;
    if (countOf(word, '"') % 2 === 1) isInQuote = !isInQuote;
    const before = depth;
    if (!isInCode) depth = Math.max(0, depth + countOf(word, '(') + countOf(word, '[') - countOf(word, ')') - countOf(word, ']'));
    if (!isInCode && !isInQuote && depth === 0 && (ENDS.test(word) || before > 0)) end();
  }
  end();
  return clauses;
}

const countOf = (word: string, sign: string): number => word.split(sign).length - 1;
