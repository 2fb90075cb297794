import { unknownMembers } from '../../db/member-reads.ts';
import { changeTask } from '../../db/tasks.ts';
import type { MemberId, TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onOpenTask } from './on-open-task.ts';

/** Gives an open task to another member of the workspace. Design 5. */
export const reassignTask = (
  deps: Pick<CommandDeps, 'db'>,
  caller: Caller,
  { taskId, assigneeId }: { taskId: TaskId; assigneeId: MemberId },
): Promise<void> =>
  onOpenTask(deps, caller, taskId, async (tx, task) => {
    if (task.assigneeId === assigneeId) return null;
    const [stranger] = await unknownMembers(tx, [assigneeId]);
    if (stranger)
      throw new Refusal('invalid', `no member ${stranger}`, [
        { path: ['assignee_id'], what: 'is no member of this workspace' },
      ]);
    await changeTask(tx, taskId, { assigneeId });
    return { kind: 'task_reassigned', data: { from: task.assigneeId, to: assigneeId } };
  });
