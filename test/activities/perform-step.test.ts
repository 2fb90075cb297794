import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FaultPoint } from '../../src/activities/deps.ts';
import { LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { MailboxAway } from '../../src/adapters/mailbox.ts';
import { InvalidEmail, type SendOutcome } from '../../src/adapters/mailer.ts';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/campaigns/resume-campaign.ts';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import { disconnectAccount, loadAccount, moveAccount } from '../../src/db/accounts.ts';
import { newId } from '../../src/db/new-id.ts';
import { installation, mailboxes, members, workspaces } from '../../src/db/schema.ts';
import type { EmailSettings } from '../../src/domain/accounts/account.ts';
import type { MemberId, SequenceId } from '../../src/domain/ids.ts';
import { instantText } from '../../src/domain/instant-text.ts';
import type { ReplyIntent } from '../../src/domain/reply.ts';
import { nextOpening, permittedAt, planStep } from '../../src/domain/schedule.ts';
import type { StepResult } from '../../src/domain/sequence.ts';
import type { AnswerStage } from '../../src/domain/smtp-answer.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import {
  accountOf,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  contactOf,
  type Enrolled,
  eventsOf,
  first,
  suppressionsOf,
} from '../support/enrolled.ts';
import { always, aMailServer, sequenceRow, steps, weekdays } from '../support/scenario.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Ahead of wherever tests have moved the clock to; Paris is an hour ahead of UTC until the 25th. A Tuesday, 10:00 there. */
const TUESDAY = Date.parse('2035-03-20T09:00:00Z');

/** What happens when an attempt next comes to a point; each once. */
const hooks = new Map<FaultPoint, () => Promise<void>>();
const atNext = (point: FaultPoint, happens: () => Promise<unknown>) =>
  hooks.set(point, async () => void (await happens()));
const killedAtNext = (point: FaultPoint) => atNext(point, () => Promise.reject(new Error('the worker was killed')));

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds({
    fault: async (point) => {
      const happens = hooks.get(point);
      hooks.delete(point);
      await happens?.();
    },
  });
});
afterEach(() => {
  expect([...hooks.keys()], 'points that no attempt came to').toEqual([]);
  vi.restoreAllMocks();
});
afterAll(() => deeds?.stop());

const enrolled = (...spec: Parameters<typeof steps>) => anEnrolled(deeds, { steps: steps(...spec) });
const row = (id: SequenceId) => sequenceRow(deeds.db, id);

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

/** An attempt, and then the looks into the Sent folder, all of them in vain: until a person is asked. */
async function untilAsked(id: SequenceId, now?: number) {
  let result = await perform(id, now);
  for (let looks = 0; looks < 3; looks++) {
    expect(as('deferred', result).why).toBe('confirming');
    expect(await openTasks(id)).toEqual([]);
    result = await perform(id);
  }
  return as('waitingForUser', result);
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

const answer = (stage: AnswerStage, code: number, enhanced: string, text: string) =>
  ({ outcome: { kind: 'answered', stage, code, enhanced, text } }) satisfies { outcome: SendOutcome };
const greylisted = answer('rcpt', 451, '4.7.1', 'greylisted, try again later');
const greylistedAtTheEnd = answer('body', 451, '4.7.1', 'greylisted, try again later');
const noSuchUser = answer('rcpt', 550, '5.1.1', 'no such user');
const refusedByPolicy = answer('body', 550, '5.7.1', 'message rejected as spam');
const senderRejected = answer('rcpt', 550, '5.1.0', '<sam@acme.example>: Sender address rejected');
const badLogin = answer('auth', 535, '5.7.8', 'credentials not accepted');
const overLimit = answer('mail', 550, '5.4.5', 'daily sending limit exceeded');
const cut = { outcome: { kind: 'cutBeforeBody', detail: 'connection reset' } } as const;
const unanswered = { outcome: { kind: 'unknown', detail: 'connection reset' } } as const;

/** Holds whoever waits for it until it is opened. */
function aGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('an email', () => {
  test('that is due is sent once and recorded, and the next step is planned by the schedule', async () => {
    const sequence = await anEnrolled(deeds, {
      steps: steps('email', { kind: 'email', delay: { value: 4, unit: 'business_days' } }),
      template: { schedule: weekdays },
      now: TUESDAY,
    });
    const { id, email } = sequence;
    const sentAt = await dueAt(id);
    expect(sentAt).toBeGreaterThanOrEqual(TUESDAY);
    expect(sentAt).toBeLessThanOrEqual(TUESDAY + 15 * MINUTE);

    const { next, status } = as('done', await perform(id));
    const planned = planStep(sentAt, { value: 4, unit: 'business_days' }, weekdays, `${email}#1`);
    expect(next).toMatchObject({ number: 2, kind: 'email', ...planned });
    // The fourth working day is a Monday, and the clocks have changed in between.
    expect(instantText(planned.at, 'Europe/Paris')).toMatch(/^Mon 26 Mar, 10:/);
    expect(permittedAt(planned.at, weekdays)).toBe(true);
    expect(status).toBe('ACTIVE');

    const [step, after] = await deeds.stepsOf(id);
    expect(step).toMatchObject({ status: 'SENT', finishedAt: sentAt, reason: null });
    expect(after?.status).toBe('PENDING');
    const messageId = `<${id}.${step?.stepId}@acme.example>`;
    expect(await deeds.deliveriesOf(id)).toMatchObject([
      { state: 'SENT', attempt: 1, messageId, recipient: email, answer: '250 ok', dataStartedAt: sentAt },
    ]);
    expect(mailTo(sequence)).toMatchObject([{ messageId, subject: 'Hello Ada', inReplyTo: null, references: [] }]);
    expect(first(mailTo(sequence)).text).toContain('Mail 1 to Ada');
    expect(await eventsOf(deeds, id, 'step_sent')).toMatchObject([{ actor: 'service', data: { step: 1 } }]);
  });

  test('that is the last step completes the sequence', async () => {
    const { id } = await enrolled('email');
    expect(await perform(id)).toMatchObject({ kind: 'done', next: null, status: 'COMPLETED' });
    expect(await row(id)).toMatchObject({ status: 'COMPLETED', endReason: 'no_more_steps', position: 1, nextAt: null });
    expect(await perform(id, 0)).toMatchObject({
      kind: 'ended',
      end: { status: 'COMPLETED', reason: 'no_more_steps' },
    });
  });

  test('follows up in the thread, and a step that starts a new one does not', async () => {
    const sequence = await enrolled(
      'email',
      { kind: 'email', subject: 'Ignored in a thread' },
      'email',
      { kind: 'email', subject: 'Another matter', newThread: true },
      'email',
    );
    for (let step = 0; step < 5; step++) await perform(sequence.id);
    const mails = mailTo(sequence);
    const [one, two, , four] = mails.map(({ messageId }) => messageId);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(5);
    expect(mails.map(({ subject, inReplyTo, references }) => ({ subject, inReplyTo, references }))).toEqual([
      { subject: 'Hello Ada', inReplyTo: null, references: [] },
      { subject: 'Re: Hello Ada', inReplyTo: one, references: [one] },
      { subject: 'Re: Hello Ada', inReplyTo: two, references: [one, two] },
      { subject: 'Another matter', inReplyTo: null, references: [] },
      { subject: 'Re: Another matter', inReplyTo: four, references: [four] },
    ]);
  });

  test('is not sent again when its step is asked for again: the answer is the wait for the next one', async () => {
    const sequence = await enrolled('email', 'email');
    const sentAt = await dueAt(sequence.id);
    const { next } = as('done', await perform(sequence.id));
    for (const now of [0, sentAt, sentAt + DAY])
      expect(await perform(sequence.id, now)).toMatchObject({ kind: 'deferred', until: next?.at, why: 'delay' });
    expect(mailTo(sequence)).toHaveLength(1);
    expect((await row(sequence.id)).deferrals).toBe(0);
  });

  test('goes by the clock where a retried attempt carries an hours-old now', async () => {
    const sequence = await enrolled('email');
    const due = await dueAt(sequence.id);
    await deeds.moveTo(due + 3 * HOUR);
    as('done', await perform(sequence.id, due - 5 * HOUR));
    expect((await stepOf(sequence.id)).finishedAt).toBeGreaterThanOrEqual(due + 3 * HOUR);
  });

  test('that comes late, outside the window, goes at the next opening and not before', async () => {
    const tenToFive = TUESDAY + 6 * HOUR + 50 * MINUTE;
    const sequence = await anEnrolled(deeds, {
      steps: steps('email'),
      template: { schedule: weekdays },
      now: tenToFive,
    });
    expect(await dueAt(sequence.id)).toBeLessThan(TUESDAY + 7 * HOUR);
    const closing = TUESDAY + 7 * HOUR;
    const { until, why } = as('deferred', await perform(sequence.id, closing));
    expect(why).toBe('sending_window');
    expect(instantText(until, 'Europe/Paris')).toMatch(/^Wed 21 Mar, 09:(0\d|1[0-5])/);
    expect(await row(sequence.id)).toMatchObject({ nextAt: until, nextWhy: 'sending_window', deferrals: 1 });
    as('deferred', await perform(sequence.id, until - 1));
    expect([mailTo(sequence).length, await deeds.deliveriesOf(sequence.id)]).toEqual([0, []]);
    as('done', await perform(sequence.id, until));
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('whose claim is made inside the window and whose body would start behind it is not sent', async () => {
    // The window closes while the server takes its time; only a clock of our own may be moved that far.
    const own = await startDeeds({ now: TUESDAY });
    try {
      const { id, email } = await anEnrolled(own, { steps: steps('email'), template: { schedule: weekdays } });
      own.world.react(email, { meanwhile: () => own.moveTo(TUESDAY + 8 * HOUR) });
      const { nextAt } = await sequenceRow(own.db, id);
      expect(await own.performStep(id, nextAt ?? 0)).toMatchObject({ kind: 'deferred', why: 'sending_window' });
      expect(own.world.bodies()).toBe(0);
    } finally {
      await own.stop();
    }
  });

  test('to an unknown recipient fails the sequence, suppresses the address, and cancels what was to come', async () => {
    const sequence = await enrolled('email', 'manual_task', 'email');
    deeds.world.react(sequence.email, noSuchUser);
    expect(await perform(sequence.id)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'hard_bounce' },
    });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED', 'CANCELED']);
    expect(await stepOf(sequence.id)).toMatchObject({ reason: 'hard_bounce' });
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'REJECTED', answer: '550 5.1.1 no such user' });
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([
      { kind: 'address', value: sequence.email, reason: 'hard_bounce' },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'sequence_ended')).toHaveLength(1);
  });

  test.each([
    ['by policy', refusedByPolicy],
    ['at RCPT for who sends it', senderRejected],
  ])('that is refused %s fails the sequence and suppresses nobody', async (_, refusal) => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, refusal);
    expect(await perform(sequence.id)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'rejected_by_policy' },
    });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED']);
    expect((await deliveryOf(sequence.id)).state).toBe('REJECTED');
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([]);
  });

  test('that is refused for now is tried again after 15 min, 1 h, and every 4 h, and given up after 72 h', async () => {
    const sequence = await enrolled('email', 'email');
    const firstAt = await dueAt(sequence.id);
    deeds.world.react(sequence.email, ...Array(6).fill(greylisted));
    let now = firstAt;
    for (const [count, wait] of [15 * MINUTE, HOUR, 4 * HOUR, 4 * HOUR].entries()) {
      expect(await perform(sequence.id, now)).toMatchObject({
        kind: 'deferred',
        until: now + wait,
        why: 'provider_retry',
      });
      expect(await deliveryOf(sequence.id)).toMatchObject({
        state: 'RELEASED',
        temporaryAnswers: count + 1,
        firstTemporaryAt: firstAt,
      });
      expect((await stepOf(sequence.id)).status).toBe('PENDING');
      now += wait;
    }
    const last = firstAt + 72 * HOUR - 1;
    expect(await perform(sequence.id, last)).toMatchObject({ kind: 'deferred', until: last + 4 * HOUR });
    expect(await perform(sequence.id, last + 4 * HOUR)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'delivery_failed' },
    });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED']);
    expect(mailTo(sequence)).toEqual([]);
  });

  test('that is accepted after a passing refusal has the same Message-ID, and its wait counts from then', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, greylisted);
    const { until } = as('deferred', await perform(sequence.id));
    const { messageId } = await deliveryOf(sequence.id);
    const { next } = as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toMatchObject([{ messageId }]);
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2, messageId });
    expect(next?.at).toBeGreaterThanOrEqual(until + 3 * DAY);
  });

  test('that the content forbids to compose fails the sequence, and is not tried for ever', async () => {
    const sequence = await enrolled('email', 'email');
    vi.spyOn(deeds.world.mailer, 'compose').mockRejectedValueOnce(new InvalidEmail('subject', 'must not be empty'));
    expect(await perform(sequence.id)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'invalid_content' },
    });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED']);
    expect((await deliveryOf(sequence.id)).state).toBe('REJECTED');
  });

  test('cut off before its body gives the claim back and throws; the next attempt sends', async () => {
    const sequence = await enrolled('email');
    deeds.world.react(sequence.email, cut);
    await expect(perform(sequence.id)).rejects.toMatchObject({ type: 'ProviderAway', nonRetryable: false });
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'RELEASED', attempt: 1 });
    expect((await stepOf(sequence.id)).status).toBe('PENDING');
    as('done', await perform(sequence.id));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2 });
    expect(mailTo(sequence)).toHaveLength(1);
  });
});

