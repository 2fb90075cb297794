import { and, asc, eq, sql } from 'drizzle-orm';
import { channelsOf } from '../domain/accounts/account.ts';
import {
  type EnrolmentContact,
  type EnrolmentFacts,
  type EnrolmentPlan,
  enrolsAt,
  judgeEnrolment,
  type NobodyEnrolled,
} from '../domain/enrolment.ts';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import type { LeadFailure } from '../domain/lead.ts';
import { leastBusyAccount } from './accounts.ts';
import { attemptNow } from './clock.ts';
import { chosenPoints } from './contact-points.ts';
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
import { hasOpenSequence } from './sequences.ts';
import { suppressionOfContact } from './suppressions.ts';

/** What became of one try to enrol the campaign's next lead. */
export type Enrolment =
  | { kind: 'enrolled'; sequenceId: SequenceId }
  | { kind: 'failed'; reason: LeadFailure }
  | NobodyEnrolled;

/**
 * Enrols the next approved lead, all in one transaction: lock template → claim the lead → judge → count it against the
 * day's target → pin the version, copy the steps. The target is a hard maximum per template and local day, moved by one
 * conditional UPDATE. Design 3.
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
  const pinned = await readPinned(tx, campaignId);
  const plan = planOf(pinned);
  const claimed = enrolsAt(now, plan) ? await claimLead(tx, campaignId) : null;
  const lead = claimed ? claimed.facts : (await anyApproved(tx, campaignId)) ? 'waiting' : 'none';
  const accounts = await chooseAccounts(tx, campaignId, plan);
  const verdict = judgeEnrolment({ ...plan, lead, accounts }, now);

  if (verdict.kind === 'nothing') return verdict;
  if (!claimed) throw new Error(`campaign ${campaignId}: a verdict about a lead that was not claimed`);
  if (verdict.kind === 'fail') {
    await failLead(tx, claimed.lead, verdict.reason, now);
    return { kind: 'failed', reason: verdict.reason };
  }
  if (!(await countEnrolment(tx, pinned.template, verdict))) return verdict.exhausted;
  return { kind: 'enrolled', sequenceId: await writeSequence(tx, pinned, claimed.lead, accounts, now) };
}

/** What a sequence is pinned to: the campaign's template as it is now. */
type Pinned = Awaited<ReturnType<typeof readPinned>>;

async function readPinned(tx: Tx, campaignId: CampaignId) {
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

const planOf = ({ campaign, template, content: { schedule, steps } }: Pinned): EnrolmentPlan => ({
  campaign: campaign.status,
  template: template.status,
  dailyLeadsTarget: template.dailyLeadsTarget,
  schedule,
  steps,
});

/** The oldest approved lead that no other attempt holds, and its contact behind the lock; null when there is none. */
async function claimLead(
  tx: Tx,
  campaignId: CampaignId,
): Promise<{ lead: typeof leads.$inferSelect; facts: EnrolmentContact } | null> {
  const [lead] = await tx
    .select()
    .from(leads)
    .where(and(eq(leads.campaignId, campaignId), eq(leads.status, 'APPROVED')))
    .orderBy(asc(leads.id))
    .limit(1)
    .for('update', { skipLocked: true });
  if (!lead) return null;

  await lockContact(tx, lead.contactId);
  const [contact] = await tx.select().from(contacts).where(eq(contacts.id, lead.contactId));
  if (!contact) throw new Error(`contact ${lead.contactId} is gone`);
  const facts = {
    email: contact.email,
    isErased: contact.erasedAt !== null,
    suppression: await suppressionOfContact(tx, contact.id),
    hasOpenSequence: await hasOpenSequence(tx, contact.id),
  };
  return { lead, facts };
}

/** For each channel that the steps need, the account that would send. */
async function chooseAccounts(
  tx: Tx,
  campaignId: CampaignId,
  { steps }: EnrolmentPlan,
): Promise<EnrolmentFacts['accounts']> {
  const needs = channelsOf(steps);
  return {
    email: needs.has('email') ? await leastBusyAccount(tx, campaignId, 'email') : null,
    linkedin: needs.has('linkedin') ? await leastBusyAccount(tx, campaignId, 'linkedin') : null,
  };
}

async function anyApproved(tx: Tx, campaignId: CampaignId): Promise<boolean> {
  const rows = await tx
    .select({ id: leads.id })
    .from(leads)
    .where(and(eq(leads.campaignId, campaignId), eq(leads.status, 'APPROVED')))
    .limit(1);
  return rows.length > 0;
}

/** Counts one enrolment against the day; false when `most` are counted already. */
async function countEnrolment(
  tx: Tx,
  { id: templateId, workspaceId }: Pinned['template'],
  { day, most }: { day: string; most: number },
): Promise<boolean> {
  const counted = await tx
    .insert(enrolmentDays)
    .values({ workspaceId, templateId, day, enrolled: 1 })
    .onConflictDoUpdate({
      target: [enrolmentDays.templateId, enrolmentDays.day],
      set: { enrolled: sql`${enrolmentDays.enrolled} + 1` },
      setWhere: sql`${enrolmentDays.enrolled} < ${most}`,
    })
    .returning({ enrolled: enrolmentDays.enrolled });
  return counted.length === 1;
}

/** The lead becomes a sequence, with the steps of this version. */
async function writeSequence(
  tx: Tx,
  { campaign: { id: campaignId, workspaceId }, template, content }: Pinned,
  { id: leadId, contactId }: typeof leads.$inferSelect,
  accounts: EnrolmentFacts['accounts'],
  now: number,
): Promise<SequenceId> {
  const sequenceId = newId<SequenceId>();
  await tx.insert(sequences).values({
    id: sequenceId,
    workspaceId,
    campaignId,
    contactId,
    templateId: template.id,
    templateVersion: template.version,
    emailAccountId: accounts.email,
    linkedinAccountId: accounts.linkedin,
    ...(await chosenPoints(tx, contactId)),
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
  await tx.update(leads).set({ status: 'ENROLLED', sequenceId, updatedAt: now }).where(eq(leads.id, leadId));
  await record(tx, {
    workspaceId,
    kind: 'sequence_enrolled',
    at: now,
    actor: 'service',
    campaignId,
    templateId: template.id,
    contactId,
    sequenceId,
    data: { templateVersion: template.version },
  });
  return sequenceId;
}
