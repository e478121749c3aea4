// How what a session tells now meets what is stored.
import assert from 'node:assert/strict';
import { merged, overrides, tellsTheSame } from '../../src/compress/merge.ts';
import { type Reconciliation, reconcile } from '../../src/compress/reconcile.ts';
import type { Evidence, Kind, Memory, MemoryDraft, MemoryId, SessionId } from '../../src/memory.ts';
import { SESSION, hashOf } from '../support/compressSession.ts';

function draft(text: string, more: Partial<MemoryDraft> = {}, session: SessionId = SESSION, atMs = 1000): MemoryDraft {
  const evidence: Evidence[] = [
    { place: { source: 'claude-code', session, record: hashOf(text), atMs, line: 1 }, lines: [1, 1], quote: text },
  ];
  return {
    kind: 'decision',
    text,
    outcome: null,
    scope: 'project',
    entities: { files: [], symbols: [], commands: [] },
    evidence,
    weight: 0.5,
    context: text,
    segments: [hashOf(text)],
    ...more,
  };
}

let count = 0;
function memory(of: MemoryDraft, more: Partial<Memory> = {}): Memory {
  count += 1;
  return {
    ...of,
    id: `m${count}` as MemoryId,
    source: 'claude-code',
    session: SESSION,
    status: 'active',
    pinned: false,
    isOwn: false,
    atMs: 1000,
    updatedAtMs: 1000,
    ...more,
  };
}

function told(given: Partial<Reconciliation>) {
  let next = 0;
  return reconcile({
    session: SESSION,
    source: 'claude-code',
    settled: [],
    existing: [],
    drafts: [],
    newId: () => `new${(next += 1)}` as MemoryId,
    findSimilar: () => Promise.resolve([]),
    ...given,
  });
}

const OTHER = 'other' as SessionId;

