import { MINUTE_MS } from '../durations.ts';
import { hashOf } from '../hash.ts';

const EVERY_MS = 30 * MINUTE_MS;
const JITTER_MS = 5 * MINUTE_MS;

/** When an account is looked at next, after a look at `now` (epoch ms): every 30 min, and not all of them at once. */
export const nextPoll = (accountId: string, now: number): number =>
  now + EVERY_MS + (hashOf(`${accountId}#${now}`) % JITTER_MS);

/** A minute when there was more to ask than one look may. */
export const nextPollOfMore = (now: number): number => now + MINUTE_MS;

/** After a vain look: in a minute at first, then ever later, for it has failed since `failingSince` (epoch ms). */
export const nextPollAfterFailure = (failingSince: number, now: number): number =>
  now + Math.min(EVERY_MS, Math.max(MINUTE_MS, now - failingSince));
