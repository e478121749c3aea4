// Puts the question of how new memories could be said better to a language model that the user chose, while the user wants that. Nothing waits for it,
// and whatever goes wrong, our own words stay.
import type { ServiceApi } from '../link/protocol.ts';
import type { Disposable } from '../util/disposal.ts';
import { codeOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';

/** A session's memories are offered once it is at rest, so there is no hurry; and never more than one question in this time. */
const LOOK_EVERY_MS = 30_000;
/** After a failure. A spent quota, a withdrawn consent or a model that has gone is seldom back sooner. */
const REST_MS = 3_600_000;
/** Local models are slow: a full answer of a thousand words at ten a second. */
const ANSWER_WITHIN_MS = 180_000;

/** A model that may be asked now, without a dialogue. */
export interface Granted {
  /** What happened before the user agreed is not sent; milliseconds since 1970. */
  readonly sinceMs: number;
  /** The whole answer. Rejects when there is none: no consent, no quota, cancelled. */
  ask(prompt: string, signal: AbortSignal): Promise<string>;
}

export interface RewritingParts {
  readonly api: Pick<ServiceApi, 'nextRewriting' | 'takeRewriting'>;
  /** Asked before each question. Undefined: nothing is to be sent now. */
  readonly granted: () => Promise<Granted | undefined>;
  readonly log: Log;
}

/** Idle until it is switched on. */
export class Rewriting implements Disposable {
  readonly #parts: RewritingParts;
  /** Lives while it is switched on. */
  #wish: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RewritingParts) {
    this.#parts = parts;
  }

  /** Switches it on or off. Off: a question under way is cancelled, and its answer not taken. */
  use(isOn: boolean): void {
    if (isOn === (this.#wish !== undefined)) return;
    this.#wish?.abort();
    this.#wish = undefined;
    clearTimeout(this.#timer);
    if (!isOn) return;
    this.#wish = new AbortController();
    this.#lookIn(LOOK_EVERY_MS, this.#wish.signal);
  }

  dispose(): void {
    this.use(false);
  }

  #lookIn(ms: number, wish: AbortSignal): void {
    this.#timer = setTimeout(() => void this.#look(wish), ms);
  }

  async #look(wish: AbortSignal): Promise<void> {
    let pauseMs = LOOK_EVERY_MS;
    try {
      await this.#ask(wish);
    } catch (thrown) {
      // Its message may quote what was sent.
      if (!wish.aborted) this.#parts.log.info(`rewriting rests for an hour: ${codeOf(thrown) ?? nameOf(thrown)}`);
      pauseMs = REST_MS;
    }
    if (!wish.aborted) this.#lookIn(pauseMs, wish);
  }

  async #ask(wish: AbortSignal): Promise<void> {
    const { api, granted, log } = this.#parts;
    const model = await granted();
    if (!model || wish.aborted) return;
    const request = await api.nextRewriting(model.sinceMs);
    if (!request || wish.aborted) return;
    const answer = await model.ask(request.prompt, AbortSignal.any([wish, AbortSignal.timeout(ANSWER_WITHIN_MS)]));
    if (wish.aborted) return;
    const taken = await api.takeRewriting(request.memories, answer);
    log.debug(`rewriting: took ${taken} of ${request.memories.length} memories asked about`);
  }
}

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);
