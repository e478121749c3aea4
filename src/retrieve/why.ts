// Why a memory was found, in one line for people.
import type { Memory, Query } from '../memory.ts';
import { termsOf } from '../search/terms.ts';
import { fileAffinity } from './ranking.ts';

const MOST_WORDS = 5;
/** A longer word is a blob: its terms are shown instead. */
const LONGEST_WORD = 60;

/** E.g. "names `auth.ts`; words: jwt, refresh; similar .71; 3 days ago". Words are given as the query has them, not as indexed. */
export function whyFound(memory: Memory, query: Query, terms: readonly string[], similarity: number | undefined): string {
  const named = new Set([...memory.entities.files, ...memory.entities.symbols, ...memory.entities.commands].flatMap(termsOf));
  const typed = asTyped(query.text);
  const all = new Set(terms);
  // A name is named when it matched as a whole; where a part of it did, the part is.
  const isWhole = (word: string): boolean => !isName(word) || all.has(termsOf(word)[0] ?? word);
  const matched = terms.map((term) => ({ term, word: [typed.get(term) ?? term].find(isWhole) ?? term }));
  const names = unique(matched.filter(({ term, word }) => named.has(term) && isName(word)).map(({ word }) => `\`${word}\``));
  const words = unique(matched.filter(({ word }) => !names.includes(`\`${word}\``)).map(({ word }) => word));
  return [
    memory.pinned ? 'pinned' : '',
    names.length > 0 ? `names ${names.slice(0, MOST_WORDS).join(', ')}` : '',
    words.length > 0 ? `words: ${words.slice(0, MOST_WORDS).join(', ')}` : '',
    similarity === undefined ? '' : `similar ${similarity.toFixed(2).replace(/^(-?)0\./, '$1.')}`,
    fileAffinity(memory, query.files ?? []) >= 0.6 ? 'of an open file' : '',
    ageOf(query.atMs - memory.atMs),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** "just now", "5 minutes ago", … "2 years ago". */
export function ageOf(ageMs: number): string {
  const units = [
    ['year', 365 * 24 * 3_600_000],
    ['month', 30 * 24 * 3_600_000],
    ['day', 24 * 3_600_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  for (const [unit, lengthMs] of units) {
    const count = Math.floor(ageMs / lengthMs);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

/** Term as indexed → word as typed; the parts of a name lead to the whole name. */
function asTyped(text: string): Map<string, string> {
  const typed = new Map<string, string>();
  for (const raw of text.split(/[\s,;()[\]{}"`]+/)) {
    const word = raw.replace(/^[^\p{L}\p{N}_$@#]+|[^\p{L}\p{N}_$+#]+$/gu, '').toLowerCase();
    if (word.length > LONGEST_WORD) continue;
    for (const term of termsOf(raw)) if (!typed.has(term)) typed.set(term, word);
  }
  return typed;
}

function isName(word: string): boolean {
  return /[^\p{L}\p{M}]/u.test(word) || word.length > 20;
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
