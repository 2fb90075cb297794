import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { CampaignId, MemberId, SequenceId, TaskId } from '../domain/ids.ts';
import type { TaskKind, TaskStatus } from '../domain/task.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import { campaigns, contacts, members, sequenceSteps, sequences, tasks } from './schema.ts';
import type { TaskRow } from './tasks.ts';
import type { CampaignRow, ContactRow, SequenceRow, StepRow } from './walks.ts';

/** A task with what a person needs to see beside it. */
export interface TaskView {
  task: TaskRow;
  assignee: { name: string };
  sequence: Pick<SequenceRow, 'id' | 'status'>;
  campaign: Pick<CampaignRow, 'id' | 'name'>;
  contact: Pick<ContactRow, 'id' | 'email' | 'profile' | 'firstName' | 'lastName' | 'jobTitle' | 'company'>;
  /** The step it belongs to; null for a reply to read. */
  step: Pick<StepRow, 'stepId' | 'position' | 'name' | 'kind'> | null;
}

export interface TaskFilter {
  status?: TaskStatus | undefined;
  kind?: TaskKind | undefined;
  campaignId?: CampaignId | undefined;
  sequenceId?: SequenceId | undefined;
  assigneeId?: MemberId | undefined;
}

/** One page of tasks, oldest first, with the count of all that match, in one statement. */
export function listTasks(tx: Tx, filter: TaskFilter, asked: PageAsked): Promise<Listed<TaskView>> {
  const { status, kind, campaignId, sequenceId, assigneeId } = filter;
  return readTasks(
    tx,
    and(
      status === undefined ? undefined : eq(tasks.status, status),
      kind === undefined ? undefined : eq(tasks.kind, kind),
      campaignId === undefined ? undefined : eq(sequences.campaignId, campaignId),
      sequenceId === undefined ? undefined : eq(tasks.sequenceId, sequenceId),
      assigneeId === undefined ? undefined : eq(tasks.assigneeId, assigneeId),
    ),
    asked,
  );
}

/** One task; null when the workspace has none of that id. */
export const viewTask = async (tx: Tx, id: TaskId): Promise<TaskView | null> =>
  (await readTasks(tx, eq(tasks.id, id), { page: 1, size: 1 })).items[0] ?? null;

async function readTasks(tx: Tx, which: ReturnType<typeof and>, asked: PageAsked): Promise<Listed<TaskView>> {
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
    .orderBy(asc(tasks.createdAt), asc(tasks.id))
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
    .orderBy(asc(tasks.createdAt), asc(tasks.id));
  const items = rows.flatMap(({ task, assignee, sequence, campaign, contact, step }) =>
    task && assignee && sequence && campaign && contact ? [{ task, assignee, sequence, campaign, contact, step }] : [],
  );
  return { items, totalCount: rows[0]?.total ?? 0 };
}
