import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { CampaignId, LeadId } from '../domain/ids.ts';
import type { LeadStatus } from '../domain/lead.ts';
import type { LeadRow } from './leads.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import { contacts, leads } from './schema.ts';
import type { ContactRow } from './walks.ts';

export interface LeadView {
  lead: LeadRow;
  contact: ContactRow;
}

/** One page of a campaign's leads in the order in which they came, with the count of all that match, in one statement. */
export function listLeads(
  tx: Tx,
  { campaignId, status }: { campaignId: CampaignId; status?: LeadStatus | undefined },
  asked: PageAsked,
): Promise<Listed<LeadView>> {
  return readLeads(
    tx,
    and(eq(leads.campaignId, campaignId), status === undefined ? undefined : eq(leads.status, status)),
    asked,
  );
}

/** One lead; null when the workspace has none of that id. */
export const findLead = async (tx: Tx, id: LeadId): Promise<LeadView | null> =>
  (await readLeads(tx, eq(leads.id, id), { page: 1, size: 1 })).items[0] ?? null;

async function readLeads(tx: Tx, which: ReturnType<typeof and>, asked: PageAsked): Promise<Listed<LeadView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(leads)
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: leads.id })
    .from(leads)
    .where(which)
    .orderBy(asc(leads.id))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({ total: total.count, lead: leads, contact: contacts })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(leads, eq(leads.id, shown.id))
    .leftJoin(contacts, eq(contacts.id, leads.contactId))
    .orderBy(asc(leads.id));
  const items = rows.flatMap(({ lead, contact }) => (lead && contact ? [{ lead, contact }] : []));
  return { items, totalCount: rows[0]?.total ?? 0 };
}
