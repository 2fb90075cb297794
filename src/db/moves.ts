import { and, eq, inArray, sql } from 'drizzle-orm';
import { planStep } from '../domain/schedule.ts';
import {
  canceledByEnd,
  canMove,
  type Failure,
  isTerminal,
  openStatus,
  type SequenceEnd,
  type SequenceStatus,
  type StepStatus,
  stepMoves,
} from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import type { StepRow } from './rows.ts';
import { by, recordOfSequence, type Scene } from './scene.ts';
import { sequenceSteps, sequences, slots } from './schema.ts';
import { blockingTask, currentStep, jitterKey, type Walk } from './walks.ts';

/*
 * How a sequence and its steps move. Every writer goes through here, with the sequence's lock held; what the transition
 * tables do not hold is a bug and throws.
 */

/** Moves a step, in memory too, so that what follows in the transaction sees it. */
export async function moveStep(
  tx: Tx,
  step: StepRow,
  to: StepStatus,
  also: Partial<Pick<StepRow, 'reason' | 'waitUntil' | 'finishedAt'>> = {},
): Promise<void> {
  if (!stepMoves[step.status].includes(to))
    throw new Error(`step ${step.stepId}: no move from ${step.status} to ${to}`);
  Object.assign(step, { status: to, ...also });
  await tx
    .update(sequenceSteps)
    .set({ status: to, ...also })
    .where(and(eq(sequenceSteps.sequenceId, step.sequenceId), eq(sequenceSteps.stepId, step.stepId)));
}

/** A step whose claim was released is PENDING again, or canceled with its sequence. */
export const returnStep = ({ tx, walk }: Scene, step: StepRow) =>
  moveStep(tx, step, walk.sequence.endedAt === null ? 'PENDING' : 'CANCELED');

type SequenceChange = Partial<Omit<typeof sequences.$inferInsert, 'id' | 'workspaceId' | 'status'>>;

/** Changes the columns beside the status, in memory too. */
export async function changeSequence({ tx, walk }: Scene, change: SequenceChange): Promise<void> {
  Object.assign(walk.sequence, change);
  await tx.update(sequences).set(change).where(eq(sequences.id, walk.sequence.id));
}

async function moveSequence({ tx, walk: { sequence } }: Scene, to: SequenceStatus): Promise<void> {
  if (!canMove(sequence.status, to))
    throw new Error(`sequence ${sequence.id}: no move from ${sequence.status} to ${to}`);
  sequence.status = to;
  await tx.update(sequences).set({ status: to }).where(eq(sequences.id, sequence.id));
}

/** Derives the open status anew; every transaction that moves a task, a step or a hold ends with it. Design 2. */
export async function deriveStatus(scene: Scene): Promise<void> {
  const { tx, walk, now } = scene;
  if (isTerminal(walk.sequence.status)) return;
  const away = walk.contact.awayUntil !== null && walk.contact.awayUntil > now;
  const step = currentStep(walk);
  const waitForContact = away || (step?.kind === 'linkedin_message' && step.status === 'WAITING');
  const status = openStatus({ blockingTask: (await blockingTask(tx, walk)) !== null, waitForContact });
  if (status !== walk.sequence.status) await moveSequence(scene, status);
}

/** What is told is no more than that its row changed. */
type Told = Pick<Scene, 'tx' | 'now'> & { walk: Pick<Walk, 'sequence'> };

/** A change outside the workflow that it must hear of: after the answer has gone out, or through the reconciler. */
export const bumpTell = ({ tx, walk, now }: Told) =>
  tx
    .update(sequences)
    .set({ tellSeq: sql`${sequences.tellSeq} + 1`, tellAt: now, repairAfter: null, repairs: 0 })
    .where(eq(sequences.id, walk.sequence.id));

/**
 * Ends an open sequence: what was still to come is canceled; a step whose message is on its way still records what
 * became of it. The one late arc, COMPLETED → SUCCEEDED, passes here too. Design 2.
 */
export async function endSequence(scene: Scene, end: SequenceEnd): Promise<void> {
  const { tx, walk, now } = scene;
  const { sequence } = walk;
  const late = isTerminal(sequence.status);
  if (!canMove(sequence.status, end.status))
    throw new Error(`sequence ${sequence.id}: no move from ${sequence.status} to ${end.status}`);
  const change = {
    status: end.status,
    endReason: end.reason,
    endedAt: late ? sequence.endedAt : now,
    nextAt: null,
    nextWhy: null,
    parkedEpoch: null,
  };
  Object.assign(sequence, change);
  await tx.update(sequences).set(change).where(eq(sequences.id, sequence.id));
  for (const step of walk.steps) if (canceledByEnd.includes(step.status)) step.status = 'CANCELED';
  await tx
    .update(sequenceSteps)
    .set({ status: 'CANCELED' })
    .where(and(eq(sequenceSteps.sequenceId, sequence.id), inArray(sequenceSteps.status, [...canceledByEnd])));
  await tx.delete(slots).where(eq(slots.sequenceId, sequence.id));
  await recordOfSequence(scene, 'sequence_ended', { status: end.status, reason: end.reason });
}

/** The current step is finished: plan the next one from now, or, with none left, complete the sequence. Design 4. */
async function advance(scene: Scene): Promise<void> {
  const { walk, now } = scene;
  if (isTerminal(walk.sequence.status)) return;
  let position = walk.sequence.position + 1;
  while (walk.steps[position]?.status === 'SKIPPED') position++; // a person gave it up before it was due
  const next = walk.content.steps[position];
  if (!next) {
    await changeSequence(scene, { position });
    return endSequence(by('service', scene), { status: 'COMPLETED', reason: 'no_more_steps' });
  }
  const { at, why } = planStep(now, next.delay, walk.content.schedule, jitterKey(walk, position));
  await changeSequence(scene, { position, nextAt: at, nextWhy: why, deferrals: 0 });
  await deriveStatus(scene);
}

/** The current step, or the one an unconfirmed message belongs to, is finished in the given way. */
export async function finishStep(
  scene: Scene,
  step: StepRow,
  to: 'SENT' | 'DONE' | 'SKIPPED' | 'FAILED',
  reason: string | null = null,
): Promise<void> {
  await moveStep(scene.tx, step, to, { reason, finishedAt: scene.now, waitUntil: null });
  const kind = { SENT: 'step_sent', DONE: 'step_done', SKIPPED: 'step_skipped', FAILED: 'step_failed' } as const;
  const why = reason === null ? {} : { reason };
  await recordOfSequence(scene, kind[to], { step: step.position + 1, stepKind: step.kind, ...why });
  if (to !== 'FAILED') await advance(scene);
}

/** The step failed, and with it the sequence, unless it has ended meanwhile. */
export async function failStep(scene: Scene, step: StepRow, reason: Failure): Promise<void> {
  await finishStep(scene, step, 'FAILED', reason);
  if (scene.walk.sequence.endedAt === null) await endSequence(scene, { status: 'FAILED', reason });
}

/** Ends a sequence from outside its workflow: reads it anew under its lock, and lets an end that stands stand. */
export async function endFromOutside(scene: Scene, end: SequenceEnd): Promise<boolean> {
  if (!canMove(scene.walk.sequence.status, end.status)) return false;
  await endSequence(scene, end);
  await bumpTell(scene);
  return true;
}
