// Search and ranking alone: every row of a corpus is a memory as it stands, every query is asked. Usage and rows: see `RESULTS.md`.
import { randomOf } from '../scripts/lib/random.ts';
import type { Memory } from '../src/memory.ts';
import type { Encoder } from '../src/model/encoder.ts';
import { QueryVectors } from '../src/retrieve/queryVectors.ts';
import { createRetriever } from '../src/retrieve/retrieve.ts';
import { openCorpus, timeOf, type CorpusRow, type QueryRow } from './corpus.ts';
import { readJsonLines } from './jsonLines.ts';
import { interval, mean, percentile, rankingOf, share, shuffled, type Ranking } from './metrics.ts';
import { readOptions, runBench } from './options.ts';
import { openModel, type Product } from './product.ts';
import { lastLine, progress, table } from './report.ts';

const WAYS = ['fused', 'words', 'vectors'] as const;
type Way = (typeof WAYS)[number];

interface Asked {
  readonly query: QueryRow;
  readonly isOddProject: boolean;
  /** Absent for an unanswerable query, and for vectors without a model. */
  readonly rankings: Partial<Record<Way, Ranking>>;
  /** Something was returned with the floor on. */
  readonly isAnswered: boolean;
  readonly withEmbeddingMs: number;
  readonly withoutEmbeddingMs: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { corpus: 'C.jsonl', queries: 'Q.jsonl', k: '1,5,10,25,50', model: 'DIR', plain: '' });
  const ks = options.numbers('k', [1, 5, 10, 25, 50]);
  const corpus = Map.groupBy(readJsonLines<CorpusRow>(options.needed('corpus')), ({ project }) => project);
  const all = readJsonLines<QueryRow>(options.needed('queries'));
  const asked = new Set(options.limit === undefined ? all : shuffled(all, randomOf(options.seed)).slice(0, options.limit));
  const encoder = await openModel({ model: options.text('model'), isPlain: options.isOn('plain') });

  const answers: Asked[] = [];
  let buildSeconds = 0;
  for (const [number, [project, rows]] of [...corpus].entries()) {
    const queries = all.filter((query) => query.project === project && asked.has(query));
    if (queries.length === 0) continue;
    const startedAt = performance.now();
    const product = await openCorpus(rows, encoder);
    buildSeconds += (performance.now() - startedAt) / 1_000;
    const latestMs = Math.max(...rows.map(timeOf));
    for (const query of queries) answers.push(await ask(product, encoder, query, { ks, latestMs, isOddProject: number % 2 === 1 }));
    product.engine.dispose();
    progress(`${project}: ${rows.length} memories, ${queries.length} queries`);
  }
  await encoder?.dispose();
  report(answers, { ks, buildSeconds, seed: options.seed, json: options.json });
}

interface Asking {
  readonly ks: readonly number[];
  readonly latestMs: number;
  readonly isOddProject: boolean;
}

async function ask(product: Product, encoder: Encoder | undefined, row: QueryRow, asking: Asking): Promise<Asked> {
  const { ks, latestMs: atMs, isOddProject } = asking;
  const limit = Math.max(10, ...ks);
  const query = { text: row.query, atMs, limit };
  const wordsOnly = createRetriever({ ...product, queries: new QueryVectors(() => undefined) });
  const timed = async (): Promise<readonly [found: readonly { readonly memory: Memory }[], ms: number]> => {
    const startedAt = performance.now();
    return [await product.retriever.recall(query), performance.now() - startedAt];
  };
  const [fused, withEmbeddingMs] = await timed();
  // The vectors of the last queries are kept: the second time is the search without the model.
  const [, withoutEmbeddingMs] = await timed();
  const answered = await product.retriever.recall(query, { manner: 'unasked' });

  const rankings: Partial<Record<Way, Ranking>> = {};
  if (row.gold.length > 0) {
    const gold = new Set(row.gold);
    const idsOf = (found: readonly { readonly memory: Memory }[]): string[] => found.map(({ memory }) => memory.id);
    rankings.fused = rankingOf(idsOf(fused), gold, ks);
    rankings.words = rankingOf(idsOf(await wordsOnly.recall(query)), gold, ks);
    const [vector] = (await encoder?.embed([row.query], 'query')) ?? [];
    if (vector) {
      const nearest = product.index.vectors(vector, limit).map(({ id }) => id);
      rankings.vectors = rankingOf(nearest, gold, ks);
    }
  }
  return { query: row, isOddProject, rankings, isAnswered: answered.length > 0, withEmbeddingMs, withoutEmbeddingMs };
}

/** The means over rankings, in the names of the last line. */
function figures(rankings: readonly Ranking[], ks: readonly number[]): Record<string, number | null> {
  const at = (name: 'recall' | 'any' | 'all') =>
    ks.map((k) => [`${name}@${k}`, mean(rankings.map((ranking) => ranking[name].get(k) ?? 0))] as const);
  return {
    n: rankings.length,
    ...Object.fromEntries([...at('recall'), ...at('any'), ...at('all')]),
    mrr: mean(rankings.map((ranking) => ranking.reciprocalRank)),
    'ndcg@10': mean(rankings.map((ranking) => ranking.ndcg10)),
  };
}