describe('an account', () => {
  test('whose login is refused is disconnected; its sequence waits a day for it, then fails', async () => {
    const sequence = await enrolled('email', 'email');
    const refusedAt = await dueAt(sequence.id);
    deeds.world.react(sequence.email, badLogin);
    const waits = { kind: 'deferred', until: refusedAt + DAY, why: 'held', status: 'ACTIVE' };
    expect(await perform(sequence.id)).toMatchObject(waits);
    expect(await accountOf(deeds, sequence.emailAccount)).toMatchObject({
      status: 'DISCONNECTED',
      disconnectedAt: refusedAt,
    });
    expect(await perform(sequence.id, refusedAt + DAY - 1)).toMatchObject(waits);
    expect(await perform(sequence.id, refusedAt + DAY)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'account_unavailable' },
    });
    expect(await statuses(sequence.id)).toEqual(['CANCELED', 'CANCELED']);
    expect(mailTo(sequence)).toEqual([]);
  });

  test('that is connected again lets its sequence go on at once', async () => {
    const sequence = await enrolled('email');
    const refusedAt = await dueAt(sequence.id);
    deeds.world.react(sequence.email, badLogin);
    await perform(sequence.id);
    await changeAccount(deeds, sequence.emailAccount, { status: 'CONNECTED', disconnectedAt: null });
    as('done', await perform(sequence.id, refusedAt + HOUR));
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('that a provider refuses a second time, long after the first, has a day again', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    await changeAccount(deeds, sequence.emailAccount, { disconnectedAt: due - 30 * DAY });
    deeds.world.react(sequence.email, badLogin);
    expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: due + DAY });
    expect((await accountOf(deeds, sequence.emailAccount)).disconnectedAt).toBe(due);
  });

  test('that meets a limit rests for 5 hours, for all its sequences', async () => {
    const sequence = await enrolled('email');
    const other = await anEnrolled(deeds, { steps: steps('email'), house: sequence });
    const now = Math.max(await dueAt(sequence.id), await dueAt(other.id));
    deeds.world.react(sequence.email, overLimit);
    const rests = { kind: 'deferred', until: now + 5 * HOUR, why: 'account_cap' };
    expect(await perform(sequence.id, now)).toMatchObject(rests);
    expect(await accountOf(deeds, sequence.emailAccount)).toMatchObject({
      status: 'RESTING',
      restingUntil: now + 5 * HOUR,
    });
    expect(await perform(other.id, now + HOUR)).toMatchObject(rests);
    as('done', await perform(sequence.id, now + 5 * HOUR));
    as('done', await perform(other.id, now + 5 * HOUR));
    expect([mailTo(sequence).length, mailTo(other).length]).toEqual([1, 1]);
  });

  test('that was paused or removed while its server was asked stays so, whatever the server says', async () => {
    for (const [status, refusal] of [
      ['PAUSED', overLimit],
      ['REMOVED', overLimit],
      ['REMOVED', badLogin],
    ] as const) {
      const sequence = await enrolled('email');
      const pause = () => changeAccount(deeds, sequence.emailAccount, { status }).then(() => undefined);
      deeds.world.react(sequence.email, { ...refusal, meanwhile: pause });
      as('deferred', await perform(sequence.id));
      expect((await accountOf(deeds, sequence.emailAccount)).status).toBe(status);
    }
  });

  test('that was removed fails its sequence at once', async () => {
    const sequence = await enrolled('email', 'email');
    await changeAccount(deeds, sequence.emailAccount, { status: 'REMOVED' });
    expect(await perform(sequence.id)).toMatchObject({ kind: 'ended', end: { reason: 'account_unavailable' } });
  });
});

