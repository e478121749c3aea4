// How long things take as memories grow. Usage and measures: see `RESULTS.md`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomOf } from '../scripts/lib/random.ts';
import { lineOf } from '../src/inject/contextBlock.ts';
import { countTokens } from '../src/inject/tokens.ts';
import type { MemoryDraft, MemoryId, SessionId } from '../src/memory.ts';
import type { Encoder } from '../src/model/encoder.ts';
import { openEncoderThread } from '../src/model/encoderThread.ts';
import { gistOf } from '../src/retrieve/gist.ts';
import { ExactVectors } from '../src/search/exactVectors.ts';
import { embeddedText, vectorsOf } from '../src/search/searchedText.ts';
import { openStore } from '../src/store/sqliteStore.ts';
import { mean, percentile } from './metrics.ts';
import { readOptions, runBench, SHIPPED_MODEL } from './options.ts';
import { openProduct, type Product } from './product.ts';
import { lastLine, progress, table } from './report.ts';
import { needBundles } from './service.ts';
import { serviceTimes, type ServiceTimes } from './serviceTimes.ts';
import { createWriter, type Writer } from './synthetic.ts';

const SESSION_SIZE = 12;
const QUERY_WORDS = [8, 40, 300] as const;
const BUDGET_TOKENS = 300;
const HOOKS = 50;
/** Enough that a median does not move; more only heats the room. */
const RUNS = 210;
/** Texts that the model really embeds; the vectors of further memories lie between two of theirs (10 ms each would be a quarter of an hour for 100,000). */
const EMBEDDED = 2_000;
const LONG_MS = 24 * 3_600_000;

interface Stages {
  readonly whole: number[];
  readonly byWords: Map<number, number[]>;
  readonly embed: number[];
  readonly words: number[];
  readonly vectors: number[];
  readonly rank: number[];
  readonly render: number[];
  readonly add: number[];
  readonly forget: number[];
}

interface SizeFigures extends ServiceTimes {
  readonly recallP50Ms: number | null;
  readonly recallP95Ms: number | null;
  readonly recallP99Ms: number | null;
  readonly recallP50MsByQueryWords: Readonly<Record<string, number | null>>;
  readonly stagesP50Ms: Readonly<Record<string, number | null>>;
  readonly addP50Ms: number | null;
  readonly forgetP50Ms: number | null;
  readonly bytesPerMemory: number;
  readonly 'hnswRecall@10': number | null;
  readonly buildSeconds: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { memories: '1000,10000,100000', model: 'DIR', vocabulary: 'FILE', embed: 'N' });
  const sizes = options.numbers('memories', [1_000, 10_000, 100_000]);
  const [embedded = EMBEDDED] = options.numbers('embed', [EMBEDDED]);
  const models = path.resolve(options.text('model') ?? SHIPPED_MODEL);
  needBundles('service.cjs', 'hook.cjs');
  // On a thread of its own, as in the service: the words are looked up while it works.
  const encoder = await openEncoderThread(path.resolve(import.meta.dirname, '../src/encoderThread.ts'), models, (fault) => {
    throw fault;
  });
  const bySize = new Map<number, SizeFigures>();
  for (const size of sizes) {
    const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-bench-'));
    try {
      const writer = createWriter(randomOf(options.seed), options.text('vocabulary'));
      bySize.set(size, await measure({ base, size, encoder, models, writer, embedded, runs: options.limit ?? RUNS, seed: options.seed }));
    } finally {
      fs.rmSync(base, { recursive: true, force: true, maxRetries: 3 });
    }
    progress(`${size} memories measured`);
  }
  await encoder.dispose();
  report(bySize, options.json);
}

interface Task {
  readonly base: string;
  readonly size: number;
  readonly encoder: Encoder;
  readonly models: string;
  readonly writer: Writer;
  readonly embedded: number;
  readonly runs: number;
  readonly seed: number;
}

