import { eq } from 'drizzle-orm';
import { confirmByEvidence } from '../db/confirmations.ts';
import { record } from '../db/events.ts';
import { findDeliveryById } from '../db/inbound.ts';
import { bumpTell, deriveStatus, endFromOutside } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import { contacts } from '../db/schema.ts';
import { openTask } from '../db/tasks.ts';
import type { Walk } from '../db/walks.ts';
import type { DeliveryId, SequenceId } from '../domain/ids.ts';
import { defaultReturn, plausibleReturn, type ReplyIntent, replyPolicy } from '../domain/reply.ts';
import { afterReturn, localDate, nextOpening } from '../domain/schedule.ts';
import { isTerminal } from '../domain/sequence.ts';
import type { Caller, CommandDeps } from './deps.ts';
import { onSequence } from './on-sequence.ts';
import { unsubscribe } from './unsubscribe.ts';

export interface ReplyInput {
  sequenceId: SequenceId;
  intent: ReplyIntent;
  /** What makes this reply the same one when it is told again: its Message-ID, say. */
  key: string;
  /** The message it answers to, where it is known: that one was sent. */
  deliveryId?: DeliveryId;
  /** For `out_of_office`: the ISO date the contact says they are back; null when they did not say. */
  returnsOn?: string | null;
  /** What was written, for the person who is asked to read it. */
  text?: string;
}

/**
 * A reply, with what it means. The policy is a table (`domain/reply.ts`); a reply told twice acts once, one that comes
 * after the end is recorded and changes no status, but for the positive answer to the last message. Design 2, 6.
 */
export async function recordReply(deps: CommandDeps, caller: Caller, reply: ReplyInput): Promise<void> {
  const { sequenceId, intent, key } = reply;
  await onSequence(deps, caller, sequenceId, async (tx, walk, now) => {
    const isNew = await record(tx, {
      workspaceId: caller.workspaceId,
      kind: 'reply_received',
      at: now,
      actor: 'contact',
      key: `reply/${key}`,
      campaignId: walk.sequence.campaignId,
      contactId: walk.contact.id,
      sequenceId,
      data: { intent },
    });
    if (reply.deliveryId) await confirmAnswered(tx, walk, reply.deliveryId, now);
    if (isNew) await applyReply(tx, walk, reply, now);
    return { result: undefined };
  });
  // Repeated even for a reply told twice: the first telling may have died between its two transactions.
  if (intent === 'unsubscribe') await unsubscribe(deps, caller, sequenceId);
}

async function confirmAnswered(tx: Tx, walk: Walk, id: DeliveryId, now: number): Promise<void> {
  const delivery = await findDeliveryById(tx, id);
  const step = walk.steps.find(({ stepId }) => stepId === delivery?.stepId);
  if (step) await confirmByEvidence(tx, walk, step, now);
}

/** What a reply does to its sequence, in the transaction that records it or settles the task that asked. */
export async function applyReply(
  tx: Tx,
  walk: Walk,
  { intent, returnsOn = null, text = '' }: Omit<ReplyInput, 'sequenceId' | 'key'>,
  now: number,
): Promise<void> {
  const effect = replyPolicy[intent];
  switch (effect.kind) {
    case 'end':
      await endFromOutside(tx, walk, effect.end, 'contact', now);
      return;
    case 'hold':
      await holdWhileAway(tx, walk, returnsOn, now);
      break;
    case 'ask':
      // The answer to the last message comes after the end, and may still make it a success: somebody reads it.
      if (isTerminal(walk.sequence.status) && walk.sequence.status !== 'COMPLETED') return;
      await openTask(
        tx,
        walk,
        {
          kind: 'read_reply',
          stepId: null,
          manualKind: null,
          title: 'Read the reply',
          instructions: text,
          assigneeId: walk.campaign.ownerId,
        },
        now,
      );
      break;
    case 'ignore':
      return;
  }
  await deriveStatus(tx, walk, now);
  await bumpTell(tx, walk, now);
}

/** Until the stated date plus one working day; without a usable one, 14 days. For every sequence and channel of the contact. */
async function holdWhileAway(tx: Tx, walk: Walk, returnsOn: string | null, now: number): Promise<void> {
  const { schedule } = walk.content;
  const stated = plausibleReturn(returnsOn, localDate(now, schedule.zone));
  const awayUntil = stated === null ? nextOpening(defaultReturn(now), schedule) : afterReturn(stated, schedule);
  walk.contact.awayUntil = awayUntil;
  await tx.update(contacts).set({ awayUntil }).where(eq(contacts.id, walk.contact.id));
}