describe('reconciling', () => {
  it('adds what is new and removes what nothing tells any more', async () => {
    const gone = memory(draft('old guess about the parser cache'));
    const { add, remove, replace } = await told({ existing: [gone], drafts: [draft('SQLite in WAL mode keeps the backlog')] });
    assert.deepEqual([add.map(({ id }) => id), remove, replace], [['new1'], [gone.id], []]);
  });

  it('keeps the id of what has the same anchor, or tells the same', async () => {
    const anchored = memory(draft('uses port 8080'));
    const alike = memory(draft('The parser caches every file by its content hash in memory'));
    const longer = draft('uses port 8080; set in config.yaml', { segments: [hashOf('uses port 8080'), hashOf('set')] });
    const again = draft('parser caches every file by content hash in memory', { segments: ['x'] });
    const { add, replace, remove } = await told({ existing: [anchored, alike], drafts: [again, longer] });
    assert.deepEqual([add, remove], [[], []]);
    assert.deepEqual(
      new Map(replace.map(({ id, draft: { text } }) => [id, text])),
      new Map([
        [alike.id, again.text],
        [anchored.id, longer.text],
      ]),
    );
  });

  it('changes nothing the second time', async () => {
    const drafts = [draft('uses port 8080'), draft('SQLite in WAL mode keeps the backlog')];
    const existing = drafts.map((one) => memory(one));
    const { add, replace, remove, supersede } = await told({ existing, drafts });
    assert.deepEqual([add, replace, remove, supersede], [[], [], [], []]);
  });

  it('never touches pinned and own memories, nor doubles them', async () => {
    const pinned = memory(draft('uses port 8080'), { pinned: true });
    const own = memory(draft('always run the linter before a commit'), { isOwn: true });
    const { add, replace, remove } = await told({
      existing: [pinned, own],
      drafts: [draft('uses port 8080; always', { segments: pinned.segments })],
    });
    assert.deepEqual([add, replace, remove], [[], [], []]);
  });

  it('merges into what another session has told, with the evidence of both', async () => {
    const there = memory(draft('The parser caches every file by its content hash', {}, OTHER), { session: OTHER });
    const here = draft('The parser caches every file by content hash', { weight: 0.9 });
    const first = await told({ drafts: [here], findSimilar: () => Promise.resolve([there]) });
    assert.deepEqual(first.add, []);
    const [both] = first.replace;
    assert.equal(both?.id, there.id);
    assert.equal(both.draft.text, here.text);
    assert.deepEqual(new Set(both.draft.evidence.map(({ place }) => place.session)), new Set([SESSION, OTHER]));
    assert.deepEqual(new Set(both.draft.segments), new Set([...here.segments, ...there.segments]));
    const stored = memory(both.draft, { id: there.id, session: OTHER });
    const second = await told({ drafts: [here], findSimilar: () => Promise.resolve([stored]) });
    assert.deepEqual([second.add, second.replace, second.remove], [[], [], []]);
  });

  it('keeps the evidence of others when its own session tells it anew', async () => {
    const mine = draft('uses port 8080');
    const mixed = memory(merged(mine, draft('uses the port 8080', {}, OTHER)));
    const { replace, remove } = await told({ existing: [mixed], drafts: [mine] });
    assert.deepEqual([replace, remove], [[], []]);
  });

  it('supersedes an earlier decision, in this session and across sessions', async () => {
    const older = draft('Configuration is stored in YAML files under conf');
    const newer = draft('Configuration storage moved from YAML to TOML', {}, SESSION, 5000);
    const within = await told({ drafts: [older, newer] });
    assert.deepEqual(within.supersede, [{ older: 'new1', newer: 'new2' }]);
    const there = memory(older, { session: OTHER, atMs: 1000 });
    const across = await told({ drafts: [newer], findSimilar: () => Promise.resolve([there]) });
    assert.deepEqual(across.supersede, [{ older: there.id, newer: 'new1' }]);
    const later = memory(older, { session: OTHER, atMs: 9000 });
    assert.deepEqual((await told({ drafts: [newer], findSimilar: () => Promise.resolve([later]) })).supersede, []);
    const own = memory(older, { session: OTHER, isOwn: true });
    assert.deepEqual((await told({ drafts: [newer], findSimilar: () => Promise.resolve([own]) })).supersede, []);
  });
});

describe('telling the same', () => {
  const pair = (a: string, b: string, kindB: Kind = 'decision') => tellsTheSame(draft(a), draft(b, { kind: kindB }));
  it('needs the same words, numbers, negations and failures', () => {
    assert.ok(pair('retry the upload three times before giving an error', 'retry the upload three times before giving error'));
    assert.ok(!pair('the limit of the upload queue is 5 files', 'the limit of the upload queue is 15 files'));
    assert.ok(!pair('use the retry queue for uploads', 'do not use the retry queue for uploads'));
    assert.ok(!pair('parallel workers with one database', 'parallel workers with one database', 'failed_attempt'));
    assert.ok(!pair('the parser caches files', 'the lexer reads tokens'));
  });
});

describe('overriding', () => {
  const over = (newer: string, older: string) => overrides(draft(newer), draft(older));
  it('needs the thing left to be named, and the same matter', () => {
    assert.ok(over('Switched the test runner from Jest to Vitest', 'Unit tests use Jest as test runner'));
    assert.ok(over('Use pnpm instead of npm for installing packages', 'npm for installing packages'));
    assert.ok(over('The API no longer uses cookies for sessions', 'The API keeps sessions in cookies'));
    assert.ok(!over('Switched the test runner from Jest to Vitest', 'Logging goes to stderr'));
    assert.ok(!over('Switched the test runner from Jest to Vitest', 'Test runner: Vitest replaced Jest'));
    assert.ok(!over('Use pnpm instead of npm for installing packages', 'Never use npm for installing packages'));
    assert.ok(!over('Unit tests use Jest as test runner', 'Unit tests use Mocha as test runner'));
  });
});
