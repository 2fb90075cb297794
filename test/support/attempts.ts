import { eq } from 'drizzle-orm';
import { afterEach, expect, vi } from 'vitest';
import type { FaultPoint } from '../../src/activities/deps.ts';
import type { SendOutcome } from '../../src/adapters/mailer.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { deliveries } from '../../src/db/schema.ts';
import { LOOK_UPS, lookUpAt } from '../../src/domain/delivery.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import type { ReplyIntent } from '../../src/domain/reply.ts';
import type { StepResult } from '../../src/domain/sequence.ts';
import type { AnswerStage } from '../../src/domain/smtp-answer.ts';
import { deedsForFile } from './deeds.ts';
import { anEnrolled, as, type Enrolled, first } from './enrolled.ts';
import { steps } from './scenario.ts';

/*
 * Attempts at a sequence's steps, one call each: what may befall them on the way, what a mail server may say to them, and
 * questions to the rows that they leave.
 */

/** Ahead of wherever tests have moved the clock to; Paris is an hour ahead of UTC until the 25th. A Tuesday, 10:00 there. */
export const TUESDAY = Date.parse('2035-03-20T09:00:00Z');

const answer = (stage: AnswerStage, code: number, enhanced: string, text: string) =>
  ({ outcome: { kind: 'answered', stage, code, enhanced, text } }) satisfies { outcome: SendOutcome };
export const greylisted = answer('rcpt', 451, '4.7.1', 'greylisted, try again later');
export const greylistedAtTheEnd = answer('body', 451, '4.7.1', 'greylisted, try again later');
export const noSuchUser = answer('rcpt', 550, '5.1.1', 'no such user');
export const refusedByPolicy = answer('body', 550, '5.7.1', 'message rejected as spam');
export const senderRejected = answer('rcpt', 550, '5.1.0', '<sam@acme.example>: Sender address rejected');
export const badLogin = answer('auth', 535, '5.7.8', 'credentials not accepted');
export const overLimit = answer('mail', 550, '5.4.5', 'daily sending limit exceeded');
export const cut = { outcome: { kind: 'cutBeforeBody', detail: 'connection reset' } } as const;
export const unanswered = { outcome: { kind: 'unknown', detail: 'connection reset' } } as const;

/** Holds whoever waits for it until it is opened. */
export function aGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** The deeds of a test file, whose attempts may be struck at any point, and what its tests ask again and again. */
export function attemptsForFile() {
  /** What happens when an attempt next comes to a point; each once. */
  const hooks = new Map<FaultPoint, () => Promise<void>>();
  const atNext = (point: FaultPoint, happens: () => Promise<unknown>) =>
    hooks.set(point, async () => void (await happens()));
  const killedAtNext = (point: FaultPoint) => atNext(point, () => Promise.reject(new Error('the worker was killed')));
  const deeds = deedsForFile({
    fault: async (point) => {
      const happens = hooks.get(point);
      hooks.delete(point);
      await happens?.();
    },
  });
  afterEach(() => {
    expect([...hooks.keys()], 'points that no attempt came to').toEqual([]);
    vi.restoreAllMocks();
  });

  const enrolled = (...spec: Parameters<typeof steps>) => anEnrolled(deeds, { steps: steps(...spec) });
  const row = deeds.sequenceOf;

  /** When the current step is due. */
  async function dueAt(id: SequenceId): Promise<number> {
    const { nextAt } = await row(id);
    if (nextAt === null) throw new Error(`sequence ${id} waits for nobody's instant`);
    return nextAt;
  }

  /** One attempt, when the step is due unless said otherwise. Every result carries the status its transaction left. */
  async function perform(id: SequenceId, now?: number): Promise<StepResult> {
    const result = await deeds.performStep(id, now ?? (await dueAt(id)));
    const { status, steps } = result;
    expect(status).toBe((await row(id)).status);
    expect(steps.map((step) => step.status)).toEqual(await statuses(id));
    return result;
  }

  /** An attempt, and then the last look into the Sent folder, the others having been in vain: a person is asked. */
  async function untilAsked(id: SequenceId, now?: number) {
    expect(as('deferred', await perform(id, now)).why).toBe('confirming');
    expect(await openTasks(id)).toEqual([]);
    const { settledAt } = await deliveryOf(id);
    const lastAt = lookUpAt(settledAt ?? 0, LOOK_UPS - 1);
    await deeds.db.asSystem((tx) =>
      tx
        .update(deliveries)
        .set({ lookUps: LOOK_UPS - 1 })
        .where(eq(deliveries.sequenceId, id)),
    );
    return as('waitingForUser', await perform(id, lastAt ?? 0));
  }

  const statuses = async (id: SequenceId) => (await deeds.stepsOf(id)).map(({ status }) => status);
  const stepOf = async (id: SequenceId, index = 0) => first((await deeds.stepsOf(id)).slice(index), 'step');
  const deliveryOf = async (id: SequenceId) => first(await deeds.deliveriesOf(id), 'delivery');
  const openTasks = async (id: SequenceId) => (await deeds.tasksOf(id)).filter(({ status }) => status === 'OPEN');
  const openTask = async (id: SequenceId) => first(await openTasks(id), 'open task');
  const mailTo = ({ email }: Enrolled) => deeds.world.accepted.filter(({ to }) => to === email);
  const saidTo = ({ profile }: Enrolled) => deeds.world.messages.filter((message) => message.profile === profile);
  const invitationsTo = ({ profile }: Enrolled) => deeds.world.invitations.filter((one) => one.profile === profile);
  const settle = (of: Enrolled, input: Omit<Parameters<typeof completeTask>[2], 'taskId'> = {}) =>
    openTask(of.id).then(({ id: taskId }) => completeTask(deeds.commands, of.caller, { taskId, ...input }));
  const reply = ({ id, caller }: Enrolled, intent: ReplyIntent, returnsOn: string | null = null) =>
    recordReply(deeds.commands, caller, { sequenceId: id, intent, returnsOn, key: `${id}/${intent}` });

  return {
    deeds,
    atNext,
    killedAtNext,
    enrolled,
    row,
    dueAt,
    perform,
    untilAsked,
    statuses,
    stepOf,
    deliveryOf,
    openTasks,
    openTask,
    mailTo,
    saidTo,
    invitationsTo,
    settle,
    reply,
  };
}
