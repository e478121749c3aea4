/** Anything with an end. Satisfied by `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** Owns things with a lifetime: ends them last-in first-out, goes on past one that throws, ends late arrivals at once. */
export class Disposables implements Disposable {
  readonly #owned: Disposable[] = [];
  #isDisposed = false;

  own<T extends Disposable>(thing: T): T {
    if (this.#isDisposed) thing.dispose();
    else this.#owned.push(thing);
    return thing;
  }

  /** Owns an action to be taken at the end. */
  defer(action: () => void): void {
    this.own({ dispose: action });
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Throws an AggregateError of what the owned ones threw, after all have been ended. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const failures: unknown[] = [];
    for (let thing = this.#owned.pop(); thing; thing = this.#owned.pop()) {
      try {
        thing.dispose();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some things could not be disposed of');
  }
}
