import { bumpTell, changeSequence, deriveStatus, moveStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import { findOpenTask, openTask, settleTask } from '../db/tasks.ts';
import type { StepRow, Walk } from '../db/walks.ts';
import type { TaskId } from '../domain/ids.ts';

/** The current step is a person's: a task for the assignee, or the campaign's owner, and the sequence waits for it. */
export async function openManualTask(tx: Tx, walk: Walk, step: StepRow, now: number): Promise<TaskId> {
  const { content } = step;
  if (content?.kind !== 'manual_task') throw new Error(`step ${step.stepId} is no manual task`);
  const taskId = await openTask(
    tx,
    walk,
    {
      kind: 'manual_step',
      stepId: step.stepId,
      manualKind: content.task,
      title: content.title,
      instructions: content.instructions,
      assigneeId: content.assignee ?? walk.campaign.ownerId,
    },
    now,
  );
  await moveStep(tx, step, 'WAITING');
  await changeSequence(tx, walk, { nextAt: null, nextWhy: 'waiting_for_task', parkedEpoch: null });
  await deriveStatus(tx, walk, now);
  return taskId;
}

/** Nobody saw the answer to this message: a person looks and says whether it was sent. Design 6. */
export async function openConfirmation(tx: Tx, walk: Walk, step: StepRow, now: number): Promise<TaskId> {
  await moveStep(tx, step, 'UNCONFIRMED');
  const taskId = await openTask(
    tx,
    walk,
    {
      kind: 'confirm_send',
      stepId: step.stepId,
      manualKind: null,
      title: `Was step ${step.position + 1} ('${step.name}') sent?`,
      instructions:
        'The connection broke after the message was handed over, before it was confirmed. ' +
        "Look in the account's Sent folder: answer sent, or send again, or skip the step.",
      assigneeId: walk.campaign.ownerId,
    },
    now,
  );
  await changeSequence(tx, walk, { nextAt: null, nextWhy: 'confirming' });
  await deriveStatus(tx, walk, now);
  return taskId;
}

/**
 * An attempt that was given up for dead has heard after all what became of its message: nobody need be asked any more,
 * and the workflow, which waits for the task, is told by the reconciler. null: it was refused, and is not sent again.
 */
export async function answerConfirmation(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  outcome: 'sent' | 'send_again' | null,
  now: number,
): Promise<void> {
  const task = await findOpenTask(tx, step, 'confirm_send');
  if (task) await settleTask(tx, walk, task, outcome === null ? 'DISMISSED' : 'COMPLETED', { outcome }, 'service', now);
  await bumpTell(tx, walk, now);
}
