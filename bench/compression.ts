// The compressor alone, against facts that careful readers marked. Usage and measures: see `RESULTS.md`.
import fs from 'node:fs';
import path from 'node:path';
import { episodesOf } from '../src/compress/episodes.ts';
import { reconcile } from '../src/compress/reconcile.ts';
import { lineOf } from '../src/inject/contextBlock.ts';
import { countTokens } from '../src/inject/tokens.ts';
import { KINDS, type Memory, type MemoryDraft, type MemoryId, type Observation, type SessionId } from '../src/memory.ts';
import type { Encoder } from '../src/model/encoder.ts';
import { openStore } from '../src/store/sqliteStore.ts';
import { UserError } from '../src/util/errors.ts';
import { firstSentences, salientSentences } from './baselines.ts';
import { isBad, judge, saysPolarity, type Entry, type Judged, type JudgedFact } from './judge.ts';
import { linesOf, ownerOf, readLabels, readSession, spreadOverOwners, type LabelledSession } from './labels.ts';
import { interval, mean, percentile, share } from './metrics.ts';
import { readOptions, runBench } from './options.ts';
import { openCompressor, openModel, openObserver, remembering } from './product.ts';
import { lastLine, progress, table } from './report.ts';

/** What the compressor may spend on a session; the baselines get as much. */
const BUDGET_TOKENS = 800;

interface Session {
  readonly label: LabelledSession;
  readonly made: Judged;
  readonly firsts: Judged;
  readonly salient: Judged;
  /** o200k tokens of what was taken in, of the memories as they are shown, and of stretches without facts. */
  readonly inTokens: number;
  readonly outTokens: number;
  readonly quietTokens: number;
  readonly quietMemories: number;
  /** Labelled pairs of which the later overrules the earlier: how many there are, how many of these have both carried, and how many of those were found. */
  readonly overrules: { readonly n: number; readonly carried: number; readonly found: number };
  /** Of the processor: the same on a busy machine, and what one core would take. */
  readonly seconds: number;
  readonly wallSeconds: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { sessions: 'DIR', labels: 'L.jsonl', models: 'DIR', model: 'DIR', plain: '', memories: 'FILE' });
  const folder = options.needed('sessions');
  const labels = spreadOverOwners(readLabels(options.needed('labels')), options.limit, options.seed);
  const isPlain = options.isOn('plain');
  const folds = options.text('models') === undefined || isPlain ? undefined : readFolds(options.needed('models'));

  const sessions: Session[] = [];
  const written: string[] = [];
  // One model at a time, each fold's sessions together.
  for (const [model, members] of Map.groupBy(labels, ({ file }) => folds?.(file) ?? options.text('model'))) {
    const encoder = await openModel({ model, isPlain });
    for (const label of members) {
      const { session, drafts } = await compressed(folder, label, encoder);
      sessions.push(session);
      written.push(JSON.stringify({ session_file: label.file, entries: drafts.map(asWritten) }));
      if (sessions.length % 20 === 0) progress(`${sessions.length} of ${labels.length} sessions`);
    }
    await encoder?.dispose();
  }
  const file = options.text('memories');
  if (file !== undefined) fs.writeFileSync(file, written.join('\n') + '\n');
  report(sessions, options.seed, options.json, isPlain ? 'none' : folds ? 'one a fold' : 'shipped');
}

/** The folder of the model that has not seen a session's owner: `folds.json` says which fold an owner is in, `fold<n>` is that fold's model. */
function readFolds(folder: string): (file: string) => string {
  const table = path.join(folder, 'folds.json');
  if (!fs.existsSync(table)) throw new UserError(`There is no ${table}. Make it with training/make_encoder.py --folds.`);
  const foldOf = JSON.parse(fs.readFileSync(table, 'utf8')) as Readonly<Record<string, number>>;
  return (file) => {
    const fold = foldOf[ownerOf(file)];
    if (fold === undefined) throw new UserError(`${table} says nothing of ${ownerOf(file)}. Make the folds with all owners.`);
    return path.join(folder, `fold${fold}`);
  };
}

