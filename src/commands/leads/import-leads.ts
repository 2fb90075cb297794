import { and, eq, inArray } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { contactsKnownBy, type Learnt, learnPoints, pointsOfContacts } from '../../db/contact-points.ts';
import { violates } from '../../db/errors.ts';
import { record } from '../../db/events.ts';
import { type LeadRow as LeadRecord, moveLead } from '../../db/leads.ts';
import { lockContacts, lockLeads } from '../../db/locks.ts';
import { newId } from '../../db/new-id.ts';
import type { Tx } from '../../db/pool.ts';
import type { ContactRow } from '../../db/rows.ts';
import { campaigns, contacts, leads, templates } from '../../db/schema.ts';
import { hasOpenSequence } from '../../db/sequences.ts';
import { suppressionOfContact, suppressionOfPoints } from '../../db/suppressions.ts';
import { bumpCampaignTell } from '../../db/tells.ts';
import type { ContactPoint, Reachable } from '../../domain/contact-point.ts';
import type { CampaignId, ContactId, LeadId } from '../../domain/ids.ts';
import type { ImportOutcome } from '../../domain/lead.ts';
import { conflictOf, identify, type Named, namedBefore, pointsNamed } from '../../domain/lead-identity.ts';
import { meansNothing } from '../../domain/no-value.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** One proposed contact as it was written; every field is text, blank counts as none. */
export interface LeadRow {
  email?: string;
  /** The profile's address. */
  profile?: string;
  firstName?: string;
  lastName?: string;
  jobTitle?: string;
  company?: string;
  linkedinHeadline?: string;
  recentActivity?: string;
  /** company_industry, company_size, company_tech_stack, company_news, company_funding. */
  companyContext?: Readonly<Record<string, string>>;
  custom?: Readonly<Record<string, string>>;
}

export interface LeadOutcome {
  outcome: ImportOutcome;
  leadId: LeadId | null;
  /**
   * For `invalid`, and of a row that was taken without a cell: the value, the place and the expectation. Of a row that
   * contradicts what is known (`conflict`, or `suppressed`): both.
   */
  problem: Problem | null;
}

export interface LeadImport {
  campaignId: CampaignId;
  rows: readonly LeadRow[];
  /** The importer vouches for the rows: also what waits for review since an earlier import is approved. */
  approve?: boolean;
}

/**
 * Proposes contacts to a campaign, one outcome per row, each row a transaction of its own: a bad row never stops the
 * rest, and a repeated import adds nothing. New values of a known contact win over old ones; blanks change nothing. Only
 * the address and the profile that a contact has are never replaced: a row that says another is a `conflict`. Autopilot
 * approves at once. Refuses an unknown or ENDED campaign.
 */
export async function importLeads(
  deps: CommandDeps,
  caller: Caller,
  { campaignId, rows, approve = false }: LeadImport,
): Promise<LeadOutcome[]> {
  const into = await intakeOf(deps, caller, campaignId, approve);
  const namedIn = namedBefore<number>();
  const outcomes: LeadOutcome[] = [];
  for (const [index, row] of rows.entries()) {
    const isRepeated = namedIn(identify(row), index) !== null;
    outcomes.push(isRepeated ? notTaken('duplicate_in_request') : await proposeLead(deps, caller, into, row));
  }
  if (outcomes.some(({ outcome }) => outcome === 'approved')) await tellOfLeads(deps, caller, campaignId);
  return outcomes;
}

/** How a campaign takes leads just now. */
export interface Intake {
  campaignId: CampaignId;
  /** By its template's approval mode. */
  autopilot: boolean;
  approve: boolean;
}

/** Refuses where none are taken. */
export const intakeOf = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  campaignId: CampaignId,
  approve: boolean,
): Promise<Intake> =>
  db.inWorkspace(workspaceId, async (tx) => ({
    campaignId,
    autopilot: await approvesAtOnce(tx, campaignId),
    approve,
  }));

/** The campaign's workflow hears that somebody may be enrolled. */
export async function tellOfLeads(
  { db, announce }: CommandDeps,
  { workspaceId }: Caller,
  campaignId: CampaignId,
): Promise<void> {
  await db.inWorkspace(workspaceId, async (tx) => bumpCampaignTell(tx, campaignId, await appNow(tx)));
  announce({ workspaceId, campaignId });
}

