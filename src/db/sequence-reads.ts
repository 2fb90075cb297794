import { and, asc, count, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { channelOf } from '../domain/account.ts';
import type { ExplainFacts, OpenTask, StepFacts } from '../domain/explain.ts';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import type { SequenceStatus } from '../domain/sequence.ts';
import type { EventRow } from './event-reads.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import {
  accounts,
  campaigns,
  contacts,
  deliveries,
  events,
  installation,
  members,
  sequenceSteps,
  sequences,
  tasks,
  templateVersions,
  workspaces,
} from './schema.ts';
import { listTasks, type TaskView } from './task-reads.ts';
import type { AccountRow, CampaignRow, ContactRow, SequenceRow, StepRow } from './walks.ts';

/*
 * Sequences for people: what the API and the command line show. Nothing here locks; each sequence is read in one
 * statement, so that its status, steps and tasks belong to the same moment.
 */

/** A sequence, whom and what it belongs to, and the facts that say what comes next and why not sooner. */
export interface SequenceView {
  sequence: SequenceRow;
  campaign: Pick<CampaignRow, 'id' | 'name' | 'status'>;
  contact: Pick<ContactRow, 'id' | 'email' | 'profile' | 'firstName' | 'lastName' | 'jobTitle' | 'company'>;
  facts: ExplainFacts;
}

export interface SequenceFilter {
  campaignId?: CampaignId | undefined;
  status?: SequenceStatus | undefined;
}

/** One page of sequences in the order of their enrolment, with the count of all that match, in one statement. */
export async function listSequences(tx: Tx, filter: SequenceFilter, asked: PageAsked): Promise<Listed<SequenceView>> {
  const which = and(
    filter.campaignId === undefined ? undefined : eq(sequences.campaignId, filter.campaignId),
    filter.status === undefined ? undefined : eq(sequences.status, filter.status),
  );
  const shown = tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(which)
    .orderBy(asc(sequences.enrolledAt), asc(sequences.id))
    .limit(asked.size)
    .offset(rowsBefore(asked));
  return readViews(tx, which, shown.as('shown'));
}

/** One sequence; null when the workspace has none of that id. */
export async function findSequence(tx: Tx, id: SequenceId): Promise<SequenceView | null> {
  const which = eq(sequences.id, id);
  const shown = tx.select({ id: sequences.id }).from(sequences).where(which);
  return (await readViews(tx, which, shown.as('shown'))).items[0] ?? null;
}

type Shown = ReturnType<ReturnType<typeof selectIds>['as']>;
const selectIds = (tx: Tx) => tx.select({ id: sequences.id }).from(sequences);

async function readViews(tx: Tx, which: SQL | undefined, shown: Shown): Promise<Listed<SequenceView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(sequences)
    .where(which)
    .as('total');
  const emailAccount = alias(accounts, 'email_account');
  const linkedinAccount = alias(accounts, 'linkedin_account');
  const rows = await tx
    .select({
      total: total.count,
      sequence: sequences,
      campaign: campaigns,
      contact: contacts,
      content: templateVersions.content,
      email: emailAccount,
      linkedin: linkedinAccount,
      steps: stepsOf,
      openTasks: openTasksOf,
      switchedOff,
      now,
    })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(sequences, eq(sequences.id, shown.id))
    .leftJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .leftJoin(contacts, eq(contacts.id, sequences.contactId))
    .leftJoin(
      templateVersions,
      and(
        eq(templateVersions.templateId, sequences.templateId),
        eq(templateVersions.version, sequences.templateVersion),
      ),
    )
    .leftJoin(emailAccount, eq(emailAccount.id, sequences.emailAccountId))
    .leftJoin(linkedinAccount, eq(linkedinAccount.id, sequences.linkedinAccountId))
    .orderBy(asc(sequences.enrolledAt), asc(sequences.id));
  return { items: rows.flatMap(viewOf), totalCount: rows[0]?.total ?? 0 };
}

interface ReadRow {
  sequence: SequenceRow | null;
  campaign: CampaignRow | null;
  contact: ContactRow | null;
  content: (typeof templateVersions.$inferSelect)['content'] | null;
  email: AccountRow | null;
  linkedin: AccountRow | null;
  steps: StepFacts[];
  openTasks: OpenTask[];
  switchedOff: boolean;
  now: number;
}

