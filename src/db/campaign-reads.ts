import { and, asc, count, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Channel } from '../domain/accounts/account.ts';
import type { CampaignStatus } from '../domain/campaign.ts';
import type { EnrolmentFacts } from '../domain/explain.ts';
import type { AccountId, CampaignId, TemplateId } from '../domain/ids.ts';
import type { LeadStatus } from '../domain/lead.ts';
import type { SequenceStatus } from '../domain/sequence.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { CampaignRow } from './rows.ts';
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
import { containing } from './search.ts';

/** A campaign with how far it has come; statuses that nobody stands in are absent from the counts. */
export interface CampaignView {
  campaign: CampaignRow;
  templateName: string | null;
  ownerName: string;
  accountIds: AccountId[];
  leads: Partial<Record<LeadStatus, number>>;
  sequences: Partial<Record<SequenceStatus, number>>;
  /** When the next message is due; null while none is, or nothing goes out. */
  nextSendAt: number | null;
  enrolment: EnrolmentFacts;
}

export interface CampaignFilter {
  status?: CampaignStatus | undefined;
  templateId?: TemplateId | undefined;
  /** Part of its name or of its template's. */
  typed?: string | undefined;
  sort?: CampaignSort;
}

export const campaignSortKeys = ['created_at', 'name', 'status'] as const;

interface CampaignSort {
  by: (typeof campaignSortKeys)[number];
  order: 'asc' | 'desc';
}

const asMade: CampaignSort = { by: 'created_at', order: 'asc' };

/** One page of campaigns, in the order in which they were made unless another is asked for, with the count of all that match, in one statement. */
export function listCampaigns(
  tx: Tx,
  { status, templateId, typed, sort = asMade }: CampaignFilter,
  asked: PageAsked,
): Promise<Listed<CampaignView>> {
  const which = and(
    status === undefined ? undefined : eq(campaigns.status, status),
    templateId === undefined ? undefined : eq(campaigns.templateId, templateId),
    typed === undefined
      ? undefined
      : or(
          containing(sql`${campaigns.name}`, typed),
          sql`exists (select 1 from ${templates} where ${templates.id} = ${campaigns.templateId} and ${containing(sql`${templates.name}`, typed)})`,
        ),
  );
  return readCampaigns(tx, which, asked, sort);
}

function inOrder({ by, order }: CampaignSort): SQL[] {
  const direction = order === 'asc' ? asc : desc;
  const key = {
    created_at: sql`${campaigns.createdAt}`,
    name: sql`lower(${campaigns.name})`,
    status: sql`array_position(array['RUNNING', 'PAUSED', 'DRAFT', 'ENDED'], ${campaigns.status})`,
  }[by];
  return [direction(key), direction(campaigns.id)];
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

/** Messages only, and while the campaign runs: what waits for a person, a resume or an acceptance is due at no instant. */
const nextSendAt = sql<number | null>`case when ${campaigns.status} = 'RUNNING' then (
  select floor(extract(epoch from s.next_at) * 1000)::bigint
  from sequences s join sequence_steps st on st.sequence_id = s.id and st.position = s.position
  where s.campaign_id = ${campaigns.id} and s.status in ('ACTIVE', 'WAITING_FOR_LEAD') and st.kind <> 'manual_task'
    and s.next_at is not null and s.next_why is distinct from 'waiting_for_connection'
  order by s.next_at limit 1) end`.mapWith((ms) => (ms === null ? null : Number(ms)));

async function readCampaigns(
  tx: Tx,
  which: SQL | undefined,
  asked: PageAsked,
  sort: CampaignSort = asMade,
): Promise<Listed<CampaignView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(campaigns)
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(which)
    .orderBy(...inOrder(sort))
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
      nextSendAt,
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
    .orderBy(...inOrder(sort));
  const items = rows.flatMap(
    ({ total: _, campaign, template, content, owner, progress, ...counts }): CampaignView[] => {
      if (!campaign || !template || !content || !owner) return [];
      const enrolment: EnrolmentFacts = {
        status: campaign.status,
        template: template.status,
        dailyLeadsTarget: template.dailyLeadsTarget,
        nextAt: progress?.nextEnrolmentAt ?? null,
        why: progress?.enrolmentWhy ?? null,
        zone: content.schedule.zone,
      };
      return [{ campaign, templateName: template.name, ownerName: owner.name, ...counts, enrolment }];
    },
  );
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
