import { findMember } from '../db/member-reads.ts';
import { changeSequence, deriveStatus, moveStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { StepRow } from '../db/rows.ts';
import type { Scene } from '../db/scene.ts';
import { openTask } from '../db/tasks.ts';
import type { Walk } from '../db/walks.ts';
import type { MemberId, TaskId } from '../domain/ids.ts';

/** The current step is a person's: a task for the assignee, or the campaign's owner, and the sequence waits for it. */
export async function openManualTask(scene: Scene, step: StepRow): Promise<TaskId> {
  const { tx, walk } = scene;
  const { content } = step;
  if (content?.kind !== 'manual_task') throw new Error(`step ${step.stepId} is no manual task`);
  const taskId = await openTask(scene, {
    kind: 'manual_step',
    stepId: step.stepId,
    manualKind: content.task,
    title: content.title,
    instructions: content.instructions,
    assigneeId: await assigneeOf(tx, walk, content.assignee),
  });
  await moveStep(tx, step, 'WAITING');
  await changeSequence(scene, { nextAt: null, nextWhy: 'waiting_for_task', parkedEpoch: null });
  await deriveStatus(scene);
  return taskId;
}

/** The campaign's owner, also where whoever the step names has left since. */
async function assigneeOf(tx: Tx, { campaign }: Walk, named: MemberId | null): Promise<MemberId> {
  return named !== null && (await findMember(tx, named)) ? named : campaign.ownerId;
}

/** The looks for an unconfirmed message were in vain: a person says whether it was sent. Design 6. */
export async function openConfirmation(scene: Scene, step: StepRow): Promise<TaskId> {
  const taskId = await openTask(scene, {
    kind: 'confirm_send',
    stepId: step.stepId,
    manualKind: null,
    title: `Was step ${step.position + 1} ('${step.name}') sent?`,
    instructions:
      'The connection broke after the message was handed over, before it was confirmed. ' +
      "Look in the account's Sent folder: answer sent, or send again, or skip the step.",
    assigneeId: scene.walk.campaign.ownerId,
  });
  await changeSequence(scene, { nextAt: null, nextWhy: 'confirming' });
  await deriveStatus(scene);
  return taskId;
}
