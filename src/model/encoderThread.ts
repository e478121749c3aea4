// The encoder on a thread of its own, so that the service answers while the model works: onnxruntime holds its thread for as long as a window takes.
// `openEncoderThread` is the asking end; `answer` is the whole of the thread's program.
import { type MessagePort, Worker } from 'node:worker_threads';
import { UserError, messageOf } from '../util/errors.ts';
import type { Encoder, EpisodeText, SegmentReading } from './encoder.ts';
import { openEncoder } from './openEncoder.ts';

interface Questions {
  open(folder: string): Promise<Pick<Encoder, 'id' | 'dimensions' | 'fitted'>>;
  embed(texts: readonly string[], purpose: 'query' | 'memory'): Promise<Float32Array[]>;
  read(episode: EpisodeText): Promise<SegmentReading[]>;
  dispose(): Promise<void>;
}
type Ask = {
  [K in keyof Questions]: { readonly number: number; readonly question: K; readonly args: Parameters<Questions[K]> };
}[keyof Questions];
/** A question that nobody waits for any more. */
interface Stop {
  readonly number: number;
  readonly question: 'stop';
}
type Answer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly failed: string; readonly isForPeople: boolean };

/**
 * Starts the program at `program` (it calls `answer`) as a thread and loads the model there. Disposing ends the thread. So does a fault in it: all
 * questions that wait, and all that come, are then rejected, and `onFault` is told once.
 * @throws UserError where a model file is missing or broken
 */
export async function openEncoderThread(program: string, folder: string, onFault: (fault: Error) => void): Promise<Encoder> {
  const worker = new Worker(program);
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (reason: unknown) => void }>();
  let asked = 0;
  let ended: Error | undefined;
  let isOpen = false;
  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('error', (fault: Error) => end(fault));
  worker.on('exit', () => {
    end(new Error('the thread of the model has ended'));
    if (ended && isOpen) onFault(ended);
  });
  worker.on('message', (answered: Answer) => {
    const asker = waiting.get(answered.number);
    waiting.delete(answered.number);
    if ('value' in answered) asker?.resolve(answered.value);
    else asker?.reject(answered.isForPeople ? new UserError(answered.failed) : new Error(answered.failed));
  });

  async function ask<K extends keyof Questions>(
    question: K,
    args: Parameters<Questions[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Questions[K]>>> {
    if (ended) throw ended;
    signal?.throwIfAborted();
    const number = (asked += 1);
    const stop = (): void => {
      waiting.get(number)?.reject(signal?.reason);
      waiting.delete(number);
      worker.postMessage({ number, question: 'stop' } satisfies Stop);
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answered = new Promise((resolve, reject) => void waiting.set(number, { resolve, reject }));
      worker.postMessage({ number, question, args });
      return (await answered) as Awaited<ReturnType<Questions[K]>>;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  try {
    const { id, dimensions, fitted } = await ask('open', [folder]);
    isOpen = true;
    return {
      id,
      dimensions,
      fitted,
      embed: (texts, purpose) => ask('embed', [texts, purpose]),
      read: (episode, signal) => ask('read', [episode], signal),
      async dispose() {
        isOpen = false;
        if (!ended) await ask('dispose', []).catch(() => undefined);
        await worker.terminate();
      },
    };
  } catch (thrown) {
    await worker.terminate();
    throw thrown;
  }
}

/** Answers over the thread's port for as long as the thread lives. */
export function answer(port: MessagePort): void {
  let encoder: Encoder | undefined;
  const stops = new Map<number, AbortController>();
  const opened = (): Encoder => {
    if (!encoder) throw new Error('the model is not open');
    return encoder;
  };

  async function valueOf(ask: Ask): Promise<unknown> {
    switch (ask.question) {
      case 'open': {
        encoder = await openEncoder(...ask.args);
        return { id: encoder.id, dimensions: encoder.dimensions, fitted: encoder.fitted };
      }
      case 'embed':
        return opened().embed(...ask.args);
      case 'read': {
        const stop = new AbortController();
        stops.set(ask.number, stop);
        return opened()
          .read(...ask.args, stop.signal)
          .finally(() => stops.delete(ask.number));
      }
      case 'dispose':
        return encoder?.dispose();
    }
  }

  port.on('message', (asked: Ask | Stop) => {
    if (asked.question === 'stop') {
      stops.get(asked.number)?.abort();
      return;
    }
    const { number } = asked;
    valueOf(asked).then(
      (value) => port.postMessage({ number, value } satisfies Answer),
      (thrown: unknown) =>
        port.postMessage({ number, failed: messageOf(thrown), isForPeople: thrown instanceof UserError } satisfies Answer),
    );
  });
}