function viewOf({
  sequence,
  campaign,
  contact,
  content,
  email,
  linkedin,
  steps,
  openTasks,
  switchedOff,
  now,
}: ReadRow): SequenceView[] {
  if (!sequence || !campaign || !contact || !content) return []; // nothing matched: the row carries the count alone
  const current = steps[sequence.position];
  const channel = current ? channelOf[current.kind] : null;
  const { status, position, nextAt, nextWhy } = sequence;
  const facts: ExplainFacts = {
    now,
    status,
    position,
    nextAt,
    nextWhy,
    steps,
    delay: content.steps[position]?.delay ?? null,
    schedule: content.schedule,
    campaign: campaign.status,
    switchedOff,
    awayUntil: contact.awayUntil,
    account: channel === 'email' ? email : channel === 'linkedin' ? linkedin : null,
    openTasks,
  };
  return [{ sequence, campaign, contact, facts }];
}

/** Epoch ms, where an instant leaves as JSON. */
const ms = (instant: SQL | (typeof sequenceSteps)['finishedAt']) =>
  sql`(extract(epoch from ${instant}) * 1000)::bigint`;

const now = sql<number>`floor(extract(epoch from app_now()) * 1000)::bigint`.mapWith(Number);

const switchedOff = sql<boolean>`coalesce((select ${installation.sendingStopped} or ${workspaces.sendingStopped}
  from ${installation}, ${workspaces} where ${workspaces.id} = ${sequences.workspaceId}), false)`;

const stepsOf = sql<StepFacts[]>`(select coalesce(json_agg(json_build_object(
    'id', ${sequenceSteps.stepId}, 'number', ${sequenceSteps.position} + 1, 'name', ${sequenceSteps.name},
    'kind', ${sequenceSteps.kind}, 'status', ${sequenceSteps.status}, 'finishedAt', ${ms(sequenceSteps.finishedAt)}
  ) order by ${sequenceSteps.position}), '[]')
  from ${sequenceSteps} where ${sequenceSteps.sequenceId} = ${sequences.id})`;

const openTasksOf = sql<OpenTask[]>`(select coalesce(json_agg(json_build_object(
    'kind', ${tasks.kind}, 'stepId', ${tasks.stepId}, 'title', ${tasks.title}, 'assignee', ${members.name}
  ) order by ${tasks.createdAt}, ${tasks.id}), '[]')
  from ${tasks} join ${members} on ${members.id} = ${tasks.assigneeId}
  where ${tasks.sequenceId} = ${sequences.id} and ${tasks.status} = 'OPEN')`;

export type DeliveryRow = typeof deliveries.$inferSelect;

/** Beside the view: what each step says and what became of its message, the tasks, the timeline. */
export interface SequenceDetail extends SequenceView {
  accounts: Pick<AccountRow, 'id' | 'channel' | 'address' | 'status'>[];
  steps: (StepRow & { delivery: DeliveryRow | null })[];
  tasks: TaskView[];
  /** Oldest first; of a very long one the newest thousand. */
  timeline: EventRow[];
}

const MOST_EVENTS = 1_000;
const MOST_TASKS = 500;

/** Everything about one sequence; null when the workspace has none of that id. */
export async function findSequenceDetail(tx: Tx, id: SequenceId): Promise<SequenceDetail | null> {
  const view = await findSequence(tx, id);
  if (!view) return null;
  const steps = await tx
    .select({ step: sequenceSteps, delivery: deliveries })
    .from(sequenceSteps)
    .leftJoin(
      deliveries,
      and(eq(deliveries.sequenceId, sequenceSteps.sequenceId), eq(deliveries.stepId, sequenceSteps.stepId)),
    )
    .where(eq(sequenceSteps.sequenceId, id))
    .orderBy(asc(sequenceSteps.position));
  const { emailAccountId, linkedinAccountId } = view.sequence;
  const accountIds = [emailAccountId, linkedinAccountId].filter((accountId) => accountId !== null);
  return {
    ...view,
    accounts:
      accountIds.length === 0
        ? []
        : await tx.select().from(accounts).where(inArray(accounts.id, accountIds)).orderBy(accounts.channel),
    steps: steps.map(({ step, delivery }) => ({ ...step, delivery })),
    tasks: (await listTasks(tx, { sequenceId: id }, { page: 1, size: MOST_TASKS })).items,
    timeline: await timelineOf(tx, id),
  };
}

async function timelineOf(tx: Tx, id: SequenceId): Promise<EventRow[]> {
  const newest = await tx
    .select()
    .from(events)
    .where(eq(events.sequenceId, id))
    .orderBy(desc(events.ordinal))
    .limit(MOST_EVENTS);
  return newest.reverse();
}
