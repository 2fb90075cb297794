import { and, eq, inArray, or } from 'drizzle-orm';
import type { LeadRow } from '../../src/commands/leads/import-leads.ts';
import { appNow } from '../../src/db/clock.ts';
import { record } from '../../src/db/events.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Tx } from '../../src/db/pool.ts';
import {
  accounts,
  campaignAccounts,
  campaignProgress,
  campaigns,
  contacts,
  enrolmentDays,
  leads,
  sequenceSteps,
  sequences,
  templates,
  templateVersions,
} from '../../src/db/schema.ts';
import { channelOf } from '../../src/domain/accounts/account.ts';
import { factsAbout, writeStep } from '../../src/domain/copy/personalisation.ts';
import { senderOf } from '../../src/domain/email.ts';
import type { CampaignId, ContactId, LeadId, SequenceId, TemplateId } from '../../src/domain/ids.ts';
import { identify } from '../../src/domain/lead-identity.ts';
import { localDate, permittedAt, planStep } from '../../src/domain/schedule.ts';
import { checkTemplate, type TemplateContent, type TemplateSettings } from '../../src/domain/template.ts';
import { insertContacts } from './contact-rows.ts';
import type { House } from './scenario.ts';

/** What is to be enrolled, and when. */
export interface EnrolmentScene {
  content: TemplateContent;
  settings: TemplateSettings;
  lead: LeadRow;
  /** The workflow's now; the clock's own unless it is ahead. */
  now: number;
  /** False: its copy is not written yet. */
  written: boolean;
}

/**
 * One lead of a house enrolled, as a template, a campaign, an import, an approval, an enrolment and the writer leave it,
 * in one transaction that asks none of them: for tests that are about what comes after. Answers null, and writes nothing,
 * where somebody has a say: a person or a model in the copy, the import in who is known already. A test lays the rows
 * beside those that the commands and deeds write.
 */
export async function writeEnrolled(tx: Tx, house: House, scene: EnrolmentScene) {
  const { content, settings, lead, written } = scene;
  const { workspaceId, memberId, caller } = house;
  const person = identify(lead);
  const problems = checkTemplate(content, settings);
  if (!person.ok || problems.length > 0)
    throw new Error(`nobody can be enrolled so: ${JSON.stringify({ person, problems })}`);

  const clock = await appNow(tx);
  const enrolledAt = Math.max(scene.now, clock);
  if (!permittedAt(enrolledAt, content.schedule))
    throw new Error(`nobody is enrolled at ${new Date(enrolledAt).toISOString()}, outside of the sending window`);
  const own = await tx
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

  const known = await tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(
      and(
        eq(contacts.workspaceId, workspaceId),
        or(eq(contacts.email, person.email ?? ''), eq(contacts.profile, person.profile ?? '')),
      ),
    );
  if (known.length > 0) return null;

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
  await tx.insert(templates).values({
    ...settings,
    id: templateId,
    workspaceId,
    status: 'ACTIVE',
    version: 1,
    activatedAt: clock,
    createdAt: clock,
    updatedAt: clock,
  });
  await tx.insert(templateVersions).values({ workspaceId, templateId, version: 1, content, createdAt: clock });
  await tx.insert(campaigns).values({
    id: campaignId,
    workspaceId,
    name: 'Spring',
    templateId,
    ownerId: memberId,
    status: 'RUNNING',
    controlEpoch: 1,
    startedAt: clock,
    createdAt: clock,
  });
  await tx
    .insert(campaignProgress)
    .values({ campaignId, workspaceId, tellSeq: 2, tellAt: clock, enrolmentWhy: 'no_approved_leads' });
  await tx
    .insert(campaignAccounts)
    .values([house.emailAccount, house.linkedInAccount].map((accountId) => ({ workspaceId, campaignId, accountId })));
  const points = await insertContacts(tx, [contact]);
  await tx
    .insert(enrolmentDays)
    .values({ workspaceId, templateId, day: localDate(enrolledAt, content.schedule.zone), enrolled: 1 });
  const { at, why } = planStep(enrolledAt, null, content.schedule, `${contact.email ?? contact.profile}#0`);
  await tx.insert(sequences).values({
    id: sequenceId,
    workspaceId,
    campaignId,
    contactId,
    templateId,
    templateVersion: 1,
    emailAccountId: email?.id ?? null,
    linkedinAccountId: linkedIn?.id ?? null,
    ...points.get(contactId),
    status: 'ACTIVE',
    enrolledAt,
    startedAt: clock,
    ...(written ? { nextAt: at, nextWhy: why } : {}),
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
      ...(written ? { content: copies[position]?.content, contentVersion: 1 } : {}),
    })),
  );
  await tx.insert(leads).values({
    id: leadId,
    workspaceId,
    campaignId,
    contactId,
    status: 'ENROLLED',
    sequenceId,
    createdAt: clock,
    updatedAt: enrolledAt,
  });

  const [asked, done] = [
    { workspaceId, at: clock, actor: caller.actor },
    { workspaceId, at: enrolledAt, actor: 'service' as const, campaignId, contactId, sequenceId },
  ];
  await record(
    tx,
    { ...asked, kind: 'template_created', templateId },
    { ...asked, kind: 'template_activated', templateId },
    { ...asked, kind: 'campaign_created', campaignId, templateId },
    { ...asked, kind: 'lead_imported', campaignId, contactId, data: { lead: leadId } },
    { ...asked, kind: 'campaign_started', campaignId },
    { ...done, kind: 'sequence_enrolled', templateId, data: { templateVersion: 1 } },
    ...(written ? [{ ...done, kind: 'sequence_personalised' as const, data: { steps: copies.length } }] : []),
  );
  return { templateId, campaignId, id: sequenceId, enrolledAt };
}

/** Blank counts as none. */
const textOf = (text = ''): string | null => text.trim() || null;
