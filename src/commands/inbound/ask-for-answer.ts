import { lockTask } from '../../db/locks.ts';
import type { Scene } from '../../db/scene.ts';
import { changeTask, findOpenTask, openTask } from '../../db/tasks.ts';
import { nameOf } from '../../domain/contact.ts';

/** Between what they wrote and what they wrote next. */
const NEXT = '\n\n---\n\n';

/**
 * The contact waits for an answer of ours: a task for the campaign's owner, which holds nothing up, for the sequence has
 * ended. While it is open, whatever else they write is added to it and takes it out of its snooze. The locks of the
 * sequence let in one reply at a time; of who was erased while theirs was on its way nothing is kept.
 */
export async function askForAnswer(scene: Scene, text: string): Promise<void> {
  const { tx, walk } = scene;
  if (walk.contact.erasedAt !== null) return;
  const open = await findOpenTask(tx, { sequenceId: walk.sequence.id, stepId: null }, 'answer_reply');
  if (open) {
    await lockTask(tx, open.id);
    const instructions = [open.instructions, text].filter((words) => words !== '').join(NEXT);
    await changeTask(tx, open.id, { instructions, snoozedUntil: null });
    return;
  }
  await openTask(scene, {
    kind: 'answer_reply',
    stepId: null,
    manualKind: null,
    title: `Answer ${nameOf(walk.contact)}`,
    instructions: text,
    assigneeId: walk.campaign.ownerId,
  });
}
