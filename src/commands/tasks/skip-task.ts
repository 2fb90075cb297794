import { findTask } from '../../db/tasks.ts';
import type { TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { skippableTasks } from '../../domain/task.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { settle } from './settle-task.ts';

/** Skips a task and with it its step; the sequence goes on. A reply cannot be skipped: it may say "stop", or wait for us. */
export async function skipTask(
  deps: CommandDeps,
  caller: Caller,
  { taskId, note = null }: { taskId: TaskId; note?: string | null },
): Promise<void> {
  const task = await deps.db.inWorkspace(caller.workspaceId, (tx) => findTask(tx, taskId));
  if (!task) throw new Refusal('not_found', { noun: 'task', id: taskId });
  if (!skippableTasks.includes(task.kind))
    throw new Refusal(
      'rule_refused',
      task.kind === 'read_reply'
        ? `task ${taskId} is a reply to read: say what it means`
        : `task ${taskId} is a reply to answer: complete or dismiss it`,
    );
  await settle(deps, caller, taskId, { to: 'SKIPPED', outcome: null, note });
}
