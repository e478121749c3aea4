import assert from 'node:assert/strict';
import type { Entry } from '../../bench/entry.ts';
import { judge, saysPolarity } from '../../bench/judge.ts';
import { ownerOf, spreadOverOwners, type LabelledFact } from '../../bench/labels.ts';

const fact = (statement: string, evidence: string, more: Partial<LabelledFact> = {}): LabelledFact => ({
  kind: 'decision',
  statement,
  evidence: [evidence],
  outcome: null,
  polarity: [],
  ...more,
});
const entry = (text: string, ...lines: number[]): Entry => ({ kind: 'decision', text, outcome: null, lines: new Set(lines) });
const words = (text: string): number => text.split(/\s+/).length;

describe('bench: judging memories', () => {
  const lines = ['We chose SQLite for the store', 'Redis was tried and dropped', 'Looking at the files now', 'The cache is Redis'];

  it('finds the fact that a memory carries, and the noise that it stands on', () => {
    const label = { file: 'a/b.md', facts: [fact('SQLite chosen for store', 'chose SQLite')], noise: ['Looking at'] };
    const { entries, facts } = judge([entry('chose SQLite store', 1), entry('Looking files', 3)], label, lines, words);
    assert.deepEqual(
      entries.map((one) => [one.facts.length, one.isOnNoise, one.isFaithful]),
      [
        [1, false, true],
        [0, true, true],
      ],
    );
    assert.equal(facts[0]?.carrier?.text, 'chose SQLite store');
  });

  it('knows words that no cited line says; our own label is none', () => {
    const label = { file: 'a/b.md', facts: [], noise: [] };
    const { entries } = judge([entry('Postgres store', 1), entry('Redis tried → failed: dropped', 2)], label, lines, words);
    assert.deepEqual(
      entries.map((one) => one.isFaithful),
      [false, true],
    );
  });

  it('counts a memory for two facts at most, so that the most facts are carried', () => {
    const text = 'SQLite Redis cache';
    const facts = [fact('SQLite', 'chose SQLite'), fact('Redis', 'Redis was'), fact('cache', 'cache is')];
    const label = { file: 'a/b.md', facts, noise: [] };
    const one = judge([entry(text, 1, 2, 4)], label, lines, words);
    assert.equal(one.facts.filter(({ carrier }) => carrier).length, 2);
    // A second memory that carries one of the first's gives it room for the third.
    const two = judge([entry(text, 1, 2, 4), entry('SQLite', 1)], label, lines, words);
    assert.equal(two.facts.filter(({ carrier }) => carrier).length, 3);
  });

  it('lets what is too long carry nothing', () => {
    const label = { file: 'a/b.md', facts: [fact('SQLite', 'chose SQLite')], noise: [] };
    const long = judge([entry(`SQLite ${'and more '.repeat(60)}`, 1), entry('SQLite', 1, 2, 3, 4, 5, 6, 7)], label, lines, words);
    assert.deepEqual(
      long.entries.map((one) => [one.isTooLong, one.facts.length]),
      [
        [true, 0],
        [true, 0],
      ],
    );
  });

  it('counts the tokens of a memory as an assistant reads it', () => {
    const label = { file: 'a/b.md', facts: [], noise: [] };
    const failed: Entry = { ...entry('Redis cache', 2), kind: 'failed_attempt', outcome: 'failed' };
    const { entries } = judge([failed, { text: 'Redis cache', outcome: null, lines: new Set([2]) }], label, lines, (text) => text.length);
    assert.deepEqual(
      entries.map(({ tokens }) => tokens),
      ['- FAILED_ATTEMPT Redis cache → failed\n'.length, '- Redis cache\n'.length],
    );
  });

  it('finds a word that says which way a fact goes', () => {
    assert.ok(saysPolarity('It was Reverted again', ['reverted']));
    assert.ok(!saysPolarity('It was kept', ['reverted', 'not']));
  });
});

describe('bench: choosing sessions', () => {
  it('names owners whatever tool they used', () => {
    assert.equal(ownerOf('claude-code__EntityProcess__agentv/1.md'), ownerOf('codex__EntityProcess__agentv/2.md'));
    assert.equal(ownerOf('edobry__minsky/x.md'), 'edobry');
  });

  it('takes from each owner in turn, keeps the order, and chooses the same for the same seed', () => {
    const sessions = ['a__x/1', 'a__x/2', 'a__y/3', 'b__z/1', 'b__z/2', 'c__w/1'].map((file) => ({ file }));
    const some = spreadOverOwners(sessions, 4, 5);
    assert.deepEqual(new Set(some.map(({ file }) => ownerOf(file))), new Set(['a', 'b', 'c']));
    assert.deepEqual(
      some,
      sessions.filter((session) => some.includes(session)),
    );
    assert.deepEqual(spreadOverOwners(sessions, 4, 5), some);
    assert.equal(spreadOverOwners(sessions, undefined, 5).length, 6);
  });
});
