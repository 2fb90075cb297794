import { and, asc, count, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { CampaignId, LeadId } from '../domain/ids.ts';
import type { LeadStatus } from '../domain/lead.ts';
import type { LeadRow } from './leads.ts';
import { lacks } from './missing-variables.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { ContactRow } from './rows.ts';
import { contacts, leads } from './schema.ts';
import { contactHolds } from './search.ts';

export interface LeadView {
  lead: LeadRow;
  contact: ContactRow;
}

export interface LeadSearch {
  /** Any of them; absent: whatever the status. */
  statuses?: readonly LeadStatus[] | undefined;
  /** Part of a name, an address, a profile or a company. */
  typed?: string | undefined;
  /** A variable of contacts that they have no value for. */
  missing?: string | undefined;
}

export const leadSortKeys = ['created_at', 'updated_at', 'name', 'company'] as const;

export interface LeadSort {
  by: (typeof leadSortKeys)[number];
  order: 'asc' | 'desc';
}

/** As they came: ids ascend with time. */
const asTheyCame: LeadSort = { by: 'created_at', order: 'asc' };

/** One page of a campaign's leads, with the count of all that match, in one statement. */
export const listLeads = (
  tx: Tx,
  campaignId: CampaignId,
  { sort = asTheyCame, ...search }: LeadSearch & { sort?: LeadSort },
  asked: PageAsked,
): Promise<Listed<LeadView>> => readLeads(tx, searched(campaignId, search), sort, asked);

/** One lead; null when the workspace has none of that id. */
export const findLead = async (tx: Tx, id: LeadId): Promise<LeadView | null> =>
  (await readLeads(tx, eq(leads.id, id), asTheyCame, { page: 1, size: 1 })).items[0] ?? null;

/** All that a search shows, by id. */
export async function matchingLeads(tx: Tx, campaignId: CampaignId, search: LeadSearch): Promise<LeadId[]> {
  const found = await tx
    .select({ id: leads.id })
    .from(leads)
    .innerJoin(contacts, eq(contacts.id, leads.contactId))
    .where(searched(campaignId, search))
    .orderBy(asc(leads.id));
  return found.map(({ id }) => id);
}

const searched = (campaignId: CampaignId, { statuses, typed, missing }: LeadSearch): SQL | undefined =>
  and(
    eq(leads.campaignId, campaignId),
    statuses === undefined ? undefined : inArray(leads.status, [...statuses]),
    typed === undefined ? undefined : contactHolds(typed),
    missing === undefined ? undefined : lacks(missing),
  );

function inOrder({ by, order }: LeadSort): SQL[] {
  const key = {
    created_at: sql`${leads.id}`,
    updated_at: sql`${leads.updatedAt}`,
    name: sql`lower(concat_ws(' ', ${contacts.firstName}, ${contacts.lastName}))`,
    company: sql`lower(${contacts.company})`,
  }[by];
  const direction = order === 'asc' ? asc : desc;
  return [sql`${direction(key)} nulls last`, direction(leads.id)];
}

async function readLeads(tx: Tx, which: SQL | undefined, sort: LeadSort, asked: PageAsked): Promise<Listed<LeadView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(leads)
    .innerJoin(contacts, eq(contacts.id, leads.contactId))
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: leads.id })
    .from(leads)
    .innerJoin(contacts, eq(contacts.id, leads.contactId))
    .where(which)
    .orderBy(...inOrder(sort))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({ total: total.count, lead: leads, contact: contacts })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(leads, eq(leads.id, shown.id))
    .leftJoin(contacts, eq(contacts.id, leads.contactId))
    .orderBy(...inOrder(sort));
  const items = rows.flatMap(({ lead, contact }) => (lead && contact ? [{ lead, contact }] : []));
  return { items, totalCount: rows[0]?.total ?? 0 };
}
