import { eq, type SQL, sql } from 'drizzle-orm';
import type { ContactId } from '../domain/ids.ts';
import { importedAs } from './contact-export.ts';
import { forgetPoints, pointsOfContacts } from './contact-points.ts';
import { lockContactWhole, lockImportRows } from './locks.ts';
import type { Tx } from './pool.ts';
import type { ContactRow } from './rows.ts';
import { contacts, deliveries, importRows, inboundMessages, sequenceSteps, sequences, tasks } from './schema.ts';

/*
 * What was known of a person, and said to them and by them, goes; that something was done, when and how it ended stays,
 * for numbers and the timeline rest on it. Events and Temporal hold nothing personal.
 */

/**
 * Locks a contact whole, not only against who locks it too: a reply that is just being written down holds a key share of
 * the row it is about, and is cleared with the rest once it is written. Under an id of before a merge, the survivor.
 */
export async function takeContactWhole(tx: Tx, id: ContactId): Promise<ContactRow | null> {
  await lockContactWhole(tx, id);
  const [row] = await tx.select().from(contacts).where(eq(contacts.id, id));
  if (!row) return null;
  return row.mergedInto === null ? row : takeContactWhole(tx, row.mergedInto);
}

const ERASED = 'Erased contact';

/** Copy of the same kind that says nothing. */
const blank: SQL = sql`case ${sequenceSteps.kind}
  when 'email' then jsonb_build_object('kind', 'email', 'subject', '', 'body', '')
  when 'linkedin_message' then jsonb_build_object('kind', 'linkedin_message', 'body', '')
  when 'linkedin_invitation' then jsonb_build_object('kind', 'linkedin_invitation', 'note', null)
  else ${sequenceSteps.content} || jsonb_build_object('title', ${ERASED}::text, 'instructions', '') end`;

/** Clears everything personal, behind the locks of the contact, their sequences and tasks. Again, it changes nothing. */
export async function forget(tx: Tx, contact: ContactRow, now: number): Promise<void> {
  const { id } = contact;
  const theirs = sql`(select ${sequences.id} from ${sequences} where ${sequences.contactId} = ${id})`;
  await tx
    .update(sequenceSteps)
    .set({ content: blank, missing: [] })
    .where(sql`${sequenceSteps.sequenceId} in ${theirs} and ${sequenceSteps.content} is not null`);
  await tx.update(sequences).set({ aiValues: null }).where(eq(sequences.contactId, id));
  await tx
    .update(tasks)
    .set({ title: ERASED, instructions: '', note: null })
    .where(sql`${tasks.sequenceId} in ${theirs}`);
  await tx
    .update(deliveries)
    .set({ recipient: 'erased', subject: null, answer: null, contentHash: null })
    .where(sql`${deliveries.sequenceId} in ${theirs}`);
  await tx
    .update(inboundMessages)
    .set({ fromAddress: null, subject: null, text: null, html: null })
    .where(eq(inboundMessages.contactId, id));
  const points = (await pointsOfContacts(tx, [id])).get(id) ?? [];
  await lockImportRows(tx, importedAs(points));
  await tx.update(importRows).set({ data: {}, detail: null }).where(importedAs(points));
  await forgetPoints(tx, id);
  if (contact.erasedAt !== null) return;
  await tx
    .update(contacts)
    .set({
      email: null,
      profile: null,
      firstName: null,
      lastName: null,
      jobTitle: null,
      company: null,
      linkedinHeadline: null,
      recentActivity: null,
      companyContext: {},
      custom: {},
      awayUntil: null,
      erasedAt: now,
    })
    .where(eq(contacts.id, id));
}
