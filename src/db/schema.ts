import { isNotNull, type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  type AccountStatus,
  accountStatuses,
  type BounceKind,
  bounceKinds,
  type Channel,
  channels,
  type EmailSettings,
  type LinkedInSettings,
  type PauseReason,
  pauseReasons,
  type Sealed,
} from '../domain/accounts/account.ts';
import { type InvitationState, invitationStates, type LinkedInEvent } from '../domain/accounts/linkedin.ts';
import { type CampaignStatus, campaignStatuses, type EnrolmentWhy } from '../domain/campaign.ts';
import {
  type AiValues,
  type AiWriter,
  aiWriters,
  type GenerationPurpose,
  generationPurposes,
} from '../domain/copy/generation.ts';
import type { StepContent } from '../domain/copy/step-content.ts';
import { type DeliveryState, deliveryStates } from '../domain/delivery.ts';
import type { EventData, EventKind } from '../domain/event.ts';
import { type SuppressionReason, suppressionReasons } from '../domain/fence.ts';
import type {
  AccountId,
  CallbackId,
  CampaignId,
  ContactId,
  DeliveryId,
  EventId,
  GenerationId,
  ImportId,
  InboundId,
  LeadId,
  MemberId,
  SequenceId,
  StepId,
  SuppressionId,
  TaskId,
  TemplateId,
  TokenId,
  WorkspaceId,
} from '../domain/ids.ts';
import { type DecidedBy, type InboundKind, inboundKinds } from '../domain/inbound/inbound.ts';
import { type ImportOutcome, type LeadFailure, type LeadStatus, leadStatuses } from '../domain/lead.ts';
import type { ReplyIntent } from '../domain/reply.ts';
import type { Scope } from '../domain/scope.ts';
import {
  type EndReason,
  ends,
  openStatuses,
  type SequenceStatus,
  type StepKind,
  type StepStatus,
  sequenceStatuses,
  stepKinds,
  stepStatuses,
  terminalStatuses,
  type Why,
} from '../domain/sequence.ts';
import { type SuppressionKind, suppressionKinds } from '../domain/suppression.ts';
import { type TaskKind, type TaskOutcome, type TaskStatus, taskKinds, taskStatuses } from '../domain/task.ts';
import {
  type ApprovalMode,
  type ManualTaskKind,
  type TemplateContent,
  type TemplateStatus,
  templateStatuses,
} from '../domain/template.ts';
import {
  appRole,
  everythingForSystem,
  instant,
  printedInstant,
  workspaceColumn,
  workspacePolicies,
} from './columns.ts';

const oneOf = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;

/** An end's reason is one of its status. */
const endsMatch = (status: AnyPgColumn, reason: AnyPgColumn): SQL =>
  sql.join(
    [
      sql`${reason} is null`,
      ...terminalStatuses.map((end) => sql`(${oneOf(status, [end])} and ${oneOf(reason, ends[end])})`),
    ],
    sql` or `,
  );

/** One row: the offset of virtual time, the installation's kill switch, when the reconciler last ran. */
export const installation = pgTable(
  'installation',
  {
    id: boolean('id').primaryKey().default(true),
    offsetMs: bigint('offset_ms', { mode: 'number' }).notNull().default(0),
    sendingStopped: boolean('sending_stopped').notNull().default(false),
    reconciledAt: instant('reconciled_at'),
    /** Where the reconciler's sweep over open sequences goes on. */
    sweptTo: uuid('swept_to').$type<SequenceId>(),
  },
  (t) => [
    check('installation_is_one_row', sql`${t.id}`),
    check('installation_offset_never_negative', sql`${t.offsetMs} >= 0`),
    pgPolicy('everyone_reads', { for: 'select', to: appRole, using: sql`true` }),
    everythingForSystem(),
  ],
);

/** What the writer is told about the sender's company. Design 7. */
export interface OrganisationContext {
  idealCustomer?: string;
  valueProposition?: string;
  competitors?: string;
  tone?: string;
}

