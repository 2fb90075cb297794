/** How long waiting goes on: as long as anything moves. */
export interface Patience {
  /** Whether to go on waiting, now that this is how things stand. */
  lasts(standing: string): boolean;
}

/** A look that took longer counts as this: what slept or swapped was not waiting, and one late look proves nothing. */
const LONGEST_LOOK_MS = 5_000;

/**
 * Waiting ends when nothing new was seen for `standstillMs`, by a clock that only runs forward. So a slow machine is
 * slow and not wrong. How things stood once before is nothing new: what goes round in circles stands still.
 */
export function createPatience(standstillMs: number, now: () => number = () => performance.now()): Patience {
  const seen = new Set<string>();
  let lookedAt = now();
  let stoodMs = 0;
  return {
    lasts(standing) {
      const at = now();
      stoodMs = seen.has(standing) ? stoodMs + Math.min(at - lookedAt, LONGEST_LOOK_MS) : 0;
      seen.add(standing);
      lookedAt = at;
      return stoodMs < standstillMs;
    },
  };
}
