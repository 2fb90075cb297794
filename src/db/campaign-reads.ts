import { and, asc, count, eq, inArray, sql } from 'drizzle-orm';
import type { Channel } from '../domain/account.ts';
import type { CampaignStatus } from '../domain/campaign.ts';
import type { EnrolmentFacts } from '../domain/explain.ts';
import type { AccountId, CampaignId, TemplateId } from '../domain/ids.ts';
import type { LeadStatus } from '../domain/lead.ts';
import type { SequenceStatus } from '../domain/sequence.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import {
  accounts,
  campaignAccounts,
  campaignProgress,
  campaigns,
  leads,
  members,
  sequences,
  templates,
  templateVersions,
} from './schema.ts';
import type { CampaignRow } from './walks.ts';

/** A campaign with how far it has come; statuses that nobody stands in are absent from the counts. */
export interface CampaignView {
  campaign: CampaignRow;
  templateName: string | null;
  ownerName: string;
  accountIds: AccountId[];
  leads: Partial<Record<LeadStatus, number>>;
  sequences: Partial<Record<SequenceStatus, number>>;
  enrolment: EnrolmentFacts;
}

export interface CampaignFilter {
  status?: CampaignStatus | undefined;
  templateId?: TemplateId | undefined;
}

/** One page of campaigns in the order in which they were made, with the count of all that match, in one statement. */
export function listCampaigns(
  tx: Tx,
  { status, templateId }: CampaignFilter,
  asked: PageAsked,
): Promise<Listed<CampaignView>> {
  const which = and(
    status === undefined ? undefined : eq(campaigns.status, status),
    templateId === undefined ? undefined : eq(campaigns.templateId, templateId),
  );
  return readCampaigns(tx, which, asked);
}

/** One campaign; null when the workspace has none of that id. */
export const findCampaign = async (tx: Tx, id: CampaignId): Promise<CampaignView | null> =>
  (await readCampaigns(tx, eq(campaigns.id, id), { page: 1, size: 1 })).items[0] ?? null;

const leadCounts = sql<CampaignView['leads']>`(select coalesce(json_object_agg(status, n), '{}')
  from (select ${leads.status} as status, count(*) as n from ${leads} where ${leads.campaignId} = ${campaigns.id} group by 1) counted)`;

const sequenceCounts = sql<CampaignView['sequences']>`(select coalesce(json_object_agg(status, n), '{}')
  from (select ${sequences.status} as status, count(*) as n from ${sequences}
    where ${sequences.campaignId} = ${campaigns.id} group by 1) counted)`;

const accountIdsOf = sql<
  AccountId[]
>`(select coalesce(json_agg(${campaignAccounts.accountId} order by ${campaignAccounts.accountId}), '[]')
  from ${campaignAccounts} where ${campaignAccounts.campaignId} = ${campaigns.id})`;

async function readCampaigns(tx: Tx, which: ReturnType<typeof and>, asked: PageAsked): Promise<Listed<CampaignView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(campaigns)
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(which)
    .orderBy(asc(campaigns.createdAt), asc(campaigns.id))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({
      total: total.count,
      campaign: campaigns,
      template: templates,
      content: templateVersions.content,
      owner: members,
      progress: campaignProgress,
      accountIds: accountIdsOf,
      leads: leadCounts,
      sequences: sequenceCounts,
    })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(campaigns, eq(campaigns.id, shown.id))
    .leftJoin(templates, eq(templates.id, campaigns.templateId))
    .leftJoin(
      templateVersions,
      and(eq(templateVersions.templateId, templates.id), eq(templateVersions.version, templates.version)),
    )
    .leftJoin(members, eq(members.id, campaigns.ownerId))
    .leftJoin(campaignProgress, eq(campaignProgress.campaignId, campaigns.id))
    .orderBy(asc(campaigns.createdAt), asc(campaigns.id));
  const items = rows.flatMap(({ campaign, template, content, owner, progress, ...counts }): CampaignView[] => {
    if (!campaign || !template || !content || !owner) return [];
    const enrolment: EnrolmentFacts = {
      status: campaign.status,
      template: template.status,
      dailyLeadsTarget: template.dailyLeadsTarget,
      nextAt: progress?.nextEnrolmentAt ?? null,
      why: progress?.enrolmentWhy ?? null,
      zone: content.schedule.zone,
    };
    const { accountIds, leads, sequences } = counts;
    return [{ campaign, templateName: template.name, ownerName: owner.name, accountIds, leads, sequences, enrolment }];
  });
  return { items, totalCount: rows[0]?.total ?? 0 };
}

/** The workspace's accounts of these channels that can send. */
export async function connectedAccounts(tx: Tx, channels: readonly Channel[]): Promise<AccountId[]> {
  if (channels.length === 0) return [];
  const rows = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(inArray(accounts.channel, [...channels]), inArray(accounts.status, ['CONNECTED', 'RESTING'])))
    .orderBy(asc(accounts.id));
  return rows.map(({ id }) => id);
}

export async function campaignExists(tx: Tx, id: CampaignId): Promise<boolean> {
  return (await tx.select({ id: campaigns.id }).from(campaigns).where(eq(campaigns.id, id))).length > 0;
}
