import { setTimeout as pause } from 'node:timers/promises';

/** The first answer of `ask` that is not undefined, asked every `everyMs`; undefined when none came within `withinMs`. */
export async function poll<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
  everyMs = 20,
): Promise<T | undefined> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= until) return answer;
    await pause(everyMs);
  }
}
