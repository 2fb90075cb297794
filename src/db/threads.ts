import { and, asc, eq } from 'drizzle-orm';
import type { StepId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import type { StepRow } from './rows.ts';
import { deliveries, sequenceSteps } from './schema.ts';
import type { Walk } from './walks.ts';

/** What an email answers to: the Message-IDs really used, oldest first, and the first one's subject. Empty: a new thread. */
export interface Thread {
  messageIds: string[];
  subject: string | null;
  /** The step whose email was sent last in it. */
  lastStepId: StepId | null;
}

/** The thread a step's email goes into: everything sent since the last step that started a new one. Design 5. */
export async function threadOf(tx: Tx, { sequence, content }: Walk, step: StepRow): Promise<Thread> {
  const startsThread = new Set<string>(
    content.steps.filter((own) => own.kind === 'email' && own.newThread).map(({ id }) => id),
  );
  if (startsThread.has(step.stepId)) return { messageIds: [], subject: null, lastStepId: null };
  const sent = await tx
    .select({ stepId: deliveries.stepId, messageId: deliveries.messageId, subject: deliveries.subject })
    .from(deliveries)
    .innerJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, deliveries.sequenceId), eq(sequenceSteps.stepId, deliveries.stepId)),
    )
    .where(and(eq(deliveries.sequenceId, sequence.id), eq(sequenceSteps.kind, 'email'), eq(deliveries.state, 'SENT')))
    .orderBy(asc(sequenceSteps.position));
  const from = Math.max(
    0,
    sent.findLastIndex(({ stepId }) => startsThread.has(stepId)),
  );
  const thread = sent.slice(from);
  return {
    messageIds: thread.map(({ messageId }) => messageId).filter((id) => id !== null),
    subject: thread[0]?.subject ?? null,
    lastStepId: thread.at(-1)?.stepId ?? null,
  };
}
