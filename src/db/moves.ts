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
import { type Actor, record } from './events.ts';
import type { Tx } from './pool.ts';
import type { StepRow } from './rows.ts';
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
export const returnStep = (tx: Tx, walk: Walk, step: StepRow) =>
  moveStep(tx, step, walk.sequence.endedAt === null ? 'PENDING' : 'CANCELED');

type SequenceChange = Partial<Omit<typeof sequences.$inferInsert, 'id' | 'workspaceId' | 'status'>>;

/** Changes the columns beside the status, in memory too. */
export async function changeSequence(tx: Tx, walk: Pick<Walk, 'sequence'>, change: SequenceChange): Promise<void> {
  Object.assign(walk.sequence, change);
  await tx.update(sequences).set(change).where(eq(sequences.id, walk.sequence.id));
}

async function moveSequence(tx: Tx, walk: Pick<Walk, 'sequence'>, to: SequenceStatus): Promise<void> {
  const { sequence } = walk;
  if (!canMove(sequence.status, to))
    throw new Error(`sequence ${sequence.id}: no move from ${sequence.status} to ${to}`);
  sequence.status = to;
  await tx.update(sequences).set({ status: to }).where(eq(sequences.id, sequence.id));
}

/** Derives the open status anew; every transaction that moves a task, a step or a hold ends with it. Design 2. */
export async function deriveStatus(tx: Tx, walk: Walk, now: number): Promise<void> {
  if (isTerminal(walk.sequence.status)) return;
  const away = walk.contact.awayUntil !== null && walk.contact.awayUntil > now;
  const step = currentStep(walk);
  const waitForContact = away || (step?.kind === 'linkedin_message' && step.status === 'WAITING');
  const status = openStatus({ blockingTask: (await blockingTask(tx, walk)) !== null, waitForContact });
  if (status !== walk.sequence.status) await moveSequence(tx, walk, status);
}

/** A change outside the workflow that it must hear of: after the answer has gone out, or through the reconciler. */
export const bumpTell = (tx: Tx, walk: Pick<Walk, 'sequence'>, now: number) =>
  tx
    .update(sequences)
    .set({ tellSeq: sql`${sequences.tellSeq} + 1`, tellAt: now, repairAfter: null, repairs: 0 })
    .where(eq(sequences.id, walk.sequence.id));

/**
 * Ends an open sequence: what was still to come is canceled; a step whose message is on its way still records what
 * became of it. The one late arc, COMPLETED → SUCCEEDED, passes here too. Design 2.
 */
export async function endSequence(tx: Tx, walk: Walk, end: SequenceEnd, actor: Actor, now: number): Promise<void> {
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
  await record(tx, {
    workspaceId: sequence.workspaceId,
    kind: 'sequence_ended',
    at: now,
    actor,
    campaignId: sequence.campaignId,
    contactId: sequence.contactId,
    sequenceId: sequence.id,
    data: { status: end.status, reason: end.reason },
  });
}

/** The current step is finished: plan the next one from now, or, with none left, complete the sequence. Design 4. */
export async function advance(tx: Tx, walk: Walk, finishedAt: number): Promise<void> {
  if (isTerminal(walk.sequence.status)) return;
  let position = walk.sequence.position + 1;
  while (walk.steps[position]?.status === 'SKIPPED') position++; // a person gave it up before it was due
  const next = walk.content.steps[position];
  if (!next) {
    await changeSequence(tx, walk, { position });
    return endSequence(tx, walk, { status: 'COMPLETED', reason: 'no_more_steps' }, 'service', finishedAt);
  }
  const { at, why } = planStep(finishedAt, next.delay, walk.content.schedule, jitterKey(walk, position));
  await changeSequence(tx, walk, { position, nextAt: at, nextWhy: why, deferrals: 0 });
  await deriveStatus(tx, walk, finishedAt);
}

/** The current step, or the one an unconfirmed message belongs to, is finished in the given way. */
export async function finishStep(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  to: 'SENT' | 'DONE' | 'SKIPPED' | 'FAILED',
  now: number,
  actor: Actor = 'service',
  reason: string | null = null,
): Promise<void> {
  await moveStep(tx, step, to, { reason, finishedAt: now, waitUntil: null });
  const { sequence } = walk;
  const kind = { SENT: 'step_sent', DONE: 'step_done', SKIPPED: 'step_skipped', FAILED: 'step_failed' } as const;
  await record(tx, {
    workspaceId: sequence.workspaceId,
    kind: kind[to],
    at: now,
    actor,
    campaignId: sequence.campaignId,
    contactId: sequence.contactId,
    sequenceId: sequence.id,
    data: { step: step.position + 1, stepKind: step.kind, ...(reason === null ? {} : { reason }) },
  });
  if (to !== 'FAILED') await advance(tx, walk, now);
}

/** The step failed, and with it the sequence, unless it has ended meanwhile. */
export async function failStep(tx: Tx, walk: Walk, step: StepRow, reason: Failure, now: number): Promise<void> {
  await finishStep(tx, walk, step, 'FAILED', now, 'service', reason);
  if (walk.sequence.endedAt === null) await endSequence(tx, walk, { status: 'FAILED', reason }, 'service', now);
}

/** Ends a sequence from outside its workflow: reads it anew under its lock, and lets an end that stands stand. */
export async function endFromOutside(
  tx: Tx,
  walk: Walk,
  end: SequenceEnd,
  actor: Actor,
  now: number,
): Promise<boolean> {
  if (!canMove(walk.sequence.status, end.status)) return false;
  await endSequence(tx, walk, end, actor, now);
  await bumpTell(tx, walk, now);
  return true;
}