async function measure({ base, size, encoder, models, writer, embedded, runs, seed }: Task): Promise<SizeFigures> {
  const storage = path.join(base, 'storage');
  const startedAt = performance.now();
  const drafts = Array.from({ length: size }, (_, i) => writer.memory(i, SESSION_SIZE));
  await fill(storage, drafts, await vectorsFor(drafts, encoder, embedded, randomOf(seed)), vectorsOf(encoder));
  const product = openProduct({ folder: storage, encoder, isHurried: true });
  await product.index.rebuild(() => undefined);
  const buildSeconds = (performance.now() - startedAt) / 1_000;
  progress(`${size} memories written in ${buildSeconds.toFixed(0)} s`);

  const queries = Array.from({ length: runs }, (_, i) => queryOf(drafts, writer, QUERY_WORDS[i % 3] ?? 8, i));
  const stages = await timed(product, encoder, queries, writer);
  const hnswRecall = await nearestFound(product, encoder, queries.slice(0, 100));
  product.engine.dispose();
  const bytes = fs.readdirSync(storage).reduce((sum, name) => sum + fs.statSync(path.join(storage, name)).size, 0);

  const service = await serviceTimes({ base, storage, models, queries: queries.filter((_, i) => i % 3 < 2), hooks: HOOKS });
  const half = (values: readonly number[]): number | null => percentile(values, 0.5);
  return {
    recallP50Ms: half(stages.whole),
    recallP95Ms: percentile(stages.whole, 0.95),
    recallP99Ms: percentile(stages.whole, 0.99),
    recallP50MsByQueryWords: Object.fromEntries([...stages.byWords].map(([words, times]) => [words, half(times)])),
    stagesP50Ms: {
      embed: half(stages.embed),
      words: half(stages.words),
      vectors: half(stages.vectors),
      recallWithoutEmbedding: half(stages.rank),
      render: half(stages.render),
    },
    addP50Ms: half(stages.add),
    forgetP50Ms: half(stages.forget),
    bytesPerMemory: bytes / (size + runs),
    'hnswRecall@10': hnswRecall,
    buildSeconds,
    ...service,
  };
}

async function vectorsFor(drafts: readonly MemoryDraft[], encoder: Encoder, most: number, random: () => number): Promise<Float32Array[]> {
  const real: Float32Array[] = [];
  for (let i = 0; i < Math.min(most, drafts.length); i += 64) {
    const texts = drafts.slice(i, Math.min(i + 64, most)).map(embeddedText);
    real.push(...(await encoder.embed(texts, 'memory')));
  }
  return drafts.map((_, i) => real[i] ?? between(real, random));
}

function between(vectors: readonly Float32Array[], random: () => number): Float32Array {
  const pick = (): Float32Array => vectors[Math.floor(random() * vectors.length)] as Float32Array;
  const [one, other, share] = [pick(), pick(), 0.5 + 0.4 * random()];
  const mixed = one.map((value, i) => share * value + (1 - share) * (other[i] ?? 0));
  const norm = Math.hypot(...mixed);
  return mixed.map((value) => value / norm);
}

async function fill(folder: string, drafts: readonly MemoryDraft[], vectors: readonly Float32Array[], model: string): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const store = openStore(folder);
  const numbered = drafts.map((draft, i) => ({ id: `m${i}` as MemoryId, draft }));
  for (const [session, add] of Map.groupBy(numbered, ({ draft }) => draft.evidence[0]?.place.session as SessionId))
    store.settle({ session, source: 'claude-code', settled: [], add, replace: [], remove: [], supersede: [] });
  store.putVectors(model, new Map(numbered.map(({ id }, i) => [id, vectors[i] as Float32Array])));
  store.close();
}

/** Words of a memory first, so that there is something to find, then others. */
function queryOf(drafts: readonly MemoryDraft[], writer: Writer, words: number, number: number): string {
  const known = drafts[(number * 7_919) % drafts.length]?.text.split(' ') ?? [];
  const said = known.slice(0, Math.min(known.length, Math.ceil(words * 0.75)));
  return [...said, writer.words(Math.max(1, words - said.length))].join(' ');
}

/** Everything once per query, one after the other, so that a busy moment of the machine touches all alike. */
async function timed({ engine, index, retriever }: Product, encoder: Encoder, queries: readonly string[], writer: Writer): Promise<Stages> {
  const stages: Stages = {
    whole: [],
    byWords: new Map<number, number[]>(),
    embed: [],
    words: [],
    vectors: [],
    rank: [],
    render: [],
    add: [],
    forget: [],
  };
  const time = async <T>(into: number[], what: () => T | Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const done = await what();
    into.push(performance.now() - startedAt);
    return done;
  };
  const atMs = Date.now();
  const nothing = Promise.resolve([]);
  // The first of everything loads tables and warms the code up: nobody waits for it twice.
  await engine.context(
    { kind: 'prompt', assistant: 'bench', session: 'warm' as SessionId, prompt: queries[0] ?? '', atMs },
    BUDGET_TOKENS,
    nothing,
  );
  for (const [i, text] of queries.entries()) {
    const session = `query ${i}` as SessionId;
    await time(stages.whole, () =>
      engine.context({ kind: 'prompt', assistant: 'bench', session, prompt: text, atMs }, BUDGET_TOKENS, nothing),
    );
    const length = QUERY_WORDS[i % 3] ?? 8;
    stages.byWords.set(length, [...(stages.byWords.get(length) ?? []), stages.whole.at(-1) ?? 0]);
    const [vector] = await time(stages.embed, () => encoder.embed([gistOf(text, (term) => index.rarityOf(term))], 'query'));
    await time(stages.words, () => index.words(text, 400, false));
    if (vector) await time(stages.vectors, () => index.vectors(vector, 250));
    // The query's vector is known from the first time.
    const found = await time(stages.rank, () => retriever.recall({ text, atMs, limit: 24 }));
    await time(stages.render, () => found.map(({ memory }) => countTokens(`${lineOf(memory)}\n`)));
    const memory = await time(stages.add, () =>
      engine.remember({ kind: 'decision', text: writer.words(20), scope: 'project', source: 'user', atMs: atMs + i }),
    );
    await time(stages.forget, () => engine.forget([memory.id], LONG_MS));
  }
  return stages;
}

