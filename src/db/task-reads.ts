import { and, asc, count, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { CampaignId, MemberId, SequenceId, TaskId } from '../domain/ids.ts';
import type { TaskDue, TaskKind, TaskStatus } from '../domain/task.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { CampaignRow, ContactRow, SequenceRow, StepRow } from './rows.ts';
import { campaigns, contacts, members, sequenceSteps, sequences, tasks } from './schema.ts';
import type { TaskRow } from './tasks.ts';

/** A task with what a person needs to see beside it. */
export interface TaskView {
  task: TaskRow;
  assignee: { name: string };
  sequence: Pick<SequenceRow, 'id' | 'status'>;
  campaign: Pick<CampaignRow, 'id' | 'name'>;
  contact: Pick<ContactRow, 'id' | 'email' | 'profile' | 'firstName' | 'lastName' | 'jobTitle' | 'company'>;
  /** The step it belongs to; null for a reply to read or to answer. */
  step: Pick<StepRow, 'stepId' | 'position' | 'name' | 'kind'> | null;
}

export interface TaskFilter {
  status?: TaskStatus | undefined;
  kind?: TaskKind | undefined;
  campaignId?: CampaignId | undefined;
  sequenceId?: SequenceId | undefined;
  assigneeId?: MemberId | undefined;
  /** Of open tasks only. */
  due?: TaskDue | undefined;
}

/**
 * One page of tasks by when they are due, with the count of all that match, in one statement. Replies to answer pass the
 * others in the queue: good news grows cold. The other way round it is a history.
 */
export const listTasks = (
  tx: Tx,
  { order, ...filter }: TaskFilter & { order?: 'asc' | 'desc' },
  asked: PageAsked,
): Promise<Listed<TaskView>> => readTasks(tx, matching(filter), asked, order);

function matching({ status, kind, campaignId, sequenceId, assigneeId, due }: TaskFilter): SQL | undefined {
  return and(
    status === undefined ? undefined : eq(tasks.status, status),
    kind === undefined ? undefined : eq(tasks.kind, kind),
    campaignId === undefined ? undefined : eq(sequences.campaignId, campaignId),
    sequenceId === undefined ? undefined : eq(tasks.sequenceId, sequenceId),
    assigneeId === undefined ? undefined : eq(tasks.assigneeId, assigneeId),
    due === undefined ? undefined : and(eq(tasks.status, 'OPEN'), dueWithin[due]),
  );
}

const dueAt = sql`coalesce(${tasks.snoozedUntil}, ${tasks.createdAt})`;

const isToAnswer = sql`(${tasks.kind} = 'answer_reply' and ${tasks.status} = 'OPEN')`;
const orders = {
  asc: [desc(isToAnswer), asc(dueAt), asc(tasks.id)],
  desc: [desc(dueAt), desc(tasks.id)],
};

/** The first instant of the current day or week, and of the one after it, on the workspace's clocks. */
const zone = sql`(select zone from workspaces where workspaces.id = ${tasks.workspaceId})`;
const beginning = (unit: 'day' | 'week', after = '0 days') =>
  sql`(date_trunc(${unit}, app_now() at time zone ${zone}) + ${after}::interval) at time zone ${zone}`;

const dueWithin: Record<TaskDue, SQL> = {
  now: sql`(${tasks.snoozedUntil} is null or ${tasks.snoozedUntil} <= app_now())`,
  overdue: sql`${dueAt} < ${beginning('day')}`,
  today: sql`${dueAt} >= ${beginning('day')} and ${dueAt} < ${beginning('day', '1 day')}`,
  week: sql`${dueAt} >= ${beginning('week')} and ${dueAt} < ${beginning('week', '7 days')}`,
  snoozed: sql`${tasks.snoozedUntil} > app_now()`,
};

/** How many there are of each, whatever `due` the filter names. */
export async function countDue(tx: Tx, filter: TaskFilter): Promise<Record<TaskDue, number>> {
  const counted = (due: TaskDue) => sql<number>`count(*) filter (where ${dueWithin[due]})`.mapWith(Number);
  const [row] = await tx
    .select({
      now: counted('now'),
      overdue: counted('overdue'),
      today: counted('today'),
      week: counted('week'),
      snoozed: counted('snoozed'),
    })
    .from(tasks)
    .innerJoin(sequences, eq(sequences.id, tasks.sequenceId))
    .where(matching({ ...filter, status: 'OPEN', due: undefined }));
  return row ?? { now: 0, overdue: 0, today: 0, week: 0, snoozed: 0 };
}

/** One task; null when the workspace has none of that id. */
export const viewTask = async (tx: Tx, id: TaskId): Promise<TaskView | null> =>
  (await readTasks(tx, eq(tasks.id, id), { page: 1, size: 1 })).items[0] ?? null;

async function readTasks(
  tx: Tx,
  which: SQL | undefined,
  asked: PageAsked,
  order: 'asc' | 'desc' = 'asc',
): Promise<Listed<TaskView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(tasks)
    .innerJoin(sequences, eq(sequences.id, tasks.sequenceId))
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: tasks.id })
    .from(tasks)
    .innerJoin(sequences, eq(sequences.id, tasks.sequenceId))
    .where(which)
    .orderBy(...orders[order])
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({
      total: total.count,
      task: tasks,
      assignee: members,
      sequence: sequences,
      campaign: campaigns,
      contact: contacts,
      step: sequenceSteps,
    })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(tasks, eq(tasks.id, shown.id))
    .leftJoin(members, eq(members.id, tasks.assigneeId))
    .leftJoin(sequences, eq(sequences.id, tasks.sequenceId))
    .leftJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .leftJoin(contacts, eq(contacts.id, sequences.contactId))
    .leftJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, tasks.sequenceId), eq(sequenceSteps.stepId, tasks.stepId)),
    )
    .orderBy(...orders[order]);
  const items = rows.flatMap(({ task, assignee, sequence, campaign, contact, step }) =>
    task && assignee && sequence && campaign && contact ? [{ task, assignee, sequence, campaign, contact, step }] : [],
  );
  return { items, totalCount: rows[0]?.total ?? 0 };
}
