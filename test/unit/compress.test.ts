// What a session leaves: stories, told to the compressor without a model.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { FAILED_LABEL, isFaithful } from '../../src/compress/faithful.ts';
import {
  SESSIONS,
  type Told,
  countTokens,
  fixtures,
  hashOf,
  lineOf,
  memoriesOf,
  plainCompressor,
  sessionOf,
  tell,
} from '../support/compressSession.ts';

const FAILED_TRY: readonly Told[] = [
  ['request', 'The integration tests hang on CI, can you speed them up?'],
  ['reply', "I'll run the integration tests in parallel with `vitest --pool=threads` so that CI does not hang."],
  ['call', '{"command": "npx vitest --pool=threads"}', { tool: 'Bash' }],
  ['result', 'Error: Exit code 1\nSQLITE_BUSY: database is locked', { tool: 'Bash', exitCode: 1 }],
  [
    'reply',
    'Running with `vitest --pool=threads` did not work because every worker opens the same SQLite file and gets SQLITE_BUSY. I reverted it and gave each worker its own database file instead.',
  ],
];

describe('compressing a session', () => {
  it('leaves nothing of small talk', async () => {
    const memories = await memoriesOf([
      ['request', 'hi, are you there?'],
      ['reply', "Hello! I'm here and happy to help. What would you like to work on today?"],
      ['request', 'nothing yet, just saying hello'],
      ['reply', 'Sounds good! Let me know whenever you need anything.'],
      ['request', 'thanks!'],
      ['reply', "You're welcome! Have a great day."],
    ]);
    assert.deepEqual(memories, []);
  });

  it('tells a failed attempt with its failure and its reason', async () => {
    const memories = await memoriesOf(FAILED_TRY);
    const failed = memories.filter(({ kind }) => kind === 'failed_attempt');
    assert.ok(failed.length >= 1, JSON.stringify(memories.map(({ kind, text }) => [kind, text])));
    for (const { text, outcome } of failed) {
      assert.ok(outcome === 'failed' || outcome === 'abandoned');
      assert.match(text, /→ failed:|did not work|reverted/);
    }
    assert.ok(failed.some(({ text }) => text.includes('--pool=threads') && text.includes('SQLITE_BUSY')));
    for (const { text, outcome } of memories) if (text.includes('--pool=threads')) assert.notEqual(outcome, 'worked');
  });

  it('does not turn a dead end into advice', async () => {
    const memories = await memoriesOf([
      ['request', 'Why does the settings page lose its scroll position?'],
      ['reply', 'We should use a `ScrollManager` with `useLayoutEffect` in src/settings/Page.tsx to restore the position.'],
      ['edit', '+import { ScrollManager } from "./ScrollManager";\n+useLayoutEffect(() => ScrollManager.restore(), []);'],
      ['request', "no, that doesn't work, the `ScrollManager` still jumps to the top. undo that"],
      ['call', '{"command": "git checkout -- src/settings/Page.tsx"}', { tool: 'Bash' }],
      ['result', 'Updated 1 path from the index', { tool: 'Bash', exitCode: 0 }],
      ['reply', 'I reverted the ScrollManager change because it did not work: the list is rendered later than the effect runs.'],
    ]);
    const named = memories.filter(({ text }) => text.includes('ScrollManager'));
    assert.ok(named.length >= 1);
    for (const { text, outcome } of named) assert.match(`${outcome} ${text}`, /failed|abandoned|did not work|doesn't work|reverted|still/);
    for (const { outcome } of named) assert.notEqual(outcome, 'worked');
  });

  it('takes a claim for a success only when a run or the user confirms it', async () => {
    const work: readonly Told[] = [
      ['request', 'login fails with a 401 after an hour'],
      [
        'reply',
        'The root cause was that `refreshToken()` in src/auth/session.ts was never called because the timer was cleared on navigation. Fixed by starting the timer in `AuthProvider`.',
      ],
    ];
    const outcomes = async (told: readonly Told[]) =>
      (await memoriesOf(told))
        .filter(({ kind, text }) => kind === 'bug_fix' && text.includes('refreshToken'))
        .map(({ outcome }) => outcome);
    assert.deepEqual(await outcomes(work), [null]);
    assert.deepEqual(await outcomes([...work, ['request', 'perfect, that worked']]), ['worked']);
    assert.ok(!(await outcomes([...work, ['request', "it still doesn't work, I get the same 401 error"]])).includes('worked'));
  });

  it('never chooses what was forgotten, nor shows it around what it chooses', async () => {
    const before = await memoriesOf(FAILED_TRY);
    const forgotten = new Set(before.flatMap(({ segments }) => segments));
    assert.ok(forgotten.size > 0);
    const quotes = before.flatMap(({ evidence }) => evidence.map(({ quote }) => quote));
    const { memories, dropped } = await plainCompressor({ isForgotten: (hash) => forgotten.has(hash) }).compress(tell(FAILED_TRY));
    for (const { segments, context } of memories) {
      assert.ok(segments.every((hash) => !forgotten.has(hash)));
      assert.ok(quotes.every((quote) => !context.includes(quote)));
    }
    assert.ok((dropped.forgotten ?? 0) >= forgotten.size);
  });

  it('stops when told to', async () => {
    await assert.rejects(plainCompressor().compress(tell(FAILED_TRY), AbortSignal.abort()), { name: 'AbortError' });
  });

  it('points at one line where the transcript is JSON Lines, at none where it has no lines', async () => {
    const compressor = plainCompressor();
    const [one] = (await compressor.compress(tell(FAILED_TRY, { line: 7, isLineByLine: false }))).memories;
    assert.deepEqual(one?.evidence[0]?.lines, [7, 7]);
    const bare = tell(FAILED_TRY).map((told) => {
      const { source, session, record, atMs } = told.place;
      return { ...told, place: { source, session, record, atMs } };
    });
    const [other] = (await compressor.compress(bare)).memories;
    assert.ok(other && other.evidence.every(({ lines }) => lines === undefined));
  });

  for (const name of SESSIONS) {
    it(`is faithful, small and steady: ${name}`, async () => {
      const observations = sessionOf(name);
      const { memories } = await plainCompressor().compress(observations);
      assert.ok(memories.length > 0);
      let tokens = 0;
      for (const memory of memories) {
        const { text, evidence, segments, context, weight } = memory;
        tokens += countTokens(text);
        assert.ok(isFaithful(text, evidence), text);
        assert.ok(countTokens(text) <= 80);
        const lines = evidence.reduce((sum, { lines: [first, last] = [0, 0] }) => sum + last - first + 1, 0);
        assert.ok(evidence.length > 0 && lines <= 6);
        assert.ok(weight > 0 && weight <= 1 && context.length <= 600);
        assert.deepEqual(segments, [...new Set(evidence.map(({ quote }) => hashOf(quote)))]);
        // A run that failed is told as such in a repair too, and is then no success.
        if (text.includes(FAILED_LABEL)) assert.notEqual(memory.outcome, 'worked');
        for (const { place, lines, quote } of evidence) {
          const from = observations.find(({ place: { record } }) => record === place.record);
          assert.ok(from && lines && place.line !== undefined && quote.length <= 300);
          const cited = from.text.split('\n').slice(lines[0] - place.line, lines[1] - place.line + 1);
          const flat = (part: string) => part.replace(/\s+/g, ' ');
          assert.ok(flat(cited.map((line) => line.trim()).join(' ')).includes(flat(quote)), quote);
        }
      }
      assert.ok(tokens <= 800);
      assert.deepEqual((await plainCompressor().compress(observations)).memories, memories);
    });
  }

  for (const name of SESSIONS) {
    it(`tells what was reviewed as prose: ${name}`, async () => {
      const { memories } = await plainCompressor().compress(sessionOf(name));
      const told = memories.map(lineOf).join('');
      const golden = path.join(fixtures, name.replace('.json', '.memories.md'));
      // `UPDATE_GOLDEN=1 mocha test/unit/compress.test.ts` writes them anew; then read what changed.
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(golden, told);
      assert.equal(told, fs.readFileSync(golden, 'utf8'));
    });
  }

  it('stays within a smaller budget by leaving out the least', async () => {
    const observations = SESSIONS.flatMap(sessionOf);
    const all = await plainCompressor().compress(observations);
    const few = await plainCompressor({ budgetTokens: 150 }).compress(observations);
    assert.ok(few.memories.length > 0 && few.memories.length < all.memories.length);
    assert.ok(few.memories.reduce((sum, { text }) => sum + countTokens(text), 0) <= 150);
  });
});
