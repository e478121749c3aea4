// Pictures put together into one that moves.
import assert from 'node:assert/strict';
import { type Picture, animatedPng, readPng } from '../../scripts/lib/png.ts';

const [WIDTH, HEIGHT] = [40, 30];

function picture(colour: (x: number, y: number) => readonly [number, number, number]): Picture {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) pixels.set(colour(x, y), (y * WIDTH + x) * 3);
  return { width: WIDTH, height: HEIGHT, pixels };
}
const slope = picture((x, y) => [x * 5, y * 7, (x * y) % 256]);
const withMark = picture((x, y) => (x >= 10 && x < 14 && y >= 20 && y < 22 ? [255, 0, 0] : [x * 5, y * 7, (x * y) % 256]));

/** The chunks of a PNG, by name. */
function chunks(file: Buffer): { readonly type: string; readonly content: Buffer }[] {
  const found = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    found.push({ type: file.toString('latin1', at + 4, at + 8), content: file.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

describe('a moving picture', () => {
  it('of one picture is a plain PNG, pixel for pixel', () => {
    const file = animatedPng([{ picture: slope, forMs: 500 }]);
    assert.deepEqual(
      chunks(file).map(({ type }) => type),
      ['IHDR', 'IDAT', 'IEND'],
    );
    assert.deepEqual(readPng(file), slope);
  });

  it('keeps of a later picture the rectangle that changed, and shows each for its time', () => {
    const file = animatedPng([
      { picture: slope, forMs: 500 },
      { picture: withMark, forMs: 1200 },
      { picture: withMark, forMs: 100 },
    ]);
    const frames = chunks(file).filter(({ type }) => type === 'fcTL');
    const told = frames.map(({ content }) => [4, 8, 12, 16].map((at) => content.readUInt32BE(at)).concat(content.readUInt16BE(20)));
    assert.deepEqual(told, [
      [WIDTH, HEIGHT, 0, 0, 500],
      [4, 2, 10, 20, 1200],
      [1, 1, 0, 0, 100],
    ]);
    assert.deepEqual(readPng(file), slope, 'who knows no animation sees the first');
  });

  it('is not made of pictures of different sizes', () => {
    const small = { width: 1, height: 1, pixels: new Uint8Array(3) };
    assert.throws(
      () =>
        animatedPng([
          { picture: slope, forMs: 1 },
          { picture: small, forMs: 1 },
        ]),
      RangeError,
    );
  });
});