export const workspaces = pgTable(
  'workspaces',
  {
    id: uuid('id').$type<WorkspaceId>().primaryKey(),
    name: text('name').notNull(),
    zone: text('zone').notNull(),
    legalName: text('legal_name').notNull(),
    postalAddress: text('postal_address').notNull(),
    context: jsonb('context').$type<OrganisationContext>().notNull().default({}),
    sendingStopped: boolean('sending_stopped').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  () => [
    pgPolicy('own_workspace', {
      for: 'all',
      to: appRole,
      using: sql`id = nullif(current_setting('app.workspace', true), '')::uuid`,
      withCheck: sql`id = nullif(current_setting('app.workspace', true), '')::uuid`,
    }),
    everythingForSystem(),
  ],
);

export const members = pgTable(
  'members',
  {
    id: uuid('id').$type<MemberId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    name: text('name').notNull(),
    email: text('email').notNull(),
    createdAt: instant('created_at').notNull(),
    /** Keeps their name in the timeline; they sign in no more and are given no work. */
    removedAt: instant('removed_at'),
  },
  (t) => [
    unique('members_workspace_id').on(t.workspaceId, t.id),
    unique('members_email').on(t.workspaceId, t.email),
    ...workspacePolicies(),
  ],
);

/** Tokens are stored hashed; `shown` is what a person recognises one by (prefix and last four). */
export const tokens = pgTable(
  'tokens',
  {
    id: uuid('id').$type<TokenId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    memberId: uuid('member_id').$type<MemberId>(),
    name: text('name').notNull(),
    hash: text('hash').notNull(),
    shown: text('shown').notNull(),
    scopes: text('scopes').array().$type<Scope[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (t) => [
    unique('tokens_hash').on(t.hash),
    unique('tokens_workspace_id').on(t.workspaceId, t.id),
    foreignKey({
      name: 'tokens_member',
      columns: [t.workspaceId, t.memberId],
      foreignColumns: [members.workspaceId, members.id],
    }),
    ...workspacePolicies(),
  ],
);

export const templates = pgTable(
  'templates',
  {
    id: uuid('id').$type<TemplateId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    name: text('name'),
    summary: text('summary'),
    status: text('status').$type<TemplateStatus>().notNull(),
    version: integer('version').notNull(),
    dailyLeadsTarget: integer('daily_leads_target').notNull(),
    approvalMode: text('approval_mode').$type<ApprovalMode>().notNull(),
    activatedAt: printedInstant('activated_at'),
    createdAt: printedInstant('created_at').notNull(),
    updatedAt: printedInstant('updated_at').notNull(),
  },
  (t) => [
    unique('templates_workspace_id').on(t.workspaceId, t.id),
    index('templates_by_creation').on(t.workspaceId, t.createdAt, t.id),
    check('templates_status', oneOf(t.status, templateStatuses)),
    check('templates_approval_mode', oneOf(t.approvalMode, ['AUTOPILOT', 'MANUAL_REVIEW'])),
    check('templates_target', sql`${t.dailyLeadsTarget} >= 0`),
    check(
      'templates_activated_once_active',
      sql`${t.status} in ('PENDING_SETUP', 'ARCHIVED') or ${t.activatedAt} is not null`,
    ),
    ...workspacePolicies(),
  ],
);

/** Immutable: a trigger refuses updates. */
export const templateVersions = pgTable(
  'template_versions',
  {
    workspaceId: workspaceColumn(),
    templateId: uuid('template_id').$type<TemplateId>().notNull(),
    version: integer('version').notNull(),
    content: jsonb('content').$type<TemplateContent>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.templateId, t.version] }),
    unique('template_versions_workspace').on(t.workspaceId, t.templateId, t.version),
    foreignKey({
      name: 'template_versions_template',
      columns: [t.workspaceId, t.templateId],
      foreignColumns: [templates.workspaceId, templates.id],
    }),
    ...workspacePolicies(),
  ],
);

/** Enrolments per template and local day of its zone: the daily leads target is a hard maximum over every door. */
export const enrolmentDays = pgTable(
  'enrolment_days',
  {
    workspaceId: workspaceColumn(),
    templateId: uuid('template_id').$type<TemplateId>().notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    enrolled: integer('enrolled').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.templateId, t.day] }),
    foreignKey({
      name: 'enrolment_days_template',
      columns: [t.workspaceId, t.templateId],
      foreignColumns: [templates.workspaceId, templates.id],
    }),
    ...workspacePolicies(),
  ],
);

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

/** The page's sign-ins, each resting on a token: what revokes the token ends them. Real clock; the cookie's value is stored hashed. */
export const sessions = pgTable(
  'sessions',
  {
    hash: text('hash').primaryKey(),
    workspaceId: workspaceColumn(),
    tokenId: uuid('token_id').$type<TokenId>().notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    index('sessions_token').on(t.tokenId),
    foreignKey({
      name: 'sessions_token_fk',
      columns: [t.workspaceId, t.tokenId],
      foreignColumns: [tokens.workspaceId, tokens.id],
    }),
    ...workspacePolicies(),
  ],
);

