// A small bench that fails: what search finds among many memories, and how long that takes beside a scan of all of them in the same run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readJsonLines } from '../../bench/jsonLines.ts';
import { percentile } from '../../bench/metrics.ts';
import { openProduct, remembering, type Product } from '../../bench/product.ts';
import { createWriter } from '../../bench/synthetic.ts';
import { randomOf } from '../../scripts/lib/random.ts';
import type { MemoryId, SessionId } from '../../src/memory.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { dot } from '../../src/search/exactVectors.ts';
import { vectorsOf } from '../../src/search/searchedText.ts';
import { distinctTermsOf } from '../../src/search/terms.ts';
import { NOON } from '../support/memories.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { fixtures, rememberProject } from '../support/toldProject.ts';

const models = path.resolve(import.meta.dirname, '../../models');
/** Memories of nothing in particular, beside the project's own. */
const FILLERS = 450;
const SESSION_SIZE = 10;
const ROUNDS = 3;
/** One point, and no question of a hundred more. */
const MOST_LOST = 0.0101;
const MOST_SLOWER = 1.5;

interface Asked {
  readonly question: string;
  readonly style: 'wording' | 'paraphrase';
  readonly gold: readonly MemoryId[];
}

interface Figures {
  readonly 'recall@1': number;
  readonly 'recall@5': number;
  readonly 'recall@5 in other words': number;
  /** p50 of a recall by p50 of a scan. */
  readonly timesScan: number;
}

describe('retrieval, a small bench', function () {
  this.timeout(240_000);
  const freshFolder = freshFolders();
  const questions = readJsonLines<Asked>(path.join(fixtures, 'questions.jsonl'));
  const file = path.join(fixtures, 'figures.json');
  let encoder: ReturnType<typeof remembering>;
  let product: Product;

  before(async () => {
    // What is timed is search: the model's own time is the same for both, and known beforehand.
    encoder = remembering(await openEncoder(models));
    product = openProduct({ folder: freshFolder(), encoder, now: () => NOON });
    rememberProject(product);
    addFillers(product);
    await product.engine.embedMissing(new AbortController().signal);
    await encoder.embed(
      questions.map(({ question }) => question),
      'query',
    );
  });
  after(async () => {
    product.engine.dispose();
    await encoder.dispose();
  });

  it('finds as much as it did, within a point, in no more time than it took', async () => {
    const found = await Promise.all(questions.map(({ question }) => recalled(product, question)));
    const recallAt = (k: number, of: (asked: Asked) => boolean = () => true): number => {
      const shares = questions.flatMap((asked, i) => {
        const first = new Set(found[i]?.slice(0, k));
        return of(asked) ? [asked.gold.filter((id) => first.has(id)).length / Math.min(k, asked.gold.length)] : [];
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    const now: Figures = {
      'recall@1': recallAt(1),
      'recall@5': recallAt(5),
      'recall@5 in other words': recallAt(5, ({ style }) => style === 'paraphrase'),
      timesScan: await timesScan(product, encoder, questions),
    };
    console.log(`    ${JSON.stringify(now)}`);
    // `UPDATE_GOLDEN=1 mocha test/native/retrievalFigures.test.ts` writes them anew.
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`);
    const before = JSON.parse(fs.readFileSync(file, 'utf8')) as Figures;
    for (const name of ['recall@1', 'recall@5'] as const) assert.ok(now[name] >= before[name] - MOST_LOST, `${name} was ${before[name]}`);
    assert.ok(now.timesScan <= before.timesScan * MOST_SLOWER, `a recall took ${before.timesScan} times as long as a scan`);
  });
});

async function recalled({ retriever }: Product, text: string): Promise<MemoryId[]> {
  const found = await retriever.recall({ text, limit: 10, atMs: NOON });
  return found.map(({ memory }) => memory.id);
}

function addFillers({ store }: Product): void {
  const writer = createWriter(randomOf(1));
  const drafts = Array.from({ length: FILLERS }, (_, i) => ({ id: `filler ${i}` as MemoryId, draft: writer.memory(i, SESSION_SIZE) }));
  for (const [session, add] of Map.groupBy(drafts, ({ draft }) => draft.evidence[0]?.place.session as SessionId)) {
    store.settle({ session, source: 'claude-code', settled: [], add, replace: [], remove: [], supersede: [] });
  }
}

/** A recall and a scan by turns, so that whatever else the machine does falls on both. */
async function timesScan(product: Product, encoder: ReturnType<typeof remembering>, questions: readonly Asked[]): Promise<number> {
  const scan = scanOf(product, vectorsOf(encoder));
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const { question } of questions) {
      const [vector] = await encoder.embed([question], 'query');
      let began = performance.now();
      await recalled(product, question);
      ours.push(performance.now() - began);
      began = performance.now();
      scan(question, vector as Float32Array);
      theirs.push(performance.now() - began);
    }
  }
  return (percentile(ours, 0.5) ?? 0) / (percentile(theirs, 0.5) ?? 1);
}

/** Looks at every memory for every question: the terms in common, and the inner product. */
function scanOf({ store }: Product, model: string): (question: string, vector: Float32Array) => MemoryId[] {
  const all = store.all().map((memory) => ({
    id: memory.id,
    terms: new Set(distinctTermsOf(`${memory.text}\n${memory.context}`)),
    vector: store.vector(memory.id, model) as Float32Array,
  }));
  return (question, vector) => {
    const asked = distinctTermsOf(question);
    const scored = all.map(({ id, terms, vector: own }) => ({
      id,
      score: asked.filter((term) => terms.has(term)).length / asked.length + dot(vector, own),
    }));
    return scored
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ id }) => id);
  };
}