describe('an email whose fate nobody knows', () => {
  test('is unconfirmed and a task for a person, and is never repeated by itself', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    deeds.world.react(sequence.email, unanswered);
    const before = deeds.world.bodies();
    const { taskId, status } = await untilAsked(sequence.id);
    expect(status).toBe('WAITING_FOR_USER');
    expect(await openTask(sequence.id)).toMatchObject({
      id: taskId,
      kind: 'confirm_send',
      assigneeId: sequence.memberId,
      stepId: (await stepOf(sequence.id)).stepId,
    });
    expect((await stepOf(sequence.id)).status).toBe('UNCONFIRMED');
    expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
    expect(await row(sequence.id)).toMatchObject({ nextAt: null, nextWhy: 'confirming' });
    for (const later of [due + 30 * MINUTE, due + 30 * DAY])
      expect(await perform(sequence.id, later)).toMatchObject({ kind: 'waitingForUser', taskId });
    expect(deeds.world.bodies()).toBe(before + 1);
    expect(await openTasks(sequence.id)).toHaveLength(1);
  });

  test('is sent once a person says so, and the next wait counts from then', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await deeds.moveTo((await clockOf(deeds)) + 2 * DAY);
    const answeredAt = await clockOf(deeds);
    await settle(sequence, { outcome: 'sent' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe('SENT');
    expect(await dueAt(sequence.id)).toBeGreaterThanOrEqual(answeredAt + 3 * DAY);
    // The follow-up answers to it all the same.
    const { messageId } = await deliveryOf(sequence.id);
    await perform(sequence.id);
    expect(mailTo(sequence)).toMatchObject([{ subject: 'Re: Hello Ada', inReplyTo: messageId }]);
  });

  test('is sent again when a person says so, under the same Message-ID', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    const { messageId } = await deliveryOf(sequence.id);
    await settle(sequence, { outcome: 'send_again' });
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await statuses(sequence.id)).toEqual(['PENDING', 'PENDING']);
    as('done', await perform(sequence.id));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2, messageId });
    expect(mailTo(sequence)).toMatchObject([{ messageId }]);
  });

  test('is left at that when a person skips it, and the sequence goes on in a new thread', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    const { taskId } = await untilAsked(sequence.id);
    await skipTask(deeds.commands, sequence.caller, { taskId });
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SKIPPED', reason: 'unconfirmed' });
    expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toMatchObject([{ inReplyTo: null, references: [] }]);
  });

  test('of a sequence that was stopped may still be confirmed, but not be sent again', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    expect(await statuses(sequence.id)).toEqual(['UNCONFIRMED', 'CANCELED']);
    await expect(settle(sequence, { outcome: 'send_again' })).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await openTasks(sequence.id)).toHaveLength(1);
    await settle(sequence, { outcome: 'sent' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user' });
  });
});

describe('the looks for an unconfirmed message in the Sent folder', () => {
  afterEach(() => {
    Object.assign(deeds.world.imap, { isAway: false, hasSentFolder: true, filesByItself: false });
    deeds.world.filed.length = 0;
  });

  const setServers = async ({ emailAccount }: Enrolled, change: Partial<EmailSettings>) => {
    const { settings } = await accountOf(deeds, emailAccount);
    if (settings.channel !== 'email') throw new Error('the account sends no email');
    await changeAccount(deeds, emailAccount, { settings: { ...settings, ...change } });
  };
  const setFilesSent = (of: Enrolled, filesSent: boolean) => setServers(of, { filesSent });
  const moveServer = (of: Enrolled) => setServers(of, { smtp: { ...aMailServer.smtp, host: 'elsewhere.example' } });
  const setFound = ({ emailAccount }: Enrolled, sentFoundAt: number | null) =>
    deeds.db.asSystem((tx) => tx.update(mailboxes).set({ sentFoundAt }).where(eq(mailboxes.accountId, emailAccount)));
  const foundAt = async ({ emailAccount }: Enrolled) =>
    first(await deeds.db.asSystem((tx) => tx.select().from(mailboxes).where(eq(mailboxes.accountId, emailAccount))))
      .sentFoundAt;

  /** A message that its server took before the connection broke. `found`: one before it was, in Sent, under our id. */
  async function unconfirmed(filesSent: boolean, { found = false, of }: { found?: boolean; of?: Enrolled } = {}) {
    const sequence = of ?? (await enrolled('email', 'email'));
    await setFilesSent(sequence, filesSent);
    if (found) await setFound(sequence, await clockOf(deeds));
    deeds.world.react(sequence.email, unanswered);
    const due = await dueAt(sequence.id);
    const { until } = as('deferred', await perform(sequence.id, due));
    const lostAt = (await deliveryOf(sequence.id)).settledAt ?? 0;
    return { sequence, due, lostAt, until };
  }

  test('come 2, 7 and 20 minutes after the answer was lost, and no sooner', async () => {
    const { sequence, lostAt, until } = await unconfirmed(false);
    expect(until - lostAt).toBe(2 * MINUTE);
    expect(await perform(sequence.id, lostAt + MINUTE)).toMatchObject({ kind: 'deferred', until, why: 'confirming' });
    expect((await deliveryOf(sequence.id)).lookUps).toBe(0);
    for (const minutes of [7, 20])
      expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: lostAt + minutes * MINUTE });
    as('waitingForUser', await perform(sequence.id));
  });

  test('find it: it was sent, and the follow-up is planned', async () => {
    const { sequence } = await unconfirmed(false);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    expect(await perform(sequence.id)).toMatchObject({ kind: 'done', next: { number: 2 } });
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 1 });
    expect(await openTasks(sequence.id)).toEqual([]);
  });

  test('find nothing where the provider files what it sends under our ids: it goes once more, under the same one', async () => {
    const { sequence } = await unconfirmed(true, { found: true });
    const { messageId } = await deliveryOf(sequence.id);
    await perform(sequence.id);
    await perform(sequence.id);
    expect(as('deferred', await perform(sequence.id)).why).not.toBe('confirming');
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'RELEASED' });
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toMatchObject([{ messageId }]);
    expect(await openTasks(sequence.id)).toEqual([]);
  });

  test.each([
    ['that cannot be read', { isAway: true }],
    ['that does not exist', { hasSentFolder: false }],
  ])('prove nothing with a folder %s: a person is asked', async (_, imap) => {
    const { sequence } = await unconfirmed(true, { found: true });
    Object.assign(deeds.world.imap, imap);
    await isAskedAbout(sequence);
  });

  /** All three looks are in vain, and nothing is sent again. */
  async function isAskedAbout(sequence: Enrolled) {
    await perform(sequence.id);
    await perform(sequence.id);
    as('waitingForUser', await perform(sequence.id));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'UNCONFIRMED', attempt: 1 });
  }

  test('prove nothing where no message of ours was ever found: the provider may file it under an id of its own', async () => {
    const { sequence } = await unconfirmed(true);
    await isAskedAbout(sequence);
  });

  test('prove nothing of a message that went before the first was found', async () => {
    const { sequence } = await unconfirmed(true);
    await setFound(sequence, (await deliveryOf(sequence.id)).claimedAt + 1);
    await isAskedAbout(sequence);
  });

  /** Reads the inbox when the message had its two minutes to be filed. */
  const watchLater = async (sequence: Enrolled) => {
    await deeds.moveTo(((await deliveryOf(sequence.id)).settledAt ?? 0) + 2 * MINUTE);
    return deeds.watchMailbox(sequence.emailAccount);
  };

  /** An account that files, of which one message was taken and the inbox was read since, and a second sequence on it. */
  async function afterFirst(filesByItself: boolean) {
    const one = await enrolled('email');
    await setFilesSent(one, true);
    as('done', await perform(one.id));
    deeds.world.imap.filesByItself = filesByItself;
    await deeds.watchMailbox(one.emailAccount);
    expect(await foundAt(one)).toBeNull(); // it has had no time to be filed
    await watchLater(one);
    const next = await anEnrolled(deeds, { steps: steps('email', 'email'), house: one });
    return { one, next };
  }

  test('prove absence once whoever reads the inbox has found a message that was answered with 250', async () => {
    const { one, next } = await afterFirst(true);
    expect(await foundAt(one)).not.toBeNull();
    const { sequence } = await unconfirmed(true, { of: next });
    await perform(sequence.id);
    await perform(sequence.id);
    expect(as('deferred', await perform(sequence.id)).why).not.toBe('confirming');
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
  });

  test('prove nothing where that message was looked for in vain; the next one is looked for again', async () => {
    const { one, next } = await afterFirst(false);
    expect(await foundAt(one)).toBeNull();
    const { sequence } = await unconfirmed(true, { of: next });
    await isAskedAbout(sequence);
    const third = await anEnrolled(deeds, { steps: steps('email'), house: one });
    as('done', await perform(third.id));
    deeds.world.imap.filesByItself = true;
    await watchLater(third);
    expect(await foundAt(one)).not.toBeNull();
  });

  test.each<[string, (sequence: Enrolled) => Promise<void>]>([
    [
      'that we filed ourselves',
      async (sequence) => {
        await setFilesSent(sequence, false);
        as('done', await perform(sequence.id));
        await setFilesSent(sequence, true);
      },
    ],
    [
      'on whose way the servers were changed',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, { meanwhile: () => moveServer(sequence) });
        as('done', await perform(sequence.id));
      },
    ],
    [
      'that went twice',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, greylisted);
        as('deferred', await perform(sequence.id));
        as('done', await perform(sequence.id));
      },
    ],
    [
      'that nobody saw answered',
      async (sequence) => {
        await setFilesSent(sequence, true);
        deeds.world.react(sequence.email, unanswered);
        await perform(sequence.id);
        deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
        as('done', await perform(sequence.id));
      },
    ],
  ])('a message %s is no proof of what the provider files, though it lies in Sent', async (_, send) => {
    const sequence = await enrolled('email');
    await send(sequence);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    await watchLater(sequence);
    expect(await foundAt(sequence)).toBeNull();
  });

  test('that fail do not keep the inbox from being read', async () => {
    const sequence = await enrolled('email');
    await setFilesSent(sequence, true);
    as('done', await perform(sequence.id));
    const { open } = deeds.world.mailboxes;
    let connections = 0;
    vi.spyOn(deeds.world.mailboxes, 'open').mockImplementation(async (...asked) => {
      connections++;
      const refusal = new MailboxAway('away', 'imap.example:993 refused a search');
      return { ...(await open(...asked)), hasSent: () => Promise.reject(refusal) };
    });
    expect(await watchLater(sequence)).toBe('again');
    expect(connections).toBe(2);
  });

  test('go on while the campaign is paused: they send nothing', async () => {
    const { sequence } = await unconfirmed(false);
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    as('done', await perform(sequence.id));
  });

  test('of a sequence that has ended are the reconciler’s, and ask nobody', async () => {
    const { sequence, lostAt } = await unconfirmed(false);
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    await deeds.moveTo(lostAt + 3 * MINUTE);
    await deeds.repair();
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'UNCONFIRMED', lookUps: 1 });
    deeds.world.filed.push((await deliveryOf(sequence.id)).messageId ?? '');
    await deeds.moveTo(lostAt + 10 * MINUTE);
    await deeds.repair();
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await openTasks(sequence.id)).toEqual([]);
    expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY' });
  });
});

