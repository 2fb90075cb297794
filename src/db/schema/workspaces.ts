import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  pgPolicy,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { MemberId, SequenceId, TokenId, WorkspaceId } from '../../domain/ids.ts';
import type { Scope } from '../../domain/scope.ts';
import { appRole, everythingForSystem, instant, workspaceColumn, workspacePolicies } from '../columns.ts';

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
