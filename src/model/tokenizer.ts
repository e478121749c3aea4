import type { Tokenizer } from '@huggingface/tokenizers';

/** Text to the numbers that the model knows its pieces by. */
export interface TextTokenizer {
  /** At most `maxTokens` ids; cut at the end, the closing mark kept. */
  encode(text: string, maxTokens: number): BigInt64Array;
  /** The ids of one word, without marks at the ends. */
  word(word: string): readonly number[];
}

/** No token of the model's vocabulary is longer than this many characters of text in practice; more text than that is cut before it is looked at. */
const CHARACTERS_A_TOKEN = 24;
/** Words whose ids are kept at hand: those of a session come again and again. */
const MOST_KNOWN = 20_000;

/**
 * @param file the parsed `tokenizer.json`
 * @throws where it is none
 */
export async function openTokenizer(file: object): Promise<TextTokenizer> {
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const tokenizer: Tokenizer = new Tokenizer(file, {});
  const known = new Map<string, readonly number[]>();
  return {
    word(word) {
      const found = known.get(word);
      if (found) return found;
      const { ids } = tokenizer.encode(word, { add_special_tokens: false });
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(word, ids);
      return ids;
    },
    encode(text, maxTokens) {
      const { ids } = tokenizer.encode(text.slice(0, maxTokens * CHARACTERS_A_TOKEN));
      const last = ids.at(-1);
      const kept = ids.length <= maxTokens || last === undefined ? ids : [...ids.slice(0, maxTokens - 1), last];
      return BigInt64Array.from(kept, BigInt);
    },
  };
}
