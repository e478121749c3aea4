// The measures of the bench of compression, on sessions small enough to count by hand.
import assert from 'node:assert/strict';
import { reportOf, type CompressionRun } from '../../bench/compressionReport.ts';
import type { CompressedSession } from '../../bench/compressSession.ts';
import { drawn } from '../../bench/draw.ts';
import type { Entry } from '../../bench/entry.ts';
import { figuresOf, leadOf } from '../../bench/figures.ts';
import { judge, type Judged } from '../../bench/judge.ts';
import type { LabelledFact, LabelledSession } from '../../bench/labels.ts';

const words = (text: string): number => text.trim().split(/\s+/).length;

const LINES = ['SQLite holds the store', 'Redis broke the build', 'Jest was given up', 'Lint passes now', 'Let me look'];
const fact = (line: number, more: Partial<LabelledFact> = {}): LabelledFact => {
  const text = LINES[line - 1] ?? '';
  return { kind: 'decision', statement: text, evidence: [text], outcome: null, polarity: [], ...more };
};
const LABEL: LabelledSession = {
  file: 'owner__x/a.md',
  facts: [
    fact(1),
    fact(2, { kind: 'failed_attempt', outcome: 'failed', polarity: ['broke'] }),
    fact(3, { kind: 'failed_attempt', outcome: 'abandoned', polarity: ['given up'] }),
    fact(4, { kind: 'bug_fix', outcome: 'worked' }),
  ],
  noise: ['Let me look'],
};
const entry = (line: number, more: Partial<Entry> = {}): Entry => ({
  kind: 'decision',
  text: LINES[line - 1] ?? '',
  outcome: null,
  lines: new Set([line]),
  ...more,
});
const judged = (...entries: Entry[]): Judged => judge(entries, LABEL, LINES, words);

describe('bench: figures of a way', () => {
  it('counts what is carried, and how it is told', () => {
    const figures = figuresOf([
      judged(
        entry(1, { outcome: 'failed' }),
        entry(2, { kind: 'failed_attempt', text: 'Redis the build', outcome: 'worked' }),
        entry(3, { kind: 'failed_attempt' }),
        entry(5),
      ),
    ]);
    assert.equal(figures.recall, 3 / 4);
    assert.equal(figures.precision, 3 / 4);
    assert.equal(figures.noiseRate, 1 / 4);
    assert.equal(figures.unlabelledRate, 0);
    assert.equal(figures.kindAccuracy, 1);
    assert.deepEqual(figures.failures, {
      n: 2,
      carried: 1,
      // Jest was told with "given up"; Redis with neither outcome nor word.
      outcomeKept: 1 / 2,
      toldAsSuccess: 1,
      // Of the one other fact that is carried.
      falseFailures: 1,
    });
    assert.equal(figures.polarityKept, 1 / 2);
    assert.deepEqual(figures.byKind.bug_fix, { n: 1, recall: 0 });
    assert.deepEqual(figures.byKind.todo, { n: 0, recall: null });
  });

  it('lets the outcome say what the words do not', () => {
    const figures = figuresOf([judged(entry(2, { text: 'Redis the build', outcome: 'failed' }))]);
    assert.equal(figures.failures.outcomeKept, 1);
    assert.equal(figures.polarityKept, 1);
    assert.equal(figures.failures.toldAsSuccess, 0);
  });

  it('does not hold it against a baseline that it tells no kinds, but does against one that tells some', () => {
    const bare: Entry = { text: LINES[0] ?? '', outcome: null, lines: new Set([1]) };
    assert.equal(figuresOf([judged(bare)]).kindAccuracy, null);
    assert.equal(figuresOf([judged(bare, entry(4, { kind: 'bug_fix' }))]).kindAccuracy, 1 / 2);
  });

  it('is null, not nothing, where there is nothing to share', () => {
    const figures = figuresOf([judged()]);
    assert.equal(figures.recall, 0);
    assert.deepEqual(
      [figures.precision, figures.faithfulness, figures.kindAccuracy, figures.failures.outcomeKept],
      [null, null, null, null],
    );
    assert.equal(figures.memoriesPerSession, 0);
  });

  it('counts memories and tokens over sessions', () => {
    const figures = figuresOf([judged(entry(1), entry(2)), judged(), judged(entry(1))]);
    assert.equal(figures.memoriesPerSession, 1);
    // "- DECISION" and four words.
    assert.deepEqual(figures.tokensPerSession, { mean: 18 / 3, median: 6, p95: 12 });
  });

  it('compares two ways session by session', () => {
    const both = [judged(entry(1), entry(2)), judged(entry(1))];
    const lead = leadOf(both, [judged(entry(1)), judged(entry(1))], 1);
    assert.equal(lead.mean, (1 / 4 + 0) / 2);
    assert.deepEqual(lead.interval, [0, 1 / 4]);
    assert.deepEqual(leadOf(both, both, 1), { mean: 0, interval: [0, 0] });
  });
});

const RUN: CompressionRun = {
  model: 'none',
  seed: 1,
  service: { atRestMb: 200, mostMb: 300 },
};

