import { DAY_MS } from '../durations.ts';

/** `GONE`: no longer pending, and not accepted: declined, or withdrawn by the member. */
export const invitationStates = ['PENDING', 'ACCEPTED', 'WITHDRAWN', 'GONE'] as const;
export type InvitationState = (typeof invitationStates)[number];

export const invitationMoves: Record<InvitationState, readonly InvitationState[]> = {
  PENDING: ['ACCEPTED', 'WITHDRAWN', 'GONE'],
  /** A callback may come after we gave up: whoever accepted is connected. */
  WITHDRAWN: ['ACCEPTED', 'PENDING'],
  GONE: ['ACCEPTED', 'PENDING'],
  ACCEPTED: ['PENDING'],
};

/** LinkedIn takes no second invitation to the same person sooner after a withdrawal. Issue: limits per account. */
const REPEAT_AFTER_DAYS = 21;

/** Up to this instant (epoch ms) an invitation that was settled then is too recent for another one to the same person. */
export const settledTooRecently = (now: number): number => now - REPEAT_AFTER_DAYS * DAY_MS;

/** Whether an invitation has been pending for as long as its account lets it; null: for ever. */
export const isToBeWithdrawn = (sentAt: number, withdrawAfterDays: number | null, now: number): boolean =>
  withdrawAfterDays !== null && sentAt <= now - withdrawAfterDays * DAY_MS;

/**
 * What a provider's callback tells, in our words. `account` is the provider's id of the account, `profile` a normalised
 * public id or, where it tells none, the provider's own id (`isProvidersId`); `providerId` stands beside a public id where
 * both are told, `key` makes it the same event when it is
 * told again. A status is a hint: the provider says no instant, so whoever handles it asks for the status of now.
 */
export type LinkedInEvent =
  | ({ kind: 'connected'; account: string; key: string } & Named)
  | ({ kind: 'message'; account: string; key: string; text: string; isOurs: boolean } & Named)
  | { kind: 'accountStatus'; account: string; key: string; status: 'ok' | 'disconnected' };

interface Named {
  profile: string;
  providerId?: string;
}

/** "ACoAA…", case-sensitive: how the provider names a person inside, and never a public id of ours. */
export const PROVIDERS_ID = /^AC[ow]AA[\w-]{8,}$/;
export const isProvidersId = (profile: string): boolean => PROVIDERS_ID.test(profile);
