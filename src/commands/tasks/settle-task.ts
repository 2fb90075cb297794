import { eq } from 'drizzle-orm';
import { findDelivery, settleDelivery } from '../../db/claim.ts';
import { lockTask } from '../../db/locks.ts';
import { bumpTell, changeSequence, deriveStatus, finishStep, moveStep } from '../../db/moves.ts';
import type { StepRow } from '../../db/rows.ts';
import type { Scene } from '../../db/scene.ts';
import { tasks } from '../../db/schema.ts';
import { writeContent } from '../../db/steps.ts';
import { findTask, type TaskRow, settleTask as writeSettlement } from '../../db/tasks.ts';
import { jitterKey } from '../../db/walks.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import { checkEdit, threadStarter } from '../../domain/copy/step-edit.ts';
import type { TaskId } from '../../domain/ids.ts';
import { within } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import { replyPolicy } from '../../domain/reply.ts';
import { planStep } from '../../domain/schedule.ts';
import { isTerminal } from '../../domain/sequence.ts';
import type { TaskOutcome, TaskStatus } from '../../domain/task.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { applyReply } from '../inbound/record-reply.ts';
import { onSequence } from '../sequences/on-sequence.ts';

export interface Settlement {
  to: Exclude<TaskStatus, 'OPEN'>;
  outcome: TaskOutcome | null;
  note: string | null;
  /** For copy to complete: what the step will say. */
  content?: StepContent;
  /** For a reply that says out of office. */
  returnsOn?: string | null;
}

/**
 * Settles a task behind the locks of its sequence, and does what its settlement means. The same settlement again is
 * harmless; another one is refused. On a sequence that has ended it changes nothing else. Design 1, 5.
 */
export async function settle(deps: CommandDeps, caller: Caller, id: TaskId, settlement: Settlement): Promise<void> {
  const sequenceId = await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    const [row] = await tx.select({ sequenceId: tasks.sequenceId }).from(tasks).where(eq(tasks.id, id));
    if (!row) throw new Refusal('not_found', { noun: 'task', id });
    return row.sequenceId;
  });
  await onSequence(deps, caller, sequenceId, async (scene) => {
    const { tx, walk } = scene;
    await lockTask(tx, id);
    const task = await findTask(tx, id);
    if (!task) throw new Refusal('not_found', { noun: 'task', id });
    const news = { kind: 'taskSettled', taskId: id } as const;
    if (task.status !== 'OPEN') {
      if (task.status === settlement.to && task.outcome === settlement.outcome) return { result: undefined, news };
      throw new Refusal(
        'wrong_state',
        `task ${id} is ${task.status} already${task.outcome ? ` (${task.outcome})` : ''}`,
      );
    }
    if (settlement.to === 'DISMISSED' && !isTerminal(walk.sequence.status))
      throw new Refusal('rule_refused', `task ${id} belongs to an open sequence: complete or skip it`);
    await writeSettlement(scene, task, settlement.to, settlement);
    if (settlement.to !== 'DISMISSED') await follow(scene, task, settlement);
    return { result: undefined, news };
  });
}

async function follow(scene: Scene, task: TaskRow, settlement: Settlement): Promise<void> {
  const { walk } = scene;
  const step = walk.steps.find(({ stepId }) => stepId === task.stepId);
  if (task.kind === 'confirm_send' && step) await followConfirmation(scene, step, settlement);
  if (isTerminal(walk.sequence.status)) return followLate(scene, task, settlement);
  if (task.kind === 'manual_step' && step) await followManual(scene, step, settlement);
  if (task.kind === 'complete_copy' && step) await followCopy(scene, step, settlement);
  const meaning = meaningOf(task, settlement);
  if (meaning) await applyReply(scene, meaning);
  await deriveStatus(scene);
  await bumpTell(scene);
}

/** A reply that is read after the last step: a good one still makes the completed sequence a success, the one late arc. */
async function followLate(scene: Scene, task: TaskRow, settlement: Settlement): Promise<void> {
  if (task.kind === 'confirm_send') await bumpTell(scene);
  const meaning = meaningOf(task, { ...settlement, returnsOn: null });
  if (meaning && replyPolicy[meaning.intent].kind === 'end') await applyReply(scene, meaning);
}

/** What a person read in a reply; null: no reply, or somebody has read it and the sequence goes on. */
function meaningOf({ kind, instructions: text }: TaskRow, { outcome, returnsOn = null }: Settlement) {
  if (kind !== 'read_reply' || outcome === null || outcome === 'go_on') return null;
  if (outcome === 'sent' || outcome === 'send_again') throw new Error(`${outcome} is no answer to a reply`);
  return { intent: outcome, returnsOn, text };
}

const followManual = (scene: Scene, step: StepRow, { to }: Settlement): Promise<void> =>
  to === 'SKIPPED' ? finishStep(scene, step, 'SKIPPED', 'skipped_by_user') : finishStep(scene, step, 'DONE');

/** "Was this sent?": sent → the step is; send again → back through the fence; skip → the step is skipped. Design 6. */
async function followConfirmation(scene: Scene, step: StepRow, { to, outcome }: Settlement): Promise<void> {
  const { tx, walk } = scene;
  const delivery = await findDelivery(tx, step);
  if (!delivery || step.status !== 'UNCONFIRMED') return;
  if (to === 'SKIPPED') return finishStep(scene, step, 'SKIPPED', 'unconfirmed');
  if (outcome === 'sent') {
    await settleDelivery(scene, delivery, 'SENT');
    return finishStep(scene, step, 'SENT');
  }
  if (isTerminal(walk.sequence.status))
    throw new Refusal('wrong_state', 'the sequence has ended: nothing more is sent');
  await settleDelivery(scene, delivery, 'RELEASED');
  await moveStep(tx, step, 'PENDING');
  await planNow(scene);
}

async function followCopy(scene: Scene, step: StepRow, { to, content }: Settlement): Promise<void> {
  const { tx, walk, now } = scene;
  if (to === 'SKIPPED') {
    if (step.position === walk.sequence.position) return finishStep(scene, step, 'SKIPPED', 'skipped_by_user');
    return moveStep(tx, step, 'SKIPPED', { reason: 'skipped_by_user', finishedAt: now });
  }
  if (!content || content.kind !== step.kind)
    throw new Refusal(
      'invalid',
      `completing the copy of step ${step.position + 1} needs its content, of kind ${step.kind}`,
    );
  const answersInThread = threadStarter(walk.content.steps, step.position) !== null;
  const problems = checkEdit(content, { answersInThread });
  if (problems.length > 0)
    throw new Refusal(
      'invalid',
      `the copy of step ${step.position + 1} cannot be sent like this`,
      within(['content'], problems),
    );
  await writeContent(tx, step, content, []);
}

async function planNow(scene: Scene): Promise<void> {
  const { walk, now } = scene;
  const { at, why } = planStep(now, null, walk.content.schedule, jitterKey(walk, walk.sequence.position));
  await changeSequence(scene, { nextAt: at, nextWhy: why });
}
