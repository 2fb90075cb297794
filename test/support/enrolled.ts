import { and, asc, eq } from 'drizzle-orm';
import type { LeadRow } from '../../src/commands/leads/import-leads.ts';
import { appNow } from '../../src/db/clock.ts';
import { newId } from '../../src/db/new-id.ts';
import {
  accounts,
  contactPoints,
  contacts,
  deliveries,
  events,
  sequenceSteps,
  sequences,
  suppressions,
  tasks,
} from '../../src/db/schema.ts';
import type { EventKind } from '../../src/domain/event.ts';
import type { AccountId, ContactId, DeliveryId, SequenceId, TaskId, WorkspaceId } from '../../src/domain/ids.ts';
import type { Personalised, SequenceEnded, StepResult } from '../../src/domain/sequence.ts';
import type { TemplateContent, TemplateSettings, TemplateStep } from '../../src/domain/template.ts';
import { pointRowsOf } from './contact-rows.ts';
import type { Deeds } from './deeds.ts';
import { writeEnrolled } from './enrolled-rows.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  insertAtOnce,
  newHouse,
  type RunningCampaign,
  sequencesOf,
  settings,
} from './scenario.ts';

/*
 * One sequence in a house of its own, and questions to the rows about it. Every address is used once, so what the world
 * is told to do with it concerns one test only.
 */

export interface Enrolled extends RunningCampaign {
  id: SequenceId;
  /** '' where the lead has none. */
  email: string;
  /** Its public name. */
  profile: string;
  /** Epoch ms. */
  enrolledAt: number;
}

export interface EnrolledSpec {
  steps: readonly TemplateStep[];
  /** Beside the steps; always open unless it says otherwise. */
  template?: Partial<TemplateContent>;
  settings?: Partial<TemplateSettings>;
  lead?: Partial<LeadRow>;
  /** The workflow's now at its enrolment; the clock's own unless it is ahead. */
  now?: number;
  house?: House;
  /** False: its copy is not written yet. */
  written?: boolean;
}

let leads = 0;

/** An address and a profile that no other test has. */
export function aLead(also: Partial<LeadRow> = {}): LeadRow & { email: string; profile: string } {
  const name = `lead-${process.pid}-${leads++}`;
  return { email: `${name}@lead.example`, profile: `in/${name}`, firstName: 'Ada', company: 'Lead Ltd', ...also };
}

