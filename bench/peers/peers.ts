// Cairn beside claude-mem: the same memories, the same questions, both in one run. What cannot be compared fairly: see `README.md`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { countTokens } from '../../src/inject/tokens.ts';
import { readJsonLines } from '../jsonLines.ts';
import { mean, percentile, rankingOf, share } from '../metrics.ts';
import { readOptions, runBench } from '../options.ts';
import { openModel } from '../product.ts';
import { lastLine, progress, table } from '../report.ts';
import { askCairn, type Given } from './cairn.ts';
import { ask, askWordByWord, importRows, sessionStart, untilEmbedded, type Imported } from './claudeMem.ts';
import { BUN, CLAUDE_MEM, installClaudeMem, installVectors } from './claudeMemFiles.ts';
import { startWorker, type Worker } from './claudeMemWorker.ts';
import { stopAllAtEnd } from './processes.ts';
import type { CorpusRow, QueryRow } from '../corpus.ts';
import { evenlySpread, type Answer } from './answers.ts';

const KS = [5, 10];
/** A date range, however wide, takes away claude-mem's limit of 90 days. */
const ANY_DATE = { dateStart: '1970-01-02' };

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { corpus: 'C.jsonl', queries: 'Q.jsonl', scratch: 'DIR', vectors: 'DIR', projects: 'N' });
  const answerable = readJsonLines<QueryRow>(options.needed('queries')).filter(({ gold }) => gold.length > 0);
  const projects = [...new Set(answerable.map(({ project }) => project))].slice(0, options.count('projects'));
  const within = answerable.filter(({ project }) => projects.includes(project));
  const queries = evenlySpread(within, options.limit ?? within.length, options.seed);
  const rows = readJsonLines<CorpusRow>(options.needed('corpus')).filter((row) => queries.some(({ project }) => project === row.project));
  const corpus = Map.groupBy(rows, ({ project }) => project);
  const scratch = path.resolve(options.text('scratch') ?? path.join(os.tmpdir(), 'cairn-bench-peers'));
  const model = options.text('vectors');

  stopAllAtEnd();
  const claudeMem = await measureClaudeMem(corpus, queries, scratch, model === undefined ? undefined : path.resolve(model));
  const cairn = await measureCairn(corpus, queries);
  report({ memories: rows.length, projects: corpus.size, questions: queries.length, cairn, claudeMem, json: options.json });
}

/** Name of a column → what it found. */
type Columns = Readonly<Record<string, readonly Answer[]>>;

/** What was given to an assistant without its asking, and the question it was given before. */
interface Injected {
  readonly query: QueryRow;
  /** Absent where nothing was. */
  readonly given: Given | undefined;
}

interface Cairn {
  readonly columns: Columns;
  readonly atPrompt: readonly Injected[];
  readonly atStart: readonly Injected[];
  readonly buildSeconds: number;
}

async function measureCairn(corpus: ReadonlyMap<string, readonly CorpusRow[]>, queries: readonly QueryRow[]): Promise<Cairn> {
  const encoder = await openModel({ isPlain: false });
  const all: Answer[] = [];
  const asked: Answer[] = [];
  const atPrompt: Injected[] = [];
  const atStart: Injected[] = [];
  let buildSeconds = 0;
  for (const [project, rows] of corpus) {
    const own = queries.filter((query) => query.project === project);
    const answers = await askCairn(rows, own, encoder);
    all.push(...answers.all);
    asked.push(...answers.asked);
    atPrompt.push(...own.map((query, i) => ({ query, given: answers.given[i] })));
    atStart.push(...own.map((query) => ({ query, given: answers.start })));
    buildSeconds += answers.buildSeconds;
    progress(`Cairn, ${project}: ${rows.length} memories, ${own.length} questions`);
  }
  await encoder?.dispose();
  return { columns: { Cairn: all, 'Cairn, asked': asked }, atPrompt, atStart, buildSeconds };
}

