import { poll } from '../../src/dev/poll.ts';
import { PATIENCE_MS } from './patience.ts';

/**
 * Waits until `condition` gives something other than undefined, null or false, and returns it. Throws once nothing moved
 * for two minutes; what moves is `standing`, how things stand on the way, where there is a way.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what = 'the condition',
  standing: () => string | Promise<string> = () => '',
): Promise<Exclude<T, undefined | null | false>> {
  let stood = '';
  const found = await poll(async () => present(await condition()), PATIENCE_MS, {
    standing: async () => {
      stood = await standing();
      return stood;
    },
  });
  if (found !== undefined) return found;
  throw new Error(`${what} did not come about: nothing moved for ${PATIENCE_MS / 1000} s${stood && ` from ${stood}`}`);
}

function present<T>(value: T): Exclude<T, undefined | null | false> | undefined {
  return isPresent(value) ? value : undefined;
}

const isPresent = <T>(value: T): value is Exclude<T, undefined | null | false> =>
  value !== undefined && value !== null && value !== false;
