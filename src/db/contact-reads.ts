import { and, count, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { ContactId } from '../domain/ids.ts';
import type { SuppressionReason } from '../domain/suppression.ts';
import { type ContactPointRow, pointRowsOf } from './contact-points.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { CampaignRow, ContactRow, SequenceRow, SuppressionRow } from './rows.ts';
import {
  accounts,
  campaigns,
  contacts,
  deliveries,
  inboundMessages,
  leads,
  sequenceSteps,
  sequences,
} from './schema.ts';
import { contactHolds } from './search.ts';
import { suppressionsAmong, suppressionsOfContacts } from './suppressions.ts';

/*
 * Contacts for people: who they are, and what was ever said to them and by them, over all campaigns.
 */

/** Under an id of before a merge, who they were merged into; null when the workspace has none of that id. */
export async function findContact(tx: Tx, id: ContactId): Promise<ContactRow | null> {
  const [row] = await tx.select().from(contacts).where(eq(contacts.id, id));
  if (!row) return null;
  return row.mergedInto === null ? row : findContact(tx, row.mergedInto);
}

/** A sequence of a contact's, as far as a list tells of it. */
export interface ContactSequence {
  sequence: Pick<SequenceRow, 'id' | 'contactId' | 'status' | 'endReason' | 'enrolledAt' | 'endedAt'>;
  campaign: Pick<CampaignRow, 'id' | 'name'>;
}

export interface ContactView {
  contact: ContactRow;
  /** The open one, else the newest; null: never enrolled. */
  sequence: ContactSequence | null;
  /** The entries that cover them. */
  suppressions: SuppressionRow[];
  /** Why new sequences may not write to them; null when nothing forbids it. */
  suppression: SuppressionReason | null;
}

/** One page of contacts, the newest first, with the count of all that match. Who was erased is in no list. */
export async function listContacts(
  tx: Tx,
  { q }: { q?: string | undefined },
  asked: PageAsked,
): Promise<Listed<ContactView>> {
  const which = and(
    isNull(contacts.erasedAt),
    isNull(contacts.mergedInto),
    q === undefined ? undefined : contactHolds(q),
  );
  const [total] = await tx.select({ count: count() }).from(contacts).where(which);
  const rows = await tx
    .select()
    .from(contacts)
    .where(which)
    .orderBy(desc(contacts.createdAt), desc(contacts.id))
    .limit(asked.size)
    .offset(rowsBefore(asked));
  return { items: await viewsOf(tx, rows), totalCount: total?.count ?? 0 };
}

async function viewsOf(tx: Tx, rows: readonly ContactRow[]): Promise<ContactView[]> {
  const newest = new Map<ContactId, ContactSequence>();
  for (const found of await sequencesOf(
    tx,
    rows.map(({ id }) => id),
  ))
    if (!newest.has(found.sequence.contactId)) newest.set(found.sequence.contactId, found);
  const ids = rows.map(({ id }) => id);
  const entries = await suppressionsOfContacts(tx, ids);
  const held = await suppressionsAmong(tx, ids);
  return rows.map((contact) => ({
    contact,
    sequence: newest.get(contact.id) ?? null,
    suppressions: entries.get(contact.id) ?? [],
    suppression: held.get(contact.id) ?? null,
  }));
}

/** The open one of each contact first, then the newest. */
const sequencesOf = async (tx: Tx, ids: readonly ContactId[]): Promise<ContactSequence[]> =>
  ids.length === 0
    ? []
    : tx
        .select({ sequence: sequences, campaign: campaigns })
        .from(sequences)
        .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
        .where(inArray(sequences.contactId, [...ids]))
        .orderBy(sql`${sequences.endedAt} is not null`, desc(sequences.enrolledAt), desc(sequences.id));

/** A message of ours, or of theirs. */
export type ContactMessage =
  | { kind: 'sent'; row: Awaited<ReturnType<typeof sentTo>>[number] }
  | { kind: 'received'; row: Awaited<ReturnType<typeof receivedFrom>>[number] };

export interface ContactDetail extends ContactView {
  points: ContactPointRow[];
  sequences: ContactSequence[];
  leads: Awaited<ReturnType<typeof leadsOf>>;
  /** The newest first; of very many the newest thousand. */
  messages: ContactMessage[];
}

const MOST_MESSAGES = 1_000;

/** All of one contact, or of whom they were merged into; null when the workspace has none of that id. */
export async function findContactDetail(tx: Tx, id: ContactId): Promise<ContactDetail | null> {
  const contact = await findContact(tx, id);
  if (!contact) return null;
  const [view] = await viewsOf(tx, [contact]);
  const sent = (await sentTo(tx, contact.id)).map(
    (row) => ({ kind: 'sent', row, at: row.delivery.claimedAt }) as const,
  );
  const received = (await receivedFrom(tx, contact.id)).map(
    (row) => ({ kind: 'received', row, at: row.message.receivedAt }) as const,
  );
  return {
    contact,
    sequence: view?.sequence ?? null,
    suppressions: view?.suppressions ?? [],
    suppression: view?.suppression ?? null,
    points: await pointRowsOf(tx, contact.id),
    sequences: await sequencesOf(tx, [contact.id]),
    leads: await leadsOf(tx, contact.id),
    messages: [...sent, ...received].toSorted((a, b) => b.at - a.at).slice(0, MOST_MESSAGES),
  };
}

/** Messages whose handing over began: one that was only claimed was said to nobody. */
const sentTo = (tx: Tx, id: ContactId) =>
  tx
    .select({ delivery: deliveries, step: sequenceSteps, campaign: campaigns, account: accounts.address })
    .from(deliveries)
    .innerJoin(sequences, eq(sequences.id, deliveries.sequenceId))
    .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .innerJoin(accounts, eq(accounts.id, deliveries.accountId))
    .innerJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, deliveries.sequenceId), eq(sequenceSteps.stepId, deliveries.stepId)),
    )
    .where(and(eq(sequences.contactId, id), isNotNull(deliveries.dataStartedAt)))
    .orderBy(desc(deliveries.claimedAt))
    .limit(MOST_MESSAGES);

const receivedFrom = (tx: Tx, id: ContactId) =>
  tx
    .select({
      message: inboundMessages,
      sequenceId: sequences.id,
      campaign: campaigns,
      account: accounts.address,
      channel: accounts.channel,
    })
    .from(inboundMessages)
    .innerJoin(sequences, eq(sequences.id, inboundMessages.sequenceId))
    .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .innerJoin(accounts, eq(accounts.id, inboundMessages.accountId))
    .where(eq(inboundMessages.contactId, id))
    .orderBy(desc(inboundMessages.receivedAt))
    .limit(MOST_MESSAGES);

const leadsOf = (tx: Tx, id: ContactId) =>
  tx
    .select({ lead: leads, campaign: campaigns })
    .from(leads)
    .innerJoin(campaigns, eq(campaigns.id, leads.campaignId))
    .where(eq(leads.contactId, id))
    .orderBy(desc(leads.createdAt));
