import assert from 'node:assert/strict';
import { sessionStartMemories } from '../../src/inject/sessionStart.ts';
import { DAY, memory, NOON } from '../support/memories.ts';

const ids = (found: ReturnType<typeof sessionStartMemories>) => found.map((r) => r.memory.id as string);

describe('session start', () => {
  it('puts what is pinned first', () => {
    const found = sessionStartMemories([memory('new', { weight: 1 }), memory('old', { pinned: true, atMs: NOON - 400 * DAY })], {
      atMs: NOON,
    });
    assert.deepEqual(ids(found), ['old', 'new']);
    assert.match(found[0]?.why ?? '', /^pinned; 1 year ago$/);
  });

  it('prefers the newer of two of a kind, and never drops the older', () => {
    const found = sessionStartMemories([memory('old', { atMs: NOON - 300 * DAY }), memory('new')], { atMs: NOON });
    assert.deepEqual(ids(found), ['new', 'old']);
  });

  it('leaves out what is superseded', () => {
    assert.deepEqual(sessionStartMemories([memory('old', { status: 'superseded' })], { atMs: NOON }), []);
  });

  it('gives a picture of several kinds rather than ten of one', () => {
    const decisions = Array.from({ length: 10 }, (_, i) => memory(`decision ${i}`, { weight: 0.9 }));
    const todo = memory('todo', { kind: 'todo', weight: 0.6 });
    assert.ok(ids(sessionStartMemories([...decisions, todo], { atMs: NOON })).indexOf('todo') < 5);
  });

  it('lifts what belongs to the open file and to the branch', () => {
    const auth = memory('Login needs the audience claim', { entities: { files: ['src/auth.ts'], symbols: [], commands: [] } });
    const cache = memory('Evict the cache by size');
    const other = memory('Ports start at 4100', { weight: 0.6 });
    assert.equal(ids(sessionStartMemories([cache, auth, other], { atMs: NOON }))[0], other.id);
    assert.equal(ids(sessionStartMemories([cache, auth, other], { atMs: NOON, files: ['/home/me/app/src/auth.ts'] }))[0], auth.id);
    assert.equal(ids(sessionStartMemories([cache, auth, other], { atMs: NOON, branch: 'feature/cache-eviction' }))[0], cache.id);
  });

  it('gives scores from 0 to 1 in falling order', () => {
    const found = sessionStartMemories(
      Array.from({ length: 100 }, (_, i) => memory(`m${i}`, { weight: i / 100, pinned: i === 7 })),
      { atMs: NOON },
    );
    assert.equal(found.length, 48);
    for (const [i, { score }] of found.entries()) assert.ok(score >= 0 && score <= (found[i - 1]?.score ?? 1));
  });
});
