// Memories in groups, as the tree shows them.
import assert from 'node:assert/strict';
import type { MemoryRow } from '../../src/browsing.ts';
import type { MemoryId, SessionId } from '../../src/memory.ts';
import { ageOf, groupRows } from '../../src/retrieve/group.ts';

const NOW = Date.UTC(2026, 5, 15);
const DAY = 86_400_000;
let next = 0;

const row = (of: Partial<MemoryRow>): MemoryRow => ({
  id: `m${next++}` as MemoryId,
  kind: 'decision',
  text: 'Sessions are kept in Redis',
  outcome: null,
  scope: 'project',
  source: 'claude-code',
  session: 's1' as SessionId,
  status: 'active',
  pinned: false,
  isOwn: false,
  weight: 0.8,
  atMs: NOW,
  updatedAtMs: NOW,
  files: [],
  symbols: [],
  uses: { given: 0, used: 0 },
  ...of,
});
const shape = (groups: ReturnType<typeof groupRows>) => groups.map(({ value, count }) => [value, count]);

describe('groups of memories', () => {
  it('by kind stand in the order of the kinds, whatever comes first', () => {
    const rows = [row({ kind: 'todo' }), row({ kind: 'decision' }), row({ kind: 'todo' })];
    const groups = groupRows(rows, 'kind', NOW);
    assert.deepEqual(shape(groups), [
      ['decision', 1],
      ['todo', 2],
    ]);
    assert.deepEqual(groups[1]?.facets, { kind: ['todo'] });
  });

  it('by file count a memory in each file it names, all spellings of a file together, and those that name none last', () => {
    const rows = [
      row({}),
      row({}),
      row({}),
      row({ files: ['/work/src/auth.ts', 'src/auth.ts'] }),
      row({ files: ['src/auth.ts', 'src/orders.ts'] }),
      row({ files: ['/elsewhere/auth.ts'] }),
    ];
    const groups = groupRows(rows, 'file', NOW, ['/work']);
    assert.deepEqual(shape(groups), [
      ['src/auth.ts', 2],
      ['/elsewhere/auth.ts', 1],
      ['src/orders.ts', 1],
      ['', 3],
    ]);
    assert.deepEqual(groups[0]?.facets, { file: ['/work/src/auth.ts', 'src/auth.ts'] });
  });

  it('by session stand the latest first, and say who told it', () => {
    const rows = [
      row({ session: 'old' as SessionId, atMs: NOW - 9 * DAY }),
      row({ session: 'new' as SessionId, atMs: NOW - DAY, source: 'copilot' }),
      row({ session: 'old' as SessionId, atMs: NOW - 8 * DAY, source: 'terminal' }),
    ];
    const groups = groupRows(rows, 'session', NOW);
    assert.deepEqual(
      groups.map(({ value, source, atMs }) => [value, source, (NOW - atMs) / DAY]),
      [
        ['new', 'copilot', 1],
        ['old', 'terminal', 8],
      ],
    );
  });

  it('by age end at a day, a week, a month and a year', () => {
    assert.deepEqual(
      [0, 1, 1.01, 7, 8, 30, 31, 365, 366].map((days) => ageOf(NOW - days * DAY, NOW)),
      ['day', 'day', 'week', 'week', 'month', 'month', 'year', 'year', 'older'],
    );
    assert.deepEqual(shape(groupRows([row({ atMs: NOW - 40 * DAY }), row({})], 'age', NOW)), [
      ['day', 1],
      ['year', 1],
    ]);
  });
});
