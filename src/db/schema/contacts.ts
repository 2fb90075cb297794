import { sql } from 'drizzle-orm';
import { check, foreignKey, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import {
  type ContactPointKind,
  type ContactPointSource,
  contactPointKinds,
  contactPointSources,
} from '../../domain/contact-point.ts';
import type { AccountId, ContactId, ContactPointId, SuppressionId } from '../../domain/ids.ts';
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
    /** What new sequences write to: keys of two of the contact's points. */
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
    /**
     * A person said that the contact may be reached at another address than the ones whose mail failed or was called spam
     * by then: those entries hold no more than their own mailbox.
     */
    reachableSince: instant('reachable_since'),
    createdAt: instant('created_at').notNull(),
    /** They turned out to be this other contact, who has all that was theirs; never one that is merged itself. */
    mergedInto: uuid('merged_into').$type<ContactId>(),
    /** Nothing is known of them any more; the row stays, for what it was part of counts on. */
    erasedAt: instant('erased_at'),
  },
  (t) => [
    unique('contacts_workspace_id').on(t.workspaceId, t.id),
    index('contacts_merged').on(t.mergedInto).where(sql`${t.mergedInto} is not null`),
    foreignKey({
      name: 'contacts_merged_into',
      columns: [t.workspaceId, t.mergedInto],
      foreignColumns: [t.workspaceId, t.id],
    }),
    check(
      'contacts_reachable',
      sql`(${t.email} is not null or ${t.profile} is not null) = (${t.erasedAt} is null and ${t.mergedInto} is null)`,
    ),
    ...workspacePolicies(),
  ],
);

/** Every address and profile ever learnt of a contact, and whose it is: each is one person's. Design 1. */
export const contactPoints = pgTable(
  'contact_points',
  {
    id: uuid('id').$type<ContactPointId>().primaryKey(),
    workspaceId: workspaceColumn(),
    contactId: uuid('contact_id').$type<ContactId>().notNull(),
    kind: text('kind').$type<ContactPointKind>().notNull(),
    key: text('key').notNull(),
    /** What providers take for the same mailbox, for suppressions only; null for what is no address. */
    mailboxKey: text('mailbox_key'),
    source: text('source').$type<ContactPointSource>().notNull(),
    firstSeen: instant('first_seen').notNull(),
    lastSeen: instant('last_seen').notNull(),
  },
  (t) => [
    unique('contact_points_workspace_id').on(t.workspaceId, t.id),
    unique('contact_points_key').on(t.workspaceId, t.kind, t.key),
    unique('contact_points_of_one').on(t.contactId, t.key, t.workspaceId),
    index('contact_points_mailbox').on(t.workspaceId, t.mailboxKey).where(sql`${t.mailboxKey} is not null`),
    foreignKey({
      name: 'contact_points_of_contact',
      columns: [t.workspaceId, t.contactId],
      foreignColumns: [contacts.workspaceId, contacts.id],
    }),
    check('contact_points_kind', oneOf(t.kind, contactPointKinds)),
    check('contact_points_source', oneOf(t.source, contactPointSources)),
    check('contact_points_mailbox_of_address', sql`(${t.kind} = 'address') = (${t.mailboxKey} is not null)`),
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
    /** What it is compared by: of an address its mailbox. */
    key: text('key').notNull(),
    reason: text('reason').$type<SuppressionReason>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    unique('suppressions_entry').on(t.workspaceId, t.kind, t.value),
    index('suppressions_key').on(t.workspaceId, t.kind, t.key),
    check('suppressions_kind', oneOf(t.kind, suppressionKinds)),
    check('suppressions_reason', oneOf(t.reason, suppressionReasons)),
    ...workspacePolicies(),
  ],
);
