import { describe, expect, test } from 'vitest';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import { newId } from '../../src/db/new-id.ts';
import { members } from '../../src/db/schema.ts';
import { DAY_MS as DAY } from '../../src/domain/durations.ts';
import type { MemberId } from '../../src/domain/ids.ts';
import { planStep } from '../../src/domain/schedule.ts';
import { attemptsForFile } from '../support/attempts.ts';
import { anEnrolled, as, clockOf, first } from '../support/enrolled.ts';
import { always, steps } from '../support/scenario.ts';

const { deeds, enrolled, row, perform, statuses, stepOf, openTasks, openTask, mailTo, settle } = attemptsForFile();

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

  test.each([
    ['read in the wrong encoding', 'SociÃ©tÃ©', 'it probably says “Société”'],
    ['never filled in', '{{company}}', 'was never filled in'],
    ['printed for none', 'undefined GmbH', 'stands for no value'],
    ['a word for none', 'N/A', 'No value for company'],
  ])('whose value was %s waits for a person, who is believed', async (_what, company, why) => {
    const sequence = await anEnrolled(deeds, {
      steps: steps({ kind: 'email', body: 'At {{company}}' }),
      lead: { company },
    });
    expect((await openTask(sequence.id)).instructions).toContain(why);
    as('waitingForUser', await perform(sequence.id));
    expect(mailTo(sequence)).toEqual([]);
    await settle(sequence, { content: { kind: 'email', subject: 'Hello', body: 'At a company called undefined' } });
    as('done', await perform(sequence.id));
    expect(first(mailTo(sequence)).text).toContain('At a company called undefined');
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
