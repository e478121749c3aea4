// The whole product on real sessions: taken in turn by turn, compressed, stored, asked. Usage and measures: see `RESULTS.md`.
import fs from 'node:fs';
import path from 'node:path';
import { randomOf } from '../scripts/lib/random.ts';
import type { Evidence, Memory, MemoryId, SessionId, Signal } from '../src/memory.ts';
import { UserError } from '../src/util/errors.ts';
import { readJsonLines } from './jsonLines.ts';
import { readSession } from './labels.ts';
import { interval, mean, share, shuffled } from './metrics.ts';
import { readOptions, runBench } from './options.ts';
import { openModel, openProduct, remembering, type Product } from './product.ts';
import { lastLine, progress, table } from './report.ts';

interface Question {
  readonly id: string;
  readonly project: string;
  readonly question: string;
  readonly category: string;
  /** How it was put: in the session's words or in others. */
  readonly style: string;
  readonly gold: readonly { readonly file: string; readonly lines: readonly number[] }[];
  /** Sessions that tell it too. */
  readonly also_ok?: readonly string[];
  readonly answerable: boolean;
}

/** So near to a gold line, evidence counts as being it. */
const NEAR_LINES = 3;
const BUDGET_TOKENS = 300;
const NOTHING_GLOBAL = Promise.resolve([]);
const RANKED = 50;
/** Questions are asked a day after the project's last session. */
const DAY_MS = 24 * 3_600_000;

interface Answer {
  readonly question: Question;
  /** Rank of the first hit among all that was found without the floor, from 1; infinite when there is none. */
  readonly sessionRank: number;
  readonly evidenceRank: number;
  /** A memory with its evidence near a gold line is in the store at all. */
  readonly isStored: boolean;
  readonly blockTokens: number;
  /** Of the block's memories, whether each is of a right session; empty when nothing was said. */
  readonly blockHits: readonly boolean[];
  readonly isInBlock: boolean;
  /** Nothing was said, once the gold memories of all questions were gone. */
  readonly isSilentWithoutGold: boolean;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { sessions: 'DIR', questions: 'Q.jsonl', model: 'DIR', plain: '', ranked: 'FILE' });
  const folder = path.resolve(options.needed('sessions'));
  const all = readJsonLines<Question>(options.needed('questions'));
  const questions = options.limit === undefined ? all : shuffled(all, randomOf(options.seed)).slice(0, options.limit);
  const model = await openModel({ model: options.text('model'), isPlain: options.isOn('plain') });

  const answers: Answer[] = [];
  const ranked: string[] = [];
  let sessions = 0;
  let memories = 0;
  const startedAt = performance.now();
  for (const [project, asked] of Map.groupBy(questions, (question) => question.project)) {
    const encoder = model && remembering(model);
    // What was taken in a minute ago is due to be compressed: the bench has no time to wait for quiet.
    const product = openProduct({ folder: ':memory:', encoder, now: () => Date.now() + 60_000 });
    const { count, latestMs } = await takeIn(product, folder, project);
    sessions += count;
    memories += product.store.all().length;
    const judged = await ask(product, folder, asked, latestMs + DAY_MS);
    answers.push(...judged.answers);
    ranked.push(...judged.ranked);
    encoder?.forget();
    progress(`${project}: ${count} sessions, ${product.store.all().length} memories, ${asked.length} questions`);
    product.engine.dispose();
  }
  await model?.dispose();
  const file = options.text('ranked');
  if (file !== undefined) fs.writeFileSync(file, ranked.join('\n') + '\n');
  report(answers, { sessions, memories, seconds: (performance.now() - startedAt) / 1_000, seed: options.seed, json: options.json });
}