interface ClaudeMem {
  readonly columns: Columns;
  readonly atStart: readonly Injected[];
  readonly words: Process;
  /** Absent without its vector search. */
  readonly vectors: Process | undefined;
}

interface Process {
  readonly readyMs: number;
  /** From the first row, or from the start of the vector search, to where all can be found. */
  readonly takeInSeconds: number;
  readonly residentMb: number | null;
}

async function measureClaudeMem(
  corpus: ReadonlyMap<string, readonly CorpusRow[]>,
  queries: readonly QueryRow[],
  scratch: string,
  model: string | undefined,
): Promise<ClaudeMem> {
  const files = await installClaudeMem(scratch);
  const vectorFiles = model === undefined ? undefined : await installVectors(files, model);
  const data = path.join(scratch, 'data');
  // What a run left there would be asked too.
  fs.rmSync(data, { recursive: true, force: true });

  progress('claude-mem, words');
  const worker = await startWorker(files, data, undefined);
  let imported: Imported;
  let words: Process;
  const atStart: Injected[] = [];
  const columns: Record<string, Answer[]> = {};
  try {
    const startedAt = performance.now();
    imported = await importRows(worker, corpus);
    const takeInSeconds = (performance.now() - startedAt) / 1_000;
    columns['claude-mem'] = await each(queries, (query) => ask(worker, imported, query));
    columns['word by word'] = await each(queries, (query) => askWordByWord(worker, imported, query));
    const starts = new Map<string, Given>();
    for (const project of corpus.keys()) starts.set(project, await sessionStart(worker, imported, project));
    atStart.push(...queries.map((query) => ({ query, given: starts.get(query.project) })));
    words = { readyMs: worker.readyMs, takeInSeconds, residentMb: await worker.residentMb() };
  } finally {
    await worker.stop();
  }
  if (!vectorFiles) return { columns, atStart, words, vectors: undefined };

  progress('claude-mem, vectors');
  const second = await startWorker(files, data, vectorFiles);
  try {
    const startedAt = performance.now();
    await untilEmbedded(data, imported);
    const takeInSeconds = (performance.now() - startedAt) / 1_000;
    columns['vectors, 90 days'] = await each(queries, (query) => ask(second, imported, query));
    columns['vectors, any date'] = await each(queries, (query) => ask(second, imported, query, ANY_DATE));
    await expectVectors(second);
    return { columns, atStart, words, vectors: { readyMs: second.readyMs, takeInSeconds, residentMb: await second.residentMb() } };
  } finally {
    await second.stop();
  }
}

/** Where its vector search fails, claude-mem searches by words and says nothing: such a column would bear a wrong name. */
async function expectVectors(worker: Worker): Promise<void> {
  const { status } = (await (await worker.get('/api/chroma/status', { deep: '1' })).json()) as { readonly status: string };
  if (status !== 'healthy') throw new Error(`claude-mem's vector search is ${status}`);
}

async function each(queries: readonly QueryRow[], answer: (query: QueryRow) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const query of queries) answers.push(await answer(query));
  return answers;
}

function figures(answers: readonly Answer[]) {
  const rankings = answers.map(({ query, ranked }) => rankingOf(ranked, new Set(query.gold), KS));
  const times = answers.map(({ ms }) => ms).filter((ms) => !Number.isNaN(ms));
  return {
    'recall@5': mean(rankings.map(({ recall }) => recall.get(5) ?? 0)),
    'recall@10': mean(rankings.map(({ recall }) => recall.get(10) ?? 0)),
    'mrr@10': mean(rankings.map(({ reciprocalRank }) => reciprocalRank)),
    answered: share(answers, ({ ranked }) => ranked.length > 0),
    queryP50Ms: percentile(times, 0.5),
    queryP95Ms: percentile(times, 0.95),
  };
}

