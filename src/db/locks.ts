import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type {
  AccountId,
  CampaignId,
  ContactId,
  LeadId,
  MemberId,
  SequenceId,
  TaskId,
  TemplateId,
} from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import type { InboundRow, SequenceRow, StepRow } from './rows.ts';
import {
  accounts,
  contacts,
  deliveries,
  importRows,
  inboundMessages,
  installation,
  leads,
  members,
  sequences,
  slots,
  tasks,
  templates,
} from './schema.ts';

/*
 * Every lock of the product, in the one order in which they are taken:
 *
 *   template → campaign → lead → contact → sequence → task → account → delivery
 *
 * and many of one kind by ascending id: two who want the same rows meet at the first of them, and neither holds what the
 * other waits for. Each lock is a statement of its own, and what it protects is read in later statements: a statement
 * that waits for a lock and reads in one breath reads the past. Ids are found before, so what was true of them then is
 * asked again. Design 3.
 *
 * UPDATE, DELETE and a unique key lock too:
 * - Behind a lock of the order, and so waited for by nobody: a campaign's row and its accounts, a contact's connections
 *   and invitations, a sequence's steps and deliveries.
 * - Behind the contact's lock, many in the order of their keys: contact points, where two who learn of one stranger meet.
 * - After all of the order, and whoever has one takes no more of that: the day's count of enrolments; slots, where a
 *   sequence's end and an account's removal meet; a mailbox, behind its account or for its cursor alone; a suppression,
 *   many in the order of their keys; an inbound message; rows of an import; a campaign's progress.
 * - With nothing else: the installation, a workspace, a member with their tokens and those ones' sessions, an import
 *   (who works it off has a lease), a callback, the turn of a LinkedIn account.
 *
 * Queues are taken from where they are read, with SKIP LOCKED, which waits for nobody; `test/arrows.test.ts` names them.
 * The lead that an enrolment takes so stands in its place all the same: the contact comes after it.
 */

/** Enrolments share the template; whoever changes its status takes it alone and then counts. */
export const shareTemplate = (tx: Tx, id: TemplateId) =>
  tx.select({ id: templates.id }).from(templates).where(eq(templates.id, id)).for('share');

export const lockTemplate = (tx: Tx, id: TemplateId) =>
  tx.select({ id: templates.id }).from(templates).where(eq(templates.id, id)).for('no key update');

/**
 * Advisory, because row locks `FOR SHARE` starve the pause: new sharers overtake a waiting update (measured: 1 s median,
 * 30 s worst, against 64 ms).
 */
export const shareCampaign = (tx: Tx, id: CampaignId) =>
  tx.execute(sql`select pg_advisory_xact_lock_shared(hashtextextended(${`campaign/${id}`}, 0))`);