/** Every session of a project, oldest first, one turn after the other: after each it is compressed, as it is when a person works. */
async function takeIn(product: Product, folder: string, project: string): Promise<{ count: number; latestMs: number }> {
  const where = path.join(folder, project);
  if (!fs.existsSync(where)) throw new UserError(`There is no folder ${project} in ${folder}. Give the folder that holds the sessions.`);
  const files = fs
    .readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${project}/${name.split(path.sep).join('/')}`);
  const sessions = files.map((file, i) => readSession(folder, file, i).signals).filter((signals) => signals.length > 0);
  sessions.sort((a, b) => (a[0]?.place.atMs ?? 0) - (b[0]?.place.atMs ?? 0));
  const unaborted = new AbortController().signal;
  for (const signals of sessions) {
    for (const turn of turnsOf(signals)) {
      await product.engine.capture(turn);
      await product.engine.compressDue(unaborted);
      await product.engine.embedMissing(unaborted);
    }
  }
  return { count: sessions.length, latestMs: Math.max(...sessions.map((signals) => signals.at(-1)?.place.atMs ?? 0)) };
}

function turnsOf(signals: readonly Signal[]): Signal[][] {
  const turns: Signal[][] = [[]];
  for (const signal of signals) {
    turns.at(-1)?.push(signal);
    if (signal.kind === 'turn_end') turns.push([]);
  }
  return turns.filter((turn) => turn.length > 0);
}

async function ask(
  product: Product,
  folder: string,
  questions: readonly Question[],
  atMs: number,
): Promise<{ answers: Answer[]; ranked: string[] }> {
  const { engine, retriever, store, index } = product;
  const fileOf = (evidence: Evidence): string =>
    path
      .relative(folder, evidence.place.path ?? folder)
      .split(path.sep)
      .join('/');
  const isSession = (memory: Memory, question: Question): boolean => {
    const right = new Set([...question.gold.map(({ file }) => file), ...(question.also_ok ?? [])]);
    return memory.evidence.some((evidence) => right.has(fileOf(evidence)));
  };
  const isEvidence = (memory: Memory, question: Question): boolean =>
    memory.evidence.some((evidence) =>
      question.gold.some(
        ({ file, lines }) =>
          file === fileOf(evidence) &&
          lines.some((line) => {
            const [first, last] = evidence.lines ?? [NaN, NaN];
            return line >= first - NEAR_LINES && line <= last + NEAR_LINES;
          }),
      ),
    );
  const blockFor = async (question: Question, way: string) => {
    // Each question is a session of its own: nothing was given to it before.
    const session = `question ${question.id} ${way}` as SessionId;
    return engine.context({ kind: 'prompt', assistant: 'bench', session, prompt: question.question, atMs }, BUDGET_TOKENS, NOTHING_GLOBAL);
  };

  const stored = store.all();
  const ranked: string[] = [];
  const found: Omit<Answer, 'isSilentWithoutGold'>[] = [];
  for (const question of questions) {
    const recollections = await retriever.recall({ text: question.question, atMs, limit: RANKED });
    ranked.push(
      JSON.stringify({
        id: question.id,
        ranked: recollections.map(({ memory, score }) => ({
          file: fileOf(memory.evidence[0] as Evidence),
          lines: memory.evidence[0]?.lines ?? null,
          text: memory.text,
          score,
        })),
      }),
    );
    const rankOf = (isHit: (memory: Memory, of: Question) => boolean): number => {
      const at = recollections.findIndex(({ memory }) => isHit(memory, question));
      return at < 0 ? Infinity : at + 1;
    };
    const block = await blockFor(question, 'whole');
    const told = (block?.memories ?? []).flatMap((id: MemoryId) => store.get(id) ?? []);
    found.push({
      question,
      sessionRank: rankOf(isSession),
      evidenceRank: rankOf(isEvidence),
      isStored: stored.some((memory) => isEvidence(memory, question)),
      blockTokens: block?.tokens ?? 0,
      blockHits: told.map((memory) => isSession(memory, question)),
      isInBlock: told.some((memory) => isEvidence(memory, question)),
    });
  }

  const gold = stored.filter((memory) => questions.some((question) => isEvidence(memory, question)));
  store.hide(
    gold.map(({ id }) => id),
    Date.now(),
  );
  index.catchUp();
  const answers: Answer[] = [];
  for (const answer of found)
    answers.push({ ...answer, isSilentWithoutGold: (await blockFor(answer.question, 'without gold')) === undefined });
  return { answers, ranked };
}

function figures(answers: readonly Answer[]) {
  return {
    n: answers.length,
    'sessionHit@1': share(answers, ({ sessionRank }) => sessionRank <= 1),
    'sessionHit@5': share(answers, ({ sessionRank }) => sessionRank <= 5),
    'sessionHit@10': share(answers, ({ sessionRank }) => sessionRank <= 10),
    'evidenceHit@5': share(answers, ({ evidenceRank }) => evidenceRank <= 5),
    'evidenceHit@10': share(answers, ({ evidenceRank }) => evidenceRank <= 10),
    mrr: mean(answers.map(({ evidenceRank }) => 1 / evidenceRank)),
    sessionMrr: mean(answers.map(({ sessionRank }) => 1 / sessionRank)),
    hitInBudget: share(answers, ({ isInBlock }) => isInBlock),
    hitInBudgetOfStored: share(
      answers.filter(({ isStored }) => isStored),
      ({ isInBlock }) => isInBlock,
    ),
    stored: share(answers, ({ isStored }) => isStored),
  };
}

interface Run {
  readonly sessions: number;
  readonly memories: number;
  readonly seconds: number;
  readonly seed: number;
  readonly json: string | undefined;
}

function report(answers: readonly Answer[], { sessions, memories, seconds, seed, json }: Run): void {
  const answerable = answers.filter(({ question }) => question.answerable);
  const unanswerable = answers.filter(({ question }) => !question.answerable);
  const by = (nameOf: (question: Question) => string) =>
    [...Map.groupBy(answerable, ({ question }) => nameOf(question))].sort(([a], [b]) => (a < b ? -1 : 1));
  const styles = by(({ style }) => style);
  const categories = by(({ category }) => category);
  const spoken = answers.filter(({ blockHits }) => blockHits.length > 0);

  const columns = ['n', 'sessionHit@1', 'sessionHit@5', 'evidenceHit@5', 'evidenceHit@10', 'mrr', 'stored', 'hitInBudget'] as const;
  const row = (name: string, of: readonly Answer[]) => [name, ...columns.map((column) => figures(of)[column])];
  console.log(
    table(
      ['', ...columns],
      [
        row('all answerable', answerable),
        ...styles.map(([name, of]) => row(`style ${name}`, of)),
        ...categories.map(([name, of]) => row(`about ${name}`, of)),
      ],
    ),
  );
  const result = {
    bench: 'recall',
    questions: answerable.length,
    unanswerable: unanswerable.length,
    sessions,
    memories,
    ...figures(answerable),
    hitInBudgetInterval: interval(
      answerable.map(({ isInBlock }) => Number(isInBlock)),
      seed,
    ),
    // Of answerable questions only: what is said to the others is counted by `abstention`.
    blockPrecision: mean(answerable.flatMap(({ blockHits }) => blockHits.map(Number))),
    blockTokens: mean(spoken.map(({ blockTokens }) => blockTokens)),
    abstention: share(unanswerable, ({ blockHits }) => blockHits.length === 0),
    abstentionGoldLeftOut: share(answerable, ({ isSilentWithoutGold }) => isSilentWithoutGold),
    silentOfAnswerable: share(answerable, ({ blockHits }) => blockHits.length === 0),
    byStyle: Object.fromEntries(styles.map(([name, of]) => [name, figures(of)])),
    byCategory: Object.fromEntries(categories.map(([name, of]) => [name, figures(of)])),
    seconds,
  };
  console.log(
    `\n${table(
      ['', 'value'],
      [
        ['hit in budget, of those stored', result.hitInBudgetOfStored],
        ['memories of the block from a right session', result.blockPrecision],
        ['tokens of a block', result.blockTokens],
        ['silent where there is no answer', result.abstention],
        ['silent once the gold is taken out', result.abstentionGoldLeftOut],
        ['silent where there is an answer', result.silentOfAnswerable],
        ['sessions taken in', sessions],
        ['memories made', memories],
        ['seconds', seconds],
      ],
    )}\n`,
  );
  lastLine(result, json);
}

runBench(main);
