import { z } from 'zod';
import type { CampaignView } from '../../db/campaign-reads.ts';
import { campaignStatuses, enrolmentWhys } from '../../domain/campaign.ts';
import { explainEnrolment } from '../../domain/explain.ts';
import { leadStatuses } from '../../domain/lead.ts';
import { sequenceStatuses } from '../../domain/sequence.ts';
import { templateStatuses } from '../../domain/template.ts';
import { printedId, printedInstant, printInstant, printInstantOrNull } from '../schemas.ts';

export const campaignShape = z.object({
  id: printedId,
  name: z.string(),
  status: z.enum(campaignStatuses),
  template: z.object({ id: printedId, name: z.string().nullable(), status: z.enum(templateStatuses) }),
  /** Of the template: what its days are counted in. */
  timezone: z.string(),
  owner: z.object({ id: printedId, name: z.string() }),
  account_ids: z.array(printedId),
  /** How many stand where; every status is there. */
  leads: z.record(z.enum(leadStatuses), z.int()),
  sequences: z.record(z.enum(sequenceStatuses), z.int()),
  next_enrolment_at: printedInstant.nullable(),
  /** Why nobody is enrolled sooner; null for a draft and before the first look. */
  next_enrolment_why: z.enum(enrolmentWhys).nullable(),
  next_enrolment_text: z.string().nullable(),
  created_at: printedInstant,
  started_at: printedInstant.nullable(),
  ended_at: printedInstant.nullable(),
});
export type CampaignShown = z.output<typeof campaignShape>;

/** Of ending one: how many open sequences that stopped. */
export const endedCampaignShape = campaignShape.extend({ stopped_sequences: z.int() });

/** The counts name only statuses in which somebody stands. */
const noLeads: CampaignShown['leads'] = { PENDING_REVIEW: 0, APPROVED: 0, REJECTED: 0, ENROLLED: 0, FAILED: 0 };
const noSequences: CampaignShown['sequences'] = {
  ACTIVE: 0,
  WAITING_FOR_USER: 0,
  WAITING_FOR_LEAD: 0,
  SUCCEEDED: 0,
  COMPLETED: 0,
  STOPPED_EARLY: 0,
  FAILED: 0,
};

export function showCampaign({
  campaign,
  templateName,
  ownerName,
  accountIds,
  leads,
  sequences,
  enrolment,
}: CampaignView): CampaignShown {
  const next = explainEnrolment(enrolment);
  return {
    id: campaign.id,
    name: campaign.name,
    status: campaign.status,
    template: { id: campaign.templateId, name: templateName, status: enrolment.template },
    timezone: enrolment.zone,
    owner: { id: campaign.ownerId, name: ownerName },
    account_ids: accountIds,
    leads: { ...noLeads, ...leads },
    sequences: { ...noSequences, ...sequences },
    next_enrolment_at: printInstantOrNull(next?.at ?? null),
    next_enrolment_why: next?.why ?? null,
    next_enrolment_text: next?.text ?? null,
    created_at: printInstant(campaign.createdAt),
    started_at: printInstantOrNull(campaign.startedAt),
    ended_at: printInstantOrNull(campaign.endedAt),
  };
}
