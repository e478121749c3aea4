// Signal → Observation: safe, small, and the same each time.
import assert from 'node:assert/strict';
import { createObserver } from '../../src/capture/observe.ts';
import { OWN_BEGIN, OWN_END } from '../../src/capture/own.ts';
import type { Dropped, Observation, Place, SessionId, Signal } from '../../src/memory.ts';

const place = (more: Partial<Place> = {}): Place => ({ source: 'claude-code', session: 's1' as SessionId, record: 'r1', atMs: 1, ...more });
const observer = () => createObserver({ isExcluded: (path) => path.includes('vault') });
const prompt = (text: string, more: Partial<Place> = {}): Signal => ({ kind: 'prompt', place: place(more), text });
const result = (text: string, more: Partial<Extract<Signal, { kind: 'tool_result' }>> = {}): Signal => ({
  kind: 'tool_result',
  place: place(),
  callId: 'c1',
  tool: 'Bash',
  text,
  isFailure: false,
  ...more,
});
const command = (commandLine: string, text = '', more: Partial<Extract<Signal, { kind: 'command' }>> = {}): Signal => ({
  kind: 'command',
  place: place({ source: 'terminal' }),
  commandLine,
  text,
  exitCode: 0,
  ...more,
});

async function kept(signal: Signal, by = observer()): Promise<Observation> {
  const seen = await by.observe(signal);
  assert.ok('id' in seen, `dropped as ${(seen as Dropped).reason}`);
  return seen;
}
async function reason(signal: Signal, by = observer()): Promise<string> {
  const seen = await by.observe(signal);
  return 'reason' in seen ? seen.reason : 'kept';
}

