import { asc, eq, or, type SQL, sql } from 'drizzle-orm';
import type { ContactPoint } from '../domain/contact-point.ts';
import type { ContactId } from '../domain/ids.ts';
import { findContact } from './contact-reads.ts';
import type { Tx } from './pool.ts';
import {
  connections,
  contactPoints,
  deliveries,
  events,
  importRows,
  inboundMessages,
  invitations,
  leads,
  sequenceSteps,
  sequences,
  tasks,
} from './schema.ts';
import { suppressionsOfContacts } from './suppressions.ts';

/** Every row that is about one person, table by table. `erasure.ts` clears what is personal in the same ones. */
export async function exportContact(tx: Tx, id: ContactId) {
  const contact = await findContact(tx, id);
  if (!contact) return null;
  const own = contact.id;
  const theirs = sql`(select ${sequences.id} from ${sequences} where ${sequences.contactId} = ${own})`;
  const points = await tx
    .select()
    .from(contactPoints)
    .where(eq(contactPoints.contactId, own))
    .orderBy(asc(contactPoints.id));
  return {
    contact,
    points,
    suppressions: (await suppressionsOfContacts(tx, [own])).get(own) ?? [],
    leads: await tx.select().from(leads).where(eq(leads.contactId, own)).orderBy(asc(leads.id)),
    sequences: await tx.select().from(sequences).where(eq(sequences.contactId, own)).orderBy(asc(sequences.id)),
    steps: await tx
      .select()
      .from(sequenceSteps)
      .where(sql`${sequenceSteps.sequenceId} in ${theirs}`)
      .orderBy(asc(sequenceSteps.sequenceId), asc(sequenceSteps.position)),
    deliveries: await tx
      .select()
      .from(deliveries)
      .where(sql`${deliveries.sequenceId} in ${theirs}`)
      .orderBy(asc(deliveries.id)),
    received: await tx
      .select()
      .from(inboundMessages)
      .where(eq(inboundMessages.contactId, own))
      .orderBy(asc(inboundMessages.id)),
    tasks: await tx.select().from(tasks).where(sql`${tasks.sequenceId} in ${theirs}`).orderBy(asc(tasks.id)),
    connections: await tx.select().from(connections).where(eq(connections.contactId, own)),
    invitations: await tx.select().from(invitations).where(eq(invitations.contactId, own)),
    importedRows: await tx.select().from(importRows).where(importedAs(points)).orderBy(asc(importRows.row)),
    events: await tx
      .select()
      .from(events)
      .where(or(eq(events.contactId, own), sql`${events.sequenceId} in ${theirs}`))
      .orderBy(asc(events.ordinal)),
  };
}

/** Rows of a CSV that name the person by any of their points: a key as it is, or as the end of a profile's address. */
export function importedAs(points: readonly ContactPoint[]): SQL {
  const keys = sql.param(points.map(({ key }) => key));
  const value = sql`lower(btrim(field.value))`;
  const slug = sql`split_part(split_part(split_part(${value}, '/in/', 2), '/', 1), '?', 1)`;
  // A cell with several addresses keeps them with a blank between.
  const named = sql`string_to_array(${value}, ' ') && ${keys}::text[] or ${slug} = any(${keys}::text[])`;
  return sql`exists (select 1 from jsonb_each_text(${importRows.data}) field where ${named})`;
}