/** Share of the true ten nearest that the index finds. */
async function nearestFound({ index, store }: Product, encoder: Encoder, queries: readonly string[]): Promise<number | null> {
  if (index.state.vectorKind !== 'hnsw') return null;
  const exact = new ExactVectors();
  for (const { id } of store.all()) {
    const vector = store.vector(id, vectorsOf(encoder));
    if (vector) exact.put(id, vector);
  }
  const shares: number[] = [];
  for (const query of queries) {
    const [vector] = await encoder.embed([query], 'query');
    if (!vector) continue;
    const nearest = new Set(exact.search(vector, 10).map(({ id }) => id));
    shares.push(index.vectors(vector, 10).filter(({ id }) => nearest.has(id)).length / nearest.size);
  }
  return mean(shares);
}

function report(bySize: ReadonlyMap<number, SizeFigures>, json: string | undefined): void {
  const sizes = [...bySize];
  const row = (name: string, of: (figures: SizeFigures) => number | null | undefined) => [name, ...sizes.map(([, figures]) => of(figures))];
  const stageNames = Object.keys(sizes[0]?.[1].stagesP50Ms ?? {});
  console.log(
    table(
      ['milliseconds, where nothing else is said', ...sizes.map(([size]) => size.toLocaleString('en'))],
      [
        row('prompt to context block, p50', (it) => it.recallP50Ms),
        row('  p95', (it) => it.recallP95Ms),
        row('  p99', (it) => it.recallP99Ms),
        ...QUERY_WORDS.map((words) => row(`  p50, ${words} words`, (it) => it.recallP50MsByQueryWords[words])),
        ...stageNames.map((stage) => row(`  stage ${stage}, p50`, (it) => it.stagesP50Ms[stage])),
        row('add one memory, p50', (it) => it.addP50Ms),
        row('forget one, p50', (it) => it.forgetP50Ms),
        row('service: start to first answer', (it) => it.coldFirstMs),
        row('service: start to answer with meaning', (it) => it.coldFullMs),
        row('service: memory, MB', (it) => it.rssMb),
        row('hook process, p50', (it) => it.hookMedianMs),
        row('hook process, p95', (it) => it.hookP95Ms),
        row('hooks that said something, share', (it) => it.hookAnswered),
        row('bytes on disk a memory', (it) => it.bytesPerMemory),
        row('HNSW finds of the true ten, share', (it) => it['hnswRecall@10']),
      ],
    ),
  );
  const growth = sizes.slice(1).map(([size, figures], i) => {
    const [before, earlier] = sizes[i] as [number, SizeFigures];
    const ratio = (of: (it: SizeFigures) => number | null): number | null => {
      const [a, b] = [of(earlier), of(figures)];
      return a && b ? b / a : null;
    };
    const ratios = {
      recall: ratio((it) => it.recallP50Ms),
      recallWithoutEmbedding: ratio((it) => it.stagesP50Ms['recallWithoutEmbedding'] ?? null),
      add: ratio((it) => it.addP50Ms),
      forget: ratio((it) => it.forgetP50Ms),
      coldFirst: ratio((it) => it.coldFirstMs),
      coldFull: ratio((it) => it.coldFullMs),
      rss: ratio((it) => it.rssMb),
      hook: ratio((it) => it.hookMedianMs),
      bytesPerMemory: ratio((it) => it.bytesPerMemory),
    };
    return [`${before}-${size}`, ratios] as const;
  });
  if (growth.length > 0) {
    const names = Object.keys(growth[0]?.[1] ?? {}) as (keyof (typeof growth)[0][1])[];
    console.log(`\n${table(['grows by', ...growth.map(([name]) => name)], names.map((name) => [name, ...growth.map(([, ratios]) => ratios[name])]))}`); // prettier-ignore
  }
  console.log('');
  const last = sizes.at(-1)?.[1];
  lastLine(
    {
      bench: 'speed',
      sizes: Object.fromEntries(sizes),
      growthP50: Object.fromEntries(growth.map(([name, ratios]) => [name, ratios.recall])),
      growth: Object.fromEntries(growth),
      hookMedianMs: last?.hookMedianMs ?? null,
      // Only an editor can tell.
      activateMs: null,
    },
    json,
  );
}

runBench(main);
