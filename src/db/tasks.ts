import { and, eq, isNull, sql } from 'drizzle-orm';
import type { TaskId, WorkspaceId } from '../domain/ids.ts';
import { type TaskOutcome, type TaskStatus, taskMoves } from '../domain/task.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { by, recordOfSequence, type Scene } from './scene.ts';
import { sequences, tasks } from './schema.ts';

export type TaskRow = typeof tasks.$inferSelect;
export type NewTask = Pick<TaskRow, 'kind' | 'stepId' | 'manualKind' | 'title' | 'instructions' | 'assigneeId'>;

/** Opens a task, with the sequence's lock held; the one that is open already for the same step and kind stands. */
export async function openTask(scene: Scene, task: NewTask): Promise<TaskId> {
  const { tx, now } = scene;
  const { sequence } = scene.walk;
  const open =
    task.stepId === null ? null : await findOpenTask(tx, { sequenceId: sequence.id, stepId: task.stepId }, task.kind);
  if (open) return open.id;
  const id = newId<TaskId>();
  await tx.insert(tasks).values({
    ...task,
    id,
    workspaceId: sequence.workspaceId,
    sequenceId: sequence.id,
    status: 'OPEN',
    createdAt: now,
  });
  await recordOfSequence(by('service', scene), 'task_opened', { task: id, taskKind: task.kind });
  return id;
}

/** The open task of a kind that belongs to a step; null: to no step, and of such a kind only one is open at a time. */
export async function findOpenTask(
  tx: Tx,
  { sequenceId, stepId }: Pick<TaskRow, 'sequenceId' | 'stepId'>,
  kind: TaskRow['kind'],
): Promise<TaskRow | null> {
  const [row] = await tx
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.sequenceId, sequenceId),
        stepId === null ? isNull(tasks.stepId) : eq(tasks.stepId, stepId),
        eq(tasks.kind, kind),
        eq(tasks.status, 'OPEN'),
      ),
    );
  return row ?? null;
}

export async function findTask(tx: Tx, id: TaskId): Promise<TaskRow | null> {
  const [row] = await tx.select().from(tasks).where(eq(tasks.id, id));
  return row ?? null;
}

/** Changes what is no settlement: when an open task is looked at again, by whom, and what it asks; with its lock held. */
export const changeTask = (
  tx: Tx,
  id: TaskId,
  change: Partial<Pick<TaskRow, 'snoozedUntil' | 'assigneeId' | 'instructions'>>,
) => tx.update(tasks).set(change).where(eq(tasks.id, id));

/** Whom a task concerns, as its events name them. */
export async function subjectOf(tx: Tx, { sequenceId }: Pick<TaskRow, 'sequenceId'>) {
  const [row] = await tx
    .select({ campaignId: sequences.campaignId, contactId: sequences.contactId, sequenceId: sequences.id })
    .from(sequences)
    .where(eq(sequences.id, sequenceId));
  if (!row) throw new Error(`sequence ${sequenceId} is not in its workspace`);
  return row;
}

/** 09:00 of a day (ISO) on the workspace's clocks, epoch ms. */
export async function morningOf(tx: Tx, workspaceId: WorkspaceId, day: string): Promise<number> {
  const { rows } = await tx.execute<{ at: string }>(
    sql`select extract(epoch from (${day}::date + time '09:00') at time zone zone) * 1000 as at
        from workspaces where id = ${workspaceId}`,
  );
  return Number(rows[0]?.at);
}

const settledKind = { COMPLETED: 'task_completed', SKIPPED: 'task_skipped', DISMISSED: 'task_dismissed' } as const;

/** Settles an open task, with its lock held. */
export async function settleTask(
  scene: Scene,
  task: TaskRow,
  to: Exclude<TaskStatus, 'OPEN'>,
  { outcome = null, note = null }: { outcome?: TaskOutcome | null; note?: string | null } = {},
): Promise<void> {
  if (!taskMoves[task.status].includes(to)) throw new Error(`task ${task.id}: no move from ${task.status} to ${to}`);
  await scene.tx.update(tasks).set({ status: to, outcome, note, settledAt: scene.now }).where(eq(tasks.id, task.id));
  const how = outcome === null ? {} : { outcome };
  await recordOfSequence(scene, settledKind[to], { task: task.id, taskKind: task.kind, ...how });
}