/** Pause, resume, end and edit take it, and nothing else updates the campaign's row. */
export const lockCampaign = (tx: Tx, id: CampaignId) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`campaign/${id}`}, 0))`);

/** By ascending id; where there are none, nothing is asked. */
async function lockRows(
  tx: Tx,
  kind: typeof leads | typeof contacts | typeof sequences | typeof tasks | typeof accounts,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(
    sql`select from ${kind} where ${kind.id} = any(${sql.param([...ids])}) order by ${kind.id} for no key update`,
  );
}

/** Whoever goes on to the contact takes the lead first; most who decide on leads need no contact. */
export const lockLeads = (tx: Tx, ids: readonly LeadId[]) => lockRows(tx, leads, ids);

export const lockContacts = (tx: Tx, ids: readonly ContactId[]) => lockRows(tx, contacts, ids);

export const lockContact = (tx: Tx, id: ContactId) => lockContacts(tx, [id]);

/** Waits for those who share its key too, and keeps them out. */
export const lockContactWhole = (tx: Tx, id: ContactId) => lockContactsWhole(tx, [id]);

export const lockContactsWhole = (tx: Tx, ids: readonly ContactId[]) =>
  tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(inArray(contacts.id, [...ids]))
    .orderBy(asc(contacts.id))
    .for('update');

/** For whoever writes down what belongs to the contact, as many at once as there are; `lockContactWhole` waits for them. */
export const shareContact = (tx: Tx, id: ContactId) =>
  tx.select({ id: contacts.id }).from(contacts).where(eq(contacts.id, id)).for('key share');

/** Without their contacts: for what is no business of these, as whether a workflow was told. */
export const lockSequences = (tx: Tx, ids: readonly SequenceId[]) => lockRows(tx, sequences, ids);

/** A sequence and whose it is, as it was read before; a merge of contacts may have changed it since. */
type WalkKeys = Pick<SequenceRow, 'id' | 'contactId'>;

/** Contacts first, all of them, then the sequences. */
export async function lockWalks(tx: Tx, walks: readonly WalkKeys[]): Promise<void> {
  const ids = walks.map(({ id }) => id);
  const held = new Set<ContactId>();
  // Behind the lock of whose they are now nobody merges them away; whoever was waited for may have.
  for (let theirs = new Set(walks.map(({ contactId }) => contactId)); theirs.size > 0; ) {
    await lockContacts(tx, [...theirs]);
    for (const id of theirs) held.add(id);
    theirs = new Set((await contactsOf(tx, ids)).filter((id) => !held.has(id)));
  }
  await lockSequences(tx, ids);
}

async function contactsOf(tx: Tx, ids: readonly SequenceId[]): Promise<ContactId[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .select({ contactId: sequences.contactId })
    .from(sequences)
    .where(inArray(sequences.id, [...ids]));
  return rows.map(({ contactId }) => contactId);
}

export const lockWalk = (tx: Tx, walk: WalkKeys) => lockWalks(tx, [walk]);

export const lockTasks = (tx: Tx, ids: readonly TaskId[]) => lockRows(tx, tasks, ids);

export const lockTask = (tx: Tx, id: TaskId) => lockTasks(tx, [id]);

/** Every task of these sequences, settled ones too; behind the sequences' locks there come no new ones. */
export const lockTasksOf = (tx: Tx, ids: readonly SequenceId[]) =>
  tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(inArray(tasks.sequenceId, [...ids]))
    .orderBy(asc(tasks.id))
    .for('no key update');

export const lockAccounts = (tx: Tx, ids: readonly AccountId[]) => lockRows(tx, accounts, ids);

export const lockAccount = (tx: Tx, id: AccountId) => lockAccounts(tx, [id]);

export const lockDelivery = (tx: Tx, { sequenceId, stepId }: Pick<StepRow, 'sequenceId' | 'stepId'>) =>
  tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.sequenceId, sequenceId), eq(deliveries.stepId, stepId)))
    .for('no key update');

/** All that an account has handed out, in the order in which a page of sequences gives back its own. */
export const lockSlotsOf = (tx: Tx, id: AccountId) =>
  tx
    .select({ id: slots.sequenceId })
    .from(slots)
    .where(eq(slots.accountId, id))
    .orderBy(asc(slots.sequenceId))
    .for('update');

/** By what makes it the same message when it is read again. */
export const lockInbound = (tx: Tx, { accountId, messageId }: Pick<InboundRow, 'accountId' | 'messageId'>) =>
  tx
    .select({ id: inboundMessages.id })
    .from(inboundMessages)
    .where(and(eq(inboundMessages.accountId, accountId), eq(inboundMessages.messageId, messageId)))
    .for('no key update');

/** Of any imports, in the order of their files; counted, for a file has up to 50,000. */
export const lockImportRows = (tx: Tx, which: SQL | undefined) =>
  tx.execute(
    sql`select count(*) from (select from ${importRows} where ${which}
      order by ${importRows.importId}, ${importRows.row} for no key update) taken`,
  );

export const lockMember = (tx: Tx, id: MemberId) =>
  tx.select({ id: members.id }).from(members).where(eq(members.id, id)).for('no key update');

export const lockInstallation = (tx: Tx) => tx.select({ id: installation.id }).from(installation).for('no key update');
