export const deliveryStates = ['CLAIMED', 'RELEASED', 'DATA_STARTED', 'SENT', 'REJECTED', 'UNCONFIRMED'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/**
 * The ledger's moves. SENT and REJECTED are the last word on a message. RELEASED → SENT: given up for unsent, and then
 * somebody answers to it after all. Design 6.
 */
export const deliveryMoves: Record<DeliveryState, readonly DeliveryState[]> = {
  CLAIMED: ['CLAIMED', 'RELEASED', 'DATA_STARTED', 'REJECTED'],
  RELEASED: ['CLAIMED', 'SENT'],
  DATA_STARTED: ['SENT', 'REJECTED', 'RELEASED', 'UNCONFIRMED'],
  UNCONFIRMED: ['SENT', 'RELEASED', 'REJECTED'],
  SENT: [],
  REJECTED: [],
};

const LOOK_UP_MINUTES = [2, 7, 20];
export const LOOK_UPS = LOOK_UP_MINUTES.length;

/**
 * When to look for an unconfirmed message in the Sent folder, after `lookUps` vain looks since its answer was lost
 * (epoch ms); null once all were made. Design 6.
 */
export function lookUpAt(lostAt: number, lookUps: number): number | null {
  const minutes = LOOK_UP_MINUTES[lookUps];
  return minutes === undefined ? null : lostAt + minutes * 60_000;
}

/**
 * Whether a message that is not in Sent was not sent: only where the provider files sent mail itself, and under our
 * Message-ID. Many give messages an id of their own; that one does not is known since a message that it had answered with
 * 250 was found there (`sentFoundAt`). Only for what was claimed after that: what went out before may have gone over other
 * servers, whose Sent folder it is not. Instants in epoch ms; null: none was found. Design 6.
 */
export const provesAbsence = (
  { filesSent, sentFoundAt }: { filesSent: boolean; sentFoundAt: number | null },
  claimedAt: number,
): boolean => filesSent && sentFoundAt !== null && sentFoundAt <= claimedAt;

const RETRY_MINUTES = [15, 60, 240];
const GIVE_UP_AFTER_HOURS = 72;

/**
 * When to try again after the nth temporary answer (n from 1), or null once the first one lies 72 hours back.
 * 15 min, 1 h, then every 4 h. Design 6.
 */
export function retryAt(now: number, temporaryAnswers: number, firstAnswerAt: number): number | null {
  if (now - firstAnswerAt >= GIVE_UP_AFTER_HOURS * 3_600_000) return null;
  const minutes = RETRY_MINUTES[Math.min(temporaryAnswers, RETRY_MINUTES.length) - 1] ?? 15;
  return now + minutes * 60_000;
}
