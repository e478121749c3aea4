// The questions of `protocol.ts` over a connection. Every question is answered or rejected: by the answerer, by its time
// limit, or by the closing of the link.
import { ParameterStructures, ResponseError } from 'vscode-jsonrpc/node';
import { UserError, messageOf } from '../util/errors.ts';
import type { MessageConnection } from './channels.ts';
import type { ServiceApi, ServiceEvents, StoreOnlyApi } from './protocol.ts';

export type Method = keyof ServiceApi | keyof StoreOnlyApi;

interface Manners {
  /** How long an asker waits, milliseconds. Generous: it is there so that nobody waits for ever, not to press. */
  readonly limitMs: number;
  /** True when asking twice does what asking once does, so that it may be asked again after a crash. */
  readonly isRepeatable: boolean;
}

/** All methods: one left out does not compile. */
export const METHODS: Readonly<Record<Method, Manners>> = {
  configure: { limitMs: 60_000, isRepeatable: true },
  capture: { limitMs: 60_000, isRepeatable: true },
  cursorOf: { limitMs: 30_000, isRepeatable: true },
  recall: { limitMs: 30_000, isRepeatable: true },
  lookAt: { limitMs: 30_000, isRepeatable: true },
  context: { limitMs: 30_000, isRepeatable: true },
  remember: { limitMs: 30_000, isRepeatable: false },
  list: { limitMs: 30_000, isRepeatable: true },
  edit: { limitMs: 30_000, isRepeatable: true },
  setPinned: { limitMs: 30_000, isRepeatable: true },
  forget: { limitMs: 30_000, isRepeatable: true },
  undoForget: { limitMs: 30_000, isRepeatable: true },
  browse: { limitMs: 30_000, isRepeatable: true },
  groups: { limitMs: 30_000, isRepeatable: true },
  memory: { limitMs: 30_000, isRepeatable: true },
  preview: { limitMs: 30_000, isRepeatable: true },
  holdBack: { limitMs: 30_000, isRepeatable: true },
  given: { limitMs: 30_000, isRepeatable: true },
  // Looks for the neighbours of every memory.
  review: { limitMs: 120_000, isRepeatable: true },
  keep: { limitMs: 30_000, isRepeatable: true },
  merge: { limitMs: 30_000, isRepeatable: true },
  exportMemories: { limitMs: 120_000, isRepeatable: true },
  // What is there already is passed over.
  importMemories: { limitMs: 10 * 60_000, isRepeatable: true },
  // Asked again, it would take along what came in between, and its answer would name only that.
  forgetEverything: { limitMs: 60_000, isRepeatable: false },
  pause: { limitMs: 30_000, isRepeatable: true },
  status: { limitMs: 30_000, isRepeatable: true },
  // Embeds every memory anew: about 15 ms each, so this allows for a hundred thousand.
  rebuildIndex: { limitMs: 30 * 60_000, isRepeatable: false },
  turnEnded: { limitMs: 60_000, isRepeatable: true },
  // What was handed out is not handed out again.
  nextRewriting: { limitMs: 30_000, isRepeatable: false },
  takeRewriting: { limitMs: 30_000, isRepeatable: true },
  rows: { limitMs: 30_000, isRepeatable: true },
  reviewAnswers: { limitMs: 30_000, isRepeatable: true },
  join: { limitMs: 30_000, isRepeatable: true },
  adopt: { limitMs: 30_000, isRepeatable: true },
  letGo: { limitMs: 30_000, isRepeatable: true },
  countUses: { limitMs: 30_000, isRepeatable: false },
  recordAsked: { limitMs: 30_000, isRepeatable: false },
};

/** All events: one left out does not compile. */
const EVENTS: Readonly<Record<keyof ServiceEvents, true>> = { changed: true, log: true };

/** The link failed, not the question: nobody answered, or not in time. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly reason: 'closed' | 'timeout';

  constructor(reason: 'closed' | 'timeout', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** JSON-RPC leaves -32000 to -32099 to the application; these two say whether the message is meant for people. */
const USER_ERROR = -32001;
const OTHER_ERROR = -32000;
const METHOD_NOT_FOUND = -32601;

/** Answers the other end's questions with `api` for as long as the connection lasts. A method may throw or reject: the asker hears of it. */
export function serve(connection: MessageConnection, api: ServiceApi & Partial<StoreOnlyApi>): void {
  connection.onRequest(async (method, params) => {
    if (!Object.hasOwn(METHODS, method) || !(method in api))
      throw new ResponseError(METHOD_NOT_FOUND, `there is no method "${method.slice(0, 40)}"`);
    const args: unknown[] = Array.isArray(params) ? params.map(nullToUndefined) : [];
    try {
      return await (api[method as Method] as (...args: unknown[]) => Promise<unknown>).apply(api, args);
    } catch (thrown) {
      throw new ResponseError(thrown instanceof UserError ? USER_ERROR : OTHER_ERROR, messageOf(thrown));
    }
  });
}

export interface AskOptions {
  /** Time limit of every question instead of each method's own, milliseconds. */
  readonly limitMs?: number;
}

/** The other end's answers. Rejects with a `UserError` where that was thrown there, with a `LinkError` when the link closed or the time is over. */
export function ask(connection: MessageConnection, options: AskOptions = {}): ServiceApi & StoreOnlyApi {
  const api = Object.fromEntries(
    (Object.keys(METHODS) as Method[]).map((method) => [
      method,
      (...args: unknown[]) => question(connection, method, args, options.limitMs ?? METHODS[method].limitMs),
    ]),
  );
  return api as unknown as ServiceApi & StoreOnlyApi;
}

/** Tells the other end. Lost without a word when the link is closed: events only inform. */
export function tell<K extends keyof ServiceEvents>(connection: MessageConnection, name: K, event: ServiceEvents[K]): void {
  try {
    connection.sendNotification(name, ParameterStructures.byPosition, event).catch(() => undefined);
  } catch {
    // Closed or disposed of: nobody is there to be told.
  }
}

/** Listens to what the other end tells. One listener an event; set again, it replaces the earlier. */
export function hear(
  connection: MessageConnection,
  listeners: { readonly [K in keyof ServiceEvents]: (event: ServiceEvents[K]) => void },
): void {
  for (const name of Object.keys(EVENTS) as (keyof ServiceEvents)[]) {
    connection.onNotification(name, listeners[name] as (event: unknown) => void);
  }
}

async function question(connection: MessageConnection, method: Method, args: readonly unknown[], limitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new LinkError('timeout', `"${method}" was not answered within ${limitMs} ms`)), limitMs);
  });
  try {
    const answer = connection.sendRequest(method, ParameterStructures.byPosition, ...args);
    return nullToUndefined(await Promise.race([answer, late]));
  } catch (thrown) {
    throw asCause(thrown, method);
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong, as the asker should see it. */
function asCause(thrown: unknown, method: Method): Error {
  if (thrown instanceof LinkError) return thrown;
  if (thrown instanceof ResponseError) {
    if (thrown.code === USER_ERROR) return new UserError(thrown.message);
    if (thrown.code === OTHER_ERROR || thrown.code === METHOD_NOT_FOUND) return new Error(thrown.message);
  }
  return new LinkError('closed', `the link closed before "${method}" was answered`);
}

/** JSON has no undefined: an absent argument or answer crosses as null. No method takes or gives a null of its own. */
function nullToUndefined(value: unknown): unknown {
  return value === null ? undefined : value;
}