describe('a delivery that was in flight for 15 minutes', () => {
  test.each([
    ['after_claim', 'RELEASED', 'CANCELED'],
    ['data_started', 'UNCONFIRMED', 'UNCONFIRMED'],
  ] as const)('since %s, of a sequence that ended and has no workflow, is swept', async (point, state, status) => {
    const sequence = await enrolled('email');
    killedAtNext(point);
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    const { claimedAt } = await deliveryOf(sequence.id);
    await deeds.moveTo(claimedAt + 16 * MINUTE);
    await deeds.repair();
    expect((await deliveryOf(sequence.id)).state).toBe(state);
    expect(await statuses(sequence.id)).toEqual([status]);
  });
});

describe('a message given up for unsent', () => {
  test('that somebody answers to before it goes again was sent, and does not go again', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    await untilAsked(sequence.id);
    await settle(sequence, { outcome: 'send_again' });
    const { id: deliveryId } = await deliveryOf(sequence.id);
    const { id: sequenceId, caller } = sequence;
    await recordReply(deeds.commands, caller, {
      sequenceId,
      deliveryId,
      intent: 'auto_reply',
      key: `late/${sequenceId}`,
    });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe('SENT');
    await perform(sequence.id);
    expect(mailTo(sequence)).toHaveLength(1); // the follow-up
  });
});

test('a body that had begun when its attempt died is doubted also while a reply waits to be read', async () => {
  const sequence = await enrolled('email', 'email');
  const due = await dueAt(sequence.id);
  killedAtNext('data_started');
  await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
  await reply(sequence, 'unclear');
  const { taskId } = as('waitingForUser', await perform(sequence.id, due));
  expect((await deliveryOf(sequence.id)).state).toBe('UNCONFIRMED');
  await completeTask(deeds.commands, sequence.caller, { taskId, outcome: 'go_on' });
  expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', why: 'confirming' });
});

test('a pause outlives a disconnection: what it holds does not fail, and the account is paused again', async () => {
  const sequence = await enrolled('email');
  const due = await dueAt(sequence.id);
  await changeAccount(deeds, sequence.emailAccount, { status: 'PAUSED' });
  const move = (to: 'DISCONNECTED' | 'CONNECTED', now: number) =>
    deeds.db.inWorkspace(sequence.workspaceId, async (tx) => {
      const account = await loadAccount(tx, sequence.emailAccount);
      if (to === 'DISCONNECTED') await disconnectAccount(tx, account, now);
      else await moveAccount(tx, account, to, { disconnectedAt: null });
    });
  await move('DISCONNECTED', due);
  expect(await perform(sequence.id, due + 3 * DAY)).toMatchObject({ kind: 'deferred', why: 'held' });
  await move('CONNECTED', due + 3 * DAY);
  expect(await accountOf(deeds, sequence.emailAccount)).toMatchObject({ status: 'PAUSED', pausedWhy: 'by_user' });
});

test('a recipient refused at once counts among the account’s hard bounces', async () => {
  const sequence = await enrolled('email');
  deeds.world.react(sequence.email, noSuchUser);
  await perform(sequence.id);
  expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'REJECTED', bounce: 'hard' });
});

describe('a sent copy', () => {
  test('is filed where the provider files none, and one that cannot be filed fails nothing', async () => {
    const sequence = await enrolled('email', 'email');
    as('done', await perform(sequence.id));
    expect(deeds.world.filed).toContain((await deliveryOf(sequence.id)).messageId);
    deeds.world.imap.isAway = true;
    try {
      as('done', await perform(sequence.id));
    } finally {
      deeds.world.imap.isAway = false;
    }
    expect(mailTo(sequence)).toHaveLength(2);
  });

  test('is not filed twice: not where the provider does it', async () => {
    const sequence = await enrolled('email');
    const account = await accountOf(deeds, sequence.emailAccount);
    if (account.settings.channel === 'email')
      await changeAccount(deeds, sequence.emailAccount, { settings: { ...account.settings, filesSent: true } });
    as('done', await perform(sequence.id));
    expect(deeds.world.filed).not.toContain((await deliveryOf(sequence.id)).messageId);
  });
});

describe('a worker that is killed', () => {
  test.each(['before_claim', 'after_claim', 'body_asked'] as const)(
    'at %s, before the body, has sent nothing: the next attempt does',
    async (point) => {
      const sequence = await enrolled('email');
      killedAtNext(point);
      await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
      expect(mailTo(sequence)).toHaveLength(0);
      as('done', await perform(sequence.id));
      expect(mailTo(sequence)).toHaveLength(1);
    },
  );

  test.each([
    ['data_started', 0],
    ['accepted', 1],
  ] as const)(
    'at %s, the body begun, leaves a message for a person to confirm, and no second body',
    async (point, really) => {
      const sequence = await enrolled('email', 'email');
      killedAtNext(point);
      await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
      expect((await deliveryOf(sequence.id)).state).toBe('DATA_STARTED');
      const begun = deeds.world.bodies();
      const { taskId } = await untilAsked(sequence.id);
      expect(await openTask(sequence.id)).toMatchObject({ id: taskId, kind: 'confirm_send' });
      expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'UNCONFIRMED', attempt: 1 });
      expect(await perform(sequence.id, (await clockOf(deeds)) + DAY)).toMatchObject({
        kind: 'waitingForUser',
        taskId,
      });
      expect(deeds.world.bodies()).toBe(begun);
      expect(mailTo(sequence)).toHaveLength(really);
    },
  );

  test('at recorded has done everything: the next attempt answers with the wait', async () => {
    const sequence = await enrolled('email', 'email');
    killedAtNext('recorded');
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    as('deferred', await perform(sequence.id, 0));
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 1 });
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('between claim and body of a campaign that is then paused gives the claim back', async () => {
    const sequence = await enrolled('email');
    killedAtNext('after_claim');
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    as('held', await perform(sequence.id));
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
    expect(await statuses(sequence.id)).toEqual(['PENDING']);
  });

  test.each([
    ['after_claim', 'RELEASED', 'CANCELED'],
    ['data_started', 'UNCONFIRMED', 'UNCONFIRMED'],
  ] as const)('at %s of a sequence that is then stopped leaves a ledger that says so', async (point, state, status) => {
    const sequence = await enrolled('email');
    killedAtNext(point);
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    const due = await dueAt(sequence.id);
    await stopSequence(deeds.commands, sequence.caller, sequence.id);
    expect(await perform(sequence.id, due)).toMatchObject({ kind: 'ended', end: { reason: 'stopped_by_user' } });
    expect((await deliveryOf(sequence.id)).state).toBe(state);
    expect(await statuses(sequence.id)).toEqual([status]);
    expect(await openTasks(sequence.id)).toEqual([]);
  });
});

