// The page's end of the conversation with the editor: questions with numbers, each answered once, refused, or given up when its time is over. What comes
// later than that, and what answers no question, is dropped.
import type { Ask, PageNews, PageQuestions, Question, ToPage } from './protocol.ts';

/** Longer than the slowest thing asked for (a review of twenty thousand memories, the first time), so that it means: nobody is there. */
const LIMIT_MS = 20_000;

/** There is no answer; the message says why, in words for people. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface Host {
  /** Rejects with `Refused`. */
  ask<Q extends Question>(question: Q, ...args: Parameters<PageQuestions[Q]>): Promise<ReturnType<PageQuestions[Q]>>;
  /** Returns what ends the listening. */
  onNews(listener: (news: PageNews) => void): () => void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Refused) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** `post` sends to the editor; what it says arrives as `message` events of `incoming`. */
export function connectHost(post: (ask: Ask) => void, incoming: EventTarget, limitMs = LIMIT_MS): Host {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(news: PageNews) => void>();
  // A page that is loaded anew does not begin where the one before it did: an answer to that one is no answer to this.
  let asked = Date.now();

  incoming.addEventListener('message', (event) => {
    const message = (event as MessageEvent<ToPage | undefined>).data;
    if (message?.kind !== 'answer' && message?.kind !== 'refused') {
      if (message?.kind) for (const listener of listeners) listener(message);
      return;
    }
    const question = waiting.get(message.number);
    if (!question) return;
    waiting.delete(message.number);
    clearTimeout(question.timer);
    if (message.kind === 'answer') question.resolve(message.value as never);
    else question.reject(new Refused(message.message));
  });

  return {
    ask(question, ...args) {
      const number = ++asked;
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(number);
          reject(new Refused('Cairn did not answer. Try again.'));
        };
        waiting.set(number, { resolve, reject, timer: setTimeout(giveUp, limitMs) });
        post({ kind: 'ask', number, question, args });
      });
    },
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
