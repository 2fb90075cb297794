import { findDelivery, settleDelivery } from './claim.ts';
import { lockTasksOf } from './locks.ts';
import { bumpTell, finishStep } from './moves.ts';
import type { StepRow } from './rows.ts';
import { by, type Scene } from './scene.ts';
import { findOpenTask, settleTask } from './tasks.ts';

/**
 * What became of an unconfirmed message is known after all: nobody need be asked any more, and the workflow, which waits
 * for the task or for the next look, is told by the reconciler. null: it was refused, and is not sent again. With the
 * locks of the sequence's tasks held.
 */
export async function answerConfirmation(
  scene: Scene,
  step: StepRow,
  outcome: 'sent' | 'send_again' | null,
): Promise<void> {
  const task = await findOpenTask(scene.tx, step, 'confirm_send');
  if (task) await settleTask(scene, task, outcome === null ? 'DISMISSED' : 'COMPLETED', { outcome });
  await bumpTell(scene);
}

/**
 * Somebody answered to it, or it came back: a message that is unconfirmed, or was given up for unsent after its body had
 * begun and has not gone again yet, was sent. Design 6; facts: reliability 3.
 */
export async function confirmByEvidence(told: Scene, step: StepRow): Promise<void> {
  const scene = by('service', told); // whoever brings the evidence, the conclusion is ours
  await lockTasksOf(scene.tx, [step.sequenceId]);
  const delivery = await findDelivery(scene.tx, step);
  if (!delivery) return;
  const isUnconfirmed = delivery.state === 'UNCONFIRMED' && step.status === 'UNCONFIRMED';
  const isGivenUp = delivery.state === 'RELEASED' && delivery.dataStartedAt !== null && step.status === 'PENDING';
  if (!isUnconfirmed && !isGivenUp) return;
  await settleDelivery(scene, delivery, 'SENT');
  await answerConfirmation(scene, step, 'sent');
  await finishStep(scene, step, 'SENT');
}
