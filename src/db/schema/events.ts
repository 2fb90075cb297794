import { isNotNull, sql } from 'drizzle-orm';
import { bigserial, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { EventData, EventKind } from '../../domain/event.ts';
import type { CampaignId, ContactId, EventId, SequenceId, TemplateId } from '../../domain/ids.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { workspaces } from './workspaces.ts';

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