describe('observe', () => {
  it('keeps what was said, with its role, tool and outcome', async () => {
    assert.equal((await kept(prompt('Fix the clock'))).role, 'request');
    assert.equal((await kept({ kind: 'reply', place: place(), text: 'Done.' })).role, 'reply');
    const failed = await kept(result('boom', { isFailure: true, exitCode: 2 }));
    assert.deepEqual([failed.role, failed.tool, failed.isFailure, failed.exitCode], ['result', 'Bash', true, 2]);
    const ran = await kept(command('CI=1 npx mocha test', '3 failing', { exitCode: 3, cwd: '/shop' }));
    assert.deepEqual([ran.role, ran.tool, ran.text, ran.isFailure], ['command', 'npx', '$ CI=1 npx mocha test\n3 failing', true]);
    const edited = await kept({ kind: 'edit', place: place(), file: 'src/a.ts', text: '+const a = 1;' });
    assert.deepEqual([edited.role, edited.files], ['edit', ['src/a.ts']]);
    assert.equal('exitCode' in edited || 'tool' in edited, false);
  });

  it('gives the same signal the same id, and any other another', async () => {
    const first = await kept(prompt('Fix the clock'));
    assert.match(first.id, /^[0-9a-f]{32}$/);
    assert.equal((await kept(prompt('Fix the clock', { atMs: 99, path: '/moved.jsonl' }))).id, first.id);
    const others = [
      prompt('Fix the clocks'),
      prompt('Fix the clock', { record: 'r2' }),
      prompt('Fix the clock', { session: 's2' as SessionId }),
      prompt('Fix the clock', { source: 'copilot' }),
      { kind: 'reply', place: place(), text: 'Fix the clock' } as const,
    ];
    const ids = await Promise.all(others.map(async (signal) => (await kept(signal)).id));
    assert.equal(new Set([first.id, ...ids]).size, others.length + 1);
  });

  it('drops for the reason that holds', async () => {
    const own = `${OWN_BEGIN}>x${OWN_END}`;
    const expected: readonly (readonly [Signal, string])[] = [
      [prompt(''), 'empty'],
      [prompt(' \n\u001b[0m\u200b'), 'empty'],
      [{ kind: 'turn_end', place: place() }, 'empty'],
      [prompt(own), 'own'],
      [prompt(`${own} and ${'mine'}`), 'kept'],
      [result('x', { tool: 'mcp__cairn__recall' }), 'own'],
      [{ kind: 'tool_call', place: place(), callId: 'c', tool: 'cairn-remember', text: 'x', files: [] }, 'own'],
      [prompt('<private>salary</private>'), 'private'],
      [command(' curl example.com', 'ok'), 'private'],
      [command('<private>curl example.com'), 'private'],
      [command('ls'), 'noise'],
      [command('ls -la', 'a b c'), 'noise'],
      [command('cd ../shop'), 'noise'],
      [command('clear'), 'noise'],
      [command('pwd', '/shop'), 'noise'],
      [command('ls', 'no such folder', { exitCode: 2 }), 'kept'],
      [command('ls src && npm test', 'ok'), 'kept'],
      [result('⠋ Loading\n⠙ Loading\n⠹ Loading'), 'noise'],
      [result('[=====>    ] 45%\r[=========>] 99%'), 'noise'],
      [{ kind: 'edit', place: place(), file: '/vault/a.txt', text: 'x' }, 'excluded'],
      [command('make', 'ok', { cwd: '/vault' }), 'excluded'],
      [command('cat vault/plan.md', 'x', { cwd: '/shop' }), 'excluded'],
      [{ kind: 'commit', place: place(), hash: 'abc', text: 'x', files: ['vault/a'] }, 'excluded'],
      [{ kind: 'commit', place: place(), hash: 'abc', text: 'x', files: ['vault/a', 'b'] }, 'kept'],
    ];
    for (const [signal, why] of expected) assert.equal(await reason(signal), why, JSON.stringify(signal));
  });

  it('drops the result of a call on an excluded file too, and only that one', async () => {
    const by = observer();
    const read = (callId: string, file: string): Signal => ({
      kind: 'tool_call',
      place: place(),
      callId,
      tool: 'Read',
      text: file,
      files: [file],
    });
    assert.equal(await reason(read('c1', 'vault/plan.md'), by), 'excluded');
    assert.equal(await reason(read('c2', 'src/a.ts'), by), 'kept');
    assert.equal(await reason(result('the plan', { callId: 'c1' }), by), 'excluded');
    assert.equal(await reason(result('the code', { callId: 'c2' }), by), 'kept');
    assert.equal(await reason(result('other talk', { callId: 'c1', place: place({ session: 's2' as SessionId }) }), by), 'kept');
    assert.deepEqual((await kept({ kind: 'commit', place: place(), hash: 'abc', text: 'x', files: ['vault/a', 'b'] }, by)).files, ['b']);
  });

  it('finds secrets and private parts that colours or unseen characters break up', async () => {
    const key = ['gh', 'p_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
    const broken = `${key.slice(0, 10)}\u001b[32m${key.slice(10, 20)}\u200b${key.slice(20)}`;
    assert.equal((await kept(result(`token ${broken} ok`))).text, 'token [redacted] ok');
    assert.equal((await kept(prompt('a <pri\u200bvate>b</private> c'))).text, 'a  c');
  });

  it('takes out what steers a terminal, and what a line was before it was drawn over', async () => {
    const shown = await kept(
      result(
        '\u001b]0;title\u0007\u001b]8;;https://a.b\u0007link\u001b]8;;\u0007 \u001b[1;31mred\u001b[0m\r\n10%\r50%\rdone\nba\bold \u202eevil\u202c \0 \ud800\n⠋ Waiting\nend',
      ),
    );
    assert.equal(shown.text, 'link red\ndone\nbold evil \ufffd \ufffd\nend');
  });

  it('cuts blobs, and leaves hashes, paths and tables', async () => {
    const blob = 'iVBORw0KGgoAAAANSUhEUgAA9Zx8'.repeat(20);
    const stays = [
      'commit 3f786850e387550fdab836ed7e6dc881de23001b',
      `src/${'deeply/nested/folder/'.repeat(15)}file.ts`,
      '-'.repeat(300),
      'All files | 93.4 | 85.1 |',
    ];
    const { text } = await kept(prompt([`see data:image/png;base64,${blob} here`, `raw ${blob}`, ...stays].join('\n')));
    assert.equal(text, ['see […] here', 'raw […]', ...stays].join('\n'));
    const block = Array.from({ length: 9 }, () => blob.slice(0, 76)).join('\n');
    assert.equal((await kept(prompt(`a\n${block}\nQUJD\nb c`))).text, 'a\n[…]\nb c');
  });

  it('shortens long lines in the middle and long texts to head, tail and failures', async () => {
    const long = await kept(prompt(`begin ${'word '.repeat(2_000)}end`));
    assert.ok(long.text.length < 2_000 && long.text.startsWith('begin') && long.text.endsWith('end') && long.text.includes('[…]'));
    const memory = `begin ${'word '.repeat(900)}end`;
    assert.equal((await kept({ kind: 'prompt', place: place(), text: memory, isMemory: true })).text, memory, 'somebody chose each word');
    const lines = Array.from({ length: 5_000 }, (_, i) =>
      i === 2_500 ? 'AssertionError: the clock is late' : `step number ${i} went well`,
    );
    const output = await kept(result(lines.join('\n')));
    assert.ok(output.text.length <= 8_100, `${output.text.length}`);
    for (const line of [lines[0], lines[2_500], lines[4_999]]) assert.ok(output.text.includes(line ?? '?'));
    assert.ok((await kept(prompt(lines.join('\n')))).text.length <= 32_100);
    const pairs = await kept(result('😀'.repeat(30_000)));
    assert.ok(pairs.text.isWellFormed());
  });

  it('keeps the number of lines where they are the file’s', async () => {
    const lines = Array.from({ length: 4_000 }, (_, i) => `line ${i} of a long note`);
    lines[1] = '<private>not for';
    lines[3] = 'anyone</private>';
    lines.splice(10, 6, ...Array.from({ length: 6 }, () => 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg'));
    lines[60] = 'red \u001b[31mtext\u001b[0m\r';
    lines[3_990] = 'the end of it';
    const { text } = await kept(prompt(lines.join('\n'), { isLineByLine: true }));
    const left = text.split('\n');
    assert.equal(left.length, lines.length);
    assert.deepEqual([left[0], left[2], left[60], left[3_990]], [lines[0], '', 'red text', 'the end of it']);
    assert.ok(left[2_000] === '' && text.length < 32_000 + lines.length + 100);
  });

  it('keeps failing lines among progress', async () => {
    const { text } = await kept(result('Fetching 10%\nFetching 20%\nFetching 30%\n⠋ error: disk full\n████████ 40%\nFetched'));
    assert.equal(text, 'Fetching 30%\n⠋ error: disk full\nFetched');
  });
});
