// The word index beside a BM25+ that is written out in full and looks at every document: scores and the first ten must agree.
import assert from 'node:assert/strict';
import { randomOf } from '../../scripts/lib/random.ts';
import type { MemoryId } from '../../src/memory.ts';
import { WordIndex, type WordDocument } from '../../src/search/wordIndex.ts';

/** As `wordIndex.ts` sets them, written down a second time on purpose: who changes them there must mean it. */
const BOOSTS = { text: 1, names: 0.6, context: 0.35 };
const BM25 = { k: 1.2, b: 0.6, d: 0.5 };
const FIELDS = ['text', 'names', 'context'] as const;

/** A document's terms by field, with repeats where they count. */
type Terms = Readonly<Record<(typeof FIELDS)[number], readonly string[]>>;

/** Words here stand for themselves (letters and digits, no suffix to cut): splitting at spaces is all there is to it. */
const termsOf = (text: string): string[] => text.split(' ').filter((term) => term !== '');

/**
 * BM25+ (Lv and Zhai 2011) over each field, added up by the fields' boosts, with the inverse document frequency ln(1 + (N − n + ½) / (n + ½)).
 * N counts all documents, n those that have the term in this field. A field's length is the number of its distinct terms: so MiniSearch has it.
 */
class PlainBm25 {
  readonly #documents = new Map<string, Terms>();

  put({ id, text, names, context }: WordDocument): void {
    this.remove(id);
    const own = { text: termsOf(text), names: [...new Set(termsOf(names))] };
    const known = new Set([...own.text, ...own.names]);
    this.#documents.set(id, { ...own, context: [...new Set(termsOf(context))].filter((term) => !known.has(term)) });
  }

  remove(id: string): void {
    this.#documents.delete(id);
  }

  /** Every document with one of the terms, best first, ties by id. */
  search(query: string): { readonly id: string; readonly score: number }[] {
    const all = [...this.#documents.values()];
    const scores = new Map<string, number>();
    for (const field of FIELDS) {
      const average = all.reduce((sum, terms) => sum + new Set(terms[field]).size, 0) / all.length;
      for (const term of new Set(termsOf(query))) {
        const n = all.filter((terms) => terms[field].includes(term)).length;
        const idf = Math.log(1 + (all.length - n + 0.5) / (n + 0.5));
        for (const [id, terms] of this.#documents) {
          const times = terms[field].filter((other) => other === term).length;
          if (times === 0) continue;
          const length = new Set(terms[field]).size;
          const { k, b, d } = BM25;
          const score = BOOSTS[field] * idf * (d + (times * (k + 1)) / (times + k * (1 - b + (b * length) / average)));
          scores.set(id, (scores.get(id) ?? 0) + score);
        }
      }
    }
    return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  }
}

/** Some words everywhere and many hardly anywhere, as in a language. */
const wordsFrom = (random: () => number, count: number): string =>
  Array.from({ length: count }, () => `w${Math.floor(400 * random() ** 3).toString(36)}x`).join(' ');

const documentFrom = (random: () => number, number: number): WordDocument => ({
  id: `m${number}` as MemoryId,
  text: wordsFrom(random, 4 + Math.floor(20 * random())),
  names: random() < 0.4 ? '' : wordsFrom(random, 1 + Math.floor(4 * random())),
  context: random() < 0.2 ? '' : wordsFrom(random, Math.floor(30 * random())),
});

const queryFrom = (random: () => number): string => wordsFrom(random, 1 + Math.floor(8 * random()));

/** Sums in another order differ in the last digits. */
const NEAR = 1e-9;
/** More than there are documents. */
const ALL = 1_000;

function assertAgree(index: WordIndex, oracle: PlainBm25, query: string, when: string): void {
  const expected = oracle.search(query);
  const scores = new Map(expected.map(({ id, score }) => [id, score]));
  const all = index.search(query, ALL, false);
  assert.equal(all.length, expected.length, `${when}, "${query}": as many found`);
  for (const { id, score } of all) {
    assert.ok(Math.abs(score - (scores.get(id) ?? 0)) < NEAR, `${when}, "${query}": ${id} has ${score}, not ${scores.get(id)}`);
  }
  const firstTen = index.search(query, 10, false);
  assert.deepEqual(firstTen, all.slice(0, 10), `${when}, "${query}": the same answer to the same question`);
  for (const [i, { id }] of firstTen.entries()) {
    // Two whose scores differ by rounding alone may stand either way.
    const place = expected[i];
    const isRight = place && (place.id === id || Math.abs(place.score - (scores.get(id) ?? 0)) < NEAR);
    assert.ok(isRight, `${when}, "${query}": place ${i} has ${id}, not ${place?.id}`);
  }
}

function grown(seed: number) {
  const random = randomOf(seed);
  const index = WordIndex.empty();
  const oracle = new PlainBm25();
  const put = (number: number) => {
    const document = documentFrom(random, number);
    index.put(document);
    oracle.put(document);
  };
  for (let i = 0; i < 300; i++) put(i);
  /** Removes and replaces some, and adds a few. */
  const change = (count: number) => {
    for (let i = 0; i < count; i++) {
      const number = Math.floor(340 * random());
      if (random() < 0.6) put(number);
      else {
        index.remove(`m${number}` as MemoryId);
        oracle.remove(`m${number}`);
      }
    }
  };
  return { random, index, oracle, change };
}

describe('words beside a plain BM25+', function () {
  this.timeout(20_000);

  it('agree on 300 documents', () => {
    const { random, index, oracle } = grown(1);
    for (let i = 0; i < 60; i++) assertAgree(index, oracle, queryFrom(random), 'grown');
  });

  it('agree at once after each of many additions, removals and replacements', () => {
    const { random, index, oracle, change } = grown(2);
    for (let round = 0; round < 12; round++) {
      change(25);
      for (let i = 0; i < 5; i++) {
        assertAgree(index, oracle, queryFrom(random), `round ${round}`);
      }
    }
  });

  it('agree when the index was saved and loaded', () => {
    const { random, index, oracle, change } = grown(4);
    change(150);
    const loaded = WordIndex.load(JSON.parse(JSON.stringify(index)));
    assert.ok(loaded);
    for (let i = 0; i < 15; i++) assertAgree(loaded, oracle, queryFrom(random), 'loaded');
  });

  it('agree on how rare a word is, whatever came and went', () => {
    const { random, index, change } = grown(5);
    change(200);
    const fresh = WordIndex.load(JSON.parse(JSON.stringify(index)));
    assert.ok(fresh);
    for (let i = 0; i < 30; i++) {
      const query = queryFrom(random);
      assert.deepEqual(index.search(query, 10, false), fresh.search(query, 10, false), query);
    }
  });
});