/**
 * One row, in a transaction of its own, with what `also` writes of its outcome. Two imports of one new contact at once:
 * the second finds what the first wrote.
 */
export async function proposeLead(
  { db }: Pick<CommandDeps, 'db'>,
  caller: Caller,
  into: Intake,
  row: LeadRow,
  also: (tx: Tx, outcome: LeadOutcome) => Promise<void> = async () => undefined,
): Promise<LeadOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.inWorkspace(caller.workspaceId, async (tx) => {
        const outcome = await proposeOne(tx, caller, into, row);
        await also(tx, outcome);
        return outcome;
      });
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isOvertaken(error)) throw error;
    }
  }
}

/** Each one more means that somebody else has just written about this very person: their contact, then their lead. */
const MOST_ATTEMPTS = 5;

/** A contact or a lead of the person came about after we had looked: whoever looks again finds it. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

const isOvertaken = (error: unknown): boolean =>
  error instanceof Overtaken || violates(error, 'leads_once_per_campaign');

async function approvesAtOnce(tx: Tx, campaignId: CampaignId): Promise<boolean> {
  const [row] = await tx
    .select({ status: campaigns.status, mode: templates.approvalMode, template: templates.status })
    .from(campaigns)
    .innerJoin(templates, eq(templates.id, campaigns.templateId))
    .where(eq(campaigns.id, campaignId));
  if (!row) throw new Refusal('not_found', { noun: 'campaign', id: campaignId });
  if (row.status === 'ENDED') throw new Refusal('wrong_state', `campaign ${campaignId} is ENDED: it takes no leads`);
  if (row.template === 'FINISHING' || row.template === 'ARCHIVED')
    throw new Refusal('wrong_state', `the template of campaign ${campaignId} is ${row.template}: it takes no leads`);
  return row.mode === 'AUTOPILOT';
}

const notTaken = (outcome: ImportOutcome, problem: Problem | null = null): LeadOutcome => ({
  outcome,
  leadId: null,
  problem,
});

async function proposeOne(tx: Tx, caller: Caller, into: Intake, row: LeadRow): Promise<LeadOutcome> {
  const person = identify(row);
  if (!person.ok) return notTaken('invalid', person.problem);
  const known = await takeKnown(tx, into, person);
  const met = await meet(tx, caller, row, person, known);
  const outcome = 'outcome' in met ? met : await proposeContact(tx, caller, into, met, leadOf(met, known));
  return { ...outcome, problem: outcome.problem ?? person.leftOut };
}

interface Known {
  contact: ContactRow & { points: readonly ContactPoint[] };
  /** In the campaign. */
  lead: LeadRecord | null;
}

/** Who is known by the address or by the profile: two, where these are of two contacts. */
async function whoIs(tx: Tx, { campaignId }: Intake, person: Named): Promise<Known[]> {
  const ids = await contactsKnownBy(tx, pointsNamed(person));
  if (ids.length === 0) return [];
  const points = await pointsOfContacts(tx, ids);
  const found = await tx
    .select({ contact: contacts, lead: leads })
    .from(contacts)
    .leftJoin(leads, and(eq(leads.contactId, contacts.id), eq(leads.campaignId, campaignId)))
    .where(inArray(contacts.id, ids))
    .orderBy(contacts.id);
  return found.map(({ contact, lead }) => ({ contact: { ...contact, points: points.get(contact.id) ?? [] }, lead }));
}

/**
 * The same, behind the locks of their leads and then of the contacts, as an enrolment takes them. Of a stranger there is
 * nothing to lock: that two imports at once make one contact of them is held by the unique address and profile.
 */
async function takeKnown(tx: Tx, into: Intake, person: Named): Promise<Known[]> {
  const before = await whoIs(tx, into, person);
  if (before.length === 0) return [];
  const leadIds = before.flatMap(({ lead }) => lead?.id ?? []);
  const contactIds = before.map(({ contact }) => contact.id);
  await lockLeads(tx, leadIds);
  await lockContacts(tx, contactIds);
  const known = await whoIs(tx, into, person);
  const isLocked = ({ contact, lead }: Known) =>
    contactIds.includes(contact.id) && (lead === null || leadIds.includes(lead.id));
  if (!known.every(isLocked)) throw new Overtaken('a contact or a lead came about while the locks were waited for');
  return known;
}

const leadOf = ({ id }: Met, known: readonly Known[]): LeadRecord | null =>
  known.find(({ contact }) => contact.id === id)?.lead ?? null;

