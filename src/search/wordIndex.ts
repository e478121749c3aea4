// Words: BM25+ over the memories' text, names and hidden context. MiniSearch is at home here only.
import MiniSearch, { type AsPlainObject, type Options } from 'minisearch';
import type { MemoryId } from '../memory.ts';
import type { WordHit } from './memoryIndex.ts';
import { distinctTermsOf, termsOf } from './terms.ts';

/** A memory as the word index sees it. */
export interface WordDocument {
  readonly id: MemoryId;
  readonly text: string;
  /** Files, symbols and commands. */
  readonly names: string;
  /** Hidden search key: text around the evidence, and when it was. Never shown. */
  readonly context: string;
}

/** A saved index: plain data for JSON. */
export interface SavedWords {
  readonly format: number;
  readonly words: AsPlainObject;
  /** In how many documents a term stands. Could be counted from the words, at a third of the time that loading takes. */
  readonly documentsOf: Readonly<Record<string, number>>;
}

/** Changes when terms, fields or what is kept of them do: files of another format are made anew. */
const FORMAT = 3;

/** What a word is worth by where it stands: the text is what will be shown, the context only helps to find it. */
const BOOST = { text: 1, names: 0.6, context: 0.35 };
/** BM25's usual k; less length normalisation than the usual .75, since memories are one sentence each; BM25+'s delta as MiniSearch has it. */
const BM25 = { k: 1.2, b: 0.6, d: 0.5 };

/**
 * A query asks for at most this many postings in all, rarest terms first: search time grows with what is asked, not with the index.
 * The commonest terms of a long prompt carry next to nothing. At 1,000 long memories 10,000 of them took 11 ms for a prompt of 40 words, these 7.
 */
const POSTINGS_ASKED = 3_000;
/** The rarest terms are asked whatever they cost; beyond the most, a prompt says no more about what it is about. */
const FEWEST_TERMS = 2;
const MOST_TERMS = 24;
/** So many terms that stand in no other memory cover a query, however long it is. */
const TERMS_OF_FULL_COVERAGE = 4;
/** How rare a word is shows only in so many memories: in a store of three every word would be common. */
const FEWEST_DOCUMENTS = 50;

const OPTIONS: Options<WordDocument> = {
  fields: ['text', 'names', 'context'],
  // Kept, so that a document can be taken out by its own terms. MiniSearch's other way, to mark it as gone and pass over it, counts it as one that still has its
  // words: until it is cleaned up they pass for more common than they are, the same question gets another answer the next time, and a score can be negative.
  storeFields: ['text', 'names', 'context'],
  // Terms are made before: MiniSearch is given them joined, here as when asking.
  tokenize: (joined) => (joined === '' ? [] : joined.split('\n')),
  processTerm: (term) => term,
};

/** The word half of the memory index. All calls are synchronous. */
export class WordIndex {
  readonly #index: MiniSearch<WordDocument>;
  /** In how many documents a term stands. */
  readonly #documentsOf: Map<string, number>;

  private constructor(index: MiniSearch<WordDocument>, documentsOf: Map<string, number>) {
    this.#index = index;
    this.#documentsOf = documentsOf;
  }

  static empty(): WordIndex {
    return new WordIndex(new MiniSearch(OPTIONS), new Map());
  }

  /** Undefined when what was saved is not understood. */
  static load(saved: unknown): WordIndex | undefined {
    if (!isSavedWords(saved)) return undefined;
    try {
      return new WordIndex(MiniSearch.loadJS(saved.words, OPTIONS), new Map(Object.entries(saved.documentsOf)));
    } catch {
      // A file that MiniSearch cannot read is as good as none: the caller makes the index anew from the store.
      return undefined;
    }
  }

  get size(): number {
    return this.#index.documentCount;
  }

  has(id: MemoryId): boolean {
    return this.#index.has(id);
  }

  /** Adds a document, or takes the place of the one with its id. */
  put(document: WordDocument): void {
    this.remove(document.id);
    // A context that repeats the text says nothing new and makes the index larger: only its further terms count, each once.
    const text = termsOf(document.text);
    const names = distinctTermsOf(document.names);
    const known = new Set([...text, ...names]);
    const further = distinctTermsOf(document.context).filter((term) => !known.has(term));
    const kept = { id: document.id, text: text.join('\n'), names: names.join('\n'), context: further.join('\n') };
    this.#index.add(kept);
    for (const term of termsIn(kept)) this.#documentsOf.set(term, (this.#documentsOf.get(term) ?? 0) + 1);
  }

