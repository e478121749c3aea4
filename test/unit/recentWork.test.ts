import assert from 'node:assert/strict';
import type { Observation, Role } from '../../src/memory.ts';
import { RecentWork } from '../../src/retrieve/recentWork.ts';
import { tell } from '../support/compressSession.ts';

const MINUTE_MS = 60_000;
const observed = (role: Role, text: string, atMinute: number, more: Partial<Observation> = {}): Observation[] =>
  tell([[role, text, more]], { atMs: atMinute * MINUTE_MS });

describe('recent work', () => {
  it('has the open files before the edited ones, each once, and forgets the edits after half an hour', () => {
    const work = new RecentWork();
    work.take([...observed('edit', '+x', 0, { files: ['/p/old.ts'] }), ...observed('edit', '+y', 20, { files: ['/p/a.ts', '/p/b.ts'] })]);
    work.look(['/p/b.ts', '/p/open.ts']);
    assert.deepEqual(work.around(25 * MINUTE_MS).files, ['/p/b.ts', '/p/open.ts', '/p/a.ts', '/p/old.ts']);
    assert.deepEqual(work.around(40 * MINUTE_MS).files, ['/p/b.ts', '/p/open.ts', '/p/a.ts']);
    work.look([]);
    assert.deepEqual(work.around(90 * MINUTE_MS), { files: [], recent: [] });
  });

  it('has the end of the last error and the latest commands, newest first', () => {
    const work = new RecentWork();
    work.take([
      ...observed('call', 'npm test\n-- more', 1),
      ...observed('call', 'src/a.ts', 1, { files: ['src/a.ts'] }),
      ...observed('result', 'a\nb\n\nError: EADDRINUSE\n  port 4100\n', 2, { isFailure: true }),
      ...observed('command', 'lsof -i :4100', 3),
    ]);
    assert.deepEqual(work.around(4 * MINUTE_MS).recent, ['b\nError: EADDRINUSE\n  port 4100', 'lsof -i :4100', 'npm test']);
    for (let i = 0; i < 9; i++) work.take(observed('command', `make step${i}`, 5 + i));
    assert.deepEqual(work.around(14 * MINUTE_MS).recent?.slice(1), ['make step8', 'make step7', 'make step6', 'make step5']);
  });
});