describe('an attempt that was given up for dead but lives', () => {
  /** Its message is the server's, and before it hears so another attempt finds the body begun. */
  async function overtaken(meanwhile: (sequence: Enrolled) => Promise<unknown> = async () => undefined, fate?: object) {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    if (fate) deeds.world.react(sequence.email, fate);
    const [begun, heard] = [aGate(), aGate()];
    atNext('data_started', async () => {
      begun.open();
      await heard.opened;
    });
    const zombie = deeds.performStep(sequence.id, due);
    await begun.opened;
    await untilAsked(sequence.id, due);
    await meanwhile(sequence);
    heard.open();
    return { sequence, due, result: await zombie };
  }

  test('starts no body once its claim was taken over', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    const before = deeds.world.bodies();
    deeds.world.react(sequence.email, { meanwhile: () => deeds.performStep(sequence.id, due).then(() => undefined) });
    as('deferred', await perform(sequence.id, due));
    expect(deeds.world.bodies()).toBe(before + 1);
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2 });
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('passes the fence anew before its body when another attempt has claimed the message since', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    const before = deeds.world.bodies();
    const [asked, go] = [aGate(), aGate()];
    let second: Promise<StepResult> | undefined;
    deeds.world.react(sequence.email, {
      meanwhile: async () => {
        atNext('body_asked', async () => {
          asked.open();
          await go.opened;
        });
        second = deeds.performStep(sequence.id, due);
        await asked.opened;
      },
    });
    as('done', await perform(sequence.id, due));
    go.open();
    expect(await second).toMatchObject({ kind: 'deferred', why: 'delay' });
    expect(deeds.world.bodies()).toBe(before + 1);
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 3 });
  });

  test('has no say any more once a person had its message sent again', async () => {
    const { sequence, result } = await overtaken(async (one) => {
      await settle(one, { outcome: 'send_again' });
      killedAtNext('data_started');
      await expect(deeds.performStep(one.id, await dueAt(one.id))).rejects.toThrow('the worker was killed');
    }, greylistedAtTheEnd);
    as('deferred', result);
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'DATA_STARTED', attempt: 2, temporaryAnswers: 0 });
    expect(await statuses(sequence.id)).toEqual(['SENDING', 'PENDING']);
  });

  test('settles the task by itself when it learns of its 250 after all', async () => {
    const { sequence, result } = await overtaken();
    expect(result).toMatchObject({ kind: 'done', status: 'ACTIVE', next: { number: 2 } });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([{ status: 'COMPLETED', outcome: 'sent' }]);
    expect((await deliveryOf(sequence.id)).state).toBe('SENT');
    // The workflow waits for the task: the reconciler tells it.
    const { tellSeq, toldSeq } = await row(sequence.id);
    expect(tellSeq).toBeGreaterThan(toldSeq);
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('asks nobody any more either when it learns of a refusal after all', async () => {
    const { sequence, due, result } = await overtaken(undefined, greylistedAtTheEnd);
    expect(result).toMatchObject({
      kind: 'deferred',
      until: due + 15 * MINUTE,
      why: 'provider_retry',
      status: 'ACTIVE',
    });
    expect(await openTasks(sequence.id)).toEqual([]);
    expect((await row(sequence.id)).tellSeq).toBeGreaterThan(0);
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('of a stopped sequence that learns of a refusal records it', async () => {
    const { sequence, result } = await overtaken(
      ({ id, caller }) => stopSequence(deeds.commands, caller, id),
      greylistedAtTheEnd,
    );
    expect(result).toMatchObject({ kind: 'ended', end: { reason: 'stopped_by_user' } });
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
    expect(await statuses(sequence.id)).toEqual(['CANCELED', 'CANCELED']);
  });

  test.each([
    ['was sent', undefined, 'SENT'],
    ['was refused for now', greylistedAtTheEnd, 'RELEASED'],
    ['was refused for good', refusedByPolicy, 'REJECTED'],
  ])('leaves the step that a person has skipped meanwhile, and the ledger knows that it %s', async (_, fate, state) => {
    const { sequence, result } = await overtaken(
      async ({ id, caller }) => skipTask(deeds.commands, caller, { taskId: (await openTask(id)).id }),
      fate,
    );
    as('deferred', result);
    expect(await statuses(sequence.id)).toEqual(['SKIPPED', 'PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe(state);
  });

  test('that learns of a refusal for good fails the sequence, and takes the question off the queue', async () => {
    const { sequence, result } = await overtaken(undefined, refusedByPolicy);
    expect(result).toMatchObject({ kind: 'ended', end: { status: 'FAILED', reason: 'rejected_by_policy' } });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED']);
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([{ status: 'DISMISSED' }]);
  });

  test('changes nothing when a person has said meanwhile that it was sent', async () => {
    const { sequence, result } = await overtaken((one) => settle(one, { outcome: 'sent' }));
    as('deferred', result);
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
    expect(await eventsOf(deeds, sequence.id, 'step_sent')).toHaveLength(1);
  });
});

describe('what comes while the message is on its way', () => {
  test.each<[string, (sequence: Enrolled) => Promise<unknown>, object]>([
    [
      'a stop',
      ({ id, caller }) => stopSequence(deeds.commands, caller, id),
      { status: 'STOPPED_EARLY', reason: 'stopped_by_user' },
    ],
    ['a good answer', (sequence) => reply(sequence, 'positive'), { status: 'SUCCEEDED', reason: 'positive_reply' }],
    ['a request to be removed', (one) => reply(one, 'unsubscribe'), { status: 'FAILED', reason: 'unsubscribed' }],
    [
      'the end of the campaign',
      ({ campaignId, caller }) => endCampaign(deeds.commands, caller, campaignId),
      { status: 'STOPPED_EARLY', reason: 'campaign_ended' },
    ],
  ])('%s: the step is sent, and the sequence keeps its end', async (_what, comes, end) => {
    const sequence = await enrolled('email', 'email');
    atNext('data_started', () => comes(sequence));
    const due = await dueAt(sequence.id);
    expect(await perform(sequence.id, due)).toMatchObject({ kind: 'ended', end });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await row(sequence.id)).toMatchObject({ nextAt: null, nextWhy: null });
    expect(await eventsOf(deeds, sequence.id, 'sequence_ended')).toHaveLength(1);
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('a stop, and then no answer: the step is unconfirmed, and nobody is asked', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, unanswered);
    atNext('data_started', () => stopSequence(deeds.commands, sequence.caller, sequence.id));
    expect(await perform(sequence.id)).toMatchObject({ kind: 'ended', end: { reason: 'stopped_by_user' } });
    expect(await statuses(sequence.id)).toEqual(['UNCONFIRMED', 'CANCELED']);
    expect(await openTasks(sequence.id)).toEqual([]);
  });

  test('a stop, and then a passing refusal: the step is canceled', async () => {
    const sequence = await enrolled('email', 'email');
    deeds.world.react(sequence.email, greylistedAtTheEnd);
    atNext('data_started', () => stopSequence(deeds.commands, sequence.caller, sequence.id));
    expect(await perform(sequence.id)).toMatchObject({ kind: 'ended', end: { reason: 'stopped_by_user' } });
    expect(await statuses(sequence.id)).toEqual(['CANCELED', 'CANCELED']);
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
  });

  test('a reply that nobody understands yet: the next step waits for whoever reads it', async () => {
    const sequence = await enrolled('email', 'email');
    atNext('data_started', () => reply(sequence, 'unclear'));
    const { next, status } = as('done', await perform(sequence.id));
    expect(status).toBe('WAITING_FOR_USER');
    const { taskId } = as('waitingForUser', await perform(sequence.id, next?.at));
    await completeTask(deeds.commands, sequence.caller, { taskId, outcome: 'go_on' });
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)).toHaveLength(2);
  });

  test('a reply to read with the last step: read as a good answer, it makes the completed sequence a success', async () => {
    const sequence = await enrolled('email');
    atNext('data_started', () => reply(sequence, 'unclear'));
    expect(await perform(sequence.id)).toMatchObject({ kind: 'done', next: null, status: 'COMPLETED' });
    await settle(sequence, { outcome: 'positive' });
    expect(await row(sequence.id)).toMatchObject({ status: 'SUCCEEDED', endReason: 'positive_reply' });
  });
});

describe('a LinkedIn invitation', () => {
  test('is sent with its note, and the sequence does not wait for its acceptance', async () => {
    const sequence = await enrolled({ kind: 'linkedin_invitation', note: 'Hi {{first_name}}' }, 'email');
    const { next, status } = as('done', await perform(sequence.id));
    expect(status).toBe('ACTIVE');
    expect(next).toMatchObject({ number: 2, kind: 'email' });
    expect(invitationsTo(sequence)).toEqual([{ profile: sequence.profile, note: 'Hi Ada' }]);
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SENT', reason: null });
    expect(await deliveryOf(sequence.id)).toMatchObject({
      state: 'SENT',
      messageId: null,
      recipient: sequence.profile,
      accountId: sequence.linkedInAccount,
    });
  });

  test.each(['connected', 'pending'] as const)('to somebody %s already counts as done', async (relation) => {
    const sequence = await enrolled('linkedin_invitation', 'email');
    deeds.world.relations.set(sequence.profile, relation);
    as('done', await perform(sequence.id));
    expect(invitationsTo(sequence)).toEqual([]);
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SENT', reason: 'already_done' });
  });

  test('without a profile is skipped, and the next step waits for its own delay', async () => {
    const { id } = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email'), lead: { profile: '' } });
    const due = await dueAt(id);
    const { next } = as('done', await perform(id));
    expect(await stepOf(id)).toMatchObject({ status: 'SKIPPED', reason: 'no_profile', finishedAt: due });
    expect(next?.at).toBeGreaterThanOrEqual(due + 3 * DAY);
    expect(await deeds.deliveriesOf(id)).toEqual([]);
  });

  test.each(['linkedin_invitation', 'linkedin_message'] as const)(
    'or message (%s) to a profile that LinkedIn does not know is skipped',
    async (kind) => {
      const { id } = await anEnrolled(deeds, {
        steps: steps(kind, 'email'),
        lead: { profile: `in/missing-${kind.replace('_', '-')}` },
      });
      as('done', await perform(id));
      expect(await stepOf(id)).toMatchObject({ status: 'SKIPPED', reason: 'invalid_profile' });
    },
  );

  test('is not made again after a crash behind the call: LinkedIn is asked what it has', async () => {
    const sequence = await enrolled('linkedin_invitation', 'email');
    killedAtNext('accepted');
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    as('done', await perform(sequence.id));
    expect(invitationsTo(sequence)).toHaveLength(1);
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'SENT', attempt: 2 });
  });

  test('is not made when the campaign is paused while LinkedIn is asked', async () => {
    const sequence = await enrolled('linkedin_invitation');
    vi.spyOn(deeds.world.linkedIn, 'relation').mockImplementationOnce(async () => {
      await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
      return 'none';
    });
    as('held', await perform(sequence.id));
    expect(invitationsTo(sequence)).toEqual([]);
    expect(await statuses(sequence.id)).toEqual(['PENDING']);
    expect((await deliveryOf(sequence.id)).state).toBe('RELEASED');
  });

  test('that is refused fails the sequence', async () => {
    const sequence = await enrolled('linkedin_invitation', 'email');
    deeds.world.refuseLinkedIn({ kind: 'refused', detail: 'not allowed' });
    expect(await perform(sequence.id)).toMatchObject({
      kind: 'ended',
      end: { status: 'FAILED', reason: 'rejected_by_policy' },
    });
    expect(await statuses(sequence.id)).toEqual(['FAILED', 'CANCELED']);
  });
});

