// Cairn's column: the product over the same rows, asked as `bench:retrieval` asks it.
import type { SessionId } from '../../src/memory.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import { openCorpus, timeOf, type CorpusRow, type QueryRow } from '../corpus.ts';
import type { Product } from '../product.ts';
import type { Answer } from './answers.ts';

const RANKED = 10;
/** The budget of a prompt, and that of a session's start, as the product has them when nothing is set. */
const PROMPT_TOKENS = 300;
const START_TOKENS = 800;

export interface CairnAnswers {
  /** Nothing left out, as a measurement wants it. */
  readonly all: Answer[];
  /** As a model asks through MCP: what is surely beside the point is left out. Not timed: the query is known by then. */
  readonly asked: Answer[];
  /** What it gives unasked at each prompt; absent where it gives nothing. */
  readonly given: (Given | undefined)[];
  /** The same at the start of a session, once for the project. */
  readonly start: Given | undefined;
  /** Storing, indexing and embedding. */
  readonly buildSeconds: number;
}

export interface Given {
  readonly text: string;
  readonly rows: ReadonlySet<string>;
}

/** One project: its rows are memories as they stand, its questions asked when the last of them was kept. */
export async function askCairn(
  rows: readonly CorpusRow[],
  queries: readonly QueryRow[],
  encoder: Encoder | undefined,
): Promise<CairnAnswers> {
  const startedAt = performance.now();
  const product = await openCorpus(rows, encoder);
  const buildSeconds = (performance.now() - startedAt) / 1_000;
  try {
    const atMs = Math.max(...rows.map(timeOf));
    const all: Answer[] = [];
    const asked: Answer[] = [];
    const given: (Given | undefined)[] = [];
    for (const query of queries) {
      const question = { text: query.query, atMs, limit: RANKED };
      const startedAt = performance.now();
      const found = await product.retriever.recall(question);
      all.push({ query, ranked: found.map(({ memory }) => memory.id), ms: performance.now() - startedAt });
      const kept = await product.retriever.recall(question, { manner: 'asked' });
      asked.push({ query, ranked: kept.map(({ memory }) => memory.id), ms: NaN });
      const session = `question ${query.id}` as SessionId;
      const occasion = { kind: 'prompt', assistant: 'bench', session, prompt: query.query, atMs } as const;
      given.push(await give(product, occasion, PROMPT_TOKENS));
    }
    const occasion = { kind: 'session_start', assistant: 'bench', session: 'start' as SessionId, source: 'startup', atMs } as const;
    return { all, asked, given, start: await give(product, occasion, START_TOKENS), buildSeconds };
  } finally {
    product.engine.dispose();
  }
}

async function give(product: Product, occasion: Parameters<Product['engine']['context']>[0], budget: number): Promise<Given | undefined> {
  const block = await product.engine.context(occasion, budget, Promise.resolve([]));
  return block && { text: block.text, rows: new Set(block.memories) };
}
