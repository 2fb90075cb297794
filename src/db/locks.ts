import { eq, sql } from 'drizzle-orm';
import type { AccountId, CampaignId, ContactId, LeadId, SequenceId, TaskId, TemplateId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { accounts, contacts, leads, sequences, tasks, templates } from './schema.ts';

/*
 * Every lock of the product, in the one order in which they are taken:
 * template → campaign → lead → contact → sequence (ascending id) → task → account → delivery.
 * Each is a statement of its own, and what it protects is read in later statements: a statement that waits for a lock
 * and reads in one breath reads the past. Design 3.
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
async function lockRows(tx: Tx, kind: typeof leads | typeof contacts, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(
    sql`select from ${kind} where ${kind.id} = any(${sql.param([...ids])}) order by ${kind.id} for no key update`,
  );
}

/** Whoever goes on to the contact takes the lead first; most who decide on leads need no contact. */
export const lockLeads = (tx: Tx, ids: readonly LeadId[]) => lockRows(tx, leads, ids);

export const lockContacts = (tx: Tx, ids: readonly ContactId[]) => lockRows(tx, contacts, ids);

export const lockContact = (tx: Tx, id: ContactId) => lockContacts(tx, [id]);

export const lockSequence = (tx: Tx, id: SequenceId) =>
  tx.select({ id: sequences.id }).from(sequences).where(eq(sequences.id, id)).for('no key update');

export const lockTask = (tx: Tx, id: TaskId) =>
  tx.select({ id: tasks.id }).from(tasks).where(eq(tasks.id, id)).for('no key update');

export const lockAccount = (tx: Tx, id: AccountId) =>
  tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, id)).for('no key update');
