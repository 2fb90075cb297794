import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { moveLead } from '../../db/leads.ts';
import { lockLeads } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import { campaigns, leads, templates } from '../../db/schema.ts';
import { bumpCampaignTell } from '../../db/tells.ts';
import type { EventKind } from '../../domain/event.ts';
import type { CampaignId, LeadId } from '../../domain/ids.ts';
import { leadMoves } from '../../domain/lead.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** What a person may make of a lead; back to PENDING_REVIEW takes a decision back, as long as nobody was enrolled on it. */
export type Decision = 'APPROVED' | 'REJECTED' | 'PENDING_REVIEW';

export const reviewKinds = {
  APPROVED: 'lead_approved',
  REJECTED: 'lead_rejected',
  PENDING_REVIEW: 'lead_reopened',
} as const satisfies Record<Decision, EventKind>;

/** A person's decision on a lead; the same decision again changes nothing. */
export async function reviewLead(
  { db, announce }: CommandDeps,
  { workspaceId, actor }: Caller,
  id: LeadId,
  to: Decision,
): Promise<void> {
  const campaignId = await db.inWorkspace(workspaceId, async (tx) => {
    await lockLeads(tx, [id]);
    const [lead] = await tx.select().from(leads).where(eq(leads.id, id));
    if (!lead) throw new Refusal('not_found', { noun: 'lead', id });
    if (lead.status === to) return null;
    if (!leadMoves[lead.status].includes(to))
      throw new Refusal('wrong_state', `lead ${id} is ${lead.status}; from there it cannot become ${to}`);
    if (to === 'APPROVED') await refuseClosedCampaign(tx, lead.campaignId);
    const now = await appNow(tx);
    await moveLead(tx, lead, to, { kind: reviewKinds[to], actor, now });
    if (to === 'APPROVED') await bumpCampaignTell(tx, lead.campaignId, now);
    return lead.campaignId;
  });
  if (campaignId && to === 'APPROVED') announce({ workspaceId, campaignId });
}

/** Approving would promise an enrolment that never comes. */
export async function refuseClosedCampaign(tx: Tx, id: CampaignId): Promise<void> {
  const [row] = await tx
    .select({ campaign: campaigns.status, template: templates.status })
    .from(campaigns)
    .innerJoin(templates, eq(templates.id, campaigns.templateId))
    .where(eq(campaigns.id, id));
  if (row?.campaign === 'ENDED') throw new Refusal('wrong_state', `campaign ${id} is ENDED: it enrols nobody`);
  if (row?.template === 'FINISHING' || row?.template === 'ARCHIVED')
    throw new Refusal('wrong_state', `the template of campaign ${id} is ${row.template}: it enrols nobody`);
}
