import type { StepKind } from './sequence.ts';

export const accountStatuses = ['CONNECTED', 'PAUSED', 'RESTING', 'DISCONNECTED', 'REMOVED'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

export const accountMoves: Record<AccountStatus, readonly AccountStatus[]> = {
  CONNECTED: ['PAUSED', 'RESTING', 'DISCONNECTED', 'REMOVED'],
  PAUSED: ['CONNECTED', 'DISCONNECTED', 'REMOVED'],
  RESTING: ['CONNECTED', 'PAUSED', 'DISCONNECTED', 'REMOVED'],
  DISCONNECTED: ['CONNECTED', 'REMOVED'],
  REMOVED: [],
};

export const channels = ['email', 'linkedin'] as const;
export type Channel = (typeof channels)[number];

/** The account a step of this kind is sent from; a manual task needs none. */
export const channelOf: Record<StepKind, Channel | null> = {
  email: 'email',
  linkedin_message: 'linkedin',
  linkedin_invitation: 'linkedin',
  manual_task: null,
};

const DAY_MS = 86_400_000;
const REST_MS = 5 * 3_600_000;

/** A provider's limit answer rests the account this long. Design 6. */
export const restUntil = (now: number) => now + REST_MS;

/** What an account's health means for a message that is due. */
export type Permission =
  | { kind: 'may' }
  | { kind: 'defer'; until: number; why: 'held' | 'account_cap' }
  | { kind: 'unavailable' };

/**
 * Whether the account may send at `now`. Paused: looked at again in 24 h (switching on says so at once). Disconnected:
 * one deferral to the 24 h limit, past it the sequence fails. Removed: at once. Design 3, 6.
 */
export function maySend(
  account: { status: AccountStatus; restingUntil: number | null; disconnectedAt: number | null },
  now: number,
): Permission {
  switch (account.status) {
    case 'CONNECTED':
      return { kind: 'may' };
    case 'PAUSED':
      return { kind: 'defer', until: now + DAY_MS, why: 'held' };
    case 'RESTING':
      return account.restingUntil !== null && account.restingUntil > now
        ? { kind: 'defer', until: account.restingUntil, why: 'account_cap' }
        : { kind: 'may' };
    case 'DISCONNECTED': {
      const limit = (account.disconnectedAt ?? now) + DAY_MS;
      return now < limit ? { kind: 'defer', until: limit, why: 'held' } : { kind: 'unavailable' };
    }
    case 'REMOVED':
      return { kind: 'unavailable' };
  }
}
