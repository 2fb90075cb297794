import { findTask } from '../../db/tasks.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import type { TaskId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type TaskOutcome, taskOutcomes } from '../../domain/task.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { unsubscribe } from '../inbound/unsubscribe.ts';
import { settle } from './settle-task.ts';

export interface CompleteTaskInput {
  taskId: TaskId;
  /** Needed where the kind has several. */
  outcome?: TaskOutcome | null;
  note?: string | null;
  content?: StepContent;
  returnsOn?: string | null;
}

/** Completes a task; its sequence goes on from here, and the next delay counts from now. Design 1, 4. */
export async function completeTask(deps: CommandDeps, caller: Caller, input: CompleteTaskInput): Promise<void> {
  const { taskId, outcome = null, note = null, content, returnsOn = null } = input;
  const task = await deps.db.inWorkspace(caller.workspaceId, (tx) => findTask(tx, taskId));
  if (!task) throw new Refusal('not_found', { noun: 'task', id: taskId });
  const known: readonly string[] = taskOutcomes[task.kind];
  if (known.length > 0 && (outcome === null || !known.includes(outcome)))
    throw new Refusal(
      'invalid',
      `task ${taskId} (${task.kind}) takes an outcome: ${known.join(', ')}; got ${outcome ?? 'none'}`,
    );
  if (known.length === 0 && outcome !== null)
    throw new Refusal('invalid', `task ${taskId} (${task.kind}) takes no outcome, got ${outcome}`);
  await settle(deps, caller, taskId, { to: 'COMPLETED', outcome, note, returnsOn, ...(content ? { content } : {}) });
  if (outcome === 'unsubscribe') await unsubscribe(deps, caller, task.sequenceId);
}
