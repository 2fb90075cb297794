import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { type CampaignStatus, campaignStatuses, type EnrolmentWhy } from '../../domain/campaign.ts';
import type { AccountId, CampaignId, MemberId, TemplateId } from '../../domain/ids.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { accounts } from './accounts.ts';
import { oneOf } from './checks.ts';
import { templates } from './templates.ts';
import { members, workspaces } from './workspaces.ts';

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
