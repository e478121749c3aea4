// Reading on in real files that are appended to, torn, cut, replaced and rotated.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LONGEST_LINE_BYTES, readLines, type Tail, type TailMark } from '../../src/capture/tail.ts';

const LIMIT = 4 * 1024 * 1024;
let folder = '';
let file = '';

/** Reads until nothing more comes; the mark goes through JSON, as it does in a cursor. */
async function readAll(
  mark?: TailMark,
  limit = LIMIT,
): Promise<Pick<Tail, 'lines' | 'mark' | 'skipped' | 'wasReplaced'> & { readings: number }> {
  const lines: Tail['lines'] = [];
  let skipped = 0;
  let readings = 0;
  let wasReplaced = false;
  for (let at = mark; ;) {
    const piece = await readLines(file, at === undefined ? undefined : (JSON.parse(JSON.stringify(at)) as TailMark), limit);
    readings += 1;
    lines.push(...piece.lines);
    skipped += piece.skipped;
    wasReplaced ||= piece.wasReplaced;
    if (!piece.hasMore) return { lines, mark: piece.mark, skipped, wasReplaced, readings };
    assert.ok(at === undefined || piece.wasReplaced || piece.mark.offset > at.offset, 'progress');
    at = piece.mark;
  }
}
const texts = (tail: Pick<Tail, 'lines'>) => tail.lines.map((line) => line.text);

