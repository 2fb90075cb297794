import { ApplicationFailure } from '@temporalio/activity';
import { archiveFinishedOf } from '../commands/sequences/archive-finished.ts';
import { type Claim, claimDelivery, type Judged, judgeSequence } from '../db/claim.ts';
import { changeSequence, deriveStatus, endSequence, finishStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { StepRow } from '../db/rows.ts';
import type { Scene } from '../db/scene.ts';
import { freeSlot, hasSlot } from '../db/slots.ts';
import { currentStep, workspaceOf } from '../db/walks.ts';
import type { Verdict } from '../domain/fence.ts';
import type { SequenceId } from '../domain/ids.ts';
import { isTerminal, type StepResult } from '../domain/sequence.ts';
import { dueLookUp, type LookUp, lookUpSent } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { openManualTask } from './open-task.ts';
import { dropOrphan, giveBack, lostMessage } from './orphans.ts';
import { defer, waitsForItsTurn, waitsForReader } from './put-off.ts';
import { sendEmail } from './send-email.ts';
import { sendLinkedIn } from './send-linkedin.ts';
import { doneResult, endedResult, standing } from './step-results.ts';
import { endWithoutRow } from './without-row.ts';

/** The workflow's own now, epoch ms; a retried attempt carries an old one, so the fence takes the later of it and `app_now()`. */
export interface PerformStepInput {
  sequenceId: SequenceId;
  now: number;
}

/**
 * Claims the sequence's current step, does it, records it, and answers with what the workflow has to do next. Harmless
 * to repeat at any line: a step that is finished is not done again, a message whose fate is unknown is held for a person.
 * Throws only for our own faults (Postgres away, a provider unreachable before anything was said). Design 3.
 */
export const createPerformStep = (deps: ActivityDeps) =>
  async function performStep({ sequenceId, now }: PerformStepInput): Promise<StepResult> {
    const workspaceId = await deps.db.asSystem((tx) => workspaceOf(tx, sequenceId));
    if (!workspaceId) return endWithoutRow(deps.log, sequenceId);
    const result = await withHeartbeats(async (signal) => {
      for (;;) {
        await deps.fault?.('before_claim');
        const taken = await deps.db.inWorkspace(workspaceId, (tx) => takeStep(tx, deps, sequenceId, now));
        if ('lookUp' in taken) return lookUpSent(deps, taken.lookUp, now);
        if (!('delivery' in taken)) return taken;
        await deps.fault?.('after_claim');
        const deed = taken.step.kind === 'email' ? sendEmail : sendLinkedIn;
        const outcome = await deed(deps, taken, now, signal);
        if (typeof outcome !== 'string') return outcome;
        const isUnheard = outcome === 'unheard';
        await deps.db.inWorkspace(workspaceId, (tx) => giveBack(tx, taken, now, { isUnheard }));
        if (outcome === 'unreachable')
          throw ApplicationFailure.retryable('the provider could not be reached', 'ProviderAway');
        // Withdrawn: the fence is asked anew, and says why. Unheard: its turn comes like any other's.
      }
    });
    if (isTerminal(result.status)) await archiveFinishedOf(deps.db, workspaceId, sequenceId);
    return result;
  };

/** One transaction: what stands in the way is answered; else the step is claimed. */
async function takeStep(
  tx: Tx,
  deps: ActivityDeps,
  id: SequenceId,
  workflowNow: number,
): Promise<StepResult | Claim | { lookUp: LookUp }> {
  const judged = await judgeSequence(tx, id, workflowNow);
  const { walk, now, verdict } = judged;
  const step = currentStep(walk);
  if (isStill(verdict)) return goNoFurther(judged, verdict);
  if (!step) throw new Error(`sequence ${id} is open with no step left`);
  const unconfirmed = (await lostMessage(judged, step)) ?? (await dueLookUp(judged, step, judged.account));
  if (unconfirmed) return unconfirmed;
  if (verdict.kind !== 'go') await dropOrphan(judged, step);
  if (verdict.kind === 'held') return park(judged, verdict.epoch);
  const due = walk.sequence.nextAt ?? now;
  if (due > now && !(await isLifted(judged))) return notDue(judged, step, due);
  if (verdict.kind === 'defer') return defer(judged, deps, verdict.until, verdict.why);
  return take(deps, judged, step);
}

/** It has ended, ends here, or waits for a person. */
type Still = Extract<Verdict, { kind: 'ended' | 'end' | 'task' }>;

const isStill = (verdict: Verdict): verdict is Still =>
  verdict.kind === 'ended' || verdict.kind === 'end' || verdict.kind === 'task';

/** Only what an attempt before may have left on the current step is seen to. */
async function goNoFurther(judged: Judged, verdict: Still): Promise<StepResult> {
  const step = currentStep(judged.walk);
  if (verdict.kind === 'end') await endSequence(judged, verdict.end);
  if (verdict.kind === 'task' && step) await lostMessage(judged, step);
  if (step) await dropOrphan(judged, step);
  if (verdict.kind !== 'task') return endedResult(judged.walk);
  await deriveStatus(judged);
  return { kind: 'waitingForUser', taskId: verdict.taskId, ...standing(judged.walk) };
}

/** Until its campaign is resumed. */
async function park(scene: Scene, epoch: number): Promise<StepResult> {
  await freeSlot(scene.tx, scene.walk);
  await changeSequence(scene, { parkedEpoch: epoch });
  await deriveStatus(scene);
  return { kind: 'held', epoch, ...standing(scene.walk) };
}

/** What it was put off for is over: its instant said only when it would be looked at again. */
async function isLifted({ tx, walk, verdict }: Judged): Promise<boolean> {
  const { nextWhy } = walk.sequence;
  if (nextWhy === 'inbox_stale') return true;
  if (nextWhy === 'held') return !(verdict.kind === 'defer' && verdict.why === 'held');
  // Its account rested, and does so no more; one that has a slot keeps it.
  return nextWhy === 'account_cap' && verdict.kind === 'go' && !(await hasSlot(tx, walk));
}

/** A manual task is opened, a LinkedIn step without a profile skipped; a message is claimed. */
async function take(deps: ActivityDeps, judged: Judged, step: StepRow): Promise<StepResult | Claim> {
  const { walk, now, account } = judged;
  if (!step.content) throw new Error(`step ${step.stepId} of sequence ${step.sequenceId} has no content`);
  if (step.kind === 'manual_task') {
    const taskId = await openManualTask(judged, step);
    return { kind: 'waitingForUser', taskId, ...standing(walk) };
  }
  const recipient = step.kind === 'email' ? walk.recipient.email : walk.recipient.profile;
  if (recipient === null) {
    await finishStep(judged, step, 'SKIPPED', step.kind === 'email' ? 'no_email' : 'no_profile');
    return doneResult(walk);
  }
  if (!account) {
    await endSequence(judged, { status: 'FAILED', reason: 'account_unavailable' });
    return endedResult(walk);
  }
  const subject = step.content.kind === 'email' ? step.content.subject : null;
  // A dead attempt's claim goes back first: whatever has come since, a reply or a full day, counts for the next one too.
  await dropOrphan(judged, step);
  const unread = await waitsForReader(judged, deps);
  if (unread) return unread;
  // A call to LinkedIn that had begun has its place already: what became of it is found out first.
  if (step.status !== 'SENDING') {
    const later = await waitsForItsTurn(judged, deps, step, account);
    if (later) return later;
  }
  const delivery = await claimDelivery(judged, step, account, { recipient, subject });
  deps.log.info({ sequenceId: step.sequenceId, step: step.position + 1, attempt: delivery.attempt }, 'claimed');
  return { walk, step, account, delivery, now };
}

/** Woken early: the step keeps its instant. An absence that ends before it is waited for first, for the status changes then. */
async function notDue(scene: Scene, step: StepRow, due: number): Promise<StepResult> {
  const { walk, now } = scene;
  await changeSequence(scene, { parkedEpoch: null });
  await deriveStatus(scene);
  if (step.status === 'WAITING') return { kind: 'waitingForLead', until: due, ...standing(walk) };
  const { awayUntil } = walk.contact;
  if (awayUntil !== null && awayUntil > now && awayUntil < due)
    return { kind: 'deferred', until: awayUntil, why: 'held', ...standing(walk) };
  return { kind: 'deferred', until: due, why: walk.sequence.nextWhy ?? 'delay', ...standing(walk) };
}