describe('a LinkedIn account', () => {
  test.each([
    ['5 hours where LinkedIn names no time', null, 5 * HOUR],
    ['as long as LinkedIn says', 7 * HOUR, 7 * HOUR],
    ['5 hours where LinkedIn says less', HOUR, 5 * HOUR],
  ])('that does too much rests %s', async (_how, retryAfterMs, rest) => {
    const sequence = await enrolled('linkedin_invitation');
    const now = await dueAt(sequence.id);
    deeds.world.refuseLinkedIn({ kind: 'rateLimited', retryAfterMs });
    expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: now + rest, why: 'account_cap' });
    expect(await accountOf(deeds, sequence.linkedInAccount)).toMatchObject({
      status: 'RESTING',
      restingUntil: now + rest,
    });
    as('done', await perform(sequence.id));
    expect(invitationsTo(sequence)).toHaveLength(1);
  });

  test('that is disconnected is waited for a day, then the sequence fails; its emails do not mind', async () => {
    const sequence = await enrolled('linkedin_invitation');
    const other = await anEnrolled(deeds, { steps: steps('email'), house: sequence });
    const now = await dueAt(sequence.id);
    deeds.world.refuseLinkedIn({ kind: 'disconnected' });
    expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: now + DAY, why: 'held' });
    expect((await accountOf(deeds, sequence.linkedInAccount)).status).toBe('DISCONNECTED');
    as('done', await perform(other.id));
    expect(await perform(sequence.id)).toMatchObject({ kind: 'ended', end: { reason: 'account_unavailable' } });
  });

  test('whose trouble shows when a question is asked is treated as if a call had met it', async () => {
    const sequence = await enrolled('linkedin_message');
    const now = await dueAt(sequence.id);
    vi.spyOn(deeds.world.linkedIn, 'relation').mockRejectedValueOnce(
      new LinkedInUnavailable('account in trouble', { kind: 'rateLimited', retryAfterMs: null }),
    );
    expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: now + 5 * HOUR, why: 'account_cap' });
  });

  test('whose provider is away gives the claim back and throws', async () => {
    const sequence = await enrolled('linkedin_invitation');
    vi.spyOn(deeds.world.linkedIn, 'relation').mockRejectedValueOnce(new LinkedInUnavailable('network'));
    await expect(perform(sequence.id)).rejects.toMatchObject({ type: 'ProviderAway', nonRetryable: false });
    expect(await deliveryOf(sequence.id)).toMatchObject({ state: 'RELEASED' });
    as('done', await perform(sequence.id));
  });
});