/** The last part of a profile's address, as contacts and suppressions have it. */
export const publicName = ({ profile }: { profile: string }): string => profile.replace(/^in\//, '');

/**
 * A sequence in a running campaign of its own, enrolled, and its copy written: rows that are written at once, unless
 * somebody has a say in them.
 */
export async function anEnrolled(deeds: Deeds, spec: EnrolledSpec): Promise<Enrolled> {
  const house = spec.house ?? newHouse();
  const lead = aLead(spec.lead);
  const scene = { ...planOf(spec), lead, builds: !spec.house };
  const made = await deeds.db.asSystem((tx) => writeEnrolled(tx, house, scene));
  if (!made) return enrolledByDeeds(deeds, { ...spec, lead });
  return { ...house, ...made, email: lead.email, profile: publicName(lead) };
}

/** The same by the commands and deeds themselves, one after the other: some 140 queries. */
export async function enrolledByDeeds(deeds: Deeds, spec: EnrolledSpec): Promise<Enrolled> {
  const { content, settings, now, written } = planOf(spec);
  const lead = aLead(spec.lead);
  const house = spec.house ?? (await aHouse(deeds.db));
  const campaign = await aCampaign(deeds.commands, house, { content, settings, leads: [lead] });
  await deeds.enrolBatch(campaign.campaignId, now);
  const id = await onlySequence(deeds, campaign.campaignId);
  if (written) await deeds.personalise(id, now);
  const { enrolledAt } = await deeds.sequenceOf(id);
  return { ...campaign, id, email: lead.email, profile: publicName(lead), enrolledAt };
}

const planOf = ({ steps, template, settings: given, now = 0, written = true }: EnrolledSpec) => ({
  content: content(steps, { schedule: always, ...template }),
  settings: { ...settings, ...given },
  now,
  written,
});

async function onlySequence({ db }: Deeds, campaignId: RunningCampaign['campaignId']): Promise<SequenceId> {
  const [sequence, another] = await sequencesOf(db, campaignId);
  if (!sequence || another) throw new Error(`campaign ${campaignId} has not exactly one sequence`);
  return sequence.id;
}

type Of<K extends StepResult['kind']> = Extract<StepResult, { kind: K }>;

/** The result, known to be of a kind; fails the test otherwise. */
export function as<K extends StepResult['kind']>(kind: K, result: StepResult): Of<K> {
  if (!isOf(kind, result)) throw new Error(`expected ${kind}, got ${JSON.stringify(result)}`);
  return result;
}

const isOf = <K extends StepResult['kind']>(kind: K, result: StepResult): result is Of<K> => result.kind === kind;

/** What `personalise` planned, known to be no end; fails the test otherwise. */
export function planned(written: Personalised | SequenceEnded): Personalised {
  if ('end' in written) throw new Error(`expected a plan, got ${JSON.stringify(written.end)}`);
  return written;
}

/** The first of what must not be empty. */
export function first<T>(items: readonly T[], what = 'row'): T {
  const [item] = items;
  if (item === undefined) throw new Error(`no ${what}`);
  return item;
}

export const clockOf = ({ db }: Deeds): Promise<number> => db.asSystem(appNow);

export const eventsOf = ({ ask }: Deeds, id: SequenceId, kind?: EventKind) =>
  ask((rows) =>
    rows
      .select()
      .from(events)
      .where(and(eq(events.sequenceId, id), kind === undefined ? undefined : eq(events.kind, kind)))
      .orderBy(asc(events.ordinal)),
  );

export const suppressionsOf = async ({ ask }: Deeds, workspaceId: WorkspaceId) => {
  const entries = await ask((rows) =>
    rows.select().from(suppressions).where(eq(suppressions.workspaceId, workspaceId)).orderBy(suppressions.value),
  );
  return entries.map(({ kind, value, reason }) => ({ kind, value, reason }));
};

export async function accountOf({ ask }: Deeds, id: AccountId) {
  return first(await ask((rows) => rows.select().from(accounts).where(eq(accounts.id, id))));
}

/** Past the commands, which also wake who waits: an account as it may stand. */
export const changeAccount = ({ db }: Deeds, id: AccountId, change: Partial<typeof accounts.$inferInsert>) =>
  db.asSystem((tx) =>
    tx
      .update(accounts)
      .set({ ...change, ...(change.status && { pausedWhy: change.status === 'PAUSED' ? 'by_user' : null }) })
      .where(eq(accounts.id, id)),
  );

export async function contactOf({ ask, sequenceOf }: Deeds, id: SequenceId) {
  const { contactId } = await sequenceOf(id);
  return first(await ask((rows) => rows.select().from(contacts).where(eq(contacts.id, contactId))));
}

/**
 * Further sequences that stand where this one does, each with a contact of its own: rows copied past the commands, for
 * tests that need many. Their timelines are empty.
 */
export async function copiesOf(
  deeds: Deeds,
  of: Enrolled,
  count: number,
  emailOf: (name: string) => string = (name) => `${name}@lead.example`,
): Promise<Enrolled[]> {
  const [sequence, contact] = [await deeds.sequenceOf(of.id), await contactOf(deeds, of.id)];
  const [ownSteps, ownTasks, sent] = [
    await deeds.stepsOf(of.id),
    await deeds.tasksOf(of.id),
    await deeds.deliveriesOf(of.id),
  ];
  const copies = Array.from({ length: count }, () => {
    const profile = publicName(aLead());
    const [id, contactId] = [newId<SequenceId>(), newId<ContactId>()];
    return { ...of, id, contactId, email: emailOf(profile), profile };
  });
  const allTasks = copies.flatMap(({ id: sequenceId }) =>
    ownTasks.map((task) => ({ ...task, id: newId<TaskId>(), sequenceId })),
  );
  const allSent = copies.flatMap(({ id: sequenceId, email, profile }) =>
    sent.map((one) => ({
      ...one,
      id: newId<DeliveryId>(),
      sequenceId,
      messageId: one.messageId?.replace(of.id, sequenceId) ?? null,
      recipient: one.messageId === null ? profile : email,
    })),
  );
  const people = copies.map(({ contactId, email, profile }) => ({ ...contact, id: contactId, email, profile }));
  const { points, chosen } = pointRowsOf(people);
  await deeds.db.asSystem((tx) =>
    insertAtOnce(tx, [
      tx.insert(contacts).values(people),
      ...(points.length > 0 ? [tx.insert(contactPoints).values(points)] : []),
      tx
        .insert(sequences)
        .values(copies.map(({ id, contactId }) => ({ ...sequence, id, contactId, ...chosen.get(contactId) }))),
      tx
        .insert(sequenceSteps)
        .values(copies.flatMap(({ id: sequenceId }) => ownSteps.map((step) => ({ ...step, sequenceId })))),
      ...(allTasks.length > 0 ? [tx.insert(tasks).values(allTasks)] : []),
      ...(allSent.length > 0 ? [tx.insert(deliveries).values(allSent)] : []),
    ]),
  );
  return copies;
}
