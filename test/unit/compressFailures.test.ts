// Failures are chains of events: stories of what was tried, why it came to nothing and what was done instead, told with and without a model.
import assert from 'node:assert/strict';
import { FAILED_LABEL } from '../../src/compress/faithful.ts';
import { KINDS, type Kind, type MemoryDraft, type Outcome } from '../../src/memory.ts';
import type { Encoder, FittedWeights, SegmentReading } from '../../src/model/encoder.ts';
import modelWeights from '../../models/weights.json' with { type: 'json' };
import { type Told, memoriesOf, plainCompressor, tell } from '../support/compressSession.ts';

const isBad = ({ outcome }: Pick<MemoryDraft, 'outcome'>): boolean => outcome === 'failed' || outcome === 'abandoned';
const shown = (memories: readonly MemoryDraft[]): string =>
  memories.map(({ kind, outcome, text }) => `${kind}/${outcome}: ${text}`).join('\n');

/** A model that has read the segments which hold one of the given pieces, and finds nothing in the others. */
function readingOf(rows: readonly (readonly [piece: string, kind: Kind, outcome: Outcome | 'none'])[]): Encoder {
  const reading = (text: string): SegmentReading => {
    const row = rows.find(([piece]) => text.includes(piece));
    const share = <K extends string>(keys: readonly K[], one: K) =>
      Object.fromEntries(keys.map((key) => [key, key === one ? 0.94 : 0.06 / (keys.length - 1)])) as Record<K, number>;
    return {
      weight: row ? 0.8 : 0.01,
      noise: 0.05,
      kinds: share(KINDS, row?.[1] ?? 'architecture'),
      outcomes: share(['worked', 'failed', 'abandoned', 'none'] as const, row?.[2] ?? 'none'),
      link: new Float32Array(64),
      keep: new Float32Array(0),
    };
  };
  return {
    id: 'scripted',
    dimensions: 1,
    fitted: modelWeights as FittedWeights,
    embed: () => Promise.resolve([]),
    read: ({ segments }) => Promise.resolve(segments.map(({ text }) => reading(text))),
    dispose: () => Promise.resolve(),
  };
}

describe('a failed run', () => {
  const WRAPPED: readonly Told[] = [
    ['request', 'run the unit tests and tell me what breaks'],
    ['call', 'Bash: rtk bun run test 2>&1 | tail -20', { tool: 'Bash' }],
    ['result', "Exit code 2\nerror: unrecognized subcommand 'bun'\n\nUsage: rtk [OPTIONS] <COMMAND>", { tool: 'Bash', exitCode: 2 }],
    ['call', 'Bash: bun run test 2>&1 | tail -20', { tool: 'Bash' }],
    ['result', '212 pass\n0 fail\nRan 212 tests across 31 files.', { tool: 'Bash', exitCode: 0 }],
    ['reply', 'All tests pass.'],
  ];

  it('is told with its command, its error and the run that went well', async () => {
    const memories = await memoriesOf(WRAPPED);
    const failed = memories.filter(isBad);
    assert.equal(failed.length, 1, shown(memories));
    assert.equal(failed[0]?.kind, 'failed_attempt');
    assert.match(failed[0]?.text ?? '', /^rtk bun run test.* → failed: .*unrecognized subcommand 'bun'.*; bun run test/);
    assert.ok(!memories.some(({ outcome, text }) => outcome === 'worked' && text.includes('rtk bun')));
  });

  it('keeps the change of folder where the folder is what was wrong', async () => {
    const memories = await memoriesOf([
      ['request', 'build the solution please'],
      ['call', 'Bash: cd /c/dev/ktsu/BlastMerge && dotnet build', { tool: 'Bash' }],
      ['result', 'The system cannot find the path specified.', { tool: 'Bash', exitCode: 1 }],
      ['call', 'Bash: dotnet build', { tool: 'Bash' }],
      ['result', 'Build succeeded.\n0 Error(s)', { tool: 'Bash', exitCode: 0 }],
    ]);
    const [failed] = memories.filter(isBad);
    assert.ok(failed, shown(memories));
    assert.match(failed.text, /^cd \/c\/dev\/ktsu\/BlastMerge && dotnet build → failed: The system cannot find the path specified/);
  });

  it('is not blamed for what the shell missed at its own start', async () => {
    const memories = await memoriesOf([
      ['request', 'check the types please'],
      ['call', 'Bash: npm run type-check', { tool: 'Bash' }],
      ['result', 'zsh:1: command not found: dump_zsh_state', { tool: 'Bash', exitCode: 1 }],
    ]);
    assert.deepEqual(memories.filter(isBad), []);
  });

  it('is no attempt where one only looked whether something is there, or how an error is shown', async () => {
    const memories = await memoriesOf([
      ['request', 'where is the configuration?'],
      ['call', '{"command": "ls docs/config.md"}', { tool: 'Bash' }],
      ['result', 'ls: docs/config.md: No such file or directory', { tool: 'Bash', exitCode: 1 }],
      ['call', 'Bash: ./tool unknowncommand; echo "exit code: $?"', { tool: 'Bash' }],
      ['result', 'error: unknown command "unknowncommand"\nexit code: 1', { tool: 'Bash', exitCode: 1 }],
    ]);
    assert.deepEqual(memories.filter(isBad), []);
  });
});

