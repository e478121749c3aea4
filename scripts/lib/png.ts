// PNG pictures, as browsers take them (8 bits a channel, no interlace), read into pixels and put together into one that moves (APNG). Each later picture is
// kept as the rectangle in which it differs from the one before, which is a few kilobytes for a menu that opens.
import zlib from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, row by row. */
  readonly pixels: Uint8Array;
}
export interface Shown {
  readonly picture: Picture;
  readonly forMs: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS = 3;

/** Throws a `RangeError` for a PNG of another make. */
export function readPng(file: Buffer): Picture {
  const data: Buffer[] = [];
  let width = 0;
  let height = 0;
  let channels = 0;
  for (let at = SIGNATURE.length; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)];
      channels = content[9] === 2 ? 3 : content[9] === 6 ? 4 : 0;
      if (content[8] !== 8 || channels === 0 || content[12] !== 0) throw new RangeError('this PNG is not 8-bit colour without interlace');
    } else if (type === 'IDAT') data.push(content);
    at += length + 12;
  }
  return { width, height, pixels: unfiltered(zlib.inflateSync(Buffer.concat(data)), width, height, channels) };
}

/** Undoes the filter of each row; what is transparent is not asked about. */
function unfiltered(raw: Buffer, width: number, height: number, channels: number): Uint8Array {
  const stride = width * channels;
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < channels ? 0 : (rows[at - channels] ?? 0);
      const above = y === 0 ? 0 : (rows[at - stride] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (rows[at - stride - channels] ?? 0);
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0;
      rows[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  if (channels === CHANNELS) return rows;
  const pixels = new Uint8Array(width * height * CHANNELS);
  for (let i = 0; i < width * height; i++) pixels.set(rows.subarray(i * channels, i * channels + CHANNELS), i * CHANNELS);
  return pixels;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All of one size; runs for ever. One picture makes a plain PNG. */
export function animatedPng(shown: readonly Shown[]): Buffer {
  const [first] = shown;
  if (!first) throw new RangeError('there is no picture to show');
  const { width, height } = first.picture;
  const chunks = [SIGNATURE, chunk('IHDR', header(width, height))];
  if (shown.length > 1) chunks.push(chunk('acTL', words(shown.length, 0)));
  let sequence = 0;
  for (const [i, { picture, forMs }] of shown.entries()) {
    if (picture.width !== width || picture.height !== height) throw new RangeError('the pictures are of different sizes');
    const before = shown[i - 1]?.picture;
    const part = before ? difference(before, picture) : { x: 0, y: 0, width, height };
    if (shown.length > 1) chunks.push(chunk('fcTL', frame(sequence++, part, forMs)));
    const data = packed(picture, part);
    chunks.push(i === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([words(sequence++), data])));
  }
  chunks.push(chunk('IEND', Buffer.alloc(0)));
  return Buffer.concat(chunks);
}

/** The smallest rectangle that holds all that changed; a pixel where nothing did. */
function difference(before: Picture, after: Picture): Rectangle {
  const { width, height } = after;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < width * height; i++) {
    const at = i * CHANNELS;
    const isSame =
      before.pixels[at] === after.pixels[at] &&
      before.pixels[at + 1] === after.pixels[at + 1] &&
      before.pixels[at + 2] === after.pixels[at + 2];
    if (isSame) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  return right < 0 ? { x: 0, y: 0, width: 1, height: 1 } : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Each row as it differs from the one above, which suits windows full of flat colour; or as it is, where that packs better. */
function packed({ width, pixels }: Picture, part: Rectangle): Buffer {
  const stride = part.width * CHANNELS;
  const row = (y: number): Uint8Array => {
    const from = ((part.y + y) * width + part.x) * CHANNELS;
    return pixels.subarray(from, from + stride);
  };
  const plain = Buffer.alloc((stride + 1) * part.height);
  const up = Buffer.alloc((stride + 1) * part.height);
  for (let y = 0; y < part.height; y++) {
    const own = row(y);
    const above = y === 0 ? undefined : row(y - 1);
    up[y * (stride + 1)] = 2;
    for (let x = 0; x < stride; x++) {
      plain[y * (stride + 1) + 1 + x] = own[x] ?? 0;
      up[y * (stride + 1) + 1 + x] = (own[x] ?? 0) - (above?.[x] ?? 0);
    }
  }
  const [one, other] = [plain, up].map((rows) => zlib.deflateSync(rows, { level: 9, memLevel: 9 })) as [Buffer, Buffer];
  return one.length <= other.length ? one : other;
}

const header = (width: number, height: number): Buffer => Buffer.concat([words(width, height), Buffer.from([8, 2, 0, 0, 0])]);

/** Put over what is there. */
function frame(sequence: number, { x, y, width, height }: Rectangle, forMs: number): Buffer {
  const delay = Buffer.alloc(6);
  delay.writeUInt16BE(forMs, 0);
  delay.writeUInt16BE(1000, 2);
  return Buffer.concat([words(sequence, width, height, x, y), delay]);
}

function words(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, i) => buffer.writeUInt32BE(number, i * 4));
  return buffer;
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([words(content.length), body, words(zlib.crc32(body))]);
}