describe('tail', function () {
  this.timeout(30_000); // disks and machines may be busy

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-tail-'));
    file = path.join(folder, 'talk.jsonl');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('gives lines with their numbers and places', async () => {
    fs.writeFileSync(file, '\ufeffone\ntwö\r\n\nfour\n');
    const { lines, mark, skipped } = await readAll();
    assert.deepEqual(lines, [
      { text: 'one', line: 1, offset: 0 },
      { text: 'twö', line: 2, offset: 7 },
      { text: '', line: 3, offset: 13 },
      { text: 'four', line: 4, offset: 14 },
    ]);
    assert.deepEqual([mark.offset, mark.line, skipped], [19, 4, 0]);
  });

  it('is empty for an empty file, and rejects for one that is gone', async () => {
    fs.writeFileSync(file, '');
    const { lines, mark } = await readAll();
    assert.deepEqual(lines, []);
    fs.appendFileSync(file, 'first\n');
    assert.deepEqual(texts(await readAll(mark)), ['first']);
    fs.rmSync(file);
    await assert.rejects(readLines(file, mark, LIMIT), { code: 'ENOENT' });
  });

  it('lets a torn last line wait for its end', async () => {
    fs.writeFileSync(file, 'one\n{"text":"tw');
    const first = await readAll();
    assert.deepEqual(texts(first), ['one']);
    const again = await readAll(first.mark);
    assert.deepEqual([texts(again), again.wasReplaced], [[], false]);
    fs.appendFileSync(file, 'o"}\nthree\n');
    const rest = await readAll(again.mark);
    assert.deepEqual(rest.lines, [
      { text: '{"text":"two"}', line: 2, offset: 4 },
      { text: 'three', line: 3, offset: 19 },
    ]);
    assert.equal(rest.wasReplaced, false);
  });

  it('passes over binary lines and counts them', async () => {
    fs.writeFileSync(
      file,
      Buffer.concat([Buffer.from('one\n'), Buffer.from([1, 0, 255, 10]), Buffer.from([0xff, 0xfe, 10]), Buffer.from('four\n')]),
    );
    const { lines, skipped } = await readAll();
    assert.deepEqual(lines.map(({ text, line }) => [text, line]), [['one', 1], ['\ufffd\ufffd', 3], ['four', 4]]); // prettier-ignore
    assert.equal(skipped, 1);
  });

  it('passes over huge lines without holding them, also while they still grow', async () => {
    fs.writeFileSync(file, 'one\n');
    const huge = 80 * 1024 * 1024;
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let written = 0; written < huge; written += chunk.length) fs.appendFileSync(file, chunk);
    const before = process.memoryUsage();
    const torn = await readAll();
    const after = process.memoryUsage();
    assert.deepEqual([texts(torn), torn.mark.isSkipping, torn.skipped], [['one'], true, 0]);
    // The first 8 MB are held until the line is known to be too long; the whole would be 80 MB.
    assert.ok(after.rss - before.rss < 60 * 1024 * 1024, `${Math.round((after.rss - before.rss) / 1e6)} MB more`);
    fs.appendFileSync(file, 'yz\nthree\n');
    const rest = await readAll(torn.mark);
    assert.deepEqual(rest.lines, [{ text: 'three', line: 3, offset: 4 + huge + 3 }]);
    assert.deepEqual([rest.skipped, rest.mark.isSkipping, rest.wasReplaced], [1, false, false]);
  });

  it('gives a line of just the longest length, and none longer', async () => {
    fs.writeFileSync(file, `${'x'.repeat(LONGEST_LINE_BYTES)}\n${'y'.repeat(LONGEST_LINE_BYTES + 1)}\nz\n`);
    const { lines, skipped } = await readAll();
    assert.deepEqual([lines.map(({ text, line }) => [text.length, line]), skipped], [[[LONGEST_LINE_BYTES, 1], [1, 3]], 1]); // prettier-ignore
  });

  it('reads in pieces of about the limit, a line at least', async () => {
    const all = Array.from({ length: 500 }, (_, i) => `${i} ${'x'.repeat(i % 7 === 0 ? 2_000 : 20)}`);
    fs.writeFileSync(file, `${all.join('\n')}\n`);
    for (const limit of [0, 1, 1_000, 1_000_000]) {
      const read = await readAll(undefined, limit);
      assert.deepEqual(texts(read), all);
      if (limit <= 1) assert.equal(read.readings, all.length);
      if (limit === 1_000_000) assert.equal(read.readings, 1);
    }
  });

  const written = Array.from({ length: 50 }, (_, i) => `{"record":${i},"text":"some words"}`).join('\n') + '\n';
  const replacements: readonly (readonly [what: string, act: () => void])[] = [
    ['cut shorter', () => fs.truncateSync(file, 100)],
    ['emptied and written again, longer', () => fs.writeFileSync(file, `{"record":"new"}\n${written}`)],
    ['written anew with the same beginning', () => fs.writeFileSync(file, written.replaceAll('some words', 'other talk') + written)],
    [
      'replaced by another file of the same text and more',
      () => {
        fs.writeFileSync(`${file}.new`, `${written}more\n`);
        fs.renameSync(`${file}.new`, file);
      },
    ],
    [
      'rotated',
      () => {
        fs.renameSync(file, `${file}.1`);
        fs.writeFileSync(file, 'fresh\n');
      },
    ],
  ];
  for (const [what, act] of replacements) {
    it(`begins again when the file was ${what}`, async () => {
      fs.writeFileSync(file, written);
      const { mark } = await readAll();
      act();
      const again = await readAll(mark);
      assert.equal(again.wasReplaced, true);
      const whole = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
      assert.deepEqual(texts(again), whole);
      assert.equal(again.lines[0]?.line, 1);
      assert.equal((await readAll(again.mark)).wasReplaced, false);
    });
  }

  it('does not take a mark that it did not make for its own', async () => {
    fs.writeFileSync(file, 'one\n');
    const foreign = { offset: 'x', line: null } as unknown as TailMark;
    assert.deepEqual([texts(await readAll(foreign)), (await readAll(foreign)).wasReplaced], [['one'], true]);
  });

  it('gives the same lines however the file grew', async () => {
    let seed = 7;
    const below = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    const pieces = ['a', 'ü', '漢', '😀', '\r\n', '\n', '\n', '\0', ' ', '"text"', 'x'.repeat(300)];
    for (let round = 0; round < 60; round += 1) {
      const bytes = Buffer.from(Array.from({ length: 20 + below(200) }, () => pieces[below(pieces.length)]).join(''));
      fs.rmSync(file, { force: true });
      fs.writeFileSync(file, bytes);
      const whole = await readAll();
      fs.rmSync(file);
      fs.writeFileSync(file, '');
      const grown: Tail['lines'] = [];
      let mark: TailMark | undefined;
      let skipped = 0;
      for (let at = 0; at < bytes.length;) {
        const to = Math.min(bytes.length, at + 1 + below(90));
        fs.appendFileSync(file, bytes.subarray(at, to));
        at = to;
        const piece = await readAll(mark, 1 + below(400));
        assert.equal(piece.wasReplaced, false);
        grown.push(...piece.lines);
        skipped += piece.skipped;
        mark = piece.mark;
      }
      assert.deepEqual(grown, whole.lines);
      assert.deepEqual([skipped, mark?.offset, mark?.line], [whole.skipped, whole.mark.offset, whole.mark.line]);
    }
  });
});
