import { eq } from 'drizzle-orm';
import { confirmByEvidence } from '../../db/confirmations.ts';
import { findDeliveryById } from '../../db/inbound.ts';
import { bumpTell, deriveStatus, endFromOutside } from '../../db/moves.ts';
import type { Tx } from '../../db/pool.ts';
import { by, recordOfSequence, type Scene } from '../../db/scene.ts';
import { contacts, events } from '../../db/schema.ts';
import { findOpenSequence } from '../../db/sequences.ts';
import { openTask } from '../../db/tasks.ts';
import { nameOf } from '../../domain/contact.ts';
import { type DeliveryId, idOf, type SequenceId } from '../../domain/ids.ts';
import type { AutoNotice } from '../../domain/inbound/inbound.ts';
import {
  callsForAnswer,
  defaultReturn,
  plausibleReturn,
  type ReplyEffect,
  type ReplyIntent,
  replyPolicy,
} from '../../domain/reply.ts';
import { afterReturn, localDate, nextOpening } from '../../domain/schedule.ts';
import { isTerminal } from '../../domain/sequence.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onSequence } from '../sequences/on-sequence.ts';
import { askForAnswer } from './ask-for-answer.ts';
import { unsubscribe } from './unsubscribe.ts';

export interface ReplyInput {
  sequenceId: SequenceId;
  intent: ReplyIntent;
  /** The address that it came from, where it came by mail. */
  from?: string | null;
  /** What makes this reply the same one when it is told again: its Message-ID, say. */
  key: string;
  /** The message it answers to, where it is known: that one was sent. */
  deliveryId?: DeliveryId;
  /** For `out_of_office`: the ISO date the contact says they are back; null when they did not say. */
  returnsOn?: string | null;
  /** For `auto_reply`: what a person has to know of it. */
  notice?: AutoNotice;
  /** What was written, for the person who is asked to read or to answer it. */
  text?: string;
}

/**
 * A reply, with what it means. The policy is a table (`domain/reply.ts`); a reply told twice acts once, one that comes
 * after the end is recorded and changes no status, but for the positive answer to the last message. Whoever answers to
 * what has ended while another sequence of theirs is open has answered to that one too, and is answered once: by whom they
 * wrote to. Design 2, 6.
 */
export async function recordReply(deps: CommandDeps, caller: Caller, reply: ReplyInput): Promise<void> {
  const { deliveryId: _, ...words } = reply;
  const open = await recordOn(deps, caller, reply, applyReply);
  if (open) await recordOn(deps, caller, { ...words, sequenceId: open, key: `${reply.key}/${open}` }, takeEffect);
  // Repeated even for a reply told twice: the first telling may have died between its two transactions.
  if (reply.intent === 'unsubscribe') await unsubscribe(deps, caller, reply.sequenceId, reply.from);
}

/** Returns the open sequence that the reply reaches too: the one that was open when it was told first. */
function recordOn(
  deps: CommandDeps,
  caller: Caller,
  reply: ReplyInput,
  apply: typeof applyReply,
): Promise<SequenceId | null> {
  const { sequenceId, intent } = reply;
  const key = `reply/${reply.key}`;
  return onSequence(deps, caller, sequenceId, async (scene) => {
    const { tx, walk } = scene;
    const isLate = walk.sequence.endedAt !== null && reachesOthers(intent);
    const also = isLate ? await findOpenSequence(tx, walk.contact.id) : null;
    const isNew = await recordOfSequence(
      by('contact', scene),
      'reply_received',
      { intent, ...(also && { also }) },
      key,
    );
    if (reply.deliveryId) await confirmAnswered(scene, reply.deliveryId);
    if (isNew) await apply(scene, reply);
    return { result: isNew ? also : await alsoReached(tx, key) };
  });
}

/** Who unsubscribes is suppressed, which ends everything by itself; what is ignored is ignored once. */
const reachesOthers = (intent: ReplyIntent): boolean =>
  intent !== 'unsubscribe' && replyPolicy[intent].kind !== 'ignore';

async function alsoReached(tx: Tx, key: string): Promise<SequenceId | null> {
  const [told] = await tx.select({ data: events.data }).from(events).where(eq(events.key, key));
  const also = told?.data.also;
  return typeof also === 'string' ? idOf<SequenceId>(also) : null;
}

async function confirmAnswered(scene: Scene, id: DeliveryId): Promise<void> {
  const delivery = await findDeliveryById(scene.tx, id);
  const step = scene.walk.steps.find(({ stepId }) => stepId === delivery?.stepId);
  if (step) await confirmByEvidence(scene, step);
}

type Meaning = Omit<ReplyInput, 'sequenceId' | 'key'>;

/** What a reply does to its sequence and asks of us, in the transaction that records it or settles the task that asked. */
export async function applyReply(scene: Scene, reply: Meaning): Promise<void> {
  const isToAnswer = callsForAnswer(reply.intent, scene.walk.sequence.status);
  await takeEffect(scene, reply);
  if (isToAnswer) await askForAnswer(scene, reply.text ?? '');
}

async function takeEffect(scene: Scene, { intent, returnsOn = null, notice, text = '' }: Meaning): Promise<void> {
  const { walk } = scene;
  const effect: ReplyEffect = notice ? { kind: 'ask' } : replyPolicy[intent];
  switch (effect.kind) {
    case 'end':
      await endFromOutside(by('contact', scene), effect.end);
      return;
    case 'hold':
      await holdWhileAway(scene, returnsOn);
      break;
    case 'ask':
      // The answer to the last message comes after the end, and may still make it a success: somebody reads it.
      if (isTerminal(walk.sequence.status) && walk.sequence.status !== 'COMPLETED') return;
      if (walk.contact.erasedAt !== null) return; // while this was on its way
      await openTask(scene, {
        kind: 'read_reply',
        stepId: null,
        manualKind: null,
        title: notice ? titleOf[notice](nameOf(walk.contact)) : 'Read the reply',
        instructions: text,
        assigneeId: walk.campaign.ownerId,
      });
      break;
    case 'ignore':
      return;
  }
  await deriveStatus(scene);
  await bumpTell(scene);
}

const titleOf: Record<AutoNotice, (name: string) => string> = {
  left: (name) => `Find out who follows ${name}: their address says that they have left, or do this no more`,
  challenge: (name) => `Prove to the mail filter of ${name} that a person wrote`,
};

/**
 * Until the stated date plus one working day; without a usable one, 14 days, but never sooner than a note said before.
 * For every sequence and channel of the contact.
 */
async function holdWhileAway({ tx, walk, now }: Scene, returnsOn: string | null): Promise<void> {
  const { schedule } = walk.content;
  const stated = plausibleReturn(returnsOn, localDate(now, schedule.zone));
  const supposed = () => Math.max(walk.contact.awayUntil ?? 0, nextOpening(defaultReturn(now), schedule));
  const awayUntil = stated === null ? supposed() : afterReturn(stated, schedule);
  walk.contact.awayUntil = awayUntil;
  await tx.update(contacts).set({ awayUntil }).where(eq(contacts.id, walk.contact.id));
}
