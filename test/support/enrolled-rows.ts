import { and, eq, inArray } from 'drizzle-orm';
import type { LeadRow } from '../../src/commands/leads/import-leads.ts';
import { appNow } from '../../src/db/clock.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Tx } from '../../src/db/pool.ts';
import {
  accounts,
  campaignAccounts,
  campaignProgress,
  campaigns,
  contactPoints,
  contacts,
  enrolmentDays,
  events,
  leads,
  sequenceSteps,
  sequences,
  templates,
  templateVersions,
} from '../../src/db/schema.ts';
import { channelOf } from '../../src/domain/accounts/account.ts';
import type { Reachable } from '../../src/domain/contact-point.ts';
import { pointsOf } from '../../src/domain/contact-point.ts';
import { factsAbout, writeStep } from '../../src/domain/copy/personalisation.ts';
import { senderOf } from '../../src/domain/email.ts';
import type { CampaignId, ContactId, EventId, LeadId, SequenceId, TemplateId } from '../../src/domain/ids.ts';
import { identify } from '../../src/domain/lead-identity.ts';
import { localDate, permittedAt, planStep } from '../../src/domain/schedule.ts';
import { checkTemplate, type TemplateContent, type TemplateSettings } from '../../src/domain/template.ts';
import { pointRowsOf } from './contact-rows.ts';
import { accountsOf, type House, houseInserts, insertAtOnce } from './scenario.ts';

/** What is to be enrolled, and when. */
export interface EnrolmentScene {
  content: TemplateContent;
  settings: TemplateSettings;
  lead: LeadRow;
  /** The workflow's now; the clock's own unless it is ahead. */
  now: number;
  /** False: its copy is not written yet. */
  written: boolean;
  /** The house is to be built too. */
  builds: boolean;
}

/**
 * One lead of a house enrolled, as a template, a campaign, an import, an approval, an enrolment and the writer leave it,
 * in one transaction that asks none of them: for tests that are about what comes after. Answers null, and writes nothing,
 * where somebody has a say: a person or a model in the copy, the import in who is known already. A test lays the rows
 * beside those that the commands and deeds write.
 */
