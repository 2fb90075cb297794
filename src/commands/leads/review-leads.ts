import { and, asc, eq, inArray } from 'drizzle-orm';
import { campaignExists } from '../../db/campaign-reads.ts';
import { appNow } from '../../db/clock.ts';
import { type LeadSearch, matchingLeads } from '../../db/lead-reads.ts';
import { moveLead } from '../../db/leads.ts';
import { lockLeads } from '../../db/locks.ts';
import { leads } from '../../db/schema.ts';
import type { CampaignId, LeadId } from '../../domain/ids.ts';
import { leadMoves } from '../../domain/lead.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { tellOfLeads } from './import-leads.ts';
import { type Decision, refuseClosedCampaign, reviewKinds } from './review-lead.ts';

export interface BulkReview {
  campaignId: CampaignId;
  to: Decision;
  /** These, or everything that a search shows. */
  which: { ids: readonly LeadId[] } | { search: LeadSearch };
}

const PAGE = 200;

/**
 * A person's decision on many leads of a campaign, in pages; those that cannot take it (somebody was quicker, or they are
 * enrolled) are left as they are. Returns whom it moved: what an undo is told.
 */
export async function reviewLeads(
  deps: CommandDeps,
  caller: Caller,
  { campaignId, to, which }: BulkReview,
): Promise<LeadId[]> {
  const { workspaceId, actor } = caller;
  const ids = await deps.db.inWorkspace(workspaceId, async (tx) => {
    if (!(await campaignExists(tx, campaignId))) throw new Refusal('not_found', { noun: 'campaign', id: campaignId });
    if (to === 'APPROVED') await refuseClosedCampaign(tx, campaignId);
    return 'ids' in which ? [...new Set(which.ids)].sort() : matchingLeads(tx, campaignId, which.search);
  });
  const moved: LeadId[] = [];
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = await deps.db.inWorkspace(workspaceId, async (tx) => {
      const asked = ids.slice(from, from + PAGE);
      await lockLeads(tx, asked);
      const found = await tx
        .select()
        .from(leads)
        .where(and(eq(leads.campaignId, campaignId), inArray(leads.id, asked)))
        .orderBy(asc(leads.id));
      const now = await appNow(tx);
      const movable = found.filter(({ status }) => leadMoves[status].includes(to));
      for (const lead of movable) await moveLead(tx, lead, to, { kind: reviewKinds[to], actor, now });
      return movable.map(({ id }) => id);
    });
    moved.push(...page);
  }
  if (to === 'APPROVED' && moved.length > 0) await tellOfLeads(deps, caller, campaignId);
  return moved;
}
