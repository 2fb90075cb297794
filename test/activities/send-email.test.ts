import { describe, expect, test, vi } from 'vitest';
import { InvalidEmail } from '../../src/adapters/mailer.ts';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import { instantText } from '../../src/domain/instant-text.ts';
import { permittedAt, planStep } from '../../src/domain/schedule.ts';
import {
  attemptsForFile,
  cut,
  greylisted,
  noSuchUser,
  refusedByPolicy,
  senderRejected,
  TUESDAY,
} from '../support/attempts.ts';
import { startDeeds } from '../support/deeds.ts';
import { accountOf, anEnrolled, as, changeAccount, eventsOf, first, suppressionsOf } from '../support/enrolled.ts';
import { sequenceRow, steps, weekdays } from '../support/scenario.ts';

const { deeds, enrolled, row, dueAt, perform, statuses, stepOf, deliveryOf, mailTo } = attemptsForFile();

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
