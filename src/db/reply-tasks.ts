import { and, desc, eq, isNotNull, or, sql } from 'drizzle-orm';
import type { StepContent } from '../domain/copy/step-content.ts';
import type { TaskId } from '../domain/ids.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import type { InboundRow, StepRow } from './rows.ts';
import { deliveries, events, inboundMessages, sequenceSteps } from './schema.ts';
import { type TaskView, viewTask } from './task-reads.ts';

/** A message of ours to the contact. */
interface Wrote {
  step: Pick<StepRow, 'stepId' | 'position' | 'name' | 'kind'>;
  content: StepContent | null;
  /** As it went out; a follow-up has its thread's. */
  subject: string | null;
  at: number;
  /** The one that the reply names. */
  isAnswered: boolean;
}

/** A reply to read, with all that says what it means. */
export interface ReplyTask {
  view: TaskView;
  /** null: somebody told us of the reply, and the message itself is not here. */
  message: InboundRow | null;
  /** The newest first. */
  wrote: Wrote[];
  now: number;
}

/** null when the workspace has no reply to read of that id. */
export async function findReplyTask(tx: Tx, id: TaskId): Promise<ReplyTask | null> {
  const view = await viewTask(tx, id);
  if (view?.task.kind !== 'read_reply') return null;
  const message = await messageBehind(tx, view);
  return { view, message, wrote: await wroteTo(tx, view, message), now: await appNow(tx) };
}

/**
 * The message whose recording opened the task: both stand in one transaction, so they have one instant. A reply that came
 * after its own sequence's end reached this one too, and was recorded under a longer key.
 */
async function messageBehind(tx: Tx, { task, contact }: TaskView): Promise<InboundRow | null> {
  const key = sql`'reply/' || ${inboundMessages.messageId}`;
  const [row] = await tx
    .select({ message: inboundMessages })
    .from(events)
    .innerJoin(
      inboundMessages,
      and(
        eq(inboundMessages.contactId, contact.id),
        or(eq(events.key, key), eq(events.key, sql`${key} || '/' || ${task.sequenceId}::text`)),
      ),
    )
    .where(
      and(eq(events.sequenceId, task.sequenceId), eq(events.kind, 'reply_received'), eq(events.at, task.createdAt)),
    )
    .orderBy(desc(events.ordinal))
    .limit(1);
  return row?.message ?? null;
}

/** Nobody reads more of it in a queue; the sequence has the rest. */
const MOST_WROTE = 20;

async function wroteTo(tx: Tx, { task }: TaskView, message: InboundRow | null): Promise<Wrote[]> {
  const rows = await tx
    .select({ delivery: deliveries, step: sequenceSteps })
    .from(deliveries)
    .innerJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, deliveries.sequenceId), eq(sequenceSteps.stepId, deliveries.stepId)),
    )
    .where(and(eq(deliveries.sequenceId, message?.sequenceId ?? task.sequenceId), isNotNull(deliveries.dataStartedAt)))
    .orderBy(desc(deliveries.claimedAt))
    .limit(MOST_WROTE);
  return rows.map(({ delivery, step }) => ({
    step,
    content: step.content,
    subject: delivery.subject,
    at: delivery.claimedAt,
    isAnswered: delivery.id === message?.deliveryId,
  }));
}
