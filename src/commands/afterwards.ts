export interface Afterwards<T> {
  /** Queues; never waits, never throws. */
  push(item: T): void;
  /** Everything pushed so far was tried. */
  settled(): Promise<void>;
}

/** Does `work` for each item behind its caller's back, at most `atOnce` at a time; what fails is told to `failed`. */
export function afterwards<T extends object>(
  work: (item: T) => Promise<void>,
  { atOnce, failed }: { atOnce: number; failed: (error: unknown) => void },
): Afterwards<T> {
  const queue: T[] = [];
  const running = new Set<Promise<void>>();

  const next = () => {
    const item = running.size < atOnce ? queue.shift() : undefined;
    if (item === undefined) return;
    const working: Promise<void> = work(item)
      .catch(failed)
      .finally(() => {
        running.delete(working);
        next();
      });
    running.add(working);
  };

  return {
    push(item) {
      queue.push(item);
      setImmediate(next);
    },
    async settled() {
      while (queue.length > 0 || running.size > 0) {
        if (running.size === 0) next();
        await Promise.all(running);
      }
    },
  };
}
