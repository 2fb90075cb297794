import { and, asc, eq, sql } from 'drizzle-orm';
import { channelOf } from '../domain/accounts/account.ts';
import { type EnrolmentWhy, enrolmentQuota } from '../domain/campaign.ts';
import { HOUR_MS, MINUTE_MS } from '../domain/durations.ts';
import type { CampaignId, SequenceId, TemplateId, WorkspaceId } from '../domain/ids.ts';
import type { LeadFailure } from '../domain/lead.ts';
import { dayWindows, localDate, nextOpening, type SendingSchedule } from '../domain/schedule.ts';
import type { TemplateContent } from '../domain/template.ts';
import { leastBusyAccount } from './accounts.ts';
import { attemptNow } from './clock.ts';
import { record } from './events.ts';
import { failLead } from './leads.ts';
import { lockContact, shareCampaign, shareTemplate } from './locks.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import {
  campaigns,
  contacts,
  enrolmentDays,
  leads,
  sequenceSteps,
  sequences,
  templates,
  templateVersions,
} from './schema.ts';
import { findOpenSequence } from './sequences.ts';
import { suppressionOf } from './suppressions.ts';

/** What became of one try to enrol the campaign's next lead. */
export type Enrolment =
  | { kind: 'enrolled'; sequenceId: SequenceId }
  | { kind: 'failed'; reason: LeadFailure }
  | { kind: 'nothing'; why: EnrolmentWhy; nextAt: number | null };

const nothing = (why: EnrolmentWhy, nextAt: number | null = null): Enrolment => ({ kind: 'nothing', why, nextAt });

/**
 * Enrols the next approved lead, all in one transaction: lock template → claim the lead → count it against the day's
 * target → pin the version, copy the steps, choose accounts. The target is a hard maximum per template and local day,
 * moved by one conditional UPDATE. Design 3.
 */
export async function enrolNext(tx: Tx, campaignId: CampaignId, workflowNow: number): Promise<Enrolment> {
  const [keys] = await tx
    .select({ templateId: campaigns.templateId })
    .from(campaigns)
    .where(eq(campaigns.id, campaignId));
  if (!keys) throw new Error(`campaign ${campaignId} is not in its workspace`);
  await shareTemplate(tx, keys.templateId);
  await shareCampaign(tx, campaignId);
  const now = await attemptNow(tx, workflowNow);
  const { campaign, template, content } = await readPlan(tx, campaignId);
  if (campaign.status === 'ENDED') return nothing('campaign_ended');
  if (campaign.status !== 'RUNNING') return nothing('campaign_paused');
  if (template.status !== 'ACTIVE') return nothing('template_not_active');

  const quota = quotaAt(now, content.schedule, template.dailyLeadsTarget);
  if (quota.kind === 'nothing') return (await anyApproved(tx, campaignId)) ? quota : nothing('no_approved_leads');

  const [lead] = await tx
    .select()
    .from(leads)
    .where(and(eq(leads.campaignId, campaignId), eq(leads.status, 'APPROVED')))
    .orderBy(asc(leads.id))
    .limit(1)
    .for('update', { skipLocked: true });
  // The ones left may be held by another attempt, which need not enrol them: without a timer nobody would look again.
  if (!lead)
    return (await anyApproved(tx, campaignId))
      ? nothing('spread_over_the_day', now + MINUTE_MS)
      : nothing('no_approved_leads');

  await lockContact(tx, lead.contactId);
  const [contact] = await tx.select().from(contacts).where(eq(contacts.id, lead.contactId));
  if (!contact) throw new Error(`contact ${lead.contactId} is gone`);
  const failure = await cannotEnrol(tx, contact, content);
  if (failure) {
    await failLead(tx, lead, failure, now);
    return { kind: 'failed', reason: failure };
  }

  const needs = new Set(content.steps.map(({ kind }) => channelOf[kind]));
  const emailAccountId = needs.has('email') ? await leastBusyAccount(tx, campaignId, 'email') : null;
  const linkedinAccountId = needs.has('linkedin') ? await leastBusyAccount(tx, campaignId, 'linkedin') : null;
  if ((needs.has('email') && !emailAccountId) || (needs.has('linkedin') && !linkedinAccountId))
    return nothing('no_account', now + HOUR_MS);

  if (!(await countEnrolment(tx, template, quota.day, quota.dueByNow))) return nothing(quota.exhausted, quota.nextAt);

  const sequenceId = newId<SequenceId>();
  const { workspaceId } = campaign;
  await tx.insert(sequences).values({
    id: sequenceId,
    workspaceId,
    campaignId,
    contactId: contact.id,
    templateId: template.id,
    templateVersion: template.version,
    emailAccountId,
    linkedinAccountId,
    status: 'ACTIVE',
    enrolledAt: now,
  });
  await tx.insert(sequenceSteps).values(
    content.steps.map(({ id, kind, name }, position) => ({
      workspaceId,
      sequenceId,
      stepId: id,
      position,
      kind,
      name,
      status: 'PENDING' as const,
    })),
  );
  await tx.update(leads).set({ status: 'ENROLLED', sequenceId, updatedAt: now }).where(eq(leads.id, lead.id));
  await record(tx, {
    workspaceId,
    kind: 'sequence_enrolled',
    at: now,
    actor: 'service',
    campaignId,
    templateId: template.id,
    contactId: contact.id,
    sequenceId,
    data: { templateVersion: template.version },
  });
  return { kind: 'enrolled', sequenceId };
}

