import type { Disposable } from './disposal.ts';

/** Assignable to and from `vscode.Event<T>`. */
export type Event<T> = (listener: (event: T) => unknown) => Disposable;

/** Tells listeners that something changed. Events inform; they never drive the pipeline. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(event: T) => unknown>();

  readonly event: Event<T> = (listener) => {
    const own = (event: T) => listener(event);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  };

  /** Calls every listener; one that throws does not keep the others from hearing, its error is rethrown at the end. */
  fire(event: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'a listener failed');
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
