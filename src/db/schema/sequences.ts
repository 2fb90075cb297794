import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  type AiValues,
  type AiWriter,
  aiWriters,
  type GenerationPurpose,
  generationPurposes,
} from '../../domain/copy/generation.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import type {
  AccountId,
  CampaignId,
  ContactId,
  ContactPointId,
  GenerationId,
  MemberId,
  SequenceId,
  StepId,
  TaskId,
  TemplateId,
} from '../../domain/ids.ts';
import {
  type EndReason,
  openStatuses,
  type SequenceStatus,
  type StepKind,
  type StepStatus,
  sequenceStatuses,
  stepKinds,
  stepStatuses,
  terminalStatuses,
  type Why,
} from '../../domain/sequence.ts';
import { type TaskKind, type TaskOutcome, type TaskStatus, taskKinds, taskStatuses } from '../../domain/task.ts';
import type { ManualTaskKind } from '../../domain/template.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { accounts } from './accounts.ts';
import { campaigns } from './campaigns.ts';
import { endsMatch, oneOf } from './checks.ts';
import { contactPoints, contacts } from './contacts.ts';
import { templateVersions } from './templates.ts';
import { members, workspaces } from './workspaces.ts';

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
    /** What it writes to: the points its contact was enrolled with, or that a person chose since; null: none, or erased. */
    emailPoint: uuid('email_point').$type<ContactPointId>(),
    profilePoint: uuid('profile_point').$type<ContactPointId>(),
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
      name: 'sequences_email_point_fk',
      columns: [t.workspaceId, t.emailPoint],
      foreignColumns: [contactPoints.workspaceId, contactPoints.id],
    }),
    foreignKey({
      name: 'sequences_profile_point_fk',
      columns: [t.workspaceId, t.profilePoint],
      foreignColumns: [contactPoints.workspaceId, contactPoints.id],
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
