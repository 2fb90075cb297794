import { z } from 'zod';
import type { AccountView } from '../../db/account-reads.ts';
import { accountStatuses, channels, pauseReasons, type ServerSettings, tlsModes } from '../../domain/account.ts';
import { accountBanner } from '../../domain/account-banner.ts';
import { accountDefaults, accountLimits } from '../../domain/account-settings.ts';
import type { MemberId } from '../../domain/ids.ts';
import { idOfA, printedId, printedInstant, printInstant, printInstantOrNull, text } from '../schemas.ts';

const serverShape = z.object({
  host: z.string(),
  port: z.int(),
  tls: z.enum(tlsModes),
  /** null: the server wants no login. */
  user: z.string().nullable(),
});

/** An account with how it fares. Its passwords are in no answer. */
export const accountShape = z.object({
  id: printedId,
  channel: z.enum(channels),
  /** The email address, or the LinkedIn profile. */
  address: z.string(),
  owner: z.object({ id: printedId, name: z.string() }),
  status: z.enum(accountStatuses),
  paused_why: z.enum(pauseReasons).nullable(),
  resting_until: printedInstant.nullable(),
  disconnected_at: printedInstant.nullable(),
  /** What a person should know of it, in a sentence; null: all is well. */
  banner: z.string().nullable(),
  sender_name: z.string().nullable(),
  sender_job_title: z.string().nullable(),
  signature: z.string().nullable(),
  /** The daily cap counts by its local day. */
  timezone: z.string(),
  daily_cap: z.int(),
  gap_seconds: z.int(),
  /** The next three are null for LinkedIn. */
  smtp: serverShape.nullable(),
  imap: serverShape.nullable(),
  files_sent: z.boolean().nullable(),
  inbox: z
    .object({
      read_at: printedInstant.nullable(),
      failing_since: printedInstant.nullable(),
      failure: z.string().nullable(),
    })
    .nullable(),
  /** Of its local day: messages begun, the most there may be, and instants kept for later ones. */
  today: z.object({ sent: z.int(), cap: z.int(), reserved: z.int() }),
  last_7_days: z.object({ sent: z.int(), hard_bounces: z.int(), complaints: z.int() }),
  created_at: printedInstant,
});
export type AccountShown = z.output<typeof accountShape>;

/** Of removing one: how many open sequences still needed it, and ended. */
export const removedAccountShape = accountShape.extend({ ended_sequences: z.int() });

export function showAccount(view: AccountView): AccountShown {
  const { account, ownerName, inbox, today, lately } = view;
  const { settings, status } = account;
  const email = settings.channel === 'email' ? settings : null;
  return {
    id: account.id,
    channel: account.channel,
    address: account.address,
    owner: { id: account.memberId, name: ownerName },
    status,
    paused_why: account.pausedWhy,
    resting_until: status === 'RESTING' ? printInstantOrNull(account.restingUntil) : null,
    disconnected_at: status === 'DISCONNECTED' ? printInstantOrNull(account.disconnectedAt) : null,
    banner: accountBanner({ ...account, ...view }),
    sender_name: account.senderName,
    sender_job_title: account.senderJobTitle,
    signature: account.signature,
    timezone: account.zone,
    daily_cap: account.dailyCap,
    gap_seconds: account.gapSeconds,
    smtp: email && showServer(email.smtp),
    imap: email && showServer(email.imap),
    files_sent: email === null ? null : email.filesSent,
    inbox: inbox && {
      read_at: printInstantOrNull(inbox.readAt),
      failing_since: printInstantOrNull(inbox.failingSince),
      failure: inbox.failure,
    },
    today: { sent: today.sent, cap: account.dailyCap, reserved: today.reserved },
    last_7_days: { sent: lately.sent, hard_bounces: lately.hardBounces, complaints: lately.complaints },
    created_at: printInstant(account.createdAt),
  };
}

const showServer = ({ host, port, tls, user }: ServerSettings) => ({ host, port, tls, user });

// What comes in. Types are checked here, rules by `domain/account-settings.ts`, which lists all that are broken at once.

const host = text(253, 1).describe('The name of the server, without a port');
const password = text(1_000).nullable().describe('Kept encrypted and never shown');

const newServer = z.strictObject({
  host,
  port: z.int(),
  tls: z.enum(tlsModes),
  user: text(320, 1).nullable().default(null),
  password: password.default(null),
});

const changedServer = z.strictObject({
  host: host.optional(),
  port: z.int().optional(),
  tls: z.enum(tlsModes).optional(),
  user: text(320, 1).nullable().optional(),
  /** Left out: as it is, unless host, port or user change. */
  password: password.optional(),
});

const senderName = text(200).nullable();
const signature = text(5_000).nullable();
const dailyCap = z.int().describe(`0 to ${accountLimits.dailyCap}`);
const gapSeconds = z.int().describe(`0 to ${accountLimits.gapSeconds}`);
const timezone = text(100).describe('IANA, like "Europe/Paris"');

export const newAccount = z.strictObject({
  address: text(500, 1),
  /** Left out: whose token it is, or, with a service's, the workspace's first member. */
  member_id: idOfA<MemberId>().optional(),
  sender_name: senderName.default(null),
  sender_job_title: senderName.default(null),
  signature: signature.default(null),
  timezone: timezone.default('UTC'),
  daily_cap: dailyCap.default(accountDefaults.dailyCap),
  gap_seconds: gapSeconds.default(accountDefaults.gapSeconds),
  smtp: newServer,
  imap: newServer,
  /** The provider files sent mail itself (Gmail, Microsoft 365). */
  files_sent: z.boolean().default(false),
});

/** Only what is given changes. */
export const changedAccount = z.strictObject({
  sender_name: senderName.optional(),
  sender_job_title: senderName.optional(),
  signature: signature.optional(),
  timezone: timezone.optional(),
  daily_cap: dailyCap.optional(),
  gap_seconds: gapSeconds.optional(),
  smtp: changedServer.optional(),
  imap: changedServer.optional(),
  files_sent: z.boolean().optional(),
});
