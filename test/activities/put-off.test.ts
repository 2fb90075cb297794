import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/campaigns/resume-campaign.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { installation, workspaces } from '../../src/db/schema.ts';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import { instantText } from '../../src/domain/instant-text.ts';
import { nextOpening } from '../../src/domain/schedule.ts';
import { attemptsForFile } from '../support/attempts.ts';
import { anEnrolled, as, changeAccount, clockOf, contactOf } from '../support/enrolled.ts';
import { steps, weekdays } from '../support/scenario.ts';

const { deeds, enrolled, row, dueAt, perform, statuses, openTasks, mailTo, settle, reply } = attemptsForFile();

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