  remove(id: MemoryId): void {
    const kept = this.#index.getStoredFields(id) as Omit<WordDocument, 'id'> | undefined;
    if (!kept) return;
    this.#index.remove({ id, ...kept });
    for (const term of termsIn(kept)) {
      const left = (this.#documentsOf.get(term) ?? 1) - 1;
      if (left > 0) this.#documentsOf.set(term, left);
      else this.#documentsOf.delete(term);
    }
  }

  /**
   * Best first, ties by id, at most `limit`. `isTyping`: the last word may be unfinished and words may have small typos.
   * A score does not depend on how many of the query's terms there are in all, only on those that match.
   */
  search(text: string, limit: number, isTyping: boolean): WordHit[] {
    const asked = this.#affordable(distinctTermsOf(text));
    if (asked.length === 0) return [];
    const last = asked.at(-1);
    const rarities = new Map(asked.map((term) => [term, this.rarityOf(term)]));
    // A long prompt is covered by a few rare words of it: no memory could cover it whole.
    const total = Math.min(sum(rarities.values()), TERMS_OF_FULL_COVERAGE * rarity(0, this.size));
    const found = this.#index.search(asked.join('\n'), {
      boost: BOOST,
      bm25: BM25,
      ...(isTyping && {
        prefix: (term: string) => term === last || term.length > 3,
        fuzzy: (term: string) => (/\d/.test(term) || term.length < 5 ? false : term.length < 7 ? 1 : 2),
      }),
    });
    return found
      .map((hit) => ({
        id: hit.id as MemoryId,
        // MiniSearch multiplies by the number of terms matched; BM25 is the sum alone.
        score: hit.score / Math.max(1, hit.queryTerms.length),
        terms: hit.terms,
        coverage: total > 0 ? Math.min(1, sum(hit.queryTerms.map((term) => rarities.get(term) ?? 0)) / total) : 0,
      }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  /** Inverse document frequency of a term, above 0. */
  rarityOf(term: string): number {
    return rarity(this.#documentsOf.get(term) ?? 0, this.size);
  }

  toJSON(): SavedWords {
    return { format: FORMAT, words: this.#index.toJSON(), documentsOf: Object.fromEntries(this.#documentsOf) };
  }

  /** The rarest terms that can be asked at a bounded price, in the query's order. Unknown ones cost nothing. */
  #affordable(terms: readonly string[]): string[] {
    const priced = terms.map((term, place) => ({ term, place, price: this.#documentsOf.get(term) ?? 0 }));
    const known = priced.filter((t) => t.price > 0).sort((a, b) => a.price - b.price || a.place - b.place);
    let spent = 0;
    const kept = known.filter((t, i) => i < FEWEST_TERMS || (i < MOST_TERMS && (spent += t.price) <= POSTINGS_ASKED));
    const unknown = priced.filter((t) => t.price === 0).slice(0, MOST_TERMS);
    return [...kept, ...unknown].sort((a, b) => a.place - b.place).map((t) => t.term);
  }
}

/** BM25's inverse document frequency, ln(1 + (N − n + ½) / (n + ½)): a term that no memory has is the rarest. */
function rarity(documents: number, size: number): number {
  return Math.log(1 + (Math.max(size, FEWEST_DOCUMENTS) - documents + 0.5) / (documents + 0.5));
}

function isSavedWords(saved: unknown): saved is SavedWords {
  return (
    typeof saved === 'object' &&
    saved !== null &&
    'format' in saved &&
    saved.format === FORMAT &&
    'words' in saved &&
    'documentsOf' in saved
  );
}

/** The distinct terms of a document as it is kept: joined by line breaks. */
function termsIn({ text, names, context }: Pick<WordDocument, 'text' | 'names' | 'context'>): Set<string> {
  return new Set([text, names, context].flatMap((joined) => (joined === '' ? [] : joined.split('\n'))));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
