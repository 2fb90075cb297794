import { describe, expect, test } from 'vitest';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import { DAY_MS as DAY, MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import type { StepResult } from '../../src/domain/sequence.ts';
import { aGate, attemptsForFile, greylistedAtTheEnd, refusedByPolicy, unanswered } from '../support/attempts.ts';
import { as, clockOf, type Enrolled, eventsOf } from '../support/enrolled.ts';

const {
  deeds,
  atNext,
  killedAtNext,
  enrolled,
  row,
  dueAt,
  perform,
  untilAsked,
  statuses,
  deliveryOf,
  openTasks,
  openTask,
  mailTo,
  settle,
  reply,
} = attemptsForFile();

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
