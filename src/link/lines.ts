// JSON-RPC messages as lines of JSON on a socket: the simplest framing there is, so that a hook can speak it in ten lines
// without loading a library, and so that garbage is known at its first line instead of being waited for.
import type { Socket } from 'node:net';
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { LineCutter } from './lineCutter.ts';

/** Longest line taken in: a reading of a transcript is at most about 4 MB of text, and JSON may double that. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Bytes that may wait for an asker who does not read. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

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