function injectedFigures(injected: readonly Injected[]) {
  const given = injected.flatMap((one) => one.given ?? []);
  const rankings = injected.map((one) => rankingOf([...(one.given?.rows ?? [])], new Set(one.query.gold), [Infinity]));
  return {
    given: share(injected, (one) => one.given !== undefined),
    characters: mean(given.map(({ text }) => text.length)),
    tokens: mean(given.map(({ text }) => countTokens(text))),
    memories: mean(given.map(({ rows }) => rows.size)),
    /** Share of the questions for which it named any row that answers them. */
    hit: mean(rankings.map(({ any }) => any.get(Infinity) ?? 0)),
  };
}

interface Measured {
  readonly memories: number;
  readonly projects: number;
  readonly questions: number;
  readonly cairn: Cairn;
  readonly claudeMem: ClaudeMem;
  readonly json: string | undefined;
}

function report({ memories, projects, questions, cairn, claudeMem, json }: Measured): void {
  const columns = Object.entries({ ...cairn.columns, ...claudeMem.columns }).map(([name, answers]) => [name, figures(answers)] as const);
  const shown = (names: readonly string[], of: readonly Readonly<Record<string, number | null>>[]) =>
    names.map((name) => [name, ...of.map((one) => one[name])]);
  console.log(`${memories} memories of ${projects} projects, ${questions} questions; claude-mem ${CLAUDE_MEM}, bun ${BUN}\n`);
  console.log(
    table(
      ['', ...columns.map(([name]) => name)],
      shown(
        ['recall@5', 'recall@10', 'mrr@10', 'answered', 'queryP50Ms', 'queryP95Ms'],
        columns.map(([, of]) => of),
      ),
    ),
  );

  const injected = {
    cairnStart: injectedFigures(cairn.atStart),
    cairnPrompt: injectedFigures(cairn.atPrompt),
    claudeMemStart: injectedFigures(claudeMem.atStart),
  };
  console.log('\nGiven without being asked (claude-mem gives nothing at a prompt unless it is set to):');
  const names = ['given', 'characters', 'tokens', 'memories', 'hit'];
  const heads = ['', 'Cairn, session start', 'Cairn, prompt', 'claude-mem, session start'];
  console.log(table(heads, shown(names, Object.values(injected))));

  const { words, vectors } = claudeMem;
  console.log('\nclaude-mem as a process (Cairn as a process: `npm run bench:speed`):');
  console.log(
    table(
      ['', 'words', 'vectors'],
      [
        ['ready after, ms', words.readyMs, vectors?.readyMs],
        ['taking all in, s', words.takeInSeconds, vectors?.takeInSeconds],
        ['resident, MB', words.residentMb, vectors?.residentMb],
      ],
    ),
  );
  console.log(`\nCairn took all in within ${cairn.buildSeconds.toFixed(1)} s, embedding included.`);
  for (const line of unfair(vectors !== undefined)) console.log(line);
  const result = {
    bench: 'peers',
    memories,
    projects,
    questions,
    versions: { claudeMem: CLAUDE_MEM, bun: BUN },
    sides: Object.fromEntries(columns),
    injected,
    claudeMemProcess: { words, vectors: vectors ?? null },
    cairnBuildSeconds: cairn.buildSeconds,
  };
  console.log('');
  lastLine(result, json);
}

function unfair(hasVectors: boolean): string[] {
  return [
    '',
    'Not alike:',
    '- claude-mem is asked over HTTP, Cairn within the process. Cairn waits for its model as long as it takes.',
    '- claude-mem is made to be asked in a few words of an assistant: "claude-mem" is the question as it stands, found only as one phrase;',
    '  "word by word" is each of its words alone, rarest first, put together by this bench.',
    "- A row is a narrative without the title and the facts that claude-mem's model would write; Cairn too compresses nothing here.",
    "- Cairn's weights were set on half of LoCoMo's conversations. claude-mem was made for observations of code, not for small talk.",
    '- Rows are moved in time for claude-mem, so that the newest is of now; Cairn is asked as of the newest.',
    ...(hasVectors ? [] : ['- Its vector search was not run: give --vectors DIR (see README.md).']),
  ];
}

runBench(main);
