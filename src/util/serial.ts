/**
 * One run at a time, at most one waiting; requests that come meanwhile join the waiting one.
 * A failure reaches exactly those who waited for that run, and does not stop the next.
 */
export class Serial<T> {
  readonly #run: () => Promise<T>;
  #running: Promise<T> | undefined;
  #waiting: Promise<T> | undefined;

  constructor(run: () => Promise<T>) {
    this.#run = run;
  }

  request(): Promise<T> {
    if (this.#waiting) return this.#waiting;
    if (!this.#running) return this.#start();
    this.#waiting = this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#waiting;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves once nothing runs and nothing waits; never rejects. */
  async settled(): Promise<void> {
    while (this.#running) await (this.#waiting ?? this.#running).catch(() => undefined);
  }

  #start(): Promise<T> {
    this.#waiting = undefined;
    const run = this.#run().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}

/** Runs what it is given one after the other, in the order of asking. A failure reaches its own asker only. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work, work);
    this.#last = run.catch(() => undefined);
    return run;
  }
}
