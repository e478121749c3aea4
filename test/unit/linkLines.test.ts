import assert from 'node:assert/strict';
import { LineCutter } from '../../src/link/lineCutter.ts';

function cutter(maxBytes: number, goOn: (line: string) => boolean = () => true) {
  const lines: string[] = [];
  let tooLong = 0;
  const onLine = (line: string): boolean => (lines.push(line), goOn(line));
  const made = new LineCutter({ maxBytes, onLine, onTooLong: () => tooLong++ });
  return { lines, push: (text: string | Buffer) => made.push(Buffer.from(text)), tooLong: () => tooLong };
}

describe('cutting a stream into lines', () => {
  const text = 'one\n\nzwei: äöü 漢字 🪨\r\nlast\nnot ended';
  const expected = ['one', '', 'zwei: äöü 漢字 🪨\r', 'last'];

  it('gives the same lines however the bytes come', () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) {
      const { lines, push } = cutter(1_000);
      for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
      assert.deepEqual(lines, expected, `in pieces of ${size}`);
    }
  });

  it('stops at a line that is too long, once, and hears nothing more', () => {
    const { lines, push, tooLong } = cutter(10);
    push('0123456789\n');
    assert.deepEqual([lines, tooLong()], [['0123456789'], 0]);
    push('01234');
    push('567890');
    push('\nagain\n');
    assert.deepEqual([lines, tooLong()], [['0123456789'], 1]);
  });

  it('stops when told to', () => {
    const { lines, push } = cutter(100, (line) => line !== 'stop');
    push('a\nstop\nb\n');
    push('c\n');
    assert.deepEqual(lines, ['a', 'stop']);
  });
});