async function compressed(
  folder: string,
  label: LabelledSession,
  model: Encoder | undefined,
): Promise<{ session: Session; drafts: readonly MemoryDraft[] }> {
  const { lines, signals } = readSession(folder, label.file);
  const observer = openObserver();
  const observations: Observation[] = [];
  for (const signal of signals) {
    const seen = await observer.observe(signal);
    if ('id' in seen) observations.push(seen);
  }

  const store = openStore(':memory:');
  // What was timed has been read once: the stretches without facts need not be read again.
  const encoder = model && remembering(model);
  const compressor = openCompressor(encoder, store);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const { memories } = await compressor.compress(observations);
  const used = process.cpuUsage(cpuBefore);
  const seconds = (used.user + used.system) / 1e6;
  const wallSeconds = (performance.now() - startedAt) / 1_000;

  const made = judge(memories.map(asEntry), label, lines, countTokens);
  const inTokens = tokensIn(observations);
  const stretches = withoutFacts(observations, label, lines);
  let quietMemories = 0;
  for (const stretch of stretches) quietMemories += (await compressor.compress(stretch)).memories.length;
  store.close();

  const session: Session = {
    label,
    made,
    firsts: judge(firstSentences(observations, BUDGET_TOKENS, countTokens), label, lines, countTokens),
    salient: judge(salientSentences(observations, BUDGET_TOKENS, countTokens), label, lines, countTokens),
    inTokens,
    outTokens: memories.reduce((sum, memory) => sum + countTokens(`${lineOf(memory as Memory)}\n`), 0),
    quietTokens: stretches.reduce((sum, stretch) => sum + tokensIn(stretch), 0),
    quietMemories,
    overrules: await overrulesFound(memories, made, label),
    seconds,
    wallSeconds,
  };
  return { session, drafts: memories };
}

const tokensIn = (observations: readonly Observation[]): number => observations.reduce((sum, { text }) => sum + countTokens(text), 0);