/** Recall at 10 of the three ways over the same questions, and what fusing gains over the better of its halves, with a bootstrap interval of the paired difference. */
function besideHalves(answers: readonly Asked[], seed: number) {
  const at10 = (way: Way): number[] => answers.map(({ rankings }) => rankings[way]?.recall.get(10) ?? 0);
  const [fused, words, vectors] = WAYS.map(at10) as [number[], number[], number[]];
  const better = (mean(words) ?? 0) >= (mean(vectors) ?? 0) ? words : vectors;
  const gains = fused.map((share, i) => share - (better[i] ?? 0));
  return {
    fused: mean(fused),
    words: mean(words),
    vectors: mean(vectors),
    gain: mean(gains),
    gainInterval: interval(gains, seed) ?? [null, null],
  };
}

function report(
  answers: readonly Asked[],
  { ks, buildSeconds, seed, json }: { ks: readonly number[]; buildSeconds: number; seed: number; json: string | undefined },
): void {
  const rankingsOf = (way: Way, of: readonly Asked[]): Ranking[] => of.flatMap(({ rankings }) => rankings[way] ?? []);
  const answerable = answers.filter(({ query }) => query.gold.length > 0);
  const unanswerable = answers.filter(({ query }) => query.gold.length === 0);
  const categories = [...Map.groupBy(answerable, ({ query }) => query.category)].sort(([a], [b]) => (a < b ? -1 : 1));

  const shownKs = ks.flatMap((k) => [`recall@${k}`]);
  const columns = [...shownKs, 'any@5', 'all@5', 'mrr', 'ndcg@10'];
  const line = (name: string, rankings: readonly Ranking[]) => {
    const made = figures(rankings, ks);
    return [name, made['n'], ...columns.map((column) => made[column])];
  };
  const rows = [
    ...WAYS.map((way) => line(way === 'fused' ? 'fused' : `${way} only`, rankingsOf(way, answerable))),
    line(
      'fused, odd projects',
      rankingsOf(
        'fused',
        answerable.filter((one) => one.isOddProject),
      ),
    ),
    line(
      'fused, even projects',
      rankingsOf(
        'fused',
        answerable.filter((one) => !one.isOddProject),
      ),
    ),
    ...categories.map(([category, of]) => line(`fused, ${category}`, rankingsOf('fused', of))),
  ];
  console.log(table(['', 'n', ...columns], rows));
  const beside = categories.map(([category, of]) => [category, besideHalves(of, seed)] as const);
  const shown = beside.map(([category, made]) => [category, made.fused, made.words, made.vectors, made.gain, ...made.gainInterval]);
  console.log(`\n${table(['recall@10', 'fused', 'words', 'vectors', 'over the better half', '95 % from', 'to'], shown)}`);

  const at10 = interval(
    rankingsOf('fused', answerable).map((ranking) => ranking.recall.get(10) ?? ranking.reciprocalRank),
    seed,
  );
  const withMs = answers.map((one) => one.withEmbeddingMs);
  const withoutMs = answers.map((one) => one.withoutEmbeddingMs);
  const result = {
    bench: 'retrieval',
    n: answerable.length,
    unanswerable: unanswerable.length,
    fused: {
      ...figures(rankingsOf('fused', answerable), ks),
      'recall@10Interval': at10,
      oddProjects: figures(rankingsOf('fused', answerable.filter((one) => one.isOddProject)), ks), // prettier-ignore
      evenProjects: figures(rankingsOf('fused', answerable.filter((one) => !one.isOddProject)), ks), // prettier-ignore
      byCategory: Object.fromEntries(categories.map(([category, of]) => [category, figures(rankingsOf('fused', of), ks)])),
      besideHalves: Object.fromEntries(beside),
    },
    words: figures(rankingsOf('words', answerable), ks),
    vectors: rankingsOf('vectors', answerable).length > 0 ? figures(rankingsOf('vectors', answerable), ks) : null,
    abstention: share(unanswerable, (one) => !one.isAnswered),
    // Silence where there is an answer is the price of silence where there is none.
    answeredOfAnswerable: share(answerable, (one) => one.isAnswered),
    queryP50Ms: percentile(withMs, 0.5),
    queryP95Ms: percentile(withMs, 0.95),
    queryWithoutEmbeddingP50Ms: percentile(withoutMs, 0.5),
    queryWithoutEmbeddingP95Ms: percentile(withoutMs, 0.95),
    buildSeconds,
    rssMb: process.resourceUsage().maxRSS / 1_024,
  };
  console.log(
    `\nqueries: ${result.queryP50Ms?.toFixed(1)} ms p50, ${result.queryP95Ms?.toFixed(1)} p95; without embedding ${result.queryWithoutEmbeddingP50Ms?.toFixed(1)} and ${result.queryWithoutEmbeddingP95Ms?.toFixed(1)}; built in ${buildSeconds.toFixed(0)} s, ${result.rssMb.toFixed(0)} MB`,
  );
  console.log(
    `with the floor: ${((result.answeredOfAnswerable ?? 0) * 100).toFixed(1)} % of the answerable ones get something${result.abstention === null ? '' : `, ${(result.abstention * 100).toFixed(1)} % of the others nothing`}\n`,
  );
  lastLine(result, json);
}

runBench(main);
