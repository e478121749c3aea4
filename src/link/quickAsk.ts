// One question to a store's owner by a process that lives for milliseconds: the same lines as `rpc.ts`, spoken by hand,
// since loading a JSON-RPC library costs a hook more than all else it does.
import net from 'node:net';
import { LineCutter } from './lineCutter.ts';
import type { ServiceApi } from './protocol.ts';

/** A context block is at most 9,000 characters; no answer to a hook is near this. */
const MAX_ANSWER_BYTES = 1024 * 1024;

type Answer<M extends keyof ServiceApi> = Awaited<ReturnType<ServiceApi[M]>>;

/**
 * Asks, and resolves with `{ answer }`; with undefined when nobody answers, the answer is an error, or it does not come
 * within `limitMs` from now. Never rejects.
 */
export function quickAsk<M extends keyof ServiceApi>(
  address: { readonly socket: string; readonly token: string },
  method: M,
  args: Parameters<ServiceApi[M]>,
  limitMs: number,
): Promise<{ readonly answer: Answer<M> | undefined } | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(address.socket);
    const done = (outcome: { readonly answer: Answer<M> | undefined } | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(done, limitMs, undefined);
    const cutter = new LineCutter({
      maxBytes: MAX_ANSWER_BYTES,
      onTooLong: () => done(undefined),
      onLine: (line) => {
        const reply = replyIn(line);
        if (reply === undefined) return true; // An event: not for us.
        done('result' in reply ? { answer: (reply.result as Answer<M> | null) ?? undefined } : undefined);
        return false;
      },
    });
    socket.on('data', (chunk) => cutter.push(chunk));
    socket.on('error', () => done(undefined));
    socket.on('close', () => done(undefined));
    socket.write(`${address.token}\n${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: args })}\n`);
  });
}

function replyIn(line: string): object | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && 'id' in message && message.id === 1 ? message : undefined;
  } catch {
    return undefined;
  }
}
