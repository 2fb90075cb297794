import { describe, expect, test } from 'vitest';
import { recordBounce } from '../../../src/commands/inbound/record-bounce.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { unsubscribe } from '../../../src/commands/inbound/unsubscribe.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../../src/commands/tasks/complete-task.ts';
import { dismissTask } from '../../../src/commands/tasks/dismiss-task.ts';
import { skipTask } from '../../../src/commands/tasks/skip-task.ts';
import { snoozeTask } from '../../../src/commands/tasks/snooze-task.ts';
import { DAY_MS as DAY } from '../../../src/domain/durations.ts';
import { type ReplyIntent, replyIntents } from '../../../src/domain/reply.ts';
import type { SequenceStatus } from '../../../src/domain/sequence.ts';
import type { TaskKind } from '../../../src/domain/task.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { clockOf, contactOf, type Enrolled, eventsOf, first, suppressionsOf } from '../../support/enrolled.ts';
import { steps } from '../../support/scenario.ts';

const { deeds, enrolled, row, statuses, openTasks, perform } = commandsForFile();

describe('a reply', () => {
  const told = ({ id, caller }: Enrolled, intent: ReplyIntent, key: string = intent, returnsOn: string | null = null) =>
    recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${key}`, returnsOn });
  const expected: Record<ReplyIntent, [SequenceStatus, string | null]> = {
    positive: ['SUCCEEDED', 'positive_reply'],
    meeting_booked: ['SUCCEEDED', 'meeting_booked'],
    referral: ['SUCCEEDED', 'referral'],
    negative: ['STOPPED_EARLY', 'negative_reply'],
    neutral: ['STOPPED_EARLY', 'neutral_reply'],
    unsubscribe: ['FAILED', 'unsubscribed'],
    out_of_office: ['WAITING_FOR_LEAD', null],
    auto_reply: ['ACTIVE', null],
    unclear: ['WAITING_FOR_USER', null],
  };

  const asks: Partial<Record<ReplyIntent, TaskKind[]>> = {
    positive: ['answer_reply'],
    meeting_booked: ['answer_reply'],
    referral: ['answer_reply'],
    unclear: ['read_reply'],
  };

  test.each(replyIntents)('that is %s acts once, however often it is told', async (intent) => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    await told(sequence, intent);
    const after = await row(sequence.id);
    expect([after.status, after.endReason]).toEqual(expected[intent]);
    await Promise.all([told(sequence, intent), told(sequence, intent)]);
    expect(await row(sequence.id)).toEqual(after);
    expect(await eventsOf(deeds, sequence.id, 'reply_received')).toMatchObject([
      { actor: 'contact', data: { intent } },
    ]);
    expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(asks[intent] ?? []);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(intent === 'unsubscribe' ? 2 : 0);
    if (after.endReason) expect(await statuses(sequence.id)).toEqual(['CANCELED', 'CANCELED']);
  });

  test.each(replyIntents)(
    'that is %s after the end is recorded, and changes no status; a good one is to answer',
    async (intent) => {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      await stopSequence(deeds.commands, sequence.caller, sequence.id);
      await told(sequence, intent);
      expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user' });
      expect(await eventsOf(deeds, sequence.id, 'reply_received')).toHaveLength(1);
      expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(
        intent === 'unclear' ? [] : (asks[intent] ?? []),
      );
      expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(intent === 'unsubscribe' ? 2 : 0);
    },
  );

  test.each(replyIntents)('that is %s to the last message', async (intent) => {
    const sequence = await enrolled({ steps: steps('email') });
    await perform(sequence.id);
    const completed = await row(sequence.id);
    expect(completed.status).toBe('COMPLETED');
    await told(sequence, intent);
    const [status, endReason] = expected[intent];
    const late = status === 'SUCCEEDED' ? { status, endReason } : { status: 'COMPLETED', endReason: 'no_more_steps' };
    expect(await row(sequence.id)).toMatchObject({ ...late, endedAt: completed.endedAt });
    expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(asks[intent] ?? []);
    // A second good answer of another kind does not change the first.
    await told(sequence, intent === 'referral' ? 'positive' : 'referral', 'second');
    if (status === 'SUCCEEDED') expect(await row(sequence.id)).toMatchObject(late);
    expect((await openTasks(sequence.id)).filter(({ kind }) => kind === 'answer_reply')).toHaveLength(1);
  });

  describe('that is good', () => {
    const writes = ({ id, caller }: Enrolled, intent: ReplyIntent, text: string) =>
      recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${text}`, text });
    const answersTo = async ({ id }: Enrolled) =>
      (await deeds.tasksOf(id)).filter(({ kind }) => kind === 'answer_reply');

    test('asks the owner of the campaign for an answer, whom it tells of as of every task; it holds nothing up', async () => {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      await writes(sequence, 'positive', 'Yes, call me on Friday.');
      const [task] = await answersTo(sequence);
      expect(task).toMatchObject({
        title: 'Answer Ada',
        instructions: 'Yes, call me on Friday.',
        assigneeId: sequence.memberId,
        status: 'OPEN',
        stepId: null,
      });
      const [opened, another] = await eventsOf(deeds, sequence.id, 'task_opened');
      expect(opened).toMatchObject({ at: task?.createdAt, data: { task: task?.id, taskKind: 'answer_reply' } });
      expect(another).toBeUndefined();
      expect((await eventsOf(deeds, sequence.id, 'sequence_ended')).map(({ at }) => at)).toEqual([task?.createdAt]);
    });

    test('is answered for as long as the contact writes: what follows is added, and brings a snoozed task back', async () => {
      const sequence = await enrolled({ steps: steps('email') });
      await writes(sequence, 'positive', 'Yes, call me.');
      const { id: taskId } = first(await answersTo(sequence));
      await snoozeTask(deeds.commands, sequence.caller, { taskId, until: { at: (await clockOf(deeds)) + DAY } });
      await writes(sequence, 'auto_reply', 'Ticket 12 was opened.');
      await writes(sequence, 'out_of_office', 'I am away.');
      expect(first(await answersTo(sequence)).snoozedUntil).not.toBeNull();
      await Promise.all([writes(sequence, 'unclear', 'When?'), writes(sequence, 'unclear', 'When?')]);
      expect(await answersTo(sequence)).toMatchObject([
        { id: taskId, status: 'OPEN', snoozedUntil: null, instructions: 'Yes, call me.\n\n---\n\nWhen?' },
      ]);
      expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(['answer_reply']);

      await completeTask(deeds.commands, sequence.caller, { taskId, note: 'Called her.' });
      await writes(sequence, 'neutral', 'Thanks. And next week?');
      await writes(sequence, 'unsubscribe', 'Remove me.');
      expect((await answersTo(sequence)).map(({ status, instructions }) => [status, instructions])).toEqual([
        ['COMPLETED', 'Yes, call me.\n\n---\n\nWhen?'],
        ['OPEN', 'Thanks. And next week?'],
      ]);
    });

    test('is completed without an outcome or dismissed, and not skipped: there is no step', async () => {
      const [one, two] = [await enrolled({ steps: steps('email') }), await enrolled({ steps: steps('email') })];
      for (const sequence of [one, two]) await writes(sequence, 'referral', 'Ask my colleague.');
      const before = await row(one.id);
      const answer = { taskId: first(await answersTo(one)).id };
      await expect(skipTask(deeds.commands, one.caller, answer)).rejects.toEqual(refused('rule_refused'));
      await expect(completeTask(deeds.commands, one.caller, { ...answer, outcome: 'positive' })).rejects.toEqual(
        refused('invalid'),
      );
      await completeTask(deeds.commands, one.caller, answer);
      await dismissTask(deeds.commands, two.caller, first(await answersTo(two)).id);
      expect((await answersTo(one)).map(({ status }) => status)).toEqual(['COMPLETED']);
      expect((await answersTo(two)).map(({ status }) => status)).toEqual(['DISMISSED']);
      expect(await row(one.id)).toEqual(before);
    });
  });

  test('that says out of office holds until its date plus one working day, 14 days where it has no use', async () => {
    const date = (days: number, now: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
    const now = await clockOf(deeds);
    for (const [stated, days] of [
      [null, 14],
      [date(-1, now), 14],
      [date(100, now), 14],
      [date(0, now), 1],
      [date(99, now), 100],
    ] as const) {
      const sequence = await enrolled({ steps: steps('email') });
      await told(sequence, 'out_of_office', 'away', stated);
      const { awayUntil } = await contactOf(deeds, sequence.id);
      const midnight = Date.parse(date(days, now));
      expect((awayUntil ?? 0) - midnight, `${stated}`).toBeLessThan(DAY);
      expect((awayUntil ?? 0) - midnight, `${stated}`).toBeGreaterThanOrEqual(0);
      if (stated !== null && days !== 14) expect(awayUntil).toBe(midnight);
    }
  });

  test('that corrects the date of an absence moves it', async () => {
    const sequence = await enrolled({ steps: steps('email') });
    const now = await clockOf(deeds);
    const date = (days: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
    await told(sequence, 'out_of_office', 'one', date(30));
    await told(sequence, 'out_of_office', 'two', date(5));
    expect((await contactOf(deeds, sequence.id)).awayUntil).toBe(Date.parse(date(6)));
    expect((await row(sequence.id)).tellSeq).toBe(2);
  });
});

