import type { LinkedInEvent } from '../domain/accounts/linkedin.ts';

/** How the account's member stands to a profile. */
export type Relation = 'none' | 'pending' | 'connected';

/** The provider's id of a connected member account. */
export interface LinkedInAccount {
  externalId: string;
}

/** Trouble with the account, whatever was asked of it. */
export type LinkedInAccountTrouble =
  /** Too much, too fast; null: the provider did not say how long to rest. */
  { kind: 'rateLimited'; retryAfterMs: number | null } | { kind: 'disconnected' };

export type LinkedInOutcome =
  /** `providerId`: how the provider calls the person, whatever their public name is. */
  | { kind: 'done'; externalId: string; providerId?: string }
  /** Connected or invited before: as good as done. */
  | { kind: 'already' }
  | LinkedInAccountTrouble
  | { kind: 'notConnected' }
  | { kind: 'invalidProfile'; detail: string }
  | { kind: 'refused'; detail: string };

/**
 * A LinkedIn account, acted upon through a provider. No provider knows an idempotency key: ask `relation` or
 * `hasMessage` before any second call. Facts: libraries 6. `profile` is a public id ("ann-example") or a profile's URL.
 */
export interface LinkedIn {
  relation(account: LinkedInAccount, profile: string): Promise<Relation | 'unknownProfile'>;
  /** `note`: at most 300 characters. */
  invite(account: LinkedInAccount, profile: string, note: string | null): Promise<LinkedInOutcome>;
  sendMessage(account: LinkedInAccount, profile: string, text: string): Promise<LinkedInOutcome>;
  /** Has this very text been said to this profile? Asked before any second call. */
  hasMessage(account: LinkedInAccount, profile: string, text: string): Promise<boolean>;
  /** What was sent and is not answered, newest first, at most 1,000. */
  pendingInvitations(account: LinkedInAccount): Promise<readonly PendingInvitation[]>;
  /** Takes an invitation back; `already` when it is not pending any more. */
  withdraw(account: LinkedInAccount, externalId: string): Promise<LinkedInOutcome>;
  accountStatus(account: LinkedInAccount): Promise<'ok' | 'disconnected' | 'unknownAccount'>;
  /** The normalised public id of a person whom a callback names by the provider's own id only; null: nobody we can name. */
  publicId(account: LinkedInAccount, providerId: string): Promise<string | null>;
}

export interface PendingInvitation {
  externalId: string;
  /** A normalised public id; null where the provider tells none. */
  profile: string | null;
}

/** The provider's callbacks: who may call, and what a body says. */
export interface LinkedInCallbacks {
  /** Compares in constant time. Header names in lower case. */
  isAuthentic(headers: Readonly<Record<string, string | string[] | undefined>>): boolean;
  /** What it tells that concerns us: nothing, for kinds we do not know. Throws `BadCallback` for what is not the provider's form. */
  parse(body: unknown): readonly LinkedInEvent[];
}

/** The body's place and what was expected there; no value, for it may be personal. */
export class BadCallback extends Error {
  override readonly name = 'BadCallback';
}

export type LinkedInFault =
  | 'network'
  | 'timeout'
  | 'server error'
  | 'answer not understood'
  | 'key refused'
  | 'account in trouble';

/** Worth another try by itself. Its text holds no personal data: it may end up in Temporal. */
export class LinkedInUnavailable extends Error {
  override readonly name = 'LinkedInUnavailable';
  readonly fault: LinkedInFault;
  /** What a question (`relation`, `hasMessage`) met instead of an answer; deeds return it as their outcome. */
  readonly trouble: LinkedInAccountTrouble | null;

  constructor(fault: LinkedInFault, trouble: LinkedInAccountTrouble | null = null) {
    super(`LinkedIn is unavailable: ${fault}`);
    this.fault = fault;
    this.trouble = trouble;
  }
}
