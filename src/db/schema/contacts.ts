import { sql } from 'drizzle-orm';
import { check, foreignKey, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { AccountId, ContactId, SuppressionId } from '../../domain/ids.ts';
import {
  type SuppressionKind,
  type SuppressionReason,
  suppressionKinds,
  suppressionReasons,
} from '../../domain/suppression.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { accounts } from './accounts.ts';
import { oneOf } from './checks.ts';
import { workspaces } from './workspaces.ts';

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