describe('a LinkedIn message', () => {
  const message = (...more: Parameters<typeof steps>) => enrolled('linkedin_message', ...more);
  const accept = ({ caller, linkedInAccount, profile }: Enrolled) => {
    deeds.world.relations.set(profile, 'connected');
    return recordConnectionAccepted(deeds.commands, caller, { accountId: linkedInAccount, profile });
  };

  test('to a connection is sent', async () => {
    const sequence = await message('email');
    deeds.world.relations.set(sequence.profile, 'connected');
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toEqual([{ profile: sequence.profile, text: 'Hi Ada' }]);
    expect(await statuses(sequence.id)).toEqual(['SENT', 'PENDING']);
  });

  test('to nobody connected is skipped at once where the template says so', async () => {
    const sequence = await anEnrolled(deeds, {
      steps: steps('linkedin_message', 'email'),
      template: { linkedIn: { kind: 'SKIP' } },
    });
    const { next, status } = as('done', await perform(sequence.id));
    expect([status, next?.number]).toEqual(['ACTIVE', 2]);
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SKIPPED', reason: 'no_connection' });
    expect(saidTo(sequence)).toEqual([]);
  });

  test('to nobody connected waits for the lead, at most the template’s days from its first run, then is skipped', async () => {
    const sequence = await message('email');
    const firstRun = await dueAt(sequence.id);
    const until = firstRun + 15 * DAY;
    const waits = { kind: 'waitingForLead', until, status: 'WAITING_FOR_LEAD' };
    expect(await perform(sequence.id)).toMatchObject(waits);
    expect(await row(sequence.id)).toMatchObject({ nextAt: until, nextWhy: 'waiting_for_connection' });
    expect(await perform(sequence.id, firstRun + 10 * DAY)).toMatchObject(waits);
    // Accepted and taken back at once: the limit is still that of the first run.
    await accept(sequence);
    deeds.world.relations.set(sequence.profile, 'none');
    expect(await perform(sequence.id, firstRun + 12 * DAY)).toMatchObject(waits);
    const { next, status } = as('done', await perform(sequence.id, until));
    expect([status, next?.number]).toEqual(['ACTIVE', 2]);
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SKIPPED', reason: 'no_connection', finishedAt: until });
    expect(saidTo(sequence)).toEqual([]);
  });

  test('goes at the limit when the acceptance was never told', async () => {
    const sequence = await message();
    await perform(sequence.id);
    deeds.world.relations.set(sequence.profile, 'connected');
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('goes when it is due where the acceptance came before', async () => {
    const sequence = await message();
    await accept(sequence);
    const { tellSeq, nextAt } = await row(sequence.id);
    expect([tellSeq, (await stepOf(sequence.id)).status]).toEqual([0, 'PENDING']);
    as('done', await perform(sequence.id, nextAt ?? 0));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('is asked for again in a minute where the acceptance came while LinkedIn was asked', async () => {
    const sequence = await message();
    await deeds.moveTo(await dueAt(sequence.id));
    vi.spyOn(deeds.world.linkedIn, 'relation').mockImplementationOnce(async () => {
      await accept(sequence);
      return 'none';
    });
    const { until, why, status } = as('deferred', await perform(sequence.id, 0));
    expect([why, status]).toEqual(['provider_retry', 'ACTIVE']);
    expect(until).toBeLessThanOrEqual((await clockOf(deeds)) + MINUTE);
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('goes at the next permitted instant where the acceptance comes while it waits, told once or twice', async () => {
    const sequence = await message();
    await perform(sequence.id);
    await accept(sequence);
    const told = await row(sequence.id);
    expect(told).toMatchObject({ status: 'ACTIVE', nextWhy: 'delay' });
    expect(told.nextAt).toBeLessThanOrEqual((await clockOf(deeds)) + 16 * MINUTE);
    expect((await stepOf(sequence.id)).status).toBe('PENDING');
    await accept(sequence);
    expect(await row(sequence.id)).toEqual(told);
    expect(await eventsOf(deeds, sequence.id, 'connection_accepted')).toHaveLength(1);
    as('done', await perform(sequence.id, (told.nextAt ?? 0) + HOUR));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('goes where the contact accepts again, an older connection having been known and given up', async () => {
    const sequence = await message();
    await accept(sequence);
    deeds.world.relations.set(sequence.profile, 'none');
    // A day later, so that the acceptance is old news when the step runs.
    as('waitingForLead', await perform(sequence.id, (await clockOf(deeds)) + DAY));
    await accept(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE' });
    expect((await stepOf(sequence.id)).status).toBe('PENDING');
  });

  test('waits on when the acceptance is of another account, or by somebody unknown', async () => {
    const sequence = await message();
    await perform(sequence.id);
    const before = await row(sequence.id);
    await recordConnectionAccepted(deeds.commands, sequence.caller, {
      accountId: sequence.emailAccount,
      profile: sequence.profile,
    });
    await recordConnectionAccepted(deeds.commands, sequence.caller, {
      accountId: sequence.linkedInAccount,
      profile: 'nobody-we-know',
    });
    expect(await row(sequence.id)).toEqual(before);
  });

  test('is not said twice after a crash behind the call', async () => {
    const sequence = await message('email');
    deeds.world.relations.set(sequence.profile, 'connected');
    killedAtNext('accepted');
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toHaveLength(1);
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SENT', reason: 'already_done' });
  });

  test('is not said twice when the call was heard and its answer was lost', async () => {
    const sequence = await message();
    deeds.world.relations.set(sequence.profile, 'connected');
    vi.spyOn(deeds.world.linkedIn, 'sendMessage').mockImplementationOnce(async (_account, profile, text) => {
      deeds.world.messages.push({ profile, text });
      throw new LinkedInUnavailable('timeout');
    });
    await expect(perform(sequence.id)).rejects.toMatchObject({ type: 'ProviderAway' });
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('that a crash left unsaid is said by the next attempt', async () => {
    const sequence = await message();
    deeds.world.relations.set(sequence.profile, 'connected');
    killedAtNext('data_started');
    await expect(perform(sequence.id)).rejects.toThrow('the worker was killed');
    as('done', await perform(sequence.id));
    expect(saidTo(sequence)).toHaveLength(1);
  });

  test('to somebody who is no connection any more, as the call learns, waits', async () => {
    const sequence = await message();
    deeds.world.relations.set(sequence.profile, 'connected');
    deeds.world.refuseLinkedIn({ kind: 'notConnected' });
    as('waitingForLead', await perform(sequence.id));
  });
});

describe('a manual step', () => {
  test('is a task for the campaign’s owner, said to the contact, and the sequence waits for it', async () => {
    const sequence = await enrolled('manual_task', 'email');
    const { taskId, status } = as('waitingForUser', await perform(sequence.id));
    expect(status).toBe('WAITING_FOR_USER');
    expect(await deeds.tasksOf(sequence.id)).toMatchObject([
      {
        id: taskId,
        kind: 'manual_step',
        manualKind: 'call',
        title: 'Call Ada',
        instructions: 'Say hello',
        assigneeId: sequence.memberId,
        status: 'OPEN',
      },
    ]);
    expect(await statuses(sequence.id)).toEqual(['WAITING', 'PENDING']);
    expect(await row(sequence.id)).toMatchObject({ nextAt: null, nextWhy: 'waiting_for_task' });
    expect(await perform(sequence.id, sequence.enrolledAt + 30 * DAY)).toMatchObject({
      kind: 'waitingForUser',
      taskId,
    });
    expect(await deeds.tasksOf(sequence.id)).toHaveLength(1);
  });

  test('of a named assignee is theirs', async () => {
    const house = await enrolled('manual_task');
    const assignee = newId<MemberId>();
    const { workspaceId } = house;
    await deeds.db.asSystem((tx) =>
      tx
        .insert(members)
        .values({ id: assignee, workspaceId, name: 'Tina', email: 'tina@acme.example', createdAt: house.enrolledAt }),
    );
    const { id } = await anEnrolled(deeds, {
      steps: steps('manual_task').map((step) => (step.kind === 'manual_task' ? { ...step, assignee } : step)),
      house,
    });
    await perform(id);
    expect((await openTask(id)).assigneeId).toBe(assignee);
  });

  test('that is completed lets the sequence go on, and the next delay counts from then', async () => {
    const sequence = await enrolled('manual_task', 'email');
    await perform(sequence.id);
    await deeds.moveTo((await clockOf(deeds)) + 2 * DAY);
    const completedAt = await clockOf(deeds);
    await settle(sequence, { note: 'they were pleased' });
    const [step] = await deeds.stepsOf(sequence.id);
    expect(step).toMatchObject({ status: 'DONE' });
    expect(step?.finishedAt).toBeGreaterThanOrEqual(completedAt);
    const { status, nextAt, nextWhy } = await row(sequence.id);
    expect([status, nextWhy]).toEqual(['ACTIVE', 'delay']);
    expect(nextAt).toBe(planStep(step?.finishedAt ?? 0, { value: 3, unit: 'days' }, always, `${sequence.email}#1`).at);
    as('done', await perform(sequence.id));
  });

  test('that is skipped lets the sequence go on too', async () => {
    const sequence = await enrolled('manual_task', 'email');
    const { taskId } = as('waitingForUser', await perform(sequence.id));
    await skipTask(deeds.commands, sequence.caller, { taskId });
    expect(await stepOf(sequence.id)).toMatchObject({ status: 'SKIPPED', reason: 'skipped_by_user' });
    as('done', await perform(sequence.id));
  });

  test('that is the last one completes the sequence when it is done', async () => {
    const sequence = await enrolled('manual_task');
    await perform(sequence.id);
    await settle(sequence);
    expect(await row(sequence.id)).toMatchObject({ status: 'COMPLETED', endReason: 'no_more_steps' });
    expect(await perform(sequence.id, 0)).toMatchObject({ kind: 'ended', end: { status: 'COMPLETED' } });
  });
});

describe('copy', () => {
  const lead = { company: '' };

  test('that lacks a value is a task at once, and keeps the sequence only once its step is current', async () => {
    const sequence = await anEnrolled(deeds, {
      steps: steps('email', { kind: 'email', body: 'How is {{company}}, {{first_name}}?' }),
      lead,
    });
    const task = await openTask(sequence.id);
    expect(task).toMatchObject({ kind: 'complete_copy', assigneeId: sequence.memberId });
    expect(task.instructions).toContain('company');
    expect((await row(sequence.id)).status).toBe('ACTIVE');

    const { next, status } = as('done', await perform(sequence.id));
    expect(status).toBe('WAITING_FOR_USER');
    expect(await perform(sequence.id, next?.at)).toMatchObject({ kind: 'waitingForUser', taskId: task.id });
    expect(mailTo(sequence)).toHaveLength(1);

    await settle(sequence, { content: { kind: 'email', subject: 'ignored', body: 'How is the shop, Ada?' } });
    expect((await row(sequence.id)).status).toBe('ACTIVE');
    as('done', await perform(sequence.id));
    expect(mailTo(sequence)[1]?.text).toContain('How is the shop, Ada?');
    expect((await stepOf(sequence.id, 1)).missing).toEqual([]);
  });

  test('of the first step keeps the sequence from the start', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps({ kind: 'email', subject: 'For {{company}}' }), lead });
    expect((await row(sequence.id)).status).toBe('WAITING_FOR_USER');
    as('waitingForUser', await perform(sequence.id));
    expect(mailTo(sequence)).toEqual([]);
  });

  test('completed with what belongs to another kind of step, or with nothing, is refused', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps({ kind: 'email', body: '{{company}}' }), lead });
    await expect(settle(sequence)).rejects.toMatchObject({ code: 'invalid' });
    await expect(settle(sequence, { content: { kind: 'linkedin_message', body: 'Hi' } })).rejects.toMatchObject({
      code: 'invalid',
    });
    expect(await openTasks(sequence.id)).toHaveLength(1);
  });

  test('that is skipped before its step is current takes the step out of the sequence', async () => {
    const sequence = await anEnrolled(deeds, {
      steps: steps('email', { kind: 'email', body: '{{company}}' }, 'email'),
      lead,
    });
    const { id: taskId } = await openTask(sequence.id);
    await skipTask(deeds.commands, sequence.caller, { taskId });
    expect(await row(sequence.id)).toMatchObject({ status: 'ACTIVE', position: 0 });
    const { next } = as('done', await perform(sequence.id));
    expect(next?.number).toBe(3);
    expect(await statuses(sequence.id)).toEqual(['SENT', 'SKIPPED', 'PENDING']);
    expect(await perform(sequence.id)).toMatchObject({ kind: 'done', next: null, status: 'COMPLETED' });
  });

  test('takes an AI variable’s fallback, and a default where there is no value', async () => {
    const sequence = await anEnrolled(deeds, {
      steps: steps({ kind: 'email', body: '{{opener}} At {{ company | default: "your place" }} …' }),
      template: { aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: 'I read about you.' }] },
      lead,
    });
    expect(await openTasks(sequence.id)).toEqual([]);
    await perform(sequence.id);
    expect(first(mailTo(sequence)).text).toContain('I read about you. At your place …');
  });

  test('with an AI variable that has no fallback is a person’s to complete', async () => {
    const { id } = await anEnrolled(deeds, {
      steps: steps({ kind: 'email', body: '{{opener}}' }),
      template: { aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: null }] },
    });
    expect((await openTask(id)).kind).toBe('complete_copy');
    expect((await stepOf(id)).missing).toEqual(['opener']);
  });
});

describe('a hold', () => {
  test('a paused campaign holds its due step, and parks the sequence where it stands', async () => {
    const sequence = await enrolled('email', 'email');
    const due = await dueAt(sequence.id);
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    const { epoch, status } = as('held', await perform(sequence.id));
    expect([epoch, status]).toEqual([2, 'ACTIVE']);
    expect(await row(sequence.id)).toMatchObject({ parkedEpoch: epoch, nextAt: due });
    expect(mailTo(sequence)).toEqual([]);
    await resumeCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    as('done', await perform(sequence.id, due + DAY));
    expect((await row(sequence.id)).parkedEpoch).toBeNull();
  });

  test('a step still ahead keeps its instant over a pause', async () => {
    const sequence = await enrolled('email');
    const due = await dueAt(sequence.id);
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    as('held', await perform(sequence.id, due - MINUTE));
    await resumeCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    expect(await perform(sequence.id, due - 1)).toMatchObject({ kind: 'deferred', until: due });
    expect((await row(sequence.id)).parkedEpoch).toBeNull();
  });

  test('a task may be settled during a pause, but none is created', async () => {
    const sequence = await enrolled('manual_task', 'manual_task');
    const { taskId } = as('waitingForUser', await perform(sequence.id));
    await pauseCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    expect(await perform(sequence.id, 0)).toMatchObject({ kind: 'waitingForUser', taskId });
    await settle(sequence);
    expect(await statuses(sequence.id)).toEqual(['DONE', 'PENDING']);
    as('held', await perform(sequence.id));
    expect(await openTasks(sequence.id)).toEqual([]);
    await resumeCampaign(deeds.commands, sequence.caller, sequence.campaignId);
    as('waitingForUser', await perform(sequence.id));
    expect(await openTasks(sequence.id)).toHaveLength(1);
  });

  test.each(['email', 'linkedin_message', 'linkedin_invitation', 'manual_task'] as const)(
    'out of office holds a step of kind %s until the stated date plus one working day',
    async (kind) => {
      const sequence = await enrolled(kind, 'email');
      const due = await dueAt(sequence.id);
      const back = new Date((await clockOf(deeds)) + 6 * DAY).toISOString().slice(0, 10);
      await reply(sequence, 'out_of_office', back);
      const until = Date.parse(back) + DAY;
      const held = { kind: 'deferred', until, why: 'held', status: 'WAITING_FOR_LEAD' };
      expect(await perform(sequence.id, due)).toMatchObject(held);
      expect(await perform(sequence.id, until - 1)).toMatchObject(held);
      expect(await statuses(sequence.id)).toEqual(['PENDING', 'PENDING']);
      expect(await deeds.tasksOf(sequence.id)).toEqual([]);
      expect(await deeds.deliveriesOf(sequence.id)).toEqual([]);
      const { kind: then } = await perform(sequence.id, until);
      expect(['done', 'waitingForUser', 'waitingForLead']).toContain(then);
    },
  );

  test('out of office until a Friday is over when Monday’s window opens', async () => {
    const { id, caller } = await anEnrolled(deeds, {
      steps: steps('email'),
      template: { schedule: weekdays },
      now: nextOpening(await clockOf(deeds), weekdays),
    });
    let friday = Date.parse(new Date(await clockOf(deeds)).toISOString().slice(0, 10)) + 2 * DAY;
    while (new Date(friday).getUTCDay() !== 5) friday += DAY;
    const returnsOn = new Date(friday).toISOString().slice(0, 10);
    await recordReply(deeds.commands, caller, { sequenceId: id, intent: 'out_of_office', returnsOn, key: id });
    const { awayUntil } = await contactOf(deeds, id);
    expect(instantText(awayUntil ?? 0, 'Europe/Paris')).toMatch(/^Mon .*, 09:00/);
    expect((awayUntil ?? 0) - friday).toBeLessThan(4 * DAY);
    expect(await perform(id)).toMatchObject({ kind: 'deferred', until: awayUntil, why: 'held' });
  });

  test('an absence that ends before the step is due shows until it ends, then the step keeps its instant', async () => {
    const sequence = await enrolled('email', { kind: 'email', delay: { value: 30, unit: 'days' } });
    await perform(sequence.id);
    const due = await dueAt(sequence.id);
    const back = new Date((await clockOf(deeds)) + 6 * DAY).toISOString().slice(0, 10);
    await reply(sequence, 'out_of_office', back);
    const until = Date.parse(back) + DAY;
    const waits = { kind: 'deferred', until, why: 'held', status: 'WAITING_FOR_LEAD' };
    expect(await perform(sequence.id, 0)).toMatchObject(waits);
    expect(await perform(sequence.id, until)).toMatchObject({ kind: 'deferred', until: due, status: 'ACTIVE' });
    expect(await dueAt(sequence.id)).toBe(due);
  });

  test('a paused account is looked at again in a day, and goes on at once when it is connected again', async () => {
    const sequence = await enrolled('email');
    const due = await dueAt(sequence.id);
    await changeAccount(deeds, sequence.emailAccount, { status: 'PAUSED' });
    const held = { kind: 'deferred', until: due + DAY, why: 'held', status: 'ACTIVE' };
    expect(await perform(sequence.id)).toMatchObject(held);
    expect(await perform(sequence.id, due + HOUR)).toMatchObject(held);
    await changeAccount(deeds, sequence.emailAccount, { status: 'CONNECTED' });
    as('done', await perform(sequence.id, due + 2 * HOUR));
    expect(mailTo(sequence)).toHaveLength(1);
  });

  test('a paused account holds no task', async () => {
    const sequence = await enrolled('manual_task');
    await changeAccount(deeds, sequence.emailAccount, { status: 'PAUSED' });
    as('waitingForUser', await perform(sequence.id));
  });

  test.each(['email', 'manual_task'] as const)(
    'a workspace that has sending switched off holds a step of kind %s for a day',
    async (kind) => {
      const sequence = await enrolled(kind);
      const due = await dueAt(sequence.id);
      const { workspaceId } = sequence;
      const switchTo = (sendingStopped: boolean) =>
        deeds.db.asSystem((tx) => tx.update(workspaces).set({ sendingStopped }).where(eq(workspaces.id, workspaceId)));
      await switchTo(true);
      expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', until: due + DAY, why: 'held' });
      expect([mailTo(sequence), await deeds.tasksOf(sequence.id)]).toEqual([[], []]);
      await switchTo(false);
      const { kind: then } = await perform(sequence.id, due + HOUR);
      expect(['done', 'waitingForUser']).toContain(then);
    },
  );

  test('the installation’s own switch holds everybody', async () => {
    const sequence = await enrolled('email');
    const switchTo = (sendingStopped: boolean) =>
      deeds.db.asSystem((tx) => tx.update(installation).set({ sendingStopped }));
    await switchTo(true);
    try {
      expect(await perform(sequence.id)).toMatchObject({ kind: 'deferred', why: 'held' });
    } finally {
      await switchTo(false);
    }
    expect(mailTo(sequence)).toEqual([]);
  });
});
