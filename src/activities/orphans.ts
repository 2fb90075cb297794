import { tellSequence } from '../commands/announcer.ts';
import { type Claim, findDelivery, judgeSequence, returnDelivery, settleDelivery } from '../db/claim.ts';
import { rememberInvitation } from '../db/invitations.ts';
import { bumpTell, moveStep, returnStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { SequenceRef } from '../db/repairs.ts';
import type { DeliveryRow, StepRow } from '../db/rows.ts';
import type { Scene } from '../db/scene.ts';
import type { StepResult } from '../domain/sequence.ts';
import { startConfirming } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';

/*
 * What attempts leave behind that died, or whose permission was withdrawn while they were on their way.
 */

/** An email whose body an earlier attempt had begun, and whose answer nobody saw: never blindly again. */
export async function lostMessage(scene: Scene, step: StepRow): Promise<StepResult | null> {
  if (step.kind !== 'email' || step.status !== 'SENDING') return null;
  const delivery = await findDelivery(scene.tx, step);
  if (delivery?.state !== 'DATA_STARTED') return null;
  await settleDelivery(scene, delivery, 'UNCONFIRMED');
  return startConfirming(scene, step);
}

/**
 * What a dead attempt left behind on a step that may not go on now: a claim goes back; a body that had begun is on its
 * way as far as anybody knows, and on a sequence that has ended nobody will look it up.
 */
export async function dropOrphan(scene: Scene, step: StepRow): Promise<void> {
  if (step.status !== 'SENDING') return;
  const { tx, walk } = scene;
  const delivery = await findDelivery(tx, step);
  if (delivery?.state === 'CLAIMED' && (await returnDelivery(scene, delivery))) return returnStep(scene, step);
  if (!delivery || walk.sequence.endedAt === null || !(await settleDelivery(scene, delivery, 'UNCONFIRMED'))) return;
  await moveStep(tx, step, 'UNCONFIRMED');
  if (step.kind === 'linkedin_invitation') await keepTrack(scene, delivery);
}

/** An invitation that may be out is looked after as one that is: polled, and withdrawn when it gets old. */
const keepTrack = ({ tx, walk: { sequence, contact }, now }: Scene, { accountId, claimedAt }: DeliveryRow) =>
  rememberInvitation(
    tx,
    {
      workspaceId: sequence.workspaceId,
      accountId,
      contactId: contact.id,
      sequenceId: sequence.id,
      externalId: null,
    },
    { begunAt: claimedAt, now },
  );

/** Our claim goes back; the fence is asked anew for the reason. `isUnheard`: whatever was begun came to nobody. */
export async function giveBack(
  tx: Tx,
  { walk: { sequence }, delivery }: Claim,
  workflowNow: number,
  { isUnheard }: { isUnheard: boolean },
): Promise<void> {
  const scene = await judgeSequence(tx, sequence.id, workflowNow);
  const step = scene.walk.steps.find(({ stepId }) => stepId === delivery.stepId);
  const isFree = () => (isUnheard ? settleDelivery(scene, delivery, 'RELEASED') : returnDelivery(scene, delivery));
  if (step && (await isFree())) await returnStep(scene, step);
}

/**
 * A message that has been in flight for longer than any attempt may take: an open sequence is woken to look for itself,
 * one that has ended has its ledger settled here.
 */
export async function sweepStuck(deps: Pick<ActivityDeps, 'db' | 'walks'>, { id, workspaceId }: SequenceRef) {
  const isOpen = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const scene = await judgeSequence(tx, id, 0);
    const { walk } = scene;
    if (walk.sequence.endedAt === null) {
      await bumpTell(scene); // a newer seq than any before, or its workflow would not look
      return true;
    }
    for (const step of walk.steps) await dropOrphan(scene, step);
    return false;
  });
  if (isOpen) await tellSequence(deps, workspaceId, id);
}
