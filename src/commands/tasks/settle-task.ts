import { eq } from 'drizzle-orm';
import { findDelivery, settleDelivery } from '../../db/claim.ts';
import { lockTask } from '../../db/locks.ts';
import { bumpTell, changeSequence, deriveStatus, finishStep, moveStep } from '../../db/moves.ts';
import type { Tx } from '../../db/pool.ts';
import type { StepRow } from '../../db/rows.ts';
import { tasks } from '../../db/schema.ts';
import { writeContent } from '../../db/steps.ts';
import { findTask, type TaskRow, settleTask as writeSettlement } from '../../db/tasks.ts';
import { jitterKey, type Walk } from '../../db/walks.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import { checkEdit, threadStarter } from '../../domain/copy/step-edit.ts';
import type { TaskId } from '../../domain/ids.ts';
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
    if (!row) throw new Refusal('not_found', `no task ${id}`);
    return row.sequenceId;
  });
  await onSequence(deps, caller, sequenceId, async ({ tx, walk, now }) => {
    await lockTask(tx, id);
    const task = await findTask(tx, id);
    if (!task) throw new Refusal('not_found', `no task ${id}`);
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
    await writeSettlement(tx, walk, task, settlement.to, settlement, caller.actor, now);
    if (settlement.to !== 'DISMISSED') await follow(tx, walk, task, settlement, caller, now);
    return { result: undefined, news };
  });
}

async function follow(
  tx: Tx,
  walk: Walk,
  task: TaskRow,
  settlement: Settlement,
  caller: Caller,
  now: number,
): Promise<void> {
  const step = walk.steps.find(({ stepId }) => stepId === task.stepId);
  if (task.kind === 'confirm_send' && step) await followConfirmation(tx, walk, step, settlement, caller, now);
  const { outcome } = settlement;
  if (isTerminal(walk.sequence.status)) {
    if (task.kind === 'confirm_send') await bumpTell(tx, walk, now);
    if (task.kind === 'read_reply' && outcome !== null && outcome !== 'go_on')
      await followLate(tx, walk, task, outcome, now);
    return;
  }
  if (task.kind === 'manual_step' && step) {
    const [to, reason] =
      settlement.to === 'SKIPPED' ? (['SKIPPED', 'skipped_by_user'] as const) : (['DONE', null] as const);
    await finishStep(tx, walk, step, to, now, caller.actor, reason);
  }
  if (task.kind === 'complete_copy' && step) await followCopy(tx, walk, step, settlement, caller, now);
  if (task.kind === 'read_reply' && outcome !== null && outcome !== 'go_on')
    await applyReply(tx, walk, meaningOf(task, outcome, settlement.returnsOn), now);
  await deriveStatus(tx, walk, now);
  await bumpTell(tx, walk, now);
}

/** A reply that is read after the last step: a good one still makes the completed sequence a success, the one late arc. */
async function followLate(tx: Tx, walk: Walk, task: TaskRow, outcome: TaskOutcome, now: number): Promise<void> {
  const meaning = meaningOf(task, outcome);
  if (replyPolicy[meaning.intent].kind === 'end') await applyReply(tx, walk, meaning, now);
}

function meaningOf({ instructions: text }: TaskRow, outcome: TaskOutcome, returnsOn: string | null = null) {
  if (outcome === 'go_on' || outcome === 'sent' || outcome === 'send_again')
    throw new Error(`${outcome} is no answer to a reply`);
  return { intent: outcome, returnsOn, text };
}

/** "Was this sent?": sent → the step is; send again → back through the fence; skip → the step is skipped. Design 6. */
async function followConfirmation(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  { to, outcome }: Settlement,
  caller: Caller,
  now: number,
): Promise<void> {
  const delivery = await findDelivery(tx, step);
  if (!delivery || step.status !== 'UNCONFIRMED') return;
  if (to === 'SKIPPED') return finishStep(tx, walk, step, 'SKIPPED', now, caller.actor, 'unconfirmed');
  if (outcome === 'sent') {
    await settleDelivery(tx, delivery, 'SENT', now);
    return finishStep(tx, walk, step, 'SENT', now, caller.actor);
  }
  if (isTerminal(walk.sequence.status))
    throw new Refusal('wrong_state', 'the sequence has ended: nothing more is sent');
  await settleDelivery(tx, delivery, 'RELEASED', now);
  await moveStep(tx, step, 'PENDING');
  await planNow(tx, walk, now);
}

async function followCopy(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  { to, content }: Settlement,
  caller: Caller,
  now: number,
): Promise<void> {
  if (to === 'SKIPPED') {
    if (step.position === walk.sequence.position)
      return finishStep(tx, walk, step, 'SKIPPED', now, caller.actor, 'skipped_by_user');
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
      problems.map(({ path, problem }) => ({ path: `content.${path}`, problem })),
    );
  await writeContent(tx, step, content, []);
}

async function planNow(tx: Tx, walk: Walk, now: number): Promise<void> {
  const { at, why } = planStep(now, null, walk.content.schedule, jitterKey(walk, walk.sequence.position));
  await changeSequence(tx, walk, { nextAt: at, nextWhy: why });
}