describe('an attempt that came to nothing', () => {
  it('is told with what was tried when the user says no and the assistant owns up', async () => {
    const memories = await memoriesOf([
      ['request', 'what tasks are available?'],
      ['reply', 'I listed the files in process/tasks/ to show the available tasks: #001, #002 and #003 are open.'],
      ['request', "no, that's wrong, why didn't you use the CLI for the tasks?"],
      [
        'reply',
        "You're right. I did not follow the workflow rule and listed the files in process/tasks/ directly, which was incorrect. The rule requires `minsky tasks list --json`.",
      ],
    ]);
    const failed = memories.filter(isBad);
    assert.ok(failed.length >= 1, shown(memories));
    for (const { kind, text } of failed) {
      assert.equal(kind, 'failed_attempt');
      assert.match(text, /→ failed:|incorrect|did not/);
    }
  });

  it('is never advice: an exploration that led nowhere leaves at most one memory, which says so', async () => {
    const memories = await memoriesOf([
      ['request', 'make the search faster'],
      ['reply', "I'll try caching the results of `searchIndex()` in a WeakMap keyed by the query."],
      ['edit', '+const cache = new WeakMap<Query, Result[]>();\n+cache.set(query, results);'],
      ['call', 'Bash: npm run bench', { tool: 'Bash' }],
      ['result', 'search p50 41 ms (before: 40 ms)', { tool: 'Bash', exitCode: 0 }],
      ['reply', 'Caching in a WeakMap did not help because every query is a new object. I reverted the cache in src/search.ts.'],
    ]);
    const told = memories.filter(({ text }) => /WeakMap|cach/i.test(text));
    const failed = memories.filter(isBad);
    assert.equal(failed.length, 1, shown(memories));
    assert.match(failed[0]?.text ?? '', /WeakMap.* → failed: .*did not help because .*reverted/);
    for (const { outcome, text } of told) assert.ok(outcome !== 'worked' && text.includes('did not help'), shown(memories));
  });

  it('is corrected where success was claimed first', async () => {
    const memories = await memoriesOf([
      ['request', 'the app shows a blank page'],
      ['reply', 'Fixed: I added a 10-second timeout for `sql.js` WASM loading in src/database.ts, so the app should now work.'],
      ['request', "it's still not loading anything, same error from `sql.js` in the console"],
      ['reply', 'The error shows that `sql.js` has no default export, and src/database.ts imports it as one.'],
    ]);
    for (const memory of memories) {
      if (!/10-second timeout/.test(memory.text)) continue;
      assert.ok(isBad(memory) && memory.text.includes(FAILED_LABEL), shown(memories));
    }
    assert.ok(!memories.some(({ outcome }) => outcome === 'worked'), shown(memories));
  });

  it('is not what was broken and has been repaired', async () => {
    const memories = await memoriesOf([
      ['request', 'saving a batch crashes'],
      [
        'reply',
        'The root cause: `saveBatch()` in src/batch.ts passed null to `JSON.parse`, which throws. Fixed by returning early when the file is empty.',
      ],
      ['call', 'Bash: npm test', { tool: 'Bash' }],
      ['result', '48 passing', { tool: 'Bash', exitCode: 0 }],
      ['request', 'thanks, that worked'],
    ]);
    const told = memories.filter(({ text }) => text.includes('saveBatch'));
    assert.ok(told.length >= 1, shown(memories));
    for (const memory of told) assert.ok(!isBad(memory), shown(memories));
  });
});

describe('what a model reads as having come to nothing', () => {
  const told: readonly Told[] = [
    ['request', 'mock the agent in the unit tests'],
    ['reply', 'A mock agent with an override of `findInstalledAgentFn` goes into setup_test.go.'],
    ['request', 'can we not simply set the variable?'],
    ['reply', 'The tests use `t.Setenv("ENTIRE_SKIP_AGENT_CHECK", "1")`, the override of `findInstalledAgentFn` is not needed.'],
  ];
  const memoriesWith = async (encoder: Encoder, story = told) =>
    (await plainCompressor({ encoder: () => encoder }).compress(tell(story))).memories;

  it('is told as a failed attempt, given up where it was given up', async () => {
    const outcomes = async (outcome: Outcome) =>
      (await memoriesWith(readingOf([['findInstalledAgentFn', 'failed_attempt', outcome]]))).filter(({ text }) =>
        text.includes('findInstalledAgentFn'),
      );
    for (const outcome of ['failed', 'abandoned'] as const) {
      const memories = await outcomes(outcome);
      assert.ok(memories.length >= 1);
      for (const memory of memories) assert.deepEqual([memory.kind, memory.outcome], ['failed_attempt', outcome], shown(memories));
    }
  });

  it('is left alone where the model reads a decision that holds', async () => {
    const memories = await memoriesWith(readingOf([['findInstalledAgentFn', 'decision', 'none']]));
    assert.ok(memories.length >= 1);
    assert.ok(!memories.some(isBad), shown(memories));
  });

  it('is not told at all where its words cannot tell it', async () => {
    const story: readonly Told[] = [
      ['request', 'name it'],
      ['reply', 'The module `blastPad` lives in src/blastPad.ts beside the index.'],
    ];
    const { memories, dropped } = await plainCompressor({ encoder: () => readingOf([['blastPad', 'failed_attempt', 'failed']]) }).compress(
      tell(story),
    );
    assert.deepEqual(memories, []);
    assert.ok((dropped.unclear ?? 0) >= 1);
  });
});
