import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
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
import type { CampaignId, ContactId, ImportId, LeadId, SequenceId } from '../../domain/ids.ts';
import { type ImportOutcome, type LeadFailure, type LeadStatus, leadStatuses } from '../../domain/lead.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { campaigns } from './campaigns.ts';
import { oneOf } from './checks.ts';
import { contacts } from './contacts.ts';
import { sequences } from './sequences.ts';
import { workspaces } from './workspaces.ts';

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
