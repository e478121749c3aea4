// Better words from the user's own editor model: what is asked, how the answer is read, and what of it is taken.
import assert from 'node:assert/strict';
import { inOwnWords, readAnswer, refusalOf, rewritingPrompt } from '../../src/compress/rewrite.ts';
import { countTokens } from '../../src/inject/tokens.ts';
import type { Kind } from '../../src/memory.ts';
import { memory } from '../support/memories.ts';

/** A memory with these words, made from these quotes. */
function told(text: string, quotes: readonly string[] = [text], kind: Kind = 'decision') {
  const one = memory(text, { kind });
  return { ...one, evidence: quotes.map((quote) => ({ place: one.evidence[0]!.place, quote })) };
}
const refusal = (words: string, of: ReturnType<typeof told>) => refusalOf(words, of, countTokens);

const TOKENS = told(
  'uses short JWT access tokens of 15 min, plus also the rotating refresh tokens kept in Redis; because revocable at once',
  [
    'We decided on it: the API uses short JWT access tokens (15 min), plus also rotating refresh tokens kept in Redis',
    'because they are revocable at once',
  ],
);
const FAILED = told(
  'parallel workers on the one SQLite file, tried that first → failed: database is locked after 200 jobs',
  ['I tried that first: parallel workers on the one SQLite file', 'error: database is locked after 200 jobs'],
  'failed_attempt',
);

describe('rewriting: the check', () => {
  it('takes plainer words of the same source', () => {
    assert.equal(
      refusal(
        'The API uses short JWT access tokens of 15 min, plus rotating refresh tokens kept in Redis, because revocable at once',
        TOKENS,
      ),
      undefined,
    );
    assert.equal(
      refusal('parallel workers on one SQLite file, tried first → failed: database is locked after 200 jobs', FAILED),
      undefined,
    );
  });

  it('takes nothing that the source does not say', () => {
    assert.equal(
      refusal('secure JWT access tokens of 15 min, rotating refresh tokens kept in Redis, because revocable at once', TOKENS),
      'unfaithful',
    );
    const retries = told('retry of the upload 3 times before an error is given to the user');
    assert.equal(refusal('retry of the upload 5 times before an error is given to the user', retries), 'unfaithful');
    // A word made of the source's letters is none of its words; the secret was never there.
    assert.equal(refusal('deploy with the key sk1234', told('deploy with the key of the team [redacted]')), 'unfaithful');
  });

  it('lets no value, path, name or command go', () => {
    const port = told('the dev server now listens on port 8080 of localhost, as set in config/dev.yaml by startServer');
    for (const lost of ['8080', 'config/dev.yaml', 'startServer'])
      assert.equal(refusal(port.text.replace(lost, '').replace(/ {2}/, ' '), port), 'lost', lost);
    const redis = told('the session data now goes to Redis on the second node');
    assert.equal(refusal('the session data goes to the second node', redis), 'lost');
    assert.equal(
      refusal(
        'the tests are run with `npm tst`',
        told('the tests are all run with `npm test`', ['run with `npm test`, all the tests are', '`npm tst`']),
      ),
      'lost',
    );
  });

  it('lets no denial, failure or reason come or go', () => {
    const never = told('never push the generated client files to main, only the schema is kept there');
    assert.equal(refusal('push the generated client files to main, only schema kept there', never), 'lost');
    assert.equal(refusal('never push generated client files to main, schema kept there', never), 'lost');
    const cache = told('the build cache lives on the runner and it is shared by all of the jobs', [
      'the build cache lives on the runner, it is not shared by all of the jobs, because one was broken',
    ]);
    assert.equal(refusal('the build cache lives on the runner, not shared by all jobs', cache), 'turned');
    assert.equal(refusal('the broken build cache lives on the runner, shared by all jobs', cache), 'turned');
    assert.equal(refusal('the build cache lives on the runner because shared by all jobs', cache), 'turned');
    const rules = told('the parser has all of its rules in one big file', ['the parser has all of its rules in one big file, too complex']);
    assert.equal(refusal('the too complex parser has all rules in one big file', rules), 'turned');
    const reason = told('the worker pool was cut to two threads because the runner has just two cores');
    assert.equal(refusal('worker pool cut to two threads, the runner has two cores', reason), 'lost');
  });

  it('lets no small word turn the sense', () => {
    const either = told('the importer reads all of the rows as CSV or as TSV files, by their extension');
    assert.equal(refusal('the importer reads rows as CSV and as TSV files, by extension', either), 'turned');
    const plan = told('the importer can read all the rows of the files in parallel');
    assert.equal(refusal('the importer should read rows of files in parallel', plan), 'turned');
  });

  it('keeps what it keeps in order', () => {
    const moved = told('all of the unit tests were moved from jest to vitest in the spring');
    assert.equal(refusal('unit tests moved from vitest to jest in spring', moved), 'reordered');
    assert.equal(refusal('all unit tests moved from jest to vitest in spring', moved), undefined);
  });

  it('keeps nearly all of it', () => {
    const long = told('the release notes are written by hand, reviewed by two people and sent round on the day before');
    assert.equal(refusal('the release notes are written', long), 'thinned');
  });

  it('keeps saying that an attempt failed, and which part is which', () => {
    assert.equal(refusal('parallel workers on one SQLite file; database is locked after 200 jobs', FAILED), 'lost');
    assert.equal(
      refusal('tried that first → failed: parallel workers on one SQLite file; database is locked after 200 jobs', FAILED),
      'reordered',
    );
    assert.equal(refusal('parallel workers on the one SQLite file tried first → failed: 200 jobs', FAILED), 'thinned');
    const attempt = told('the retry in the client did not work, so the timeout of the gateway was raised', undefined, 'failed_attempt');
    assert.equal(refusal('the retry in the client; the timeout of the gateway was raised', attempt), 'lost');
  });

  it('is one line of plain words, and not longer', () => {
    const one = told('uses port 8080 for the admin pages', [
      'uses port 8080 for the admin pages; the admin pages are for the team, which uses port 8080',
    ]);
    assert.equal(refusal('the team uses port 8080 for the admin pages of the team', one), 'longer');
    for (const marked of [
      '**uses** port 8080 for admin pages',
      '- uses port 8080 for admin pages',
      '# uses port 8080 for admin pages',
      'uses port `8080` for admin pages',
      'uses port 8080\nfor admin pages',
      'uses port 8080 for [admin](pages)',
    ])
      assert.equal(refusal(marked, one), 'markup', marked);
    assert.equal(refusal(one.text, one), 'unchanged');
    const words = Array.from({ length: 90 }, (_, i) => `${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10)]}x`).join(' ');
    assert.equal(refusal(words, told(`${words} very much`)), 'longer');
  });
});

