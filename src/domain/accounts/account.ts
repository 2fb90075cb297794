import { DAY_MS } from '../durations.ts';
import type { StepKind } from '../sequence.ts';

export const accountStatuses = ['CONNECTED', 'PAUSED', 'RESTING', 'DISCONNECTED', 'REMOVED'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

export const accountMoves: Record<AccountStatus, readonly AccountStatus[]> = {
  CONNECTED: ['PAUSED', 'RESTING', 'DISCONNECTED', 'REMOVED'],
  PAUSED: ['CONNECTED', 'DISCONNECTED', 'REMOVED'],
  RESTING: ['CONNECTED', 'PAUSED', 'DISCONNECTED', 'REMOVED'],
  DISCONNECTED: ['CONNECTED', 'PAUSED', 'REMOVED'],
  REMOVED: [],
};

/** An account in one of these has its inbox read: replies come to a paused one too. */
export const readStatuses: readonly AccountStatus[] = ['CONNECTED', 'PAUSED', 'RESTING'];

export const channels = ['email', 'linkedin'] as const;
export type Channel = (typeof channels)[number];

/** The account a step of this kind is sent from; a manual task needs none. */
export const channelOf: Record<StepKind, Channel | null> = {
  email: 'email',
  linkedin_message: 'linkedin',
  linkedin_invitation: 'linkedin',
  manual_task: null,
};

/** The channels that steps are sent through. */
export const channelsOf = (steps: readonly { kind: StepKind }[]): Set<Channel> =>
  new Set(steps.map(({ kind }) => channelOf[kind]).filter((channel) => channel !== null));

/** How a connection is encrypted: from the first byte, after STARTTLS (refused without it), or, on a private host only, not. */
export const tlsModes = ['implicit', 'starttls', 'none'] as const;
export type TlsMode = (typeof tlsModes)[number];

export interface ServerSettings {
  host: string;
  port: number;
  tls: TlsMode;
  /** null: the server wants no login. */
  user: string | null;
}

export interface EmailSettings {
  channel: 'email';
  smtp: ServerSettings;
  imap: ServerSettings;
  /** The provider files sent mail itself (Gmail, Microsoft 365), so we file none. What that proves: `provesAbsence`. */
  filesSent: boolean;
}

export interface LinkedInSettings {
  channel: 'linkedin';
  /** How the provider names the account. */
  externalId: string;
}

/** A server on this machine: the local mailbox, never somebody else's. */
export const isLocalServer = ({ host }: Pick<ServerSettings, 'host'>): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** An encrypted secret: AES-256-GCM under the key of that id; the rest in base64. NIST SP 800-38D. */
export interface Sealed {
  keyId: string;
  iv: string;
  tag: string;
  data: string;
}

/** The plain text of an email account's credentials. */
export interface EmailCredentials {
  smtp: string | null;
  imap: string | null;
}

/** Why an account is PAUSED: a person did it, or the guard of its reputation; only a person resumes it. */
export const pauseReasons = ['by_user', 'bounce_rate', 'complaint_rate'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** What was reported of a delivered message; a later report never makes it less. Facts: reliability 3. */
export const bounceKinds = ['soft', 'hard', 'complaint'] as const;
export type BounceKind = (typeof bounceKinds)[number];

const REST_MS = 5 * 3_600_000;

/** A due step waits so long for its disconnected account, then the sequence fails. Design 3. */
export const RECONNECT_WITHIN_MS = DAY_MS;

/** A provider's limit answer rests the account this long. Design 6. */
export const restUntil = (now: number) => now + REST_MS;

/** What says whether an account may send. Instants are epoch ms. */
export interface AccountHealth {
  status: AccountStatus;
  restingUntil: number | null;
  disconnectedAt: number | null;
  /** Set also while a paused account is disconnected. */
  pausedWhy?: PauseReason | null;
}

/** What an account's health means for a message that is due. */
export type Permission =
  | { kind: 'may' }
  | { kind: 'defer'; until: number; why: 'held' | 'account_cap' }
  | { kind: 'unavailable' };

/** By a person or by the guard, until a person resumes it; a disconnection meanwhile changes nothing in that. */
export const isPaused = ({ status, pausedWhy = null }: Pick<AccountHealth, 'status' | 'pausedWhy'>) =>
  status === 'PAUSED' || (status === 'DISCONNECTED' && pausedWhy !== null);

/**
 * Whether the account may send at `now`. Paused: looked at again in 24 h (switching on says so at once). Disconnected:
 * one deferral to the 24 h limit, past it the sequence fails. Removed: at once. Design 3, 6.
 */
export function maySend(account: AccountHealth, now: number): Permission {
  // What a person holds does not fail by itself.
  if (isPaused(account)) return { kind: 'defer', until: now + DAY_MS, why: 'held' };
  switch (account.status) {
    case 'CONNECTED':
    case 'PAUSED': // told above
      return { kind: 'may' };
    case 'RESTING':
      return account.restingUntil !== null && account.restingUntil > now
        ? { kind: 'defer', until: account.restingUntil, why: 'account_cap' }
        : { kind: 'may' };
    case 'DISCONNECTED': {
      const limit = (account.disconnectedAt ?? now) + RECONNECT_WITHIN_MS;
      return now < limit ? { kind: 'defer', until: limit, why: 'held' } : { kind: 'unavailable' };
    }
    case 'REMOVED':
      return { kind: 'unavailable' };
  }
}
