// The vectors of queries, made once for whoever asks with the same words: the project's store and the user's own at the same time, and people while they type.
import type { Encoder } from '../model/encoder.ts';
import { keepNewest } from '../util/boundedMap.ts';

const QUERIES_KEPT = 64;

/** Shared by all stores of a process. */
export class QueryVectors {
  readonly #encoder: () => Encoder | undefined;
  readonly #kept = new Map<string, Promise<Float32Array | undefined>>();

  /** `encoder`: undefined while the model is loading or missing. */
  constructor(encoder: () => Encoder | undefined) {
    this.#encoder = encoder;
  }

  /** `gist`: what the model is to read of the text, by the first who asks. Undefined where there is no model, or it fails: whoever owns it sees its failures. */
  of(text: string, gist: () => string): Promise<Float32Array | undefined> {
    const model = this.#encoder();
    if (!model) return Promise.resolve(undefined);
    const key = `${model.id}\n${text}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const made = model.embed([gist()], 'query').then(
      ([vector]) => vector,
      () => void this.#kept.delete(key),
    );
    keepNewest(this.#kept, key, made, QUERIES_KEPT);
    return made;
  }
}
