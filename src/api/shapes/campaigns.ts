import { z } from 'zod';
import type { CampaignFigures } from '../../db/campaign-figures.ts';
import type { CampaignView } from '../../db/campaign-reads.ts';
import { campaignStatuses, enrolmentWhys, type Unready, unreadyReasons, unreadyText } from '../../domain/campaign.ts';
import { explainEnrolment } from '../../domain/explain.ts';
import { holdUps } from '../../domain/hold-up.ts';
import { leadStatuses } from '../../domain/lead.ts';
import { sequenceStatuses, stepKinds } from '../../domain/sequence.ts';
import { templateStatuses } from '../../domain/template.ts';
import { printedId, printedInstant, printInstant, printInstantOrNull } from './primitives.ts';

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
  /** When the next message is due; null while none is, or nothing goes out. */
  next_send_at: printedInstant.nullable(),
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
  nextSendAt,
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
    next_send_at: printInstantOrNull(nextSendAt),
    next_enrolment_at: printInstantOrNull(next?.at ?? null),
    next_enrolment_why: next?.why ?? null,
    next_enrolment_text: next?.text ?? null,
    created_at: printInstant(campaign.createdAt),
    started_at: printInstantOrNull(campaign.startedAt),
    ended_at: printInstantOrNull(campaign.endedAt),
  };
}

/** How a campaign does, in figures; a funnel's stage counts those who came further too. */
export const campaignFiguresShape = z.object({
  /** Of the template: what its days are local to. */
  timezone: z.string(),
  today: z.iso.date(),
  funnel: z.object({
    proposed: z.int(),
    approved: z.int(),
    enrolled: z.int(),
    contacted: z.int(),
    replied: z.int(),
    succeeded: z.int(),
  }),
  steps: z.array(
    z.object({
      id: printedId,
      /** null: only older sequences have it. */
      number: z.int().nullable(),
      name: z.string(),
      kind: z.enum(stepKinds),
      sent: z.int(),
      skipped: z.int(),
      failed: z.int(),
      unconfirmed: z.int(),
      replied: z.int(),
      bounced: z.int(),
    }),
  ),
  days: z.array(z.object({ day: z.iso.date(), sent: z.int(), planned: z.int() })),
  hold_ups: z.array(z.object({ hold_up: z.enum(holdUps), count: z.int() })),
  /** Steps that are due by now, or fell due while the campaign was paused. */
  due: z.int(),
  /** What keeps a draft from starting; `what` is the detail without whom it is about. */
  unready: z.array(z.object({ reason: z.enum(unreadyReasons), detail: z.string(), what: z.string() })),
});
export type CampaignFiguresShown = z.output<typeof campaignFiguresShape>;

export const showFigures = (
  { zone, today, funnel, steps, days, holdUps, due }: CampaignFigures,
  unready: readonly Unready[],
): CampaignFiguresShown => ({
  timezone: zone,
  today,
  funnel: {
    proposed: funnel.proposed,
    approved: funnel.approved,
    enrolled: funnel.enrolled,
    contacted: funnel.contacted,
    replied: funnel.replied,
    succeeded: funnel.succeeded,
  },
  steps: steps.map((step) => ({
    id: step.id,
    number: step.number,
    name: step.name,
    kind: step.kind,
    sent: step.sent,
    skipped: step.skipped,
    failed: step.failed,
    unconfirmed: step.unconfirmed,
    replied: step.replied,
    bounced: step.bounced,
  })),
  days: days.map(({ day, sent, planned }) => ({ day, sent, planned })),
  hold_ups: holdUps.map(({ holdUp, count }) => ({ hold_up: holdUp, count })),
  due,
  unready: unready.map((each) => ({ reason: each.reason, detail: unreadyText(each), what: each.what })),
});
