import { appNow } from '../../db/clock.ts';
import { type EventEntry, record } from '../../db/events.ts';
import { lockTask } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import { findTask, subjectOf, type TaskRow } from '../../db/tasks.ts';
import type { TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** What is told of a change to a task. */
export type TaskNews = Pick<EventEntry, 'kind' | 'data'>;

/**
 * Runs `work` on one open task behind its lock, and tells the timeline of its sequence what it answers; null: nothing
 * changed. Its workflow waits for the settlement and for nothing else, so it hears nothing. Refuses what is settled, and
 * what is not in the caller's workspace.
 */
export const onOpenTask = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  id: TaskId,
  work: (tx: Tx, task: TaskRow, now: number) => Promise<TaskNews | null>,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    await lockTask(tx, id);
    const task = await findTask(tx, id);
    if (!task) throw new Refusal('not_found', { noun: 'task', id });
    if (task.status !== 'OPEN') throw new Refusal('wrong_state', `task ${id} is ${task.status} already`);
    const now = await appNow(tx);
    const news = await work(tx, task, now);
    if (!news) return;
    const data = { task: id, taskKind: task.kind, ...news.data };
    await record(tx, { workspaceId, at: now, actor, ...(await subjectOf(tx, task)), kind: news.kind, data });
  });
