import { loadAccount } from '../db/accounts.ts';
import { countLookUp, findDelivery, judgeSequence, settleDelivery } from '../db/claim.ts';
import { sentFoundAt } from '../db/mailboxes.ts';
import { changeSequence, deriveStatus, finishStep, moveStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { SequenceRef } from '../db/repairs.ts';
import type { AccountRow, DeliveryRow, StepRow } from '../db/rows.ts';
import { recordOfSequence, type Scene } from '../db/scene.ts';
import { lookUpAt, provesAbsence } from '../domain/delivery.ts';
import { explainClamp, nextOpening } from '../domain/schedule.ts';
import type { StepResult } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { openConfirmation } from './open-task.ts';
import { NEAREST_DEFERRAL_MS } from './put-off.ts';
import { type Attempted, type Fresh, recordAttempt } from './record-attempt.ts';
import { isInSentFolder, type SentDeps } from './sent-folder.ts';
import { doneResult, endedResult, standing } from './step-results.ts';

/*
 * Nobody saw the answer to this message: it is looked for in the Sent folder at 2, 7 and 20 minutes. What is there was
 * sent. What is not there was not sent only where the provider is known to file sent mail under our ids; elsewhere a
 * person says. Design 6.
 */

export type LookUpDeps = SentDeps & Pick<ActivityDeps, 'db'>;

/** The body had begun and no answer was seen; the sequence waits for the first look, or, ended meanwhile, for nothing. */
export async function startConfirming(scene: Scene, step: StepRow): Promise<StepResult> {
  const { tx, walk, now } = scene;
  await moveStep(tx, step, 'UNCONFIRMED');
  await recordOfSequence(scene, 'step_unconfirmed', { step: step.position + 1 });
  if (walk.sequence.endedAt !== null) return endedResult(walk);
  return lookAt(scene, lookUpAt(now, 0) ?? now);
}

async function lookAt(scene: Scene, until: number): Promise<StepResult> {
  await changeSequence(scene, { nextAt: until, nextWhy: 'confirming', parkedEpoch: null });
  await deriveStatus(scene);
  return { kind: 'deferred', until, why: 'confirming', ...standing(scene.walk) };
}

/** An unconfirmed message whose next look is due, as far as its rows tell. */
export interface LookUp extends Attempted {
  delivery: DeliveryRow;
}

/** What is to be done about an unconfirmed step: look, wait until a look is due, or nothing, for a person was asked. */
export async function dueLookUp(
  scene: Scene,
  step: StepRow,
  account: AccountRow | null,
): Promise<{ lookUp: LookUp } | StepResult | null> {
  const { tx, walk, now } = scene;
  if (step.status !== 'UNCONFIRMED') return null;
  const delivery = await findDelivery(tx, step);
  if (delivery?.state !== 'UNCONFIRMED' || delivery.settledAt === null || !account)
    throw new Error(`step ${step.stepId} is unconfirmed without a message that is`);
  const until = lookUpAt(delivery.settledAt, delivery.lookUps) ?? now;
  return until > now ? lookAt(scene, until) : { lookUp: { walk, step, account, delivery } };
}

/** The reconciler's look for what a sequence left unconfirmed when it ended; nobody is asked about it. */
export async function lookUpAfterEnd(deps: LookUpDeps, { id, workspaceId }: SequenceRef): Promise<boolean> {
  const due = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const { walk, now } = await judgeSequence(tx, id, 0);
    const step = walk.steps.find(({ status }) => status === 'UNCONFIRMED');
    const delivery = step ? await findDelivery(tx, step) : null;
    if (!step || delivery?.state !== 'UNCONFIRMED' || delivery.settledAt === null) return null;
    const account = await loadAccount(tx, delivery.accountId);
    return (lookUpAt(delivery.settledAt, delivery.lookUps) ?? Infinity) <= now
      ? { walk, step, account, delivery }
      : null;
  });
  if (due) await lookUpSent(deps, due, 0);
  return due !== null;
}

/** Looks once, and records what that says. */
export async function lookUpSent(deps: LookUpDeps, lookUp: LookUp, workflowNow: number): Promise<StepResult> {
  const { messageId } = lookUp.delivery;
  const found = messageId === null ? null : await isInSentFolder(deps, lookUp.account, messageId);
  return deps.db.inWorkspace(lookUp.walk.sequence.workspaceId, (tx) =>
    recordAttempt(tx, lookUp, workflowNow, async (fresh) => {
      const delivery = await findDelivery(tx, fresh.step);
      if (delivery?.state !== 'UNCONFIRMED' || fresh.step.status !== 'UNCONFIRMED') return null;
      return found === true ? confirm(fresh, delivery) : lookAgain(fresh, delivery, found);
    }),
  );
}

async function confirm(fresh: Fresh, delivery: DeliveryRow): Promise<StepResult> {
  await settleDelivery(fresh, delivery, 'SENT');
  await finishStep(fresh, fresh.step, 'SENT');
  return doneResult(fresh.walk);
}

async function lookAgain(fresh: Fresh, delivery: DeliveryRow, found: false | null): Promise<StepResult> {
  const { tx, walk, step, account, now } = fresh;
  const lookUps = await countLookUp(tx, delivery);
  if (walk.sequence.endedAt !== null) return endedResult(walk);
  const next = lookUpAt(delivery.settledAt ?? now, lookUps);
  if (next !== null) return lookAt(fresh, Math.max(next, now + NEAREST_DEFERRAL_MS));
  if (found === null || !(await isProvedAbsent(tx, account, delivery)))
    return { kind: 'waitingForUser', taskId: await openConfirmation(fresh, step), ...standing(walk) };
  await settleDelivery(fresh, delivery, 'RELEASED');
  await moveStep(tx, step, 'PENDING');
  // At once, where the window is open: it is late already, and the jitter was served the first time.
  const { schedule } = walk.content;
  const at = Math.max(nextOpening(now, schedule), now + NEAREST_DEFERRAL_MS);
  const why = explainClamp(now, at, schedule);
  await changeSequence(fresh, { nextAt: at, nextWhy: why });
  await deriveStatus(fresh);
  return { kind: 'deferred', until: at, why, ...standing(walk) };
}

async function isProvedAbsent(tx: Tx, { id, settings }: AccountRow, { claimedAt }: DeliveryRow): Promise<boolean> {
  if (settings.channel !== 'email') return false;
  return provesAbsence({ filesSent: settings.filesSent, sentFoundAt: await sentFoundAt(tx, id) }, claimedAt);
}
