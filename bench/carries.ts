// Whether a memory carries a fact that a careful reader marked. The definition is the benches' own; the content words are the product's.
import { contentWords } from '../src/compress/words.ts';

/** A term this short must stand as a word of its own: "5" is not in "15". */
const SHORT_TERM = 3;

/**
 * True when the memory cites a line of the fact and its text says enough of it: one alternative of every `mustHave` group, or where there is none at
 * least half of the statement's content words. Case, white space and the shape of apostrophes do not count.
 */
export function carries(
  text: string,
  citedLines: ReadonlySet<number>,
  factLines: ReadonlySet<number>,
  statement: string,
  mustHave?: readonly (readonly string[])[],
): boolean {
  if (citedLines.isDisjointFrom(factLines)) return false;
  if (mustHave && mustHave.length > 0) {
    const flat = flattened(text);
    return mustHave.every((group) => group.some((term) => hasTerm(flat, flattened(term))));
  }
  const wanted = contentWords(statement);
  return wanted.size > 0 && 2 * wanted.intersection(contentWords(text)).size >= wanted.size;
}

function hasTerm(flat: string, term: string): boolean {
  const bare = term.trim();
  if ([...bare].length > SHORT_TERM || !/^[\p{L}\p{N}]+$/u.test(bare)) return flat.includes(term);
  // The term holds letters and digits only: nothing in it means anything to a pattern.
  return new RegExp(`(?<![a-z0-9])${bare}(?![a-z0-9])`, 'u').test(flat);
}

function flattened(text: string): string {
  return text.toLowerCase().replaceAll('\u2019', "'").replace(/\s+/g, ' ');
}
