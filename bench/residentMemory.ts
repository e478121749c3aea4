// How much memory the process holds while something runs. What is measured is this process: a bench has things of its own in it, so that only the
// growth says something of the product, and that roughly.

export interface ResidentMemory {
  /** Megabytes (2^20 bytes) of the process that lie in memory now. */
  nowMb(): number;
  /** Runs it and looks meanwhile, and at its end, how much is held. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** The most that was seen; null before anything was run. */
  maximumMb(): number | null;
}

/** A look costs microseconds, and a pass of the model takes longer than this: peaks between two looks are short. */
const LOOK_EVERY_MS = 10;

export function watchResidentMemory(): ResidentMemory {
  let maximum: number | null = null;
  const nowMb = (): number => process.memoryUsage.rss() / 2 ** 20;
  const look = (): void => {
    maximum = Math.max(maximum ?? 0, nowMb());
  };
  return {
    nowMb,
    async during(work) {
      const timer = setInterval(look, LOOK_EVERY_MS);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        look();
      }
    },
    maximumMb: () => maximum,
  };
}
