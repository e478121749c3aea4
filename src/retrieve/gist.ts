// What the model is given of a query: its time grows with the words, and a pasted log says no more than its rarest ones.
import { distinctTermsOf } from '../search/terms.ts';

/**
 * Some 45 tokens, 20 ms on one thread, where 150 words take 100. A shorter query is read as it stands. On 220 questions for development and held out the whole product
 * finds the same with it as with whole texts (evidence among the first five .536 and .627, mrr .442 and .490; .435 and .490 whole); 100 characters find .518 and .582. By
 * vectors alone the rarest words find more than as many first ones.
 */
const MOST_CHARACTERS = 160;
const MOST_WORDS = 24;
/** The beginning of a path or a blob says which; names are found whole by the words. */
const LONGEST_WORD = 24;

/** The rarest words of a long text, each once, cut, in their order, with function words as far as there is room. `rarityOf` a term, above 0. */
export function gistOf(text: string, rarityOf: (term: string) => number): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const seen = new Set<string>();
  const words = text.split(/\s+/).flatMap((whole, place) => {
    const terms = distinctTermsOf(whole);
    const [first] = terms;
    if (whole === '' || (first !== undefined && seen.has(first))) return [];
    if (first !== undefined) seen.add(first);
    return [{ word: whole.slice(0, LONGEST_WORD), place, rarity: Math.max(0, ...terms.map(rarityOf)) }];
  });
  words.sort((a, b) => b.rarity - a.rarity || a.place - b.place);
  let room = MOST_CHARACTERS;
  const kept = words.slice(0, MOST_WORDS).filter(({ word }) => {
    const fits = word.length < room;
    if (fits) room -= word.length + 1;
    return fits;
  });
  return kept
    .sort((a, b) => a.place - b.place)
    .map(({ word }) => word)
    .join(' ');
}