async function readPlan(tx: Tx, campaignId: CampaignId) {
  const [row] = await tx
    .select({ campaign: campaigns, template: templates, content: templateVersions.content })
    .from(campaigns)
    .innerJoin(templates, eq(templates.id, campaigns.templateId))
    .innerJoin(
      templateVersions,
      and(eq(templateVersions.templateId, templates.id), eq(templateVersions.version, templates.version)),
    )
    .where(eq(campaigns.id, campaignId));
  if (!row) throw new Error(`campaign ${campaignId} has no template version`);
  return row;
}

async function anyApproved(tx: Tx, campaignId: CampaignId): Promise<boolean> {
  const rows = await tx
    .select({ id: leads.id })
    .from(leads)
    .where(and(eq(leads.campaignId, campaignId), eq(leads.status, 'APPROVED')))
    .limit(1);
  return rows.length > 0;
}

interface Quota {
  kind: 'quota';
  day: string;
  dueByNow: number;
  /** When and why the next one may come, once these are used up. */
  nextAt: number;
  exhausted: EnrolmentWhy;
}

/** How much of the day's target may be enrolled by now: only on permitted days inside the window, spread over it. */
function quotaAt(
  now: number,
  schedule: SendingSchedule,
  target: number,
): Quota | Extract<Enrolment, { kind: 'nothing' }> {
  const opening = nextOpening(now, schedule);
  if (opening > now) return { kind: 'nothing', why: 'sending_window', nextAt: opening };
  const day = dayWindows(now, schedule);
  const { dueByNow, nextAt } = enrolmentQuota(now, day, target);
  const close = day.blocks.at(-1)?.end ?? now;
  return {
    kind: 'quota',
    day: localDate(now, schedule.zone),
    dueByNow,
    nextAt: nextAt ?? nextOpening(close, schedule),
    exhausted: nextAt === null ? 'daily_target_reached' : 'spread_over_the_day',
  };
}

/** Counts one enrolment against the day; false when `most` are counted already. */
async function countEnrolment(
  tx: Tx,
  template: { id: TemplateId; workspaceId: WorkspaceId },
  day: string,
  most: number,
): Promise<boolean> {
  if (most < 1) return false;
  const counted = await tx
    .insert(enrolmentDays)
    .values({ workspaceId: template.workspaceId, templateId: template.id, day, enrolled: 1 })
    .onConflictDoUpdate({
      target: [enrolmentDays.templateId, enrolmentDays.day],
      set: { enrolled: sql`${enrolmentDays.enrolled} + 1` },
      setWhere: sql`${enrolmentDays.enrolled} < ${most}`,
    })
    .returning({ enrolled: enrolmentDays.enrolled });
  return counted.length === 1;
}

/** Why this contact cannot be enrolled with this template; null when it can. */
async function cannotEnrol(
  tx: Tx,
  contact: typeof contacts.$inferSelect,
  content: TemplateContent,
): Promise<LeadFailure | null> {
  if (contact.erasedAt !== null || (await suppressionOf(tx, contact))) return 'suppressed';
  if (contact.email === null && content.steps.some(({ kind }) => kind === 'email')) return 'no_email';
  return (await findOpenSequence(tx, contact.id)) ? 'in_other_sequence' : null;
}
