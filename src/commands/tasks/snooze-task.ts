import { changeTask, morningOf } from '../../db/tasks.ts';
import type { TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onOpenTask } from './on-open-task.ts';

export interface SnoozeInput {
  taskId: TaskId;
  /** An instant, or a day (ISO), which begins at 09:00 on the workspace's clocks; null: back into the queue at once. */
  until: { at: number } | { day: string } | null;
}

/** Takes a task out of the queue for a while. It stays open, and whatever waits for it goes on waiting. Design 5. */
export const snoozeTask = (
  deps: Pick<CommandDeps, 'db'>,
  caller: Caller,
  { taskId, until }: SnoozeInput,
): Promise<void> =>
  onOpenTask(deps, caller, taskId, async (tx, task, now) => {
    const snoozedUntil =
      until === null ? null : 'at' in until ? until.at : await morningOf(tx, caller.workspaceId, until.day);
    if (snoozedUntil === task.snoozedUntil) return null;
    if (snoozedUntil !== null && snoozedUntil <= now)
      throw new Refusal('invalid', 'a task is snoozed until an instant to come', [
        { path: ['until'], what: 'must be an instant to come' },
      ]);
    await changeTask(tx, taskId, { snoozedUntil });
    const printed = snoozedUntil === null ? null : new Date(snoozedUntil).toISOString();
    return { kind: 'task_snoozed', data: { until: printed } };
  });
