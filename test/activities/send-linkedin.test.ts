import { describe, expect, test, vi } from 'vitest';
import { LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import { attemptsForFile } from '../support/attempts.ts';
import { anEnrolled, as, clockOf, type Enrolled, eventsOf } from '../support/enrolled.ts';
import { steps } from '../support/scenario.ts';

const { deeds, killedAtNext, enrolled, row, dueAt, perform, statuses, stepOf, deliveryOf, saidTo, invitationsTo } =
  attemptsForFile();

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
