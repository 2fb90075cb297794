/** What receivers said of an account's messages of the last 7 days. */
export interface SendingFigures {
  sent: number;
  hardBounces: number;
  complaints: number;
}

export type Reputation =
  | { kind: 'ok' }
  /** Still below the limit, and worth a word to the account's member. */
  | { kind: 'warn'; why: 'complaint_rate' }
  | { kind: 'stop'; why: 'bounce_rate' | 'complaint_rate' };

/** The figures are of so many days. */
export const REPUTATION_DAYS = 7;

/** A limit is kept up to and including it for bounces, and up to it for complaints. Facts: reliability 5d, E10. */
const MOST_BOUNCED_PERCENT = 5;
const FEWEST_SENT_FOR_BOUNCES = 50;
const COMPLAINED_PER_MILLE = { stop: 3, warn: 1 };
const FEWEST_SENT_FOR_COMPLAINTS = 500;

/**
 * Whether an account may go on: more than 5 % hard bounces of at least 50 messages, or 0.3 % complaints and more of at
 * least 500, stop it, for providers close accounts over less. Whole numbers, so that exactly 5 % is exactly that.
 */
export function reputation({ sent, hardBounces, complaints }: SendingFigures): Reputation {
  if (sent >= FEWEST_SENT_FOR_BOUNCES && hardBounces * 100 > sent * MOST_BOUNCED_PERCENT)
    return { kind: 'stop', why: 'bounce_rate' };
  if (sent < FEWEST_SENT_FOR_COMPLAINTS) return { kind: 'ok' };
  if (complaints * 1000 >= sent * COMPLAINED_PER_MILLE.stop) return { kind: 'stop', why: 'complaint_rate' };
  if (complaints * 1000 >= sent * COMPLAINED_PER_MILLE.warn) return { kind: 'warn', why: 'complaint_rate' };
  return { kind: 'ok' };
}
