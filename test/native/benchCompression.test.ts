// The bench of compression as a person runs it, without a model: sessions, labels and others' memories in files, a table and one line of JSON out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readOthers } from '../../bench/memoriesFile.ts';
import { UserError } from '../../src/util/errors.ts';

const BENCH = path.resolve(import.meta.dirname, '../../bench/compression.ts');
const SESSION = 'anna__shop/one.md';
const TEXT = [
  '_**User**_',
  '',
  'The orders page is slow. Please find out why.',
  '',
  '_**Assistant**_',
  '',
  'The root cause was a missing index on orders.customer_id, so every query scanned the table.',
  '',
  'I tried caching the orders in Redis, but it failed because the totals went stale.',
  '',
  'We decided to use a covering index instead of a cache, because writes are rare.',
  '',
].join('\n');
const LABEL = {
  file: SESSION,
  facts: [
    {
      kind: 'failed_attempt',
      statement: 'Caching orders in Redis failed because totals went stale',
      evidence: ['I tried caching the orders in Redis, but it failed because the totals went stale.'],
      outcome: 'failed',
      polarity: ['failed'],
    },
    {
      kind: 'decision',
      statement: 'use a covering index instead of a cache because writes are rare',
      evidence: ['We decided to use a covering index instead of a cache'],
      outcome: null,
      polarity: ['instead of'],
    },
  ],
  noise: [],
};
const ROW = {
  session_file: SESSION,
  entries: [
    { kind: 'failed_attempt', text: 'caching the orders in Redis failed totals stale', outcome: 'failed', evidence: [{ lines: [9, 9] }] },
  ],
};

describe('bench: compression', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const write = (name: string, ...rows: unknown[]): string => {
    fs.writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return at(name);
  };
  const run = (...more: string[]) =>
    promisify(execFile)(process.execPath, [BENCH, '--plain', '--sessions', folder, '--labels', at('labels.jsonl'), ...more]);

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-'));
    fs.mkdirSync(at('anna__shop'));
    fs.writeFileSync(at(SESSION), TEXT);
    write('labels.jsonl', LABEL);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it('judges the product whole and in parts, the baselines and others on the same sessions', async () => {
    const others = write('others.jsonl', ROW);
    const { stdout } = await run(
      '--parts',
      '--others',
      `theirs=${others}`,
      '--draw',
      '1',
      '--memories',
      at('made.jsonl'),
      '--json',
      at('last.json'),
    );
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.deepEqual(last, JSON.parse(fs.readFileSync(at('last.json'), 'utf8')));
    assert.deepEqual([last.bench, last.model, last.sessions, last.facts], ['compression', 'none', 1, 2]);
    const ways = last.ways as Record<string, { recall: number; faithfulness: number; failures: { carried: number; outcomeKept: number } }>;
    assert.deepEqual(Object.keys(ways), [
      'Cairn',
      'Cairn without links',
      'Cairn without shortening',
      'Cairn without chains',
      'first sentences',
      'keyword salience',
      'theirs',
    ]);
    assert.equal(ways.theirs?.recall, 0.5);
    assert.deepEqual([ways.theirs.failures.carried, ways.theirs.failures.outcomeKept, ways.theirs.faithfulness], [1, 1, 1]);
    assert.equal(ways['first sentences']?.failures.carried, 0, 'the first sentence of the reply is about something else');
    assert.equal(ways.Cairn?.recall, last.recall);
    assert.ok((ways.Cairn?.recall ?? 0) > 0);
    assert.match(stdout, /^## 1 of \d+ memor/m);

    // What is written can be read back, and is judged alike.
    const { stdout: again } = await run('--others', `same=${at('made.jsonl')}`);
    const { ways: both } = JSON.parse(again.trim().split('\n').at(-1) ?? '') as { ways: Record<string, object> };
    const { cairnAhead, ...same } = both.same as { cairnAhead: unknown };
    assert.deepEqual(same, both.Cairn);
    assert.deepEqual(cairnAhead, { mean: 0, interval: null });
  }).timeout(30_000);

  it('measures the memory of the service while it compresses', async () => {
    const root = path.resolve(import.meta.dirname, '../..');
    await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build.mjs')], { cwd: root });
    const { stdout } = await run('--service', '1');
    const { rssMb, rssAtRestMb } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<'rssMb' | 'rssAtRestMb', number>;
    if (!fs.existsSync('/proc/self/clear_refs')) assert.equal(rssMb, null, 'only Linux tells');
    else assert.ok(rssAtRestMb > 50 && rssMb >= rssAtRestMb && rssMb <= 400, `${rssAtRestMb} MB at rest, ${rssMb} MB at most`);
  }).timeout(60_000);

  it('says what is wrong with a command line, and ends with 1', async () => {
    const others = write('others.jsonl', ROW);
    for (const [more, message] of [
      [['--others', others], /Give it as NAME=FILE/],
      [['--others', `Cairn=${others}`], /Two rows would be called Cairn/],
      [['--others', `a=${others}`, '--others', `a=${others}`], /Two rows would be called a/],
      [['--others', `a=${at('none.jsonl')}`], /There is no file/],
      [['--draw', '0'], /--draw is 0/],
    ] as const) {
      await assert.rejects(run(...more), (thrown: { code?: number; stderr?: string }) => {
        assert.equal(thrown.code, 1);
        assert.match(thrown.stderr ?? '', message);
        assert.doesNotMatch(thrown.stderr ?? '', /\n\s+at /, 'no stack: the person can put it right');
        return true;
      });
    }
  }).timeout(30_000);

  it('takes memories of others only when they are of these sessions and of the format', () => {
    const read = (...rows: unknown[]) => readOthers(`a=${write('wrong.jsonl', ...rows)}`, [SESSION]);
    const withEntry = (entry: object): unknown => ({ ...ROW, entries: [{ ...ROW.entries[0], ...entry }] });
    const refuses = (message: RegExp, ...rows: unknown[]): void =>
      assert.throws(
        () => read(...rows),
        (thrown: Error) => thrown instanceof UserError && message.test(thrown.message),
      );
    refuses(/lacks 1 of the 1 sessions, the first of them anna__shop\/one\.md/, { session_file: 'anna__shop/two.md', entries: [] });
    refuses(/has anna__shop\/one\.md twice/, ROW, ROW);
    refuses(/no session_file or no entries/, { entries: [] });
    refuses(/entry 1: text is not a string/, withEntry({ text: null }));
    refuses(/entry 1: kind is none of decision, /, withEntry({ kind: 'insight' }));
    refuses(/entry 1: outcome is none of worked, /, withEntry({ outcome: 'meh' }));
    refuses(/entry 1: evidence is not a list/, withEntry({ evidence: undefined }));
    for (const lines of [[9], [0, 1], [3, 2], [1.5, 2], ['1', '2'], 'all', [1, 1e12]])
      refuses(/\[first, last\]/, withEntry({ evidence: [{ lines }] }));
    assert.throws(() => read(ROW).entriesOf(SESSION, 8), /cites line 9 of anna__shop\/one\.md, which has 8/);

    const [entry] = read(withEntry({ kind: null, outcome: undefined, evidence: [{ lines: [7, 9] }, {}, { lines: null }] })).entriesOf(
      SESSION,
      12,
    );
    assert.deepEqual(entry, { text: ROW.entries[0]?.text, outcome: null, lines: new Set([7, 8, 9]) });
    assert.deepEqual(read({ session_file: SESSION, entries: [] }).entriesOf(SESSION, 12), [], 'nothing found is an answer');
  });
});
