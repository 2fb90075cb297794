import { poll } from '../../src/dev/poll.ts';

/** Waits until `condition` gives something other than undefined, null or false, and returns it. Throws after 20 s. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what = 'the condition',
  withinMs = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const found = await poll(async () => present(await condition()), withinMs);
  if (found === undefined) throw new Error(`${what} did not come about within ${withinMs / 1000} s`);
  return found;
}

function present<T>(value: T): Exclude<T, undefined | null | false> | undefined {
  return isPresent(value) ? value : undefined;
}

const isPresent = <T>(value: T): value is Exclude<T, undefined | null | false> =>
  value !== undefined && value !== null && value !== false;
