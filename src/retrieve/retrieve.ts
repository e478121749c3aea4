// Query → recollections: both indexes asked side by side, their answers ranked as one.
import { isFailure, type Memory, type MemoryId, type Query, type RecallManner, type Recollection } from '../memory.ts';
import type { MemoryIndex, VectorHit, WordHit } from '../search/memoryIndex.ts';
import { distinctTermsOf } from '../search/terms.ts';
import { within } from '../util/within.ts';
import { gistOf } from './gist.ts';
import { MemoryCache, type ReadableStore } from './memoryCache.ts';
import type { QueryVectors } from './queryVectors.ts';
import { FLOORS, rank, type Candidate, type Ranked } from './ranking.ts';
import { replacementOf } from './replacement.ts';
import { whyFound } from './why.ts';

export interface RetrieverParts {
  readonly store: ReadableStore;
  readonly index: MemoryIndex;
  /** Where they have no vector the words answer alone. */
  readonly queries: QueryVectors;
  /** How long the words wait for the query's vector. Default `ENCODER_PATIENCE_MS`. */
  readonly encoderPatienceMs?: number;
}

export interface RecallOptions {
  /** Who asks, and so how much is left out. Absent: nothing is, as a measurement wants it. While typing, no query at all shows the newest. */
  readonly manner?: RecallManner;
}

export interface Retriever {
  /** Best first, at most `query.limit`; never superseded, hidden or forgotten ones. The same query over the same store has the same answer. */
  recall(query: Query, options?: RecallOptions): Promise<Recollection[]>;
}

/** A hook gives the service 150 ms in all. */
export const ENCODER_PATIENCE_MS = 100;
const WORD_HITS = 400;
const VECTOR_HITS = 250;
const AROUND_HITS = 100;
/** Candidates ranked with their neighbours. 100, 200 and 400 find the same on LoCoMo, within half a point. */
const MOST_CANDIDATES = 100;
/** The best ones, whose neighbours are looked at though nothing in them matched. */
const WITH_NEIGHBOURS = 50;
const REACH = 2;

export function createRetriever(parts: RetrieverParts): Retriever {
  const { store, index, queries } = parts;
  const patienceMs = parts.encoderPatienceMs ?? ENCODER_PATIENCE_MS;
  const memories = new MemoryCache(store);

  function candidatesOf(words: readonly WordHit[], around: readonly WordHit[], vector: Float32Array | undefined): Candidate[] {
    const wordsOf = new Map(words.map((hit) => [hit.id, hit]));
    const aroundOf = new Map(around.map((hit) => [hit.id, hit.score]));
    const nearest: readonly VectorHit[] = vector ? index.vectors(vector, VECTOR_HITS) : [];
    const found = bestOf(words, nearest, around).flatMap((id) => active(memories.get(id)));
    const all = withNeighbours(found);
    const similarityOf = new Map(nearest.map((hit) => [hit.id, hit.similarity]));
    const further = all.map((memory) => memory.id).filter((id) => !similarityOf.has(id));
    if (vector) for (const [id, similarity] of index.similarities(vector, further)) similarityOf.set(id, similarity);
    return all.map((memory): Candidate => {
      const similarity = similarityOf.get(memory.id);
      return {
        memory,
        words: wordsOf.get(memory.id)?.score ?? 0,
        coverage: wordsOf.get(memory.id)?.coverage ?? 0,
        aroundWords: aroundOf.get(memory.id) ?? 0,
        position: memories.orderOf(memory.session).get(memory.id) ?? 0,
        ...(similarity !== undefined && { similarity }),
      };
    });
  }

  function withNeighbours(found: readonly Memory[]): Memory[] {
    const all = new Map(found.map((memory) => [memory.id, memory]));
    for (const memory of found.slice(0, WITH_NEIGHBOURS)) {
      const order = memories.orderOf(memory.session);
      const position = order.get(memory.id) ?? 0;
      for (const [id, other] of order) {
        if (Math.abs(other - position) > REACH || all.has(id)) continue;
        for (const neighbour of active(memories.get(id))) all.set(id, neighbour);
      }
    }
    return [...all.values()];
  }

  /** Each failed attempt followed by what replaced it, though that alone would be below the floor: it is as much worth telling as the failure itself. */
  function withReplacements(kept: readonly Ranked[], all: readonly Ranked[]): Ranked[] {
    const rankedOf = new Map(all.map((one) => [one.candidate.memory.id, one]));
    const told = new Map<MemoryId, Ranked>();
    for (const one of kept) {
      const { memory, position } = one.candidate;
      if (told.has(memory.id)) continue;
      told.set(memory.id, one);
      if (!isFailure(memory.outcome)) continue;
      const next = [...memories.orderOf(memory.session)].filter(([, at]) => at > position && at <= position + REACH);
      const followers = next.flatMap(([id]) => memories.get(id) ?? []);
      const replacement = rankedOf.get(replacementOf(memory, followers)?.id ?? memory.id);
      if (!replacement || told.has(replacement.candidate.memory.id)) continue;
      told.set(replacement.candidate.memory.id, { ...replacement, score: Math.max(replacement.score, one.score) });
    }
    return [...told.values()];
  }

  return {
    async recall(query, options = {}) {
      const isTyping = options.manner === 'typing';
      const floor = FLOORS[options.manner ?? 'typing'];
      memories.refresh();
      if (distinctTermsOf(query.text).length === 0) {
        if (!isTyping) return [];
        return memories.newest(query.limit).map((memory) => ({ memory, score: 0, why: whyFound(memory, query, [], undefined) }));
      }
      // The model works on its own threads: the words are looked up meanwhile.
      const embedding = within(
        queries.of(query.text, () => gistOf(query.text, (term) => index.rarityOf(term))),
        patienceMs,
      );
      const words = index.words(query.text, WORD_HITS, isTyping);
      const surroundings = [...(query.recent ?? []), query.branch ?? ''].join('\n');
      const around = surroundings.trim() === '' ? [] : index.words(surroundings, AROUND_HITS, false);
      const vector = await embedding;
      // Something may have been forgotten while the model was at work.
      memories.refresh();
      const spread = vector && index.spread(vector);
      const candidates = candidatesOf(words, around, vector);
      const ranked = rank(candidates, {
        text: query.text,
        files: query.files ?? [],
        atMs: query.atMs,
        ...(spread && { spread }),
      });
      const termsOf = new Map(words.map((hit) => [hit.id, hit.terms]));
      const kept = (ranked[0]?.score ?? 0) < floor.best ? [] : ranked.filter(({ score }) => score >= floor.others);
      return (floor.others > 0 ? withReplacements(kept, ranked) : kept)
        .slice(0, query.limit)
        .map(({ candidate: { memory, similarity }, score }) => ({
          memory,
          score,
          why: whyFound(memory, query, termsOf.get(memory.id) ?? [], similarity),
        }));
    },
  };
}

/** The ids worth ranking: by reciprocal rank over the lists (Cormack et al. 2009), which needs no scale. */
function bestOf(...lists: readonly (readonly { readonly id: MemoryId }[])[]): MemoryId[] {
  const scores = new Map<MemoryId, number>();
  for (const list of lists) for (const [i, { id }] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (60 + i));
  return [...scores]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, MOST_CANDIDATES)
    .map(([id]) => id);
}

function active(memory: Memory | undefined): Memory[] {
  return memory?.status === 'active' ? [memory] : [];
}
