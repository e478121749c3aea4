// The answering side of `webview/protocol.ts`: what the panel's page asks, answered from the service. Knows nothing of the editor but what it is given.
import type { ServiceState } from '../link/childService.ts';
import type { ServiceApi } from '../link/protocol.ts';
import type { Memory, MemoryId } from '../memory.ts';
import { UserError, traceOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { Answer, Hello, PageQuestions, Presence, Question } from '../../webview/protocol.ts';
import type { Forgetting } from './forgetting.ts';
import { askOf, checked, isQuestion } from './pageArguments.ts';
import { rendered } from './words.ts';

/** The same words as for a command that failed. */
const WENT_WRONG = 'Something went wrong in Cairn. The log has the details.';
/** Questions to the service at once, where one act is about many memories. */
const AT_ONCE = 100;

export interface PageAnswerParts {
  readonly api: Pick<ServiceApi, 'browse' | 'memory' | 'preview' | 'holdBack' | 'given' | 'review' | 'keep' | 'edit' | 'setPinned'>;
  readonly forgetting: Pick<Forgetting, 'forget' | 'merge' | 'undo'>;
  /** Resolves when the service knows this window: before that it has nothing to answer from. */
  readonly isReady: () => Promise<void>;
  /** The workspace folder whose sessions are looked at; undefined for the window's first. */
  readonly folder: () => string | undefined;
  readonly hello: () => Hello;
  readonly openSource: (memory: Memory) => Promise<void>;
  readonly copyText: (text: string) => Promise<void>;
  readonly restart: () => void;
  readonly showLog: () => void;
  readonly now: () => number;
  readonly log: Log;
}

type Answers = {
  readonly [Q in Question]: (...args: Parameters<PageQuestions[Q]>) => ReturnType<PageQuestions[Q]> | Promise<ReturnType<PageQuestions[Q]>>;
};

/**
 * Answers a message of the page, once: with a value, or refused in words for people. Undefined for a message that is no question. Never rejects.
 */
export function answering(parts: PageAnswerParts): (message: unknown) => Promise<Answer | undefined> {
  const { log } = parts;
  const answers = answersOf(parts);
  return async (message) => {
    const ask = askOf(message);
    if (!ask) return undefined;
    const { number, question, args } = ask;
    try {
      if (!isQuestion(question)) throw new TypeError('the page asks what is not in the protocol');
      const fit = checked(question, args);
      if (question !== 'hello') await parts.isReady();
      const value = await (answers[question] as (...args: readonly unknown[]) => unknown)(...fit);
      return { kind: 'answer', number, value };
    } catch (thrown) {
      if (thrown instanceof UserError) return { kind: 'refused', number, message: thrown.message };
      log.error(`the panel got no answer to ${isQuestion(question) ? question : 'an unknown question'}`, traceOf(thrown));
      return { kind: 'refused', number, message: WENT_WRONG };
    }
  };
}

/** One left out does not compile. */
function answersOf({ api, forgetting, folder, hello, openSource, copyText, restart, showLog, now }: PageAnswerParts): Answers {
  return {
    hello,
    restart,
    showLog,
    browse: (query, from, count) => api.browse(undefined, query, from, count),
    memory: (id) => api.memory(id),
    preview: (query) => api.preview(folder(), { ...query, atMs: now() }),
    holdBack: (id, session, isHeldBack) => api.holdBack(id, session, isHeldBack),
    given: (beforeMs, limit) => api.given(undefined, beforeMs, limit),
    review: (limit) => api.review(undefined, limit),
    keep: (reason, ids) => api.keep(reason, ids),
    edit: (id, change) => api.edit(id, change),
    setScope: (ids, scope) => forAll(ids, (id) => api.edit(id, { scope })),
    setPinned: (ids, pinned) => forAll(ids, (id) => api.setPinned(id, pinned)),
    forget: (ids) => forgetting.forget(ids),
    merge: (groups) => forgetting.merge(groups),
    undo: () => forgetting.undo(),

    async copy(ids) {
      const found: (Memory | undefined)[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE)
        found.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => api.memory(id)))));
      const memories = found.filter((memory) => memory !== undefined);
      if (memories.length === 0) throw gone();
      await copyText(memories.map(rendered).join('\n'));
    },

    async openSource(id) {
      const memory = await api.memory(id);
      if (!memory) throw gone();
      await openSource(memory);
    },
  };
}

/** What the page is told of the service. One that nobody has asked anything yet is not away: it starts with the first question. */
export const PRESENCES: Readonly<Record<ServiceState, Presence>> = {
  idle: 'here',
  running: 'here',
  resting: 'away',
  given_up: 'stopped',
  ended: 'here',
};

const gone = (): UserError => new UserError('This memory is not there any more. The list shows what is.');

/** Does it for each; one that fails does not keep the others from being done, and is told of at the end. */
async function forAll(ids: readonly MemoryId[], act: (id: MemoryId) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const done = await Promise.allSettled(ids.slice(from, from + AT_ONCE).map(act));
    failures.push(...done.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown));
  }
  if (failures.length > 0) throw failures[0];
}
