// What compressing labelled sessions came to: tables for people, and the fields of the last line. Pure: prints nothing, measures nothing.
import { KINDS } from '../src/memory.ts';
import type { CompressedSession } from './compressSession.ts';
import { figuresOf, leadOf, precisionOf, recallBySession, recallOf, tokensOf, type Figures, type Lead } from './figures.ts';
import type { Judged } from './judge.ts';
import { ownerOf } from './labels.ts';
import { interval, mean } from './metrics.ts';
import { table } from './report.ts';
import type { ServiceMemory } from './serviceMemory.ts';
import { BASELINES, WHOLE } from './ways.ts';

export interface CompressionRun {
  /** Whose model it was: `none`, `shipped`, or `one a fold`. */
  readonly model: string;
  readonly seed: number;
  /** Absent when it was not asked for. */
  readonly service: ServiceMemory | undefined;
}

interface Way {
  readonly name: string;
  readonly sessions: readonly Judged[];
  readonly figures: Figures;
  /** What the product has over it; absent for the product itself. */
  readonly cairnAhead?: Lead;
}

export function reportOf(
  sessions: readonly CompressedSession[],
  run: CompressionRun,
): { readonly tables: readonly string[]; readonly result: Readonly<Record<string, unknown>> } {
  const made = judgedBy(WHOLE, sessions);
  const names = [...(sessions[0]?.ways.keys() ?? [])];
  const ways = names.map((name): Way => {
    const judged = judgedBy(name, sessions);
    return { name, sessions: judged, figures: figuresOf(judged), ...(name !== WHOLE && { cairnAhead: leadOf(made, judged, run.seed) }) };
  });
  const result = resultOf(sessions, made, ways, run);
  return { tables: [waysTable(ways), leadTable(ways), kindTable(ways), ownerTable(sessions), valueTable(result)], result };
}

function judgedBy(name: string, sessions: readonly CompressedSession[]): Judged[] {
  return sessions.map(({ ways, label }) => {
    const judged = ways.get(name);
    if (!judged) throw new Error(`${label.file} was not judged for ${name}`);
    return judged;
  });
}

type Result = ReturnType<typeof resultOf>;

/** Names are fixed, so that results can be compared over time; fields may be added. */
function resultOf(sessions: readonly CompressedSession[], made: readonly Judged[], ways: readonly Way[], run: CompressionRun) {
  const total = (of: (session: CompressedSession) => number): number => sessions.reduce((sum, session) => sum + of(session), 0);
  const { recall, byKind, ...figures } = figuresOf(made);
  const inTokens = total((session) => session.inTokens);
  const seconds = total((session) => session.seconds);
  const quietTokens = total(({ withoutFacts }) => withoutFacts.tokens);
  return {
    bench: 'compression',
    model: run.model,
    sessions: sessions.length,
    facts: made.reduce((sum, { facts }) => sum + facts.length, 0),
    recall,
    recallInterval: interval(recallBySession(made), run.seed),
    byKind,
    recallByOwnerMean: mean(byOwner(sessions).flatMap(([, of]) => recallOf(of.flatMap(({ facts }) => facts)) ?? [])),
    ...figures,
    supersession: {
      n: total(({ overrules }) => overrules.n),
      carried: total(({ overrules }) => overrules.carried),
      found: total(({ overrules }) => overrules.found),
    },
    compressionRatio: inTokens / made.reduce((sum, judged) => sum + tokensOf(judged), 0),
    withoutFacts: {
      tokens: quietTokens,
      memoriesPer1000Tokens: (1_000 * total(({ withoutFacts }) => withoutFacts.memories)) / quietTokens,
    },
    ways: Object.fromEntries(ways.map((way) => [way.name, { ...way.figures, ...(way.cairnAhead && { cairnAhead: way.cairnAhead }) }])),
    baselines: Object.fromEntries(
      ways
        .filter(({ name }) => Object.values(BASELINES).some((baseline) => baseline === name))
        .map((way) => [way.name, { recall: way.figures.recall, precision: way.figures.precision }]),
    ),
    secondsPerSession: seconds / sessions.length,
    wallSecondsPerSession: total((session) => session.wallSeconds) / sessions.length,
    tokensPerSecond: inTokens / seconds,
    rssMb: run.service?.mostMb ?? null,
    rssAtRestMb: run.service?.atRestMb ?? null,
  };
}

/** The product's own memories of each owner's sessions, in order of their names. */
function byOwner(sessions: readonly CompressedSession[]): (readonly [owner: string, judged: readonly Judged[]])[] {
  const grouped = [...Map.groupBy(sessions, ({ label }) => ownerOf(label.file))].sort(([a], [b]) => (a < b ? -1 : 1));
  return grouped.map(([owner, of]) => [owner, judgedBy(WHOLE, of)]);
}

function waysTable(ways: readonly Way[]): string {
  const head = ['', 'fact recall', 'failures carried', 'outcome kept', 'told as success', 'false failures', 'precision', 'on noise'];
  return table(
    [...head, 'kind right', 'faithful', 'memories a session', 'tokens a session'],
    ways.map(({ name, figures }) => [
      name,
      figures.recall,
      figures.failures.carried,
      figures.failures.outcomeKept,
      figures.failures.toldAsSuccess,
      figures.failures.falseFailures,
      figures.precision,
      figures.noiseRate,
      figures.kindAccuracy,
      figures.faithfulness,
      figures.memoriesPerSession,
      figures.tokensPerSession.mean,
    ]),
  );
}

function leadTable(ways: readonly Way[]): string {
  return table(
    [`fact recall that ${WHOLE} has over`, 'mean over sessions', '95 % from', 'to'],
    ways.flatMap(({ name, cairnAhead }) =>
      cairnAhead ? [[name, cairnAhead.mean, cairnAhead.interval?.[0], cairnAhead.interval?.[1]]] : [],
    ),
  );
}

function kindTable(ways: readonly Way[]): string {
  const counts = ways[0]?.figures.byKind;
  return table(
    ['fact recall by kind', ...KINDS],
    [
      ['facts', ...KINDS.map((kind) => counts?.[kind]?.n)],
      ...ways.map(({ name, figures }) => [name, ...KINDS.map((kind) => figures.byKind[kind]?.recall)]),
    ],
  );
}

function ownerTable(sessions: readonly CompressedSession[]): string {
  return table(
    ['owner', 'sessions', 'facts', 'recall', 'precision'],
    byOwner(sessions).map(([owner, judged]) => {
      const facts = judged.flatMap((one) => one.facts);
      return [owner, judged.length, facts.length, recallOf(facts), precisionOf(judged)];
    }),
  );
}

function valueTable({ failures, supersession, tokensPerSession, ...result }: Result): string {
  return table(
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
      ['tokens a session, median', tokensPerSession.median],
      ['tokens a session, p95', tokensPerSession.p95],
      ['compression ratio', result.compressionRatio],
      ['memories per 1,000 tokens without facts', result.withoutFacts.memoriesPer1000Tokens],
      ['processor seconds a session', result.secondsPerSession],
      ['tokens a processor second', result.tokensPerSecond],
      ['MB of the service: at rest, the model loaded', result.rssAtRestMb],
      ['  most while compressing', result.rssMb],
    ],
  );
}
