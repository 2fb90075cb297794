import { and, eq, inArray, sql } from 'drizzle-orm';
import { type FenceFacts, judge, type Verdict } from '../domain/fence.ts';
import { dueOf } from '../domain/hold-up.ts';
import { messageIdOf, type SequenceId } from '../domain/ids.ts';
import { hasUnreadMessage } from './callbacks.ts';
import { attemptNow } from './clock.ts';
import { isSwitchedOff } from './installation.ts';
import { lockAccounts, lockDelivery, lockWalk, shareCampaign } from './locks.ts';
import { changeSequence, moveStep } from './moves.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import type { AccountRow, DeliveryRow, StepRow } from './rows.ts';
import type { Scene } from './scene.ts';
import { accounts, contacts, deliveries, sequences } from './schema.ts';
import { endOf } from './sequences.ts';
import { suppressionOfSequence } from './suppressions.ts';
import { accountIdFor, blockingTask, currentStep, jitterKey, loadWalk, type Walk } from './walks.ts';

/*
 * The fence. Nothing else permits a message: locks first, each in its own statement, then the checks, in later ones.
 * Every attempt passes it, also when its delivery row exists already; and a second time before the body. Design 3, 6.
 */

/** The engine's own scene behind the locks, and the verdict on the current step. */
export interface Judged extends Scene {
  account: AccountRow | null;
  verdict: Verdict;
}

/** Takes the locks of one sequence in the one order, then reads and judges. `workflowNow` in epoch ms. */
export async function judgeSequence(tx: Tx, id: SequenceId, workflowNow: number): Promise<Judged> {
  const [keys] = await tx.select().from(sequences).where(eq(sequences.id, id));
  if (!keys) throw new Error(`sequence ${id} is not in its workspace`);
  await shareCampaign(tx, keys.campaignId);
  await lockWalk(tx, keys);
  await lockAccounts(
    tx,
    [keys.emailAccountId, keys.linkedinAccountId].filter((id) => id !== null),
  );

  const now = await attemptNow(tx, workflowNow);
  const walk = await loadWalk(tx, id);
  const step = currentStep(walk);
  const accountId = step ? accountIdFor(walk, step) : null;
  const account = accountId ? ((await tx.select().from(accounts).where(eq(accounts.id, accountId)))[0] ?? null) : null;
  const verdict = judge(await factsOf(tx, walk, account), now, dueOf(walk.sequence, now));
  return { tx, walk, now, actor: 'service', account, verdict };
}

async function factsOf(tx: Tx, walk: Walk, account: AccountRow | null): Promise<FenceFacts> {
  const { sequence, campaign, contact, content } = walk;
  return {
    end: endOf(walk),
    blockingTask: await blockingTask(tx, walk),
    campaign,
    switchedOff: await isSwitchedOff(tx, sequence.workspaceId),
    account,
    suppression: await suppressionOfSequence(tx, sequence.id),
    awayUntil: contact.awayUntil,
    schedule: content.schedule,
    jitterKey: jitterKey(walk, sequence.position),
  };
}

export async function findDelivery(tx: Tx, step: StepRow): Promise<DeliveryRow | null> {
  await lockDelivery(tx, step);
  const [row] = await tx
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.sequenceId, step.sequenceId), eq(deliveries.stepId, step.stepId)));
  return row ?? null;
}

/** Claims the current step's message for one attempt: a new ledger row, or the next attempt on the one that stands. */
export async function claimDelivery(
  scene: Scene,
  step: StepRow,
  account: AccountRow,
  message: { recipient: string; subject: string | null },
): Promise<DeliveryRow> {
  const { tx, walk, now } = scene;
  const before = await findDelivery(tx, step);
  if (step.status !== 'SENDING') await moveStep(tx, step, 'SENDING');
  await changeSequence(scene, { parkedEpoch: null });
  if (before) {
    const [row] = await tx
      .update(deliveries)
      .set({
        ...message,
        state: 'CLAIMED',
        attempt: before.attempt + 1,
        // A call that may have been heard stays where it counts: it is one, however often it is looked after.
        claimedAt: before.state === 'DATA_STARTED' ? before.claimedAt : now,
        // Of one that was given back to begin anew nothing was heard.
        ...(before.state === 'RELEASED' && !isEmail(before) ? { dataStartedAt: null } : {}),
        accountId: account.id,
        settledAt: null,
        lookUps: 0,
      })
      .where(eq(deliveries.id, before.id))
      .returning();
    return expected(row);
  }
  const email = step.kind === 'email';
  const [row] = await tx
    .insert(deliveries)
    .values({
      ...message,
      id: newId<DeliveryRow['id']>(),
      workspaceId: walk.sequence.workspaceId,
      sequenceId: step.sequenceId,
      stepId: step.stepId,
      accountId: account.id,
      state: 'CLAIMED',
      messageId: email ? messageIdOf(step.sequenceId, step.stepId, account.address.split('@')[1] ?? 'invalid') : null,
      claimedAt: now,
    })
    .returning();
  return expected(row);
}

