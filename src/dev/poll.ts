import { setTimeout as pause } from 'node:timers/promises';
import { createPatience } from './patience.ts';

export interface Polling {
  everyMs?: number;
  /** How things stand: while that changes, `patienceMs` begins anew. Without it nothing moves but the clock. */
  standing?: () => string | Promise<string>;
}

/** The first answer of `ask` that is not undefined; undefined when none came and nothing moved for `patienceMs`. */
export async function poll<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  patienceMs: number,
  { everyMs = 20, standing = () => '' }: Polling = {},
): Promise<T | undefined> {
  const patience = createPatience(patienceMs);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || !patience.lasts(await standing())) return answer;
    await pause(everyMs);
  }
}
