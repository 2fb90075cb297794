import { DAY_MS } from '../durations.ts';
import { instantText } from '../instant-text.ts';
import type { AccountStatus, PauseReason } from './account.ts';
import { REPUTATION_DAYS, reputation, type SendingFigures } from './reputation.ts';

/** What a person should know of an account at a glance. Instants are epoch ms. */
export interface AccountHealth {
  status: AccountStatus;
  pausedWhy: PauseReason | null;
  restingUntil: number | null;
  disconnectedAt: number | null;
  /** Null for an account without an inbox. */
  inbox: { failingSince: number | null; failure: string | null } | null;
  zone: string;
  lately: SendingFigures;
  /** What the guard saw when it paused the account; null unless it did. */
  guarded: SendingFigures | null;
}

/** The one thing to say about an account, the gravest first; null: all is well, or it is gone. */
export function accountBanner(health: AccountHealth): string | null {
  const { status, restingUntil, disconnectedAt, zone } = health;
  switch (status) {
    case 'REMOVED':
      return null;
    case 'DISCONNECTED':
      return disconnectedAt === null
        ? 'disconnected: its provider refused the login'
        : `disconnected: its provider refused the login; reconnect it before ${instantText(disconnectedAt + DAY_MS, zone)}, or its sequences fail`;
    case 'PAUSED':
      return pausedText(health);
    case 'RESTING':
      return restingUntil === null
        ? inboxText(health)
        : `rests until ${instantText(restingUntil, zone)}: its provider named a limit`;
    case 'CONNECTED':
      return inboxText(health) ?? warningText(health);
  }
}

function pausedText({ pausedWhy, guarded, lately }: AccountHealth): string {
  if (pausedWhy === 'bounce_rate' || pausedWhy === 'complaint_rate')
    return `paused by the guard: ${figuresText(pausedWhy, guarded ?? lately)}`;
  return 'paused: nothing goes out from it until somebody resumes it';
}

function figuresText(why: 'bounce_rate' | 'complaint_rate', { sent, hardBounces, complaints }: SendingFigures): string {
  const what =
    why === 'bounce_rate'
      ? `${hardBounces} of ${sent} messages bounced`
      : `${complaints} of ${sent} messages ${complaints === 1 ? 'was' : 'were'} reported as spam`;
  return `${what} in ${REPUTATION_DAYS} days`;
}

function inboxText({ inbox, zone }: AccountHealth): string | null {
  if (inbox === null || inbox.failingSince === null) return null;
  const why = inbox.failure === null ? '' : ` (${inbox.failure})`;
  return `its inbox has not been readable since ${instantText(inbox.failingSince, zone)}${why}: follow-ups wait`;
}

function warningText({ lately }: AccountHealth): string | null {
  const judged = reputation(lately);
  return judged.kind === 'warn' ? `${figuresText(judged.why, lately)}; at 0.3 % the account is paused` : null;
}