function citedLines(draft: MemoryDraft): Set<number> {
  return new Set(
    draft.evidence.flatMap(({ lines: [first, last] = [0, -1] }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
  );
}

const asEntry = (draft: MemoryDraft): Entry => ({ kind: draft.kind, text: draft.text, outcome: draft.outcome, lines: citedLines(draft) });

function asWritten({ kind, text, outcome, evidence }: MemoryDraft): unknown {
  return { kind, text, outcome, evidence: evidence.map(({ lines }) => ({ lines })) };
}

/** Runs of whole episodes in which no line is evidence of a fact, each as if it were a session. */
function withoutFacts(observations: readonly Observation[], label: LabelledSession, lines: readonly string[]): Observation[][] {
  const factLines = new Set(label.facts.flatMap((fact) => fact.evidence.flatMap((quote) => linesOf(quote, lines))));
  const isTold = ({ place, text }: Observation): boolean => {
    const first = place.line ?? 0;
    const last = place.isLineByLine ? first + text.split('\n').length - 1 : first;
    for (let line = first; line <= last; line++) if (factLines.has(line)) return true;
    return false;
  };
  const stretches: Observation[][] = [[]];
  for (const { observations: members } of episodesOf(observations)) {
    if (members.some(isTold)) stretches.push([]);
    else stretches.at(-1)?.push(...members);
  }
  return stretches.filter((stretch) => stretch.length > 0);
}

/** Asks the product which of a session's memories overrule others of it. */
async function overrulesFound(memories: readonly MemoryDraft[], made: Judged, label: LabelledSession): Promise<Session['overrules']> {
  let ids = 0;
  const { add, supersede } = await reconcile({
    session: label.file as SessionId,
    source: 'vscode-chat',
    settled: [],
    existing: [],
    drafts: memories,
    newId: () => `m${++ids}` as MemoryId,
    findSimilar: async () => [],
  });
  const textOf = new Map(add.map(({ id, draft }) => [id, draft.text]));
  const found = supersede.map(({ older, newer }) => ({ older: textOf.get(older), newer: textOf.get(newer) }));
  const pairs = label.facts.flatMap((fact) => {
    const older = typeof fact.supersedes === 'number' ? label.facts[fact.supersedes] : undefined;
    return older ? [{ older, newer: fact }] : [];
  });
  const carrierOf = (fact: unknown): string | undefined => made.facts.find((one) => one.fact === fact)?.carrier?.text;
  const carried = pairs
    .map(({ older, newer }) => ({ older: carrierOf(older), newer: carrierOf(newer) }))
    .filter(({ older, newer }) => older !== undefined && newer !== undefined && older !== newer);
  return {
    n: pairs.length,
    carried: carried.length,
    found: carried.filter((pair) => found.some(({ older, newer }) => older === pair.older && newer === pair.newer)).length,
  };
}

function report(sessions: readonly Session[], seed: number, json: string | undefined, model: string): void {
  const made = sessions.map((session) => session.made);
  const ways: readonly (readonly [name: string, judged: readonly Judged[]])[] = [
    ['Cairn', made],
    ['first sentences', sessions.map((session) => session.firsts)],
    ['keyword salience', sessions.map((session) => session.salient)],
  ];
  const byOwner = [...Map.groupBy(sessions, ({ label }) => ownerOf(label.file))].sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = made.flatMap((judged) => judged.facts);
  const entries = made.flatMap((judged) => judged.entries);
  const carried = facts.filter(({ carrier }) => carrier);
  const bad = facts.filter(({ fact }) => isBad(fact.outcome));
  const badCarried = bad.filter(({ carrier }) => carrier);
  const otherCarried = carried.filter(({ fact }) => !isBad(fact.outcome));
  const withPolarity = carried.filter(({ fact }) => fact.polarity.length > 0);
  const tokens = sessions.map(({ outTokens }) => outTokens);
  const inTokens = sum(sessions.map((session) => session.inTokens));
  const seconds = sum(sessions.map((session) => session.seconds));
  const recallOf = (of: readonly JudgedFact[]): number | null => share(of, ({ carrier }) => carrier !== undefined);
  const sessionRecall = sessions.filter(({ label }) => label.facts.length > 0).map((session) => recallOf(session.made.facts) ?? 0);

  const result = {
    bench: 'compression',
    model,
    sessions: sessions.length,
    facts: facts.length,
    recall: recallOf(facts),
    recallInterval: interval(sessionRecall, seed),
    byKind: Object.fromEntries(
      KINDS.map((kind) => {
        const of = facts.filter(({ fact }) => fact.kind === kind);
        return [kind, { n: of.length, recall: recallOf(of) }];
      }),
    ),
    recallByOwnerMean: mean(byOwner.flatMap(([, of]) => recallOf(of.flatMap((session) => session.made.facts)) ?? [])),
    precision: share(entries, (entry) => entry.facts.length > 0),
    kindAccuracy: share(carried, ({ fact, carrier }) => carrier?.kind === fact.kind),
    failures: {
      n: bad.length,
      carried: recallOf(bad),
      outcomeKept: share(
        badCarried,
        ({ fact, carrier }) => carrier !== undefined && (isBad(carrier.outcome) || saysPolarity(carrier.text, fact.polarity)),
      ),
      toldAsSuccess: badCarried.filter(({ carrier }) => carrier?.outcome === 'worked').length,
      falseFailures: share(otherCarried, ({ carrier }) => carrier !== undefined && isBad(carrier.outcome)),
    },
    polarityKept: share(
      withPolarity,
      ({ fact, carrier }) =>
        carrier !== undefined && (saysPolarity(carrier.text, fact.polarity) || (isBad(fact.outcome) && isBad(carrier.outcome))),
    ),
    noiseRate: share(entries, (entry) => entry.facts.length === 0 && entry.isOnNoise),
    unlabelledRate: share(entries, (entry) => entry.facts.length === 0 && !entry.isOnNoise),
    supersession: {
      n: sum(sessions.map(({ overrules }) => overrules.n)),
      carried: sum(sessions.map(({ overrules }) => overrules.carried)),
      found: sum(sessions.map(({ overrules }) => overrules.found)),
    },
    memoriesPerSession: entries.length / sessions.length,
    tokensPerSession: { median: percentile(tokens, 0.5), p95: percentile(tokens, 0.95) },
    compressionRatio: inTokens / sum(tokens),
    faithfulness: share(entries, (entry) => entry.isFaithful),
    tooLong: entries.filter((entry) => entry.isTooLong).length,
    withoutFacts: {
      tokens: sum(sessions.map(({ quietTokens }) => quietTokens)),
      memoriesPer1000Tokens:
        (1_000 * sum(sessions.map(({ quietMemories }) => quietMemories))) / sum(sessions.map(({ quietTokens }) => quietTokens)),
    },
    baselines: Object.fromEntries(
      ways.slice(1).map(([name, judged]) => [
        name,
        {
          recall: recallOf(judged.flatMap((one) => one.facts)),
          precision: share(
            judged.flatMap((one) => one.entries),
            (entry) => entry.facts.length > 0,
          ),
        },
      ]),
    ),
    secondsPerSession: seconds / sessions.length,
    wallSecondsPerSession: sum(sessions.map((session) => session.wallSeconds)) / sessions.length,
    tokensPerSecond: inTokens / seconds,
    rssMb: process.resourceUsage().maxRSS / 1_024,
  };

  console.log(
    table(
      ['', 'fact recall', 'precision', 'on noise', 'memories a session'],
      ways.map(([name, judged]) => {
        const of = judged.flatMap((one) => one.entries);
        return [
          name,
          recallOf(judged.flatMap((one) => one.facts)),
          share(of, (entry) => entry.facts.length > 0),
          share(of, (entry) => entry.facts.length === 0 && entry.isOnNoise),
          of.length / sessions.length,
        ];
      }),
    ),
  );
  console.log(
    `\n${table(
      ['kind', 'facts', 'recall', 'first sentences', 'keyword salience'],
      KINDS.map((kind) => [
        kind,
        result.byKind[kind]?.n,
        ...ways.map(([, judged]) => recallOf(judged.flatMap((one) => one.facts).filter(({ fact }) => fact.kind === kind))),
      ]),
    )}`,
  );
  console.log(
    `\n${table(
      ['owner', 'sessions', 'facts', 'recall', 'precision'],
      byOwner.map(([owner, of]) => [
        owner,
        of.length,
        of.flatMap((session) => session.made.facts).length,
        recallOf(of.flatMap((session) => session.made.facts)),
        share(
          of.flatMap((session) => session.made.entries),
          (entry) => entry.facts.length > 0,
        ),
      ]),
    )}`,
  );
  const { failures, supersession } = result;
  console.log(
    `\n${table(
      ['', 'value'],
      [
        ['recall, mean over owners', result.recallByOwnerMean],
        ['kind right, of carried facts', result.kindAccuracy],
        [`failures carried, of ${failures.n}`, failures.carried],
        ['  of these: outcome kept', failures.outcomeKept],
        ['  of these: told as a success', failures.toldAsSuccess],
        ['other facts told as failures', failures.falseFailures],
        ['polarity kept', result.polarityKept],
        [`overruling pairs found, of ${supersession.carried} carried (${supersession.n} labelled)`, supersession.found],
        ['faithful', result.faithfulness],
        ['too long', result.tooLong],
        ['tokens a session, median', result.tokensPerSession.median],
        ['tokens a session, p95', result.tokensPerSession.p95],
        ['compression ratio', result.compressionRatio],
        ['memories per 1,000 tokens without facts', result.withoutFacts.memoriesPer1000Tokens],
        ['processor seconds a session', result.secondsPerSession],
        ['tokens a processor second', result.tokensPerSecond],
      ],
    )}\n`,
  );
  lastLine(result, json);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

runBench(main);
