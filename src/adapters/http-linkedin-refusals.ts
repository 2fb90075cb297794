import { z } from 'zod';
import { type LinkedInOutcome, LinkedInUnavailable } from './linkedin.ts';

/** What a deed comes to when the provider will not do it. */
export type Refusal = Exclude<LinkedInOutcome, { kind: 'done' }>;

const Problem = z.object({ type: z.string().catch(''), title: z.string().catch('') });

/** The provider's error types, by what they mean for us. What is not listed goes by its status. */
const meanings = new Map<string, Refusal['kind']>([
  ['errors/already_connected', 'already'],
  ['errors/already_invited_recently', 'already'],
  ['errors/action_already_performed', 'already'],
  ['errors/no_connection_with_recipient', 'notConnected'],
  ['errors/limit_exceeded', 'rateLimited'],
  ['errors/cannot_resend_yet', 'rateLimited'],
  ['errors/connection_limit_reached', 'rateLimited'],
  ['errors/too_many_requests', 'rateLimited'],
  ['errors/invalid_recipient', 'invalidProfile'],
  ['errors/user_unreachable', 'invalidProfile'],
  ['errors/cannot_invite_attendee', 'invalidProfile'],
  ['errors/account_restricted', 'disconnected'],
  ['errors/invalid_account', 'disconnected'],
]);

const statusMeanings = new Map<number, Refusal['kind']>([
  [401, 'disconnected'],
  [404, 'invalidProfile'],
  [429, 'rateLimited'],
]);

/** What an error answer means; null where it is the provider's own trouble, and worth another try. */
export function refusalOf(status: number, body: unknown, retryAfter: string | null): Refusal | null {
  const { type, title } = Problem.catch({ type: '', title: '' }).parse(body);
  // Our own key, not the member's login: an operator has to act, and no account is to blame.
  if (type === 'errors/missing_credentials') throw new LinkedInUnavailable('key refused');
  const ownTrouble = status >= 500 || status === 408;
  const kind = meanings.get(type) ?? (ownTrouble ? null : (statusMeanings.get(status) ?? 'refused'));
  switch (kind) {
    case null:
      return null;
    case 'rateLimited':
      return { kind, retryAfterMs: millisecondsOf(retryAfter) };
    case 'invalidProfile':
    case 'refused':
      return { kind, detail: `${status} ${type} ${title}`.replace(/\s+/g, ' ').trim().slice(0, 200) };
    default:
      return { kind };
  }
}

/** LinkedIn's own limits are by the week; after that it is asked again, whatever was said. */
const LONGEST_WAIT_MS = 7 * 86_400_000;

/** Retry-After as seconds or as a date. */
function millisecondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const waitMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(waitMs) ? Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)) : null;
}
