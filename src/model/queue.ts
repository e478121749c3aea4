/** One thing at a time; what somebody waits for at the keyboard goes before all that does not matter so soon. */
export class Queue {
  readonly #urgent: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  #isBusy = false;

  /** Rejects as `task` does; the next runs all the same. */
  async run<T>(isUrgent: boolean, task: () => Promise<T>): Promise<T> {
    if (this.#isBusy) await new Promise<void>((resolve) => (isUrgent ? this.#urgent : this.#patient).push(resolve));
    this.#isBusy = true;
    try {
      return await task();
    } finally {
      const next = this.#urgent.shift() ?? this.#patient.shift();
      // Busy remains set while the turn is handed on, so that a newcomer cannot slip in between.
      if (next) next();
      else this.#isBusy = false;
    }
  }
}
