import { sql } from 'drizzle-orm';
import {
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { TemplateId } from '../../domain/ids.ts';
import {
  type ApprovalMode,
  type TemplateContent,
  type TemplateStatus,
  templateStatuses,
} from '../../domain/template.ts';
import { instant, printedInstant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { oneOf } from './checks.ts';
import { workspaces } from './workspaces.ts';

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
