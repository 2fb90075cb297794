import { isNotNull, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { type BounceKind, bounceKinds } from '../../domain/accounts/account.ts';
import { type InvitationState, invitationStates } from '../../domain/accounts/linkedin.ts';
import { type DeliveryState, deliveryStates } from '../../domain/delivery.ts';
import type { AccountId, ContactId, DeliveryId, InboundId, SequenceId, StepId } from '../../domain/ids.ts';
import { type DecidedBy, type InboundKind, inboundKinds } from '../../domain/inbound/inbound.ts';
import type { ReplyIntent } from '../../domain/reply.ts';
import { type StepKind, stepKinds } from '../../domain/sequence.ts';
import { instant, workspaceColumn, workspacePolicies } from '../columns.ts';
import { accounts } from './accounts.ts';
import { oneOf } from './checks.ts';
import { contacts } from './contacts.ts';
import { sequenceSteps, sequences } from './sequences.ts';
import { workspaces } from './workspaces.ts';

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