/** Codes that sign in once, in the link that `npm start` prints. Real clock; stored hashed. */
export const signInCodes = pgTable(
  'sign_in_codes',
  {
    hash: text('hash').primaryKey(),
    workspaceId: workspaceColumn(),
    tokenId: uuid('token_id').$type<TokenId>().notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [
    foreignKey({
      name: 'sign_in_codes_token',
      columns: [t.workspaceId, t.tokenId],
      foreignColumns: [tokens.workspaceId, tokens.id],
    }),
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

/** Only pause, resume and end update this row, under the campaign's exclusive lock. Design 3. */
export const campaigns = pgTable(
  'campaigns',
  {
    id: uuid('id').$type<CampaignId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    name: text('name').notNull(),
    templateId: uuid('template_id').$type<TemplateId>().notNull(),
    ownerId: uuid('owner_id').$type<MemberId>().notNull(),
    status: text('status').$type<CampaignStatus>().notNull(),
    controlEpoch: integer('control_epoch').notNull().default(0),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    unique('campaigns_workspace_id').on(t.workspaceId, t.id),
    index('campaigns_template').on(t.templateId),
    foreignKey({
      name: 'campaigns_template_fk',
      columns: [t.workspaceId, t.templateId],
      foreignColumns: [templates.workspaceId, templates.id],
    }),
    foreignKey({
      name: 'campaigns_owner',
      columns: [t.workspaceId, t.ownerId],
      foreignColumns: [members.workspaceId, members.id],
    }),
    check('campaigns_status', oneOf(t.status, campaignStatuses)),
    check('campaigns_started', sql`${t.status} not in ('RUNNING', 'PAUSED') or ${t.startedAt} is not null`),
    check('campaigns_ended', sql`(${t.status} = 'ENDED') = (${t.endedAt} is not null)`),
    ...workspacePolicies(),
  ],
);

/** Where a campaign's workflow stands: what it was told, how far pause and resume are fanned out, when it enrols next. */
export const campaignProgress = pgTable(
  'campaign_progress',
  {
    campaignId: uuid('campaign_id').$type<CampaignId>().primaryKey(),
    workspaceId: workspaceColumn(),
    tellSeq: integer('tell_seq').notNull().default(0),
    toldSeq: integer('told_seq').notNull().default(0),
    tellAt: instant('tell_at'),
    repairAfter: instant('repair_after'),
    repairs: integer('repairs').notNull().default(0),
    fannedEpoch: integer('fanned_epoch').notNull().default(0),
    nextEnrolmentAt: instant('next_enrolment_at'),
    enrolmentWhy: text('enrolment_why').$type<EnrolmentWhy>(),
  },
  (t) => [
    foreignKey({
      name: 'campaign_progress_campaign',
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaigns.workspaceId, campaigns.id],
    }),
    ...workspacePolicies(),
  ],
);

export const campaignAccounts = pgTable(
  'campaign_accounts',
  {
    workspaceId: workspaceColumn(),
    campaignId: uuid('campaign_id').$type<CampaignId>().notNull(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.accountId] }),
    foreignKey({
      name: 'campaign_accounts_campaign',
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaigns.workspaceId, campaigns.id],
    }),
    foreignKey({
      name: 'campaign_accounts_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    ...workspacePolicies(),
  ],
);

/** Company context and custom fields: what a template may use beside the columns. */
export type ContactFacts = Readonly<Record<string, string>>;

export const contacts = pgTable(
  'contacts',
  {
    id: uuid('id').$type<ContactId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    email: text('email'),
    profile: text('profile'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    jobTitle: text('job_title'),
    company: text('company'),
    linkedinHeadline: text('linkedin_headline'),
    recentActivity: text('recent_activity'),
    /** Keys as in templates: company_industry, company_size, company_tech_stack, company_news, company_funding. */
    companyContext: jsonb('company_context').$type<ContactFacts>().notNull().default({}),
    custom: jsonb('custom').$type<ContactFacts>().notNull().default({}),
    /** An out-of-office hold, for every sequence and channel. */
    awayUntil: instant('away_until'),
    createdAt: instant('created_at').notNull(),
    /** Nothing is known of them any more; the row stays, for what it was part of counts on. */
    erasedAt: instant('erased_at'),
  },
  (t) => [
    unique('contacts_workspace_id').on(t.workspaceId, t.id),
    unique('contacts_email').on(t.workspaceId, t.email),
    unique('contacts_profile').on(t.workspaceId, t.profile),
    check('contacts_reachable', sql`(${t.email} is not null or ${t.profile} is not null) = (${t.erasedAt} is null)`),
    ...workspacePolicies(),
  ],
);

/** What is known of a contact's connection to one of our LinkedIn accounts. */
export const connections = pgTable(
  'connections',
  {
    workspaceId: workspaceColumn(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    contactId: uuid('contact_id').$type<ContactId>().notNull(),
    connectedAt: instant('connected_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.contactId] }),
    foreignKey({
      name: 'connections_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    foreignKey({
      name: 'connections_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    ...workspacePolicies(),
  ],
);

/** The newest invitation of an account to a contact, as far as it is ours: what is polled, and withdrawn when it gets old. */
export const invitations = pgTable(
  'invitations',
  {
    workspaceId: workspaceColumn(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    contactId: uuid('contact_id').$type<ContactId>().notNull(),
    sequenceId: uuid('sequence_id').$type<SequenceId>().notNull(),
    /** The provider's id; null where a retry found it there already. */
    externalId: text('external_id'),
    state: text('state').$type<InvitationState>().notNull(),
    sentAt: instant('sent_at').notNull(),
    /** When it was accepted, withdrawn, or found to be gone. */
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.contactId] }),
    index('invitations_pending').on(t.accountId, t.sentAt).where(sql`${t.state} = 'PENDING'`),
    foreignKey({
      name: 'invitations_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    foreignKey({
      name: 'invitations_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    foreignKey({
      name: 'invitations_sequence',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    check('invitations_state', oneOf(t.state, invitationStates)),
    check('invitations_settled', sql`(${t.state} = 'PENDING') = (${t.settledAt} is null)`),
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

export const sequences = pgTable(
  'sequences',
  {
    id: uuid('id').$type<SequenceId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    campaignId: uuid('campaign_id').$type<CampaignId>().notNull(),
    contactId: uuid('contact_id').$type<ContactId>().notNull(),
    templateId: uuid('template_id').$type<TemplateId>().notNull(),
    templateVersion: integer('template_version').notNull(),
    emailAccountId: uuid('email_account_id').$type<AccountId>(),
    linkedinAccountId: uuid('linkedin_account_id').$type<AccountId>(),
    status: text('status').$type<SequenceStatus>().notNull(),
    endReason: text('end_reason').$type<EndReason>(),
    /** The current step, counted from 0; equals the number of steps once all are finished. */
    position: integer('position').notNull().default(0),
    /** The current step's instant, and why it is not sooner; null before personalise and once ended. */
    nextAt: instant('next_at'),
    nextWhy: text('next_why').$type<Why>(),
    /** Deferrals of the current step by anything but time; 20 raise an alarm. */
    deferrals: integer('deferrals').notNull().default(0),
    /** The epoch under which `performStep` answered `held`. */
    parkedEpoch: integer('parked_epoch'),
    /** The newest control epoch this sequence's workflow was signalled. */
    toldEpoch: integer('told_epoch').notNull().default(0),
    startedAt: instant('started_at'),
    tellSeq: integer('tell_seq').notNull().default(0),
    toldSeq: integer('told_seq').notNull().default(0),
    tellAt: instant('tell_at'),
    /** The reconciler leaves the row alone until then, and how often it tried: per-row back-off. */
    repairAfter: instant('repair_after'),
    repairs: integer('repairs').notNull().default(0),
    enrolledAt: instant('enrolled_at').notNull(),
    endedAt: instant('ended_at'),
    /** When the reconciler saw that the workflow of an ended sequence runs no more. */
    closedAt: instant('closed_at'),
    /** Its AI variables' values, written once; null until then. */
    aiValues: jsonb('ai_values').$type<AiValues>(),
    /** Who wrote them; null while they are not written, and where the template has none. */
    aiWriter: text('ai_writer').$type<AiWriter>(),
  },
  (t) => [
    unique('sequences_workspace_id').on(t.workspaceId, t.id),
    uniqueIndex('sequences_one_open_per_contact').on(t.contactId).where(oneOf(t.status, openStatuses)),
    index('sequences_open_by_campaign').on(t.campaignId, t.nextAt, t.id).where(oneOf(t.status, openStatuses)),
    index('sequences_open_by_template').on(t.templateId).where(oneOf(t.status, openStatuses)),
    index('sequences_open_due').on(t.nextAt, t.id).where(oneOf(t.status, openStatuses)),
    index('sequences_unclosed').on(t.endedAt).where(sql`${t.endedAt} is not null and ${t.closedAt} is null`),
    index('sequences_behind').on(t.tellAt).where(sql`${t.tellSeq} > ${t.toldSeq} or ${t.startedAt} is null`),
    index('sequences_follow_ups')
      .on(t.emailAccountId, t.nextAt)
      .where(sql`${oneOf(t.status, openStatuses)} and ${t.position} > 0`),
    index('sequences_email_account').on(t.emailAccountId).where(oneOf(t.status, openStatuses)),
    index('sequences_linkedin_account').on(t.linkedinAccountId).where(oneOf(t.status, openStatuses)),
    index('sequences_list').on(t.workspaceId, t.enrolledAt, t.id),
    foreignKey({
      name: 'sequences_campaign',
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaigns.workspaceId, campaigns.id],
    }),
    foreignKey({
      name: 'sequences_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    foreignKey({
      name: 'sequences_template_version',
      columns: [t.workspaceId, t.templateId, t.templateVersion],
      foreignColumns: [templateVersions.workspaceId, templateVersions.templateId, templateVersions.version],
    }),
    foreignKey({
      name: 'sequences_email_account_fk',
      columns: [t.workspaceId, t.emailAccountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    foreignKey({
      name: 'sequences_linkedin_account_fk',
      columns: [t.workspaceId, t.linkedinAccountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    check('sequences_status', oneOf(t.status, sequenceStatuses)),
    check('sequences_ended', sql`(${oneOf(t.status, terminalStatuses)}) = (${t.endedAt} is not null)`),
    check('sequences_reason', sql`(${t.endedAt} is not null) = (${t.endReason} is not null)`),
    check('sequences_reason_of_status', endsMatch(t.status, t.endReason)),
    check('sequences_told', sql`${t.toldSeq} <= ${t.tellSeq}`),
    check('sequences_ai_writer', sql`${t.aiWriter} is null or ${oneOf(t.aiWriter, aiWriters)}`),
    ...workspacePolicies(),
  ],
);

export const leads = pgTable(
  'leads',
  {
    id: uuid('id').$type<LeadId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    campaignId: uuid('campaign_id').$type<CampaignId>().notNull(),
    contactId: uuid('contact_id').$type<ContactId>().notNull(),
    status: text('status').$type<LeadStatus>().notNull(),
    failure: text('failure').$type<LeadFailure>(),
    sequenceId: uuid('sequence_id').$type<SequenceId>(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    unique('leads_workspace_id').on(t.workspaceId, t.id),
    unique('leads_once_per_campaign').on(t.campaignId, t.contactId),
    unique('leads_sequence').on(t.sequenceId),
    index('leads_waiting').on(t.campaignId, t.id).where(sql`${t.status} = 'APPROVED'`),
    foreignKey({
      name: 'leads_campaign',
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaigns.workspaceId, campaigns.id],
    }),
    foreignKey({
      name: 'leads_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    foreignKey({
      name: 'leads_sequence_fk',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    check('leads_status', oneOf(t.status, leadStatuses)),
    check('leads_enrolled', sql`(${t.status} = 'ENROLLED') = (${t.sequenceId} is not null)`),
    check('leads_failure', sql`(${t.status} = 'FAILED') = (${t.failure} is not null)`),
    ...workspacePolicies(),
  ],
);

/** A sequence's own copy of a step, with what will be, or was, said. */
export const sequenceSteps = pgTable(
  'sequence_steps',
  {
    workspaceId: workspaceColumn(),
    sequenceId: uuid('sequence_id').$type<SequenceId>().notNull(),
    stepId: uuid('step_id').$type<StepId>().notNull(),
    position: integer('position').notNull(),
    kind: text('kind').$type<StepKind>().notNull(),
    name: text('name').notNull(),
    status: text('status').$type<StepStatus>().notNull(),
    reason: text('reason'),
    /** null until personalise has written it. */
    content: jsonb('content').$type<StepContent>(),
    contentVersion: integer('content_version').notNull().default(0),
    /** Variables with neither value nor default: the step waits for a person. */
    missing: text('missing').array().notNull().default([]),
    /** A step waiting for a connection is skipped then. */
    waitUntil: instant('wait_until'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.sequenceId, t.stepId] }),
    unique('sequence_steps_workspace').on(t.workspaceId, t.sequenceId, t.stepId),
    unique('sequence_steps_position').on(t.sequenceId, t.position),
    foreignKey({
      name: 'sequence_steps_sequence',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    check('sequence_steps_kind', oneOf(t.kind, stepKinds)),
    check('sequence_steps_status', oneOf(t.status, stepStatuses)),
    check(
      'sequence_steps_finished',
      sql`${t.status} not in ('SENT', 'DONE', 'SKIPPED', 'FAILED') or ${t.finishedAt} is not null`,
    ),
    check('sequence_steps_content', sql`${t.content} is not null or ${t.status} in ('PENDING', 'CANCELED')`),
    ...workspacePolicies(),
  ],
);

/** What was asked of a language model, and what that cost; never what was said. */
export const generations = pgTable(
  'generations',
  {
    id: uuid('id').$type<GenerationId>().primaryKey(),
    workspaceId: workspaceColumn(),
    /** Null for a template's trial. */
    sequenceId: uuid('sequence_id').$type<SequenceId>(),
    purpose: text('purpose').$type<GenerationPurpose>().notNull(),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    /** Null: written. Else what went wrong: 'timeout', 'provider 429', 'nonsense'. */
    fault: text('fault'),
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    /** Millionths of a US dollar, by the configured prices; null without them. */
    costMicros: bigint('cost_micros', { mode: 'number' }),
    milliseconds: integer('milliseconds').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [
    index('generations_sequence').on(t.sequenceId),
    index('generations_workspace').on(t.workspaceId, t.at),
    foreignKey({
      name: 'generations_sequence_fk',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    check('generations_purpose', oneOf(t.purpose, generationPurposes)),
    ...workspacePolicies(),
  ],
);

/** A CSV of leads that was handed in: its rows wait in `import_rows` until each has its outcome. */
export const imports = pgTable(
  'imports',
  {
    id: uuid('id').$type<ImportId>().primaryKey(),
    workspaceId: workspaceColumn(),
    campaignId: uuid('campaign_id').$type<CampaignId>().notNull(),
    fileName: text('file_name').notNull(),
    approve: boolean('approve').notNull(),
    actor: text('actor').notNull(),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
    /** Nobody else takes its next page before. Real clock. */
    leasedUntil: instant('leased_until'),
  },
  (t) => [
    unique('imports_workspace_id').on(t.workspaceId, t.id),
    index('imports_unfinished').on(t.createdAt).where(sql`${t.finishedAt} is null`),
    foreignKey({
      name: 'imports_campaign',
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaigns.workspaceId, campaigns.id],
    }),
    ...workspacePolicies(),
  ],
);

export const importRows = pgTable(
  'import_rows',
  {
    workspaceId: workspaceColumn(),
    importId: uuid('import_id').$type<ImportId>().notNull(),
    /** As a person counts in the file: 2 is the first below the header. */
    row: integer('row').notNull(),
    data: jsonb('data').$type<Record<string, string>>().notNull(),
    /** Null: still to come. */
    outcome: text('outcome').$type<ImportOutcome>(),
    detail: text('detail'),
  },
  (t) => [
    primaryKey({ columns: [t.importId, t.row] }),
    index('import_rows_waiting').on(t.importId, t.row).where(sql`${t.outcome} is null`),
    foreignKey({
      name: 'import_rows_import',
      columns: [t.workspaceId, t.importId],
      foreignColumns: [imports.workspaceId, imports.id],
    }),
    ...workspacePolicies(),
  ],
);

export const tasks = pgTable(
  'tasks',
  {
    id: uuid('id').$type<TaskId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    sequenceId: uuid('sequence_id').$type<SequenceId>().notNull(),
    /** The step the task belongs to; null for a reply to read or to answer. */
    stepId: uuid('step_id').$type<StepId>(),
    kind: text('kind').$type<TaskKind>().notNull(),
    manualKind: text('manual_kind').$type<ManualTaskKind>(),
    title: text('title').notNull(),
    instructions: text('instructions').notNull(),
    assigneeId: uuid('assignee_id').$type<MemberId>().notNull(),
    status: text('status').$type<TaskStatus>().notNull(),
    outcome: text('outcome').$type<TaskOutcome>(),
    note: text('note'),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
    /** Out of the queue until then. */
    snoozedUntil: instant('snoozed_until'),
  },
  (t) => [
    unique('tasks_workspace_id').on(t.workspaceId, t.id),
    uniqueIndex('tasks_one_open_per_step').on(t.sequenceId, t.stepId, t.kind).where(sql`${t.status} = 'OPEN'`),
    uniqueIndex('tasks_one_open_answer')
      .on(t.sequenceId)
      .where(sql`${t.status} = 'OPEN' and ${t.kind} = 'answer_reply'`),
    index('tasks_queue').on(t.workspaceId, t.createdAt, t.id).where(sql`${t.status} = 'OPEN'`),
    index('tasks_sequence').on(t.sequenceId),
    foreignKey({
      name: 'tasks_sequence_fk',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    foreignKey({
      name: 'tasks_step',
      columns: [t.workspaceId, t.sequenceId, t.stepId],
      foreignColumns: [sequenceSteps.workspaceId, sequenceSteps.sequenceId, sequenceSteps.stepId],
    }),
    foreignKey({
      name: 'tasks_assignee',
      columns: [t.workspaceId, t.assigneeId],
      foreignColumns: [members.workspaceId, members.id],
    }),
    check('tasks_kind', oneOf(t.kind, taskKinds)),
    check('tasks_status', oneOf(t.status, taskStatuses)),
    check('tasks_settled', sql`(${t.status} = 'OPEN') = (${t.settledAt} is null)`),
    check('tasks_manual_kind', sql`(${t.kind} = 'manual_step') = (${t.manualKind} is not null)`),
    check('tasks_outcome', sql`${t.outcome} is null or ${t.status} = 'COMPLETED'`),
    check('tasks_step_named', sql`(${t.kind} in ('read_reply', 'answer_reply')) = (${t.stepId} is null)`),
    ...workspacePolicies(),
  ],
);

/** The ledger: one row per sequence and step, whatever is retried. Design 6. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: uuid('id').$type<DeliveryId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    sequenceId: uuid('sequence_id').$type<SequenceId>().notNull(),
    stepId: uuid('step_id').$type<StepId>().notNull(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    /** Fences a zombie: only the attempt that claimed last may start the body or record an answer. */
    attempt: integer('attempt').notNull().default(1),
    /** Null for LinkedIn. */
    messageId: text('message_id'),
    subject: text('subject'),
    /** Address or profile. */
    recipient: text('recipient').notNull(),
    contentHash: text('content_hash'),
    claimedAt: instant('claimed_at').notNull(),
    dataStartedAt: instant('data_started_at'),
    settledAt: instant('settled_at'),
    answer: text('answer'),
    temporaryAnswers: integer('temporary_answers').notNull().default(0),
    firstTemporaryAt: instant('first_temporary_at'),
    /** Look-ups in the Sent folder while UNCONFIRMED. */
    lookUps: integer('look_ups').notNull().default(0),
    /** The worst that was reported of it afterwards, or at once by the server. */
    bounce: text('bounce').$type<BounceKind>(),
    bouncedAt: instant('bounced_at'),
  },
  (t) => [
    unique('deliveries_once_per_step').on(t.sequenceId, t.stepId),
    unique('deliveries_message_id').on(t.messageId),
    index('deliveries_of_account').on(t.accountId, t.claimedAt).where(sql`${t.state} <> 'RELEASED'`),
    index('deliveries_bounced').on(t.accountId, t.bouncedAt).where(isNotNull(t.bounce)),
    check('deliveries_bounce', sql`${t.bounce} is null or ${oneOf(t.bounce, bounceKinds)}`),
    check('deliveries_bounced_at', sql`(${t.bounce} is null) = (${t.bouncedAt} is null)`),
    index('deliveries_in_flight').on(t.claimedAt).where(sql`${t.state} in ('CLAIMED', 'DATA_STARTED', 'UNCONFIRMED')`),
    foreignKey({
      name: 'deliveries_step',
      columns: [t.workspaceId, t.sequenceId, t.stepId],
      foreignColumns: [sequenceSteps.workspaceId, sequenceSteps.sequenceId, sequenceSteps.stepId],
    }),
    foreignKey({
      name: 'deliveries_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    check('deliveries_state', oneOf(t.state, deliveryStates)),
    check(
      'deliveries_started',
      sql`${t.state} not in ('DATA_STARTED', 'SENT', 'UNCONFIRMED') or ${t.dataStartedAt} is not null`,
    ),
    ...workspacePolicies(),
  ],
);

/** A reserved instant on an account for one sequence's next message. Handed out by the claim once caps and gaps are in force. */
export const slots = pgTable(
  'slots',
  {
    sequenceId: uuid('sequence_id').$type<SequenceId>().primaryKey(),
    workspaceId: workspaceColumn(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    at: instant('at').notNull(),
    firstEmail: boolean('first_email').notNull(),
    /** Of the step it is for: invitations and messages have limits of their own. */
    kind: text('kind').$type<StepKind>().notNull().default('email'),
  },
  (t) => [
    unique('slots_account_instant').on(t.accountId, t.at),
    check('slots_kind', oneOf(t.kind, stepKinds)),
    foreignKey({
      name: 'slots_sequence',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    foreignKey({
      name: 'slots_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    ...workspacePolicies(),
  ],
);

/** What arrived in an account's inbox, once each. Of mail that is not for us only its id is kept. */
export const inboundMessages = pgTable(
  'inbound_messages',
  {
    id: uuid('id').$type<InboundId>().primaryKey(),
    workspaceId: workspaceColumn(),
    accountId: uuid('account_id').$type<AccountId>().notNull(),
    /** Its Message-ID, or one made of its bytes. */
    messageId: text('message_id').notNull(),
    kind: text('kind').$type<InboundKind>().notNull(),
    sequenceId: uuid('sequence_id').$type<SequenceId>(),
    contactId: uuid('contact_id').$type<ContactId>(),
    deliveryId: uuid('delivery_id').$type<DeliveryId>(),
    fromAddress: text('from_address'),
    subject: text('subject'),
    /** What was written, the quoted text cut off. */
    text: text('text'),
    /** As it came; shown only sanitised and in a frame of its own. */
    html: text('html'),
    intent: text('intent').$type<ReplyIntent>(),
    decidedBy: text('decided_by').$type<DecidedBy>(),
    receivedAt: instant('received_at').notNull(),
    /** Null: its effects are still to come. */
    handledAt: instant('handled_at'),
  },
  (t) => [
    unique('inbound_messages_once').on(t.accountId, t.messageId),
    index('inbound_messages_sequence').on(t.sequenceId, t.receivedAt),
    index('inbound_messages_list').on(t.workspaceId, t.receivedAt, t.id).where(isNotNull(t.sequenceId)),
    foreignKey({
      name: 'inbound_messages_account',
      columns: [t.workspaceId, t.accountId],
      foreignColumns: [accounts.workspaceId, accounts.id],
    }),
    foreignKey({
      name: 'inbound_messages_sequence_fk',
      columns: [t.workspaceId, t.sequenceId],
      foreignColumns: [sequences.workspaceId, sequences.id],
    }),
    foreignKey({
      name: 'inbound_messages_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    check('inbound_messages_kind', oneOf(t.kind, inboundKinds)),
    ...workspacePolicies(),
  ],
);

export const suppressions = pgTable(
  'suppressions',
  {
    id: uuid('id').$type<SuppressionId>().primaryKey(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    kind: text('kind').$type<SuppressionKind>().notNull(),
    value: text('value').notNull(),
    reason: text('reason').$type<SuppressionReason>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    unique('suppressions_entry').on(t.workspaceId, t.kind, t.value),
    check('suppressions_kind', oneOf(t.kind, suppressionKinds)),
    check('suppressions_reason', oneOf(t.reason, suppressionReasons)),
    ...workspacePolicies(),
  ],
);

/** Timeline and audit trail. `key` makes an inbound event count once, however often it is told. */
export const events = pgTable(
  'events',
  {
    id: uuid('id').$type<EventId>().primaryKey(),
    ordinal: bigserial('ordinal', { mode: 'number' }).notNull(),
    workspaceId: workspaceColumn().references(() => workspaces.id),
    kind: text('kind').$type<EventKind>().notNull(),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    key: text('key'),
    templateId: uuid('template_id').$type<TemplateId>(),
    campaignId: uuid('campaign_id').$type<CampaignId>(),
    contactId: uuid('contact_id').$type<ContactId>(),
    sequenceId: uuid('sequence_id').$type<SequenceId>(),
    data: jsonb('data').$type<EventData>().notNull().default({}),
  },
  (t) => [
    uniqueIndex('events_key').on(t.workspaceId, t.key).where(isNotNull(t.key)),
    index('events_sequence').on(t.sequenceId, t.ordinal),
    index('events_workspace').on(t.workspaceId, t.ordinal),
    index('events_account').on(sql`(${t.data}->>'account')`, t.ordinal).where(sql`(${t.data}->>'account') is not null`),
    ...workspacePolicies(),
  ],
);
