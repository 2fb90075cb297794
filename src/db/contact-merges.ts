import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import { factsOfBoth, leadThatStays } from '../domain/contact-merge.ts';
import type { ContactId } from '../domain/ids.ts';
import { lockContact } from './locks.ts';
import type { Tx } from './pool.ts';
import type { ContactRow } from './rows.ts';
import {
  connections,
  contactPoints,
  contacts,
  events,
  inboundMessages,
  invitations,
  leads,
  sequences,
} from './schema.ts';

/*
 * One person of two contacts: everything that names the one names the other from then on. Behind the locks of their leads,
 * of both contacts whole, and of their sequences.
 */

/** The two as they are merged. */
export interface Pair {
  survivor: ContactRow;
  merged: ContactRow;
}

/** Leads of both in one campaign: which of the two goes. */
export async function leadsThatGo(tx: Tx, { survivor, merged }: Pair): Promise<(typeof leads.$inferSelect)[]> {
  const rows = await tx
    .select({ lead: leads, isOpen: sql<boolean>`coalesce(${sequences.endedAt} is null, false)` })
    .from(leads)
    .leftJoin(sequences, eq(sequences.id, leads.sequenceId))
    .where(inArray(leads.contactId, [survivor.id, merged.id]))
    .orderBy(leads.id);
  const candidates = rows.map(({ lead, isOpen }) => ({ ...lead, isOpen: isOpen && lead.sequenceId !== null }));
  return candidates
    .filter(({ contactId }) => contactId === survivor.id)
    .flatMap((own) => {
      const rival = candidates.find((one) => one.contactId === merged.id && one.campaignId === own.campaignId);
      if (!rival) return [];
      const { isOpen: _, ...goes } = leadThatStays(own, rival) === own ? rival : own;
      return [goes];
    });
}

/** Moves all that is the merged one's, and leaves a row that says whose it is. */
export async function becomeOne(tx: Tx, pair: Pair): Promise<void> {
  const { survivor, merged } = pair;
  const gone = await leadsThatGo(tx, pair);
  if (gone.length > 0)
    await tx.delete(leads).where(
      inArray(
        leads.id,
        gone.map(({ id }) => id),
      ),
    );
  await moveAccountsRows(tx, survivor.id, merged.id);
  for (const table of [leads, sequences, inboundMessages, events, contactPoints])
    await tx.update(table).set({ contactId: survivor.id }).where(eq(table.contactId, merged.id));
  await tx.update(contacts).set({ mergedInto: survivor.id }).where(eq(contacts.mergedInto, merged.id));
  await tx
    .update(contacts)
    .set({ ...nobody, mergedInto: survivor.id })
    .where(eq(contacts.id, merged.id));
  await tx.update(contacts).set(factsOf(pair)).where(eq(contacts.id, survivor.id));
}

const nobody = {
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
  reachableSince: null,
} satisfies Partial<ContactRow>;

const FILLED = [
  'email',
  'profile',
  'firstName',
  'lastName',
  'jobTitle',
  'company',
  'linkedinHeadline',
  'recentActivity',
] as const;

/** An absence holds to the longer end; what somebody allowed for one of the two was not said of both. */
function factsOf({ survivor, merged }: Pair): Partial<ContactRow> {
  const { id: _, workspaceId: __, createdAt: ___, ...facts } = factsOfBoth(survivor, merged, FILLED);
  return {
    ...facts,
    companyContext: { ...merged.companyContext, ...survivor.companyContext },
    custom: { ...merged.custom, ...survivor.custom },
    awayUntil: Math.max(survivor.awayUntil ?? 0, merged.awayUntil ?? 0) || null,
    reachableSince: null,
  };
}

/** What there is once for each account: a connection that either has; of two invitations the one under way, else the later. */
async function moveAccountsRows(tx: Tx, survivor: ContactId, merged: ContactId): Promise<void> {
  await tx.execute(sql`insert into ${connections} (workspace_id, account_id, contact_id, connected_at)
    select workspace_id, account_id, ${survivor}::uuid, connected_at from ${connections} where contact_id = ${merged}
    on conflict do nothing`);
  await tx.delete(connections).where(eq(connections.contactId, merged));
  const both = await tx
    .select()
    .from(invitations)
    .where(inArray(invitations.contactId, [survivor, merged]));
  for (const one of both.filter(({ contactId }) => contactId === survivor)) {
    const other = both.find(({ accountId, contactId }) => accountId === one.accountId && contactId === merged);
    if (!other) continue;
    const isOtherNewer = one.state === other.state ? other.sentAt > one.sentAt : other.state === 'PENDING';
    await tx
      .delete(invitations)
      .where(
        and(eq(invitations.accountId, one.accountId), eq(invitations.contactId, isOtherNewer ? survivor : merged)),
      );
  }
  await tx.update(invitations).set({ contactId: survivor }).where(eq(invitations.contactId, merged));
}

/** Who has this id, or has taken it over. */
export async function survivorOf(tx: Tx, id: ContactId): Promise<ContactRow | null> {
  const merged = tx.select({ id: contacts.mergedInto }).from(contacts).where(eq(contacts.id, id));
  const [row] = await tx
    .select()
    .from(contacts)
    .where(and(isNull(contacts.mergedInto), or(eq(contacts.id, id), eq(contacts.id, merged))));
  return row ?? null;
}

/** The same, behind its lock: whoever was waited for may have merged it into another. */
export async function takeContact(tx: Tx, id: ContactId): Promise<ContactRow | null> {
  for (let asked = id; ; ) {
    await lockContact(tx, asked);
    const found = await survivorOf(tx, asked);
    if (found === null || found.id === asked) return found;
    asked = found.id;
  }
}

/** Their sequences that are under way, of each one at most. */
export const openSequencesOf = (tx: Tx, ids: readonly ContactId[]) =>
  tx
    .select({ id: sequences.id, contactId: sequences.contactId, campaignId: sequences.campaignId })
    .from(sequences)
    .where(and(inArray(sequences.contactId, [...ids]), isNull(sequences.endedAt)))
    .orderBy(sequences.id);

/** Leads and sequences of both, whose locks a merge takes. */
export async function idsOf(tx: Tx, ids: readonly ContactId[]) {
  const theirs = { leads: inArray(leads.contactId, [...ids]), sequences: inArray(sequences.contactId, [...ids]) };
  return {
    leads: (await tx.select({ id: leads.id }).from(leads).where(theirs.leads)).map(({ id }) => id),
    sequences: (await tx.select({ id: sequences.id }).from(sequences).where(theirs.sequences)).map(({ id }) => id),
  };
}