const session = (file: string, ways: Readonly<Record<string, Judged>>): CompressedSession => ({
  label: { ...LABEL, file },
  memories: [],
  ways: new Map(Object.entries(ways)),
  inTokens: 600,
  withoutFacts: { tokens: 200, memories: 1 },
  overrules: { n: 2, carried: 1, found: 1 },
  seconds: 0.5,
  wallSeconds: 1,
});
const SESSIONS = [
  session('one__x/a.md', { Cairn: judged(entry(1), entry(2)), 'first sentences': judged(entry(5)), theirs: judged(entry(1)) }),
  session('two__x/b.md', { Cairn: judged(entry(1)), 'first sentences': judged(), theirs: judged() }),
];

describe('bench: the report on compression', () => {
  const { tables, result } = reportOf(SESSIONS, RUN);

  it('has the names of the last line, which results are compared by', () => {
    const names = [
      ...['bench', 'sessions', 'facts', 'recall', 'byKind', 'recallByOwnerMean', 'precision', 'kindAccuracy', 'failures', 'polarityKept'],
      ...['noiseRate', 'unlabelledRate', 'memoriesPerSession', 'tokensPerSession', 'compressionRatio', 'faithfulness', 'secondsPerSession'],
      ...['tokensPerSecond', 'rssMb', 'supersession', 'withoutFacts', 'baselines', 'ways', 'rssAtRestMb'],
    ];
    assert.deepEqual(
      names.filter((name) => !(name in result)),
      [],
    );
  });

  it('says of the product what its row says, and adds up over sessions', () => {
    assert.equal(result.recall, 3 / 8);
    assert.equal(result.recallByOwnerMean, (2 / 4 + 1 / 4) / 2);
    assert.deepEqual(result.supersession, { n: 4, carried: 2, found: 2 });
    assert.deepEqual(result.withoutFacts, { tokens: 400, memoriesPer1000Tokens: 5 });
    assert.equal(result.tokensPerSecond, 1_200);
    assert.equal(result.compressionRatio, 1_200 / 18);
    const { Cairn } = result.ways as Readonly<Record<string, { readonly recall: number }>>;
    assert.equal(Cairn?.recall, result.recall);
    assert.ok(!('cairnAhead' in Cairn));
  });

  it('has a row for each way, and calls baselines only what is one', () => {
    assert.deepEqual(Object.keys(result.ways as object), ['Cairn', 'first sentences', 'theirs']);
    assert.deepEqual(result.baselines, { 'first sentences': { recall: 0, precision: 0 } });
    const { theirs } = result.ways as Readonly<Record<string, { readonly cairnAhead: unknown }>>;
    assert.deepEqual(theirs?.cairnAhead, { mean: 1 / 4, interval: [1 / 4, 1 / 4] });
    const [ways] = tables;
    assert.match(ways ?? '', /^theirs +0\.125 .* 0\.500 +3$/m);
  });

  it('refuses sessions that were not all made in the same ways', () => {
    const [first] = SESSIONS;
    assert.ok(first);
    assert.throws(
      () => reportOf([first, session('two__x/b.md', { Cairn: judged() })], RUN),
      /two__x\/b\.md was not judged for first sentences/,
    );
  });
});

describe('bench: memories drawn by lot', () => {
  const sessions = [
    session('one__x/a.md', { Cairn: judged(...[1, 2, 3, 4].map((line) => entry(line))) }),
    SESSIONS[1] ?? SESSIONS[0],
  ].flatMap((one) => one ?? []);
  const draw = (count: number, seed: number): string => drawn(sessions, count, seed, () => LINES);
  const headings = (markdown: string): string[] => markdown.match(/^> .*$/gm) ?? [];

  it('draws as many as asked for, none twice, the same for the same seed', () => {
    assert.equal(headings(draw(3, 1)).length, 3);
    assert.match(draw(3, 1), /^## 3 of 5 memories/);
    assert.equal(draw(3, 1), draw(3, 1));
    assert.ok([2, 3, 4, 5].some((seed) => draw(3, seed) !== draw(3, 1)));
    assert.equal(headings(draw(99, 1)).length, 5);
    assert.equal(new Set(headings(draw(99, 1))).size, 4, 'all four texts, one of them made of both sessions');
  });

  it('shows the memory, what it stands on, and the verdict', () => {
    const made = judged(
      entry(2, { kind: 'failed_attempt', outcome: 'failed', lines: new Set([5, 2]) }),
      entry(4, { text: 'nothing of it' }),
    );
    const text = drawn([session('one__x/a.md', { Cairn: made })], 2, 1, () => LINES);
    assert.match(text, /> FAILED_ATTEMPT Redis broke the build\n\nCarries the fact: Redis broke the build \(failed_attempt, failed\) {2}\nStands on noise\.\n\n {4}2: Redis broke the build\n {4}5: Let me look\n\nGrade:/); // prettier-ignore
    assert.match(text, /> DECISION nothing of it\n\nCarries no labelled fact\.\n\n {4}4: Lint passes now\n\nGrade:/);
  });

  it('cuts lines that no one would read to their end, and says so', () => {
    const text = drawn([session('one__x/a.md', { Cairn: judged(entry(1)) })], 1, 1, () => ['x'.repeat(1_005)]);
    assert.match(text, / {4}1: x{1000} \[and 5 characters more\]/);
  });
});
