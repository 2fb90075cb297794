import { findTask } from '../db/tasks.ts';
import type { TaskId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { skippableTasks } from '../domain/task.ts';
import type { Caller, CommandDeps } from './deps.ts';
import { settle } from './settle-task.ts';

/** Skips a task and with it its step; the sequence goes on. A reply to read cannot be skipped: it may say "stop". */
export async function skipTask(
  deps: CommandDeps,
  caller: Caller,
  { taskId, note = null }: { taskId: TaskId; note?: string | null },
): Promise<void> {
  const task = await deps.db.inWorkspace(caller.workspaceId, (tx) => findTask(tx, taskId));
  if (!task) throw new Refusal('not_found', `no task ${taskId}`);
  if (!skippableTasks.includes(task.kind))
    throw new Refusal('rule_refused', `task ${taskId} is a reply to read: say what it means`);
  await settle(deps, caller, taskId, { to: 'SKIPPED', outcome: null, note });
}