describe('a bounce', () => {
  test('that is hard suppresses the address and fails the sequence, once', async () => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    await perform(sequence.id);
    const bounce = { sequenceId: sequence.id, kind: 'hard', key: `${sequence.id}/dsn` } as const;
    await recordBounce(deeds.commands, sequence.caller, bounce);
    await recordBounce(deeds.commands, sequence.caller, bounce);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'hard_bounce' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([
      { kind: 'address', value: sequence.email, reason: 'hard_bounce' },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'bounce_received')).toHaveLength(1);
  });

  test('that is soft is only noted', async () => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    const before = await row(sequence.id);
    await recordBounce(deeds.commands, sequence.caller, { sequenceId: sequence.id, kind: 'soft', key: sequence.id });
    expect(await row(sequence.id)).toEqual(before);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([]);
    expect(await eventsOf(deeds, sequence.id, 'bounce_received')).toMatchObject([{ data: { bounce: 'soft' } }]);
  });

  test('after the end still suppresses the address', async () => {
    const sequence = await enrolled({ steps: steps('email') });
    await perform(sequence.id);
    await recordBounce(deeds.commands, sequence.caller, { sequenceId: sequence.id, kind: 'hard', key: sequence.id });
    expect((await row(sequence.id)).status).toBe('COMPLETED');
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(1);
  });
});

describe('an unsubscribe', () => {
  test('suppresses address and profile and fails the sequence; a second time, or twice at once, changes nothing', async () => {
    const sequence = await enrolled({ steps: steps('email', 'linkedin_message') });
    const leave = () => unsubscribe(deeds.commands, sequence.caller, sequence.id);
    await Promise.all([leave(), leave()]);
    const after = await row(sequence.id);
    expect(after).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    await leave();
    expect(await row(sequence.id)).toEqual(after);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([
      { kind: 'profile', value: sequence.profile, reason: 'unsubscribed' },
      { kind: 'address', value: sequence.email, reason: 'unsubscribed' },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'unsubscribed')).toHaveLength(1);
    expect(await eventsOf(deeds, sequence.id, 'sequence_ended')).toHaveLength(1);
  });
});