export async function writeEnrolled(tx: Tx, house: House, scene: EnrolmentScene) {
  const { content, settings, lead, written, builds } = scene;
  const { workspaceId, memberId, caller } = house;
  const person = identify(lead);
  const problems = checkTemplate(content, settings);
  if (!person.ok || problems.length > 0)
    throw new Error(`nobody can be enrolled so: ${JSON.stringify({ person, problems })}`);

  const clock = await appNow(tx);
  const enrolledAt = Math.max(scene.now, clock);
  if (!permittedAt(enrolledAt, content.schedule))
    throw new Error(`nobody is enrolled at ${new Date(enrolledAt).toISOString()}, outside of the sending window`);
  const own = builds
    ? accountsOf(house, clock)
    : await tx
        .select()
        .from(accounts)
        .where(inArray(accounts.id, [house.emailAccount, house.linkedInAccount]));
  const accountOf = (channel: 'email' | 'linkedin') => {
    if (!content.steps.some(({ kind }) => channelOf[kind] === channel)) return null;
    const account = own.find((each) => each.channel === channel && ['CONNECTED', 'RESTING'].includes(each.status));
    if (account) return account;
    throw new Error(`nobody is enrolled without a connected account for ${channel}`);
  };
  const [email, linkedIn] = [accountOf('email'), accountOf('linkedin')];
  if (email && person.email === null) throw new Error('nobody is enrolled for emails without an address');

  if (!builds && (await isKnown(tx, house, person))) return null;

  const contact = {
    id: newId<ContactId>(),
    workspaceId,
    email: person.email,
    profile: person.profile,
    firstName: textOf(lead.firstName),
    lastName: textOf(lead.lastName),
    jobTitle: textOf(lead.jobTitle),
    company: textOf(lead.company),
    linkedinHeadline: textOf(lead.linkedinHeadline),
    recentActivity: textOf(lead.recentActivity),
    companyContext: lead.companyContext ?? {},
    custom: lead.custom ?? {},
    createdAt: clock,
  };
  const copies = content.steps.map((step) => {
    const channel = channelOf[step.kind];
    const account = (channel === 'email' ? email : channel === 'linkedin' ? linkedIn : null) ?? email ?? linkedIn;
    const facts = factsAbout(contact, senderOf(content, account));
    return writeStep(step, { facts, ai: {}, language: content.language });
  });
  const isPlain = copies.every(({ missing, problems }) => missing.length === 0 && problems.length === 0);
  if (written && !(isPlain && content.aiVariables.length === 0)) return null;

  const [templateId, campaignId, sequenceId] = [newId<TemplateId>(), newId<CampaignId>(), newId<SequenceId>()];
  const [leadId, contactId] = [newId<LeadId>(), contact.id];
  const { points, chosen } = pointRowsOf([contact]);
  const { at, why } = planStep(enrolledAt, null, content.schedule, `${contact.email ?? contact.profile}#0`);
  const asked = { workspaceId, at: clock, actor: caller.actor };
  const done = { workspaceId, at: enrolledAt, actor: 'service' as const, campaignId, contactId, sequenceId };
  const told: Omit<typeof events.$inferInsert, 'id'>[] = [
    { ...asked, kind: 'template_created', templateId },
    { ...asked, kind: 'template_activated', templateId },
    { ...asked, kind: 'campaign_created', campaignId, templateId },
    { ...asked, kind: 'lead_imported', campaignId, contactId, data: { lead: leadId } },
    { ...asked, kind: 'campaign_started', campaignId },
    { ...done, kind: 'sequence_enrolled', templateId, data: { templateVersion: 1 } },
  ];
  if (written) told.push({ ...done, kind: 'sequence_personalised', data: { steps: copies.length } });

  await insertAtOnce(tx, [
    ...(builds ? houseInserts(tx, house, clock) : []),
    tx.insert(templates).values({
      ...settings,
      id: templateId,
      workspaceId,
      status: 'ACTIVE',
      version: 1,
      activatedAt: clock,
      createdAt: clock,
      updatedAt: clock,
    }),
    tx.insert(templateVersions).values({ workspaceId, templateId, version: 1, content, createdAt: clock }),
    tx.insert(campaigns).values({
      id: campaignId,
      workspaceId,
      name: 'Spring',
      templateId,
      ownerId: memberId,
      status: 'RUNNING',
      controlEpoch: 1,
      startedAt: clock,
      createdAt: clock,
    }),
    tx
      .insert(campaignProgress)
      .values({ campaignId, workspaceId, tellSeq: 2, tellAt: clock, enrolmentWhy: 'no_approved_leads' }),
    tx
      .insert(campaignAccounts)
      .values([house.emailAccount, house.linkedInAccount].map((accountId) => ({ workspaceId, campaignId, accountId }))),
    tx.insert(contacts).values(contact),
    tx.insert(contactPoints).values(points),
    tx
      .insert(enrolmentDays)
      .values({ workspaceId, templateId, day: localDate(enrolledAt, content.schedule.zone), enrolled: 1 }),
    tx.insert(sequences).values({
      id: sequenceId,
      workspaceId,
      campaignId,
      contactId,
      templateId,
      templateVersion: 1,
      emailAccountId: email?.id ?? null,
      linkedinAccountId: linkedIn?.id ?? null,
      ...chosen.get(contactId),
      status: 'ACTIVE',
      enrolledAt,
      startedAt: clock,
      ...(written ? { nextAt: at, nextWhy: why } : {}),
    }),
    tx.insert(sequenceSteps).values(
      content.steps.map(({ id, kind, name }, position) => ({
        workspaceId,
        sequenceId,
        stepId: id,
        position,
        kind,
        name,
        status: 'PENDING' as const,
        ...(written ? { content: copies[position]?.content, contentVersion: 1 } : {}),
      })),
    ),
    tx.insert(leads).values({
      id: leadId,
      workspaceId,
      campaignId,
      contactId,
      status: 'ENROLLED',
      sequenceId,
      createdAt: clock,
      updatedAt: enrolledAt,
    }),
    tx.insert(events).values(told.map((event) => ({ id: newId<EventId>(), ...event }))),
  ]);
  return { templateId, campaignId, id: sequenceId, enrolledAt };
}

/** Blank counts as none. */
const textOf = (text = ''): string | null => text.trim() || null;

/** Whether an import would meet a contact of that address or profile. */
async function isKnown(tx: Tx, { workspaceId }: House, { email, profile }: Reachable): Promise<boolean> {
  const keys = pointsOf({ email, profile }).map(({ key }) => key);
  const known = await tx
    .select({ id: contactPoints.id })
    .from(contactPoints)
    .where(and(eq(contactPoints.workspaceId, workspaceId), inArray(contactPoints.key, keys)));
  return known.length > 0;
}
