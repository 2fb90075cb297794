import { z } from 'zod';
import type { AccountView } from '../../db/account-reads.ts';
import {
  accountStatuses,
  channels,
  pauseReasons,
  type ServerSettings,
  tlsModes,
} from '../../domain/accounts/account.ts';
import { accountBanner } from '../../domain/accounts/account-banner.ts';
import { accountDefaults, accountLimits, linkedInDefaults } from '../../domain/accounts/account-settings.ts';
import { type AccountUse, usedTexts } from '../../domain/accounts/account-use.ts';
import { dayBounds } from '../../domain/accounts/pace.ts';
import type { MemberId } from '../../domain/ids.ts';
import { idOfA, pageOf, printedId, printedInstant, printInstant, printInstantOrNull, text } from './primitives.ts';

const serverShape = z.object({
  host: z.string(),
  port: z.int(),
  tls: z.enum(tlsModes),
  /** null: the server wants no login. */
  user: z.string().nullable(),
});

/** Begun, the most there may be, and instants kept for later ones. */
const usedShape = z.object({ sent: z.int(), cap: z.int(), reserved: z.int() });

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
  /** The next four are null for email; and the third of them where no invitation is taken back. */
  invitations_per_day: z.int().nullable(),
  /** In any 7 days. */
  invitations_per_week: z.int().nullable(),
  withdraw_after_days: z.int().nullable(),
  /** How the LinkedIn provider names it. */
  external_id: z.string().nullable(),
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
  /** Of its local day: emails, or LinkedIn messages. */
  today: usedShape,
  /** When its local day ends. */
  resets_at: printedInstant,
  /** Null for email. */
  invitations: z.object({ today: usedShape, last_7_days: z.object({ sent: z.int(), cap: z.int() }) }).nullable(),
  /** The same for people: "12 of 20 invitations today, resets 00:00 Paris", "40 of 100 invitations in 7 days". */
  use: z.array(z.string()),
  last_7_days: z.object({ sent: z.int(), hard_bounces: z.int(), complaints: z.int() }),
  created_at: printedInstant,
});
export type AccountShown = z.output<typeof accountShape>;
export const accountPage = pageOf(accountShape);
export type AccountPage = z.output<typeof accountPage>;

/** Of removing one: how many open sequences still needed it, and ended. */
export const removedAccountShape = accountShape.extend({ ended_sequences: z.int() });
export type RemovedAccount = z.output<typeof removedAccountShape>;

export function showAccount(view: AccountView): AccountShown {
  const { account, ownerName, inbox, uses, lately, now } = view;
  const { settings, status, zone } = account;
  const email = settings.channel === 'email' ? settings : null;
  const linkedIn = settings.channel === 'linkedin' ? settings : null;
  const invitations = uses.find(({ kind }) => kind === 'linkedin_invitation');
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
    timezone: zone,
    daily_cap: account.dailyCap,
    gap_seconds: account.gapSeconds,
    invitations_per_day: linkedIn && account.invitationsPerDay,
    invitations_per_week: linkedIn && account.invitationsPerWeek,
    withdraw_after_days: linkedIn && account.withdrawAfterDays,
    external_id: linkedIn?.externalId ?? null,
    smtp: email && showServer(email.smtp),
    imap: email && showServer(email.imap),
    files_sent: email === null ? null : email.filesSent,
    inbox: inbox && {
      read_at: printInstantOrNull(inbox.readAt),
      failing_since: printInstantOrNull(inbox.failingSince),
      failure: inbox.failure,
    },
    today: showToday(uses.find(({ kind }) => kind !== 'linkedin_invitation')),
    resets_at: printInstant(dayBounds(now, zone).end),
    invitations: showInvitations(invitations),
    use: uses.flatMap((use) => usedTexts(use, zone, now)),
    last_7_days: { sent: lately.sent, hard_bounces: lately.hardBounces, complaints: lately.complaints },
    created_at: printInstant(account.createdAt),
  };
}

const showToday = (use: AccountUse | undefined) => {
  const { sent, cap, reserved } = use?.today ?? { sent: 0, cap: 0, reserved: 0 };
  return { sent, cap, reserved };
};

const showInvitations = (use: AccountUse | undefined) =>
  use?.week ? { today: showToday(use), last_7_days: { sent: use.week.sent, cap: use.week.cap } } : null;

const showServer = ({ host, port, tls, user }: ServerSettings) => ({ host, port, tls, user });

// What comes in. Types are checked here, rules by `domain/accounts/account-settings.ts`, which lists all that are broken at once.

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

const externalId = text(200, 1).describe('How the LinkedIn provider names the account');
const invitationsPerDay = z.int().describe(`0 to ${accountLimits.invitationsPerDay}`);
const invitationsPerWeek = z.int().describe(`In any 7 days, 0 to ${accountLimits.invitationsPerWeek}`);
const withdrawAfterDays = z
  .int()
  .nullable()
  .describe(`A pending invitation is taken back then: 1 to ${accountLimits.withdrawAfterDays} days; null: never`);

const newOfAnyChannel = {
  /** Left out: whose token it is, or, with a service's, the workspace's first member. */
  member_id: idOfA<MemberId>().optional(),
  sender_name: senderName.default(null),
  sender_job_title: senderName.default(null),
  timezone: timezone.default('UTC'),
};

const newEmailAccount = z.strictObject({
  channel: z.literal('email').optional(),
  address: text(500, 1),
  ...newOfAnyChannel,
  signature: signature.default(null),
  daily_cap: dailyCap.default(accountDefaults.dailyCap),
  gap_seconds: gapSeconds.default(accountDefaults.gapSeconds),
  smtp: newServer,
  imap: newServer,
  /** The provider files sent mail itself (Gmail, Microsoft 365). */
  files_sent: z.boolean().default(false),
});

const newLinkedInAccount = z.strictObject({
  channel: z.literal('linkedin'),
  profile: text(500, 1).describe("The member's own: its address, or its last part"),
  external_id: externalId,
  ...newOfAnyChannel,
  daily_cap: dailyCap.default(linkedInDefaults.dailyCap).describe('Messages a day'),
  gap_seconds: gapSeconds.default(linkedInDefaults.gapSeconds),
  invitations_per_day: invitationsPerDay.default(linkedInDefaults.invitationsPerDay),
  invitations_per_week: invitationsPerWeek.default(linkedInDefaults.invitationsPerWeek),
  withdraw_after_days: withdrawAfterDays.default(linkedInDefaults.withdrawAfterDays),
});

/** Of email unless `channel` says otherwise. */
export const newAccount = z.discriminatedUnion('channel', [newEmailAccount, newLinkedInAccount]);
export type NewAccountGiven = z.output<typeof newAccount>;

/** Only what is given changes. */
export const changedAccount = z.strictObject({
  sender_name: senderName.optional(),
  sender_job_title: senderName.optional(),
  signature: signature.optional(),
  timezone: timezone.optional(),
  daily_cap: dailyCap.optional(),
  gap_seconds: gapSeconds.optional(),
  /** Of a LinkedIn account only. */
  invitations_per_day: invitationsPerDay.optional(),
  invitations_per_week: invitationsPerWeek.optional(),
  withdraw_after_days: withdrawAfterDays.optional(),
  external_id: externalId.optional(),
  /** Of an email account only. */
  smtp: changedServer.optional(),
  imap: changedServer.optional(),
  files_sent: z.boolean().optional(),
});