describe('rewriting: question and answer', () => {
  it('asks with the words and sources of the memories, numbered, and nothing else of them', () => {
    const prompt = rewritingPrompt([{ ...TOKENS, context: 'what stood around it' }, FAILED]);
    const notes = prompt.slice(prompt.indexOf('<notes>\n'));
    assert.equal(
      notes,
      [
        '<notes>',
        `1: ${TOKENS.text}`,
        ...TOKENS.evidence.map(({ quote }) => `   source: ${quote}`),
        `2: ${FAILED.text}`,
        ...FAILED.evidence.map(({ quote }) => `   source: ${quote}`),
        '</notes>',
      ].join('\n'),
    );
  });

  it('reads one sentence a line, by number', () => {
    const answer = 'Here they are:\n\n```\n1: "The API uses tokens."\n 3) kept in Redis\n```\n\nLet me know!';
    assert.deepEqual(
      [...readAnswer(answer, 3)],
      [
        [1, 'The API uses tokens'],
        [3, 'kept in Redis'],
      ],
    );
  });

  it('leaves out what was told twice, went on in the next line or was not asked', () => {
    assert.deepEqual([...readAnswer('1: one\n1: two\n2: begins here\nand goes on\n3: three\n7: seven\n0: none', 3)], [[3, 'three']]);
    assert.deepEqual([...readAnswer('I cannot help with that.', 3)], []);
  });

  it('knows a memory in the compressor’s words', () => {
    assert.equal(inOwnWords({ ...TOKENS, text: 'better', distilled: 'our own' }).text, 'our own');
    assert.equal(inOwnWords(TOKENS).text, TOKENS.text);
  });
});
