const WINDOW_MS = 60_000;

/** More keys than this are forgotten, oldest first: whoever can make that many is not stopped by counting. */
const MOST_KEYS = 10_000;

/** Takes one from a key's budget. null: there was one; else the whole seconds until there is again. */
export type Budget = (key: string) => number | null;

/**
 * So many per key and minute, counted by the real clock in this process, from the key's first on. Exact also for
 * requests that arrive together: nothing is awaited between looking and counting (@fastify/rate-limit does, and then
 * refuses all fifty of fifty where twenty are permitted).
 */
export function createBudget(most: number): Budget {
  /** In the order in which they end, for all last equally long. */
  const windows = new Map<string, { endsAt: number; used: number }>();

  const open = (key: string, now: number) => {
    for (const [old, { endsAt }] of windows) {
      if (endsAt > now && windows.size < MOST_KEYS) break;
      windows.delete(old);
    }
    const window = { endsAt: now + WINDOW_MS, used: 0 };
    windows.set(key, window);
    return window;
  };

  return (key) => {
    const now = Date.now();
    const found = windows.get(key);
    const window = found && found.endsAt > now ? found : open(key, now);
    if (window.used < most) {
      window.used++;
      return null;
    }
    return Math.ceil((window.endsAt - now) / 1_000);
  };
}
