import { describe, expect, test } from 'vitest';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../../src/commands/tasks/complete-task.ts';
import { dismissTask } from '../../../src/commands/tasks/dismiss-task.ts';
import { skipTask } from '../../../src/commands/tasks/skip-task.ts';
import { newId } from '../../../src/db/new-id.ts';
import type { TaskId } from '../../../src/domain/ids.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { type EnrolledSpec, eventsOf, first, suppressionsOf } from '../../support/enrolled.ts';
import { aHouse, type House, steps } from '../../support/scenario.ts';

const { deeds, enrolled, row, openTasks, atTask } = commandsForFile();

describe('a task', () => {
  const complete = ({ caller, taskId }: { caller: House['caller']; taskId: TaskId }, also: object = {}) =>
    completeTask(deeds.commands, caller, { taskId, ...also });
  /** A sequence with a reply to read. */
  async function withReply(spec: Partial<EnrolledSpec> = {}) {
    const sequence = await enrolled({ steps: steps('email', 'email'), ...spec });
    const { id: sequenceId, caller } = sequence;
    await recordReply(deeds.commands, caller, { sequenceId, intent: 'unclear', key: sequenceId, text: 'Who are you?' });
    const task = first(await openTasks(sequenceId));
    return { ...sequence, task, taskId: task.id };
  }

  test('completed twice is completed once', async () => {
    const at = await atTask();
    await complete(at);
    const after = await row(at.id);
    await complete(at);
    expect(await row(at.id)).toEqual(after);
    expect(after).toMatchObject({ position: 1, status: 'ACTIVE' });
    expect(await eventsOf(deeds, at.id, 'step_done')).toHaveLength(1);
    expect(await eventsOf(deeds, at.id, 'task_completed')).toMatchObject([{ actor: at.caller.actor }]);
  });

  test('settled otherwise than it was is refused', async () => {
    const at = await atTask();
    await complete(at);
    await expect(skipTask(deeds.commands, at.caller, at)).rejects.toEqual(refused('wrong_state'));
    const read = await withReply();
    await complete(read, { outcome: 'go_on' });
    await expect(complete(read, { outcome: 'positive' })).rejects.toEqual(refused('wrong_state'));
    expect((await row(read.id)).status).toBe('ACTIVE');
  });

  test('settled by two people at once is settled by one of them', async () => {
    for (let round = 0; round < 4; round++) {
      const at = await withReply();
      const both = await Promise.allSettled([
        complete(at, { outcome: 'positive' }),
        complete(at, { outcome: 'negative' }),
      ]);
      const won = both.findIndex(({ status }) => status === 'fulfilled');
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(both[1 - won]).toMatchObject({ reason: refused('wrong_state') });
      expect((await row(at.id)).endReason).toBe(won === 0 ? 'positive_reply' : 'negative_reply');
      expect(await eventsOf(deeds, at.id, 'sequence_ended')).toHaveLength(1);
    }
  });

  test('takes an outcome where its kind has several, and none where it has not', async () => {
    const [at, read] = [await atTask(), await withReply()];
    await expect(complete(at, { outcome: 'positive' })).rejects.toEqual(refused('invalid'));
    await expect(complete(read)).rejects.toEqual(refused('invalid'));
    await expect(complete(read, { outcome: 'sent' })).rejects.toEqual(refused('invalid'));
    await expect(skipTask(deeds.commands, read.caller, read)).rejects.toEqual(refused('rule_refused'));
    expect([(await openTasks(at.id)).length, (await openTasks(read.id)).length]).toEqual([1, 1]);
    await expect(complete({ ...at, taskId: newId<TaskId>() })).rejects.toEqual(refused('not_found'));
    const { caller } = await aHouse(deeds.db);
    await expect(complete({ ...at, caller })).rejects.toEqual(refused('not_found'));
  });

  test('is dismissed only once its sequence has ended', async () => {
    const at = await atTask();
    const dismiss = () => dismissTask(deeds.commands, at.caller, at.taskId);
    await expect(dismiss()).rejects.toEqual(refused('rule_refused'));
    await stopSequence(deeds.commands, at.caller, at.id);
    expect(await openTasks(at.id)).toHaveLength(1);
    await dismiss();
    await dismiss();
    expect(await deeds.tasksOf(at.id)).toMatchObject([{ status: 'DISMISSED' }]);
    await expect(complete(at)).rejects.toEqual(refused('wrong_state'));
  });

  test('completed after a stop changes nothing else; a good reply is still to answer', async () => {
    for (const at of [await atTask(), await withReply()]) {
      await stopSequence(deeds.commands, at.caller, at.id);
      const [before, stepsBefore] = [await row(at.id), await deeds.stepsOf(at.id)];
      await complete(at, 'task' in at ? { outcome: 'positive' } : {});
      const answer = { kind: 'answer_reply', status: 'OPEN' };
      expect(await deeds.tasksOf(at.id)).toMatchObject([{ status: 'COMPLETED' }, ...('task' in at ? [answer] : [])]);
      expect(await row(at.id)).toEqual(before);
      expect(await deeds.stepsOf(at.id)).toEqual(stepsBefore);
    }
  });

  test.each([
    ['positive', 'SUCCEEDED', 'positive_reply'],
    ['meeting_booked', 'SUCCEEDED', 'meeting_booked'],
    ['referral', 'SUCCEEDED', 'referral'],
    ['negative', 'STOPPED_EARLY', 'negative_reply'],
    ['neutral', 'STOPPED_EARLY', 'neutral_reply'],
    ['unsubscribe', 'FAILED', 'unsubscribed'],
    ['out_of_office', 'WAITING_FOR_LEAD', null],
    ['go_on', 'ACTIVE', null],
  ] as const)('to read a reply keeps the sequence until a person says %s', async (outcome, status, endReason) => {
    const read = await withReply();
    expect(read.task).toMatchObject({ kind: 'read_reply', instructions: 'Who are you?', assigneeId: read.memberId });
    expect((await row(read.id)).status).toBe('WAITING_FOR_USER');
    await complete(read, { outcome });
    expect(await row(read.id)).toMatchObject({ status, endReason });
    expect((await suppressionsOf(deeds, read.workspaceId)).length).toBe(outcome === 'unsubscribe' ? 2 : 0);
    // Whoever read it is not always who has to answer.
    const answer = {
      kind: 'answer_reply',
      title: 'Answer Ada',
      instructions: 'Who are you?',
      assigneeId: read.memberId,
    };
    expect(await openTasks(read.id)).toMatchObject(status === 'SUCCEEDED' ? [answer] : []);
  });
});
