import { DAY_MS } from './durations.ts';
import type { SequenceEnd, SequenceStatus } from './sequence.ts';

/** What a person (or, later, a rule or a model) says a reply means. */
export const replyIntents = [
  'positive',
  'meeting_booked',
  'referral',
  'negative',
  'neutral',
  'unsubscribe',
  'out_of_office',
  'auto_reply',
  'unclear',
] as const;
export type ReplyIntent = (typeof replyIntents)[number];

/** What a reply does to its sequence. */
export type ReplyEffect =
  | { kind: 'end'; end: SequenceEnd; suppress: boolean }
  | { kind: 'hold' }
  | { kind: 'ask' }
  | { kind: 'ignore' };

const end = (end: SequenceEnd, suppress = false): ReplyEffect => ({ kind: 'end', end, suppress });

/** The reply policy, as a table. Design 6. */
export const replyPolicy: Record<ReplyIntent, ReplyEffect> = {
  positive: end({ status: 'SUCCEEDED', reason: 'positive_reply' }),
  meeting_booked: end({ status: 'SUCCEEDED', reason: 'meeting_booked' }),
  referral: end({ status: 'SUCCEEDED', reason: 'referral' }),
  negative: end({ status: 'STOPPED_EARLY', reason: 'negative_reply' }),
  neutral: end({ status: 'STOPPED_EARLY', reason: 'neutral_reply' }),
  unsubscribe: end({ status: 'FAILED', reason: 'unsubscribed' }, true),
  out_of_office: { kind: 'hold' },
  auto_reply: { kind: 'ignore' },
  unclear: { kind: 'ask' },
};

/** What no person wrote, or what is done for them by itself. */
const needsNoAnswer: readonly ReplyIntent[] = ['unsubscribe', 'out_of_office', 'auto_reply'];

/**
 * Whether the contact now waits for an answer of ours: a good reply, also one that comes after whatever end; and whatever
 * else is written by whom it won. `status`: as it was before the reply. Design 6.
 */
export function callsForAnswer(intent: ReplyIntent, status: SequenceStatus): boolean {
  const effect = replyPolicy[intent];
  const isGood = effect.kind === 'end' && effect.end.status === 'SUCCEEDED';
  return isGood || (status === 'SUCCEEDED' && !needsNoAnswer.includes(intent));
}

/** A day that exists, as YYYY-MM-DD: `Date.parse` alone takes 30 February and much else. */
const isDate = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
const DEFAULT_AWAY_DAYS = 14;
const IMPLAUSIBLE_AWAY_DAYS = 100;

/**
 * The date (ISO, in the sender's words) a contact says they are back, or null when it is past or 100 days ahead or more,
 * which is then treated as unsaid. `today` is ISO too. Design 6.
 */
export function plausibleReturn(stated: string | null, today: string): string | null {
  if (stated === null || !isDate(stated)) return null;
  const days = (Date.parse(stated) - Date.parse(today)) / DAY_MS;
  return days >= 0 && days < IMPLAUSIBLE_AWAY_DAYS ? stated : null;
}

/** Without a usable date: 14 days from now. */
export const defaultReturn = (now: number) => now + DEFAULT_AWAY_DAYS * DAY_MS;
