// JSON-RPC messages as lines of JSON on a socket: the simplest framing there is, so that a hook can speak it in ten lines
// without loading a library, and so that garbage is known at its first line instead of being waited for.
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';

/** Longest line taken in: a reading of a transcript is at most about 4 MB of text, and JSON may double that. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Bytes that may wait for an asker who does not read. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

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

/**
 * Reads messages from a socket. A line that is not a JSON-RPC 2.0 message, or too long a line, ends the socket:
 * whoever sends that does not speak our language, and nothing after it could be trusted.
 */
export class LineReader extends AbstractMessageReader {
  readonly #socket: Socket;
  readonly #firstBytes: Buffer | undefined;

  /** `firstBytes`: what was read from the socket already. */
  constructor(socket: Socket, firstBytes?: Buffer) {
    super();
    this.#socket = socket;
    this.#firstBytes = firstBytes;
    socket.on('close', () => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    const refuse = (): false => {
      this.#socket.destroy();
      return false;
    };
    const cutter = new LineCutter({
      maxBytes: MAX_LINE_BYTES,
      onTooLong: refuse,
      onLine: (line) => {
        try {
          const message: unknown = JSON.parse(line);
          if (!isMessage(message)) return refuse();
          callback(message);
          return true;
        } catch {
          return refuse(); // Not JSON, or a message that the library itself stumbles over.
        }
      },
    });
    const onData = (chunk: Buffer) => cutter.push(chunk);
    this.#socket.on('data', onData);
    if (this.#firstBytes) cutter.push(this.#firstBytes);
    return { dispose: () => this.#socket.off('data', onData) };
  }
}

/** Writes messages to a socket, a line each. An asker who does not read what it asked for is cut off. */
export class LineWriter extends AbstractMessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
      if (this.#socket.destroyed) return reject(new Error('the link is closed'));
      return this.#socket.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.#socket.end();
  }

  override dispose(): void {
    super.dispose();
    this.#socket.destroy();
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}