const expected = <T>(row: T | undefined): T => {
  if (row === undefined) throw new Error('a written row was not returned');
  return row;
};

/**
 * The last check, before a body starts or a provider is called: the same locks, everything that withdraws permission,
 * and the attempt still being ours. True: `DATA_STARTED` is committed with this transaction.
 */
export async function permitBody(
  tx: Tx,
  delivery: DeliveryRow,
  contentHash: string,
  workflowNow: number,
): Promise<boolean> {
  const { walk, verdict, now } = await judgeSequence(tx, delivery.sequenceId, workflowNow);
  if (verdict.kind !== 'go' || (await hasUnreadMessage(tx, walk))) return false;
  const started = await tx
    .update(deliveries)
    .set({ state: 'DATA_STARTED', dataStartedAt: now, contentHash })
    .where(ours(delivery, ['CLAIMED']))
    .returning({ id: deliveries.id });
  return started.length === 1;
}

const isEmail = ({ messageId }: DeliveryRow) => messageId !== null;

/**
 * The claim goes back, and its message is free again; but not where a call to LinkedIn was begun whose end nobody saw.
 * That one may have been heard: it keeps its place among what the account has done, and the next attempt finds out.
 * False then, and where another attempt has the say.
 */
export async function returnDelivery(scene: Scene, delivery: DeliveryRow): Promise<boolean> {
  const { tx } = scene;
  await lockDelivery(tx, delivery);
  const [stands] = await tx.select().from(deliveries).where(eq(deliveries.id, delivery.id));
  if (!stands || isEmail(stands) || stands.dataStartedAt === null) return settleDelivery(scene, delivery, 'RELEASED');
  await tx
    .update(deliveries)
    .set({ state: 'DATA_STARTED' })
    .where(ours(delivery, ['CLAIMED']));
  return false;
}

const ours = ({ id, attempt }: DeliveryRow, states: DeliveryRow['state'][]) =>
  and(eq(deliveries.id, id), eq(deliveries.attempt, attempt), inArray(deliveries.state, states));

/**
 * Writes what became of our attempt; false when another attempt has taken the row over since, which then has the say.
 * An attempt that was thought lost may still learn that its message was accepted.
 */
export async function settleDelivery(
  { tx, now }: Scene,
  delivery: DeliveryRow,
  state: 'SENT' | 'REJECTED' | 'RELEASED' | 'UNCONFIRMED',
  also: Partial<Pick<DeliveryRow, 'answer' | 'temporaryAnswers' | 'firstTemporaryAt'>> = {},
): Promise<boolean> {
  const from: Record<typeof state, DeliveryRow['state'][]> = {
    SENT: ['DATA_STARTED', 'UNCONFIRMED', 'RELEASED'],
    REJECTED: ['CLAIMED', 'DATA_STARTED', 'UNCONFIRMED'],
    RELEASED: ['CLAIMED', 'DATA_STARTED', 'UNCONFIRMED'],
    UNCONFIRMED: ['DATA_STARTED'],
  };
  const settled = await tx
    .update(deliveries)
    .set({ state, settledAt: now, ...also, ...(also.answer ? { answer: unlessErased(also.answer) } : {}) })
    .where(ours(delivery, from[state]))
    .returning({ id: deliveries.id });
  return settled.length === 1;
}

/** A server's words may name whom they are about; who was erased while the message was on its way is named nowhere. */
const unlessErased = (answer: string) => sql`case when exists (select 1 from ${sequences}
  join ${contacts} on ${contacts.id} = ${sequences.contactId}
  where ${sequences.id} = ${deliveries.sequenceId} and ${contacts.erasedAt} is not null) then null else ${answer} end`;

/** One more vain look for an unconfirmed message; returns how many there were. */
export async function countLookUp(tx: Tx, delivery: DeliveryRow): Promise<number> {
  const lookUps = delivery.lookUps + 1;
  await tx.update(deliveries).set({ lookUps }).where(eq(deliveries.id, delivery.id));
  return lookUps;
}

/** What an attempt that was permitted to act holds in its hands. */
export interface Claim {
  walk: Walk;
  step: StepRow;
  account: AccountRow;
  delivery: DeliveryRow;
  now: number;
}
