import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream into lines. `onLine` answers whether to go on; `onTooLong` is called once, and ends it. */
export class LineCutter {
  readonly #onLine: (line: string) => boolean;
  readonly #onTooLong: () => void;
  readonly #maxBytes: number;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #bytes = 0;
  #isEnded = false;

  constructor(options: { readonly maxBytes: number; readonly onLine: (line: string) => boolean; readonly onTooLong: () => void }) {
    this.#maxBytes = options.maxBytes;
    this.#onLine = options.onLine;
    this.#onTooLong = options.onTooLong;
  }

  /** Takes the next bytes. Linear in their number, however many chunks a line comes in. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (!this.#isEnded && rest.length > 0) {
      const end = rest.indexOf(10);
      const piece = end < 0 ? rest : rest.subarray(0, end);
      this.#bytes += piece.length;
      if (this.#bytes > this.#maxBytes) {
        this.#isEnded = true;
        this.#parts = [];
        this.#onTooLong();
        return;
      }
      this.#parts.push(this.#decoder.write(piece));
      if (end < 0) return;
      const line = this.#parts.join('') + this.#decoder.end();
      this.#parts = [];
      this.#bytes = 0;
      this.#isEnded = !this.#onLine(line);
      rest = rest.subarray(end + 1);
    }
  }
}
