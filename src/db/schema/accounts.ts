import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  type AccountStatus,
  accountStatuses,
  type Channel,
  channels,
  type EmailSettings,
  type LinkedInSettings,
  type PauseReason,
  pauseReasons,
  type Sealed,
} from '../../domain/accounts/account.ts';
import type { LinkedInEvent } from '../../domain/accounts/linkedin.ts';
import type { AccountId, CallbackId, MemberId } from '../../domain/ids.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { oneOf } from './checks.ts';
import { members, workspaces } from './workspaces.ts';

export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').$type<AccountId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    memberId: uuid('member_id').$type<MemberId>().notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    /** The email address, or the LinkedIn profile. */
    address: text('address').notNull(),
    status: text('status').$type<AccountStatus>().notNull(),
    settings: jsonb('settings').$type<EmailSettings | LinkedInSettings>().notNull(),
    /** Passwords, encrypted; null where none is needed. */
    credentials: jsonb('credentials').$type<Sealed>(),
    /** The daily cap counts by this zone's local day. */
    zone: text('zone').notNull().default('UTC'),
    dailyCap: integer('daily_cap').notNull().default(50),
    /** At least this long between two messages; up to half of it again is added as jitter. */
    gapSeconds: integer('gap_seconds').notNull().default(60),
    /** Of a LinkedIn account; its `dailyCap` counts messages. Facts: libraries 6. */
    invitationsPerDay: integer('invitations_per_day').notNull().default(20),
    /** In any 7 days. */
    invitationsPerWeek: integer('invitations_per_week').notNull().default(100),
    /** A pending invitation is taken back after so many days; null: never. */
    withdrawAfterDays: integer('withdraw_after_days').default(20),
    /** Who the mail is from, where it is not the template's sender. */
    senderName: text('sender_name'),
    senderJobTitle: text('sender_job_title'),
    /** Plain text below each email; null: the sender's name and job title. */
    signature: text('signature'),
    pausedWhy: text('paused_why').$type<PauseReason>(),
    restingUntil: instant('resting_until'),
    disconnectedAt: instant('disconnected_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    unique('accounts_workspace_id').on(t.workspaceId, t.id),
    uniqueIndex('accounts_address').on(t.workspaceId, t.channel, t.address).where(sql`${t.status} <> 'REMOVED'`),
    foreignKey({
      name: 'accounts_member',
      columns: [t.workspaceId, t.memberId],
      foreignColumns: [members.workspaceId, members.id],
    }),
    check('accounts_channel', oneOf(t.channel, channels)),
    check('accounts_resting_until', sql`${t.status} <> 'RESTING' or ${t.restingUntil} is not null`),
    check('accounts_disconnected_at', sql`${t.status} <> 'DISCONNECTED' or ${t.disconnectedAt} is not null`),
    check('accounts_status', oneOf(t.status, accountStatuses)),
    check('accounts_paused_why', sql`${t.status} <> 'PAUSED' or ${t.pausedWhy} is not null`),
    check('accounts_pause_lasts', sql`${t.pausedWhy} is null or ${t.status} in ('PAUSED', 'DISCONNECTED')`),
    check('accounts_paused_reason', sql`${t.pausedWhy} is null or ${oneOf(t.pausedWhy, pauseReasons)}`),
    check('accounts_daily_cap', sql`${t.dailyCap} between 0 and 10000`),
    check('accounts_gap', sql`${t.gapSeconds} between 0 and 86400`),
    check('accounts_invitations_per_day', sql`${t.invitationsPerDay} between 0 and 1000`),
    check('accounts_invitations_per_week', sql`${t.invitationsPerWeek} between 0 and 7000`),
    check('accounts_withdraw_after', sql`${t.withdrawAfterDays} between 1 and 180`),
    ...workspacePolicies(),
  ],
);

/** How far an email account's inbox is read. `readAt` is on the real clock: mail arrives there, whatever virtual time says. */
export const mailboxes = pgTable(
  'mailboxes',
  {
    accountId: uuid('account_id').$type<AccountId>().primaryKey(),
    workspaceId: workspaceColumn(),
    /** The numbering that `lastUid` belongs to (RFC 9051 section 2.3.1.1); null before the first read. */
    uidValidity: bigint('uid_validity', { mode: 'number' }),
    lastUid: bigint('last_uid', { mode: 'number' }).notNull().default(0),
    /** Fences a reader that was given up for dead: only the newest may move the cursor. */
    generation: integer('generation').notNull().default(0),
    readAt: instant('read_at'),
    failingSince: instant('failing_since'),
    failure: text('failure'),
    /** The Message-ID of a message that the provider took, and is to have filed in Sent by itself: to be looked for there. */
    sentSample: text('sent_sample'),
    /** When such a one was found: from then on what is not there was not sent. Null: never, under the servers that stand. */
    sentFoundAt: instant('sent_found_at'),
  },
  (t) => [
    foreignKey({
      name: 'mailboxes_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    ...workspacePolicies(),
  ],
);

/** When a LinkedIn account is looked at next, for what no callback told: acceptances, its login, invitations grown old. */
export const linkedinPolls = pgTable(
  'linkedin_polls',
  {
    accountId: uuid('account_id').$type<AccountId>().primaryKey(),
    workspaceId: workspaceColumn(),
    dueAt: instant('due_at').notNull(),
    polledAt: instant('polled_at'),
    failingSince: instant('failing_since'),
  },
  (t) => [
    index('linkedin_polls_due').on(t.dueAt),
    foreignKey({
      name: 'linkedin_polls_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    ...workspacePolicies(),
  ],
);

/** What a provider told us, kept before it is answered 2xx; each once, however often it is told. */
export const callbacks = pgTable(
  'callbacks',
  {
    id: uuid('id').$type<CallbackId>().primaryKey(),
    workspaceId: workspaceColumn(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    key: text('key').notNull(),
    /** Null once handled: it may hold what somebody wrote. */
    event: jsonb('event').$type<LinkedInEvent>(),
    receivedAt: instant('received_at').notNull(),
    handledAt: instant('handled_at'),
    attempts: integer('attempts').notNull().default(0),
    /** The next attempt is not before. */
    retryAt: instant('retry_at').notNull(),
  },
  (t) => [
    unique('callbacks_once').on(t.accountId, t.key),
    index('callbacks_unhandled').on(t.retryAt).where(sql`${t.handledAt} is null`),
    foreignKey({
      name: 'callbacks_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    check('callbacks_event', sql`(${t.event} is null) = (${t.handledAt} is not null)`),
    ...workspacePolicies(),
  ],
);