async function proposeContact(
  tx: Tx,
  caller: Caller,
  { campaignId, autopilot, approve }: Intake,
  contact: Met,
  known: LeadRecord | null,
): Promise<LeadOutcome> {
  if (known) {
    const waits = approve && known.status === 'PENDING_REVIEW';
    if (waits)
      await moveLead(tx, known, 'APPROVED', { kind: 'lead_approved', actor: caller.actor, now: await appNow(tx) });
    return { outcome: waits ? 'approved' : 'already_in_campaign', leadId: known.id, problem: null };
  }
  if (await suppressionOfContact(tx, contact.id)) return notTaken('suppressed');
  if (await hasOpenSequence(tx, contact.id)) return notTaken('in_other_sequence');

  const { workspaceId, actor } = caller;
  const id = newId<LeadId>();
  const now = await appNow(tx);
  const isApproved = autopilot || approve;
  const status = isApproved ? 'APPROVED' : 'PENDING_REVIEW';
  await tx
    .insert(leads)
    .values({ id, workspaceId, campaignId, contactId: contact.id, status, createdAt: now, updatedAt: now });
  await record(tx, {
    workspaceId,
    kind: 'lead_imported',
    at: now,
    actor,
    campaignId,
    contactId: contact.id,
    data: { lead: id },
  });
  return { outcome: isApproved ? 'approved' : 'pending_review', leadId: id, problem: null };
}

type Met = Reachable & { id: ContactId };

/**
 * The contact of that address or profile, brought up to date; a new one where there is none. Nothing is kept of a row
 * that contradicts what is known, nor of a stranger on the suppression list, perhaps somebody who was erased: that is
 * its outcome.
 */
async function meet(
  tx: Tx,
  { workspaceId }: Caller,
  row: LeadRow,
  person: Named,
  known: readonly Known[],
): Promise<Met | LeadOutcome> {
  const { email, profile } = person;
  const found = known.map(({ contact }) => contact);
  const conflict = conflictOf(person, found);
  if (conflict !== null) {
    const told = `${conflict}: nothing was changed`;
    const points = [...pointsNamed(person), ...found.flatMap((contact) => contact.points)];
    if (await suppressionOfPoints(tx, points)) return notTaken('suppressed', { path: [], what: told });
    return notTaken('conflict', { path: [], what: `${told}; leave one of the two out to say who is meant` });
  }
  const [contact] = found;
  const { companyContext = {}, custom = {} } = row;
  const given = filled({
    // A further address or profile of theirs is no news, and what is written to stays.
    email: contact?.email ?? email ?? undefined,
    profile: contact?.profile ?? profile ?? undefined,
    firstName: row.firstName,
    lastName: row.lastName,
    jobTitle: row.jobTitle,
    company: row.company,
    linkedinHeadline: row.linkedinHeadline,
    recentActivity: row.recentActivity,
  });
  if (!contact) {
    if (await suppressionOfPoints(tx, pointsNamed(person))) return notTaken('suppressed');
    const id = newId<ContactId>();
    await tx
      .insert(contacts)
      .values({ ...given, id, workspaceId, companyContext, custom, createdAt: await appNow(tx) });
    await learn(tx, { workspaceId, contactId: id }, person);
    return { id, email, profile };
  }
  await tx
    .update(contacts)
    .set({
      ...given,
      companyContext: { ...contact.companyContext, ...companyContext },
      custom: { ...contact.custom, ...custom },
    })
    .where(eq(contacts.id, contact.id));
  await learn(tx, { workspaceId, contactId: contact.id }, person);
  return { id: contact.id, email: contact.email ?? email, profile: contact.profile ?? profile };
}

/** What the row said, once it agrees with what is known; somebody else's by now is a stranger who came in between. */
async function learn(tx: Tx, whose: Pick<Learnt, 'workspaceId' | 'contactId'>, said: Named): Promise<void> {
  const taken = await learnPoints(tx, { ...whose, source: 'import', now: await appNow(tx) }, pointsNamed(said));
  if (taken.length > 0) throw new Overtaken('somebody of that address or profile came about meanwhile');
}

/** Without what is absent or means nothing: "N/A" is no news of anybody. */
function filled<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  const kept: { [K in keyof T]?: string } = {};
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && !meansNothing(value)) Object.assign(kept, { [key]: value.trim() });
  return kept;
}
