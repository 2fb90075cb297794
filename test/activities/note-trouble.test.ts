import { describe, expect, test, vi } from 'vitest';
import { LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { disconnectAccount, loadAccount, moveAccount } from '../../src/db/accounts.ts';
import { DAY_MS as DAY, HOUR_MS as HOUR } from '../../src/domain/durations.ts';
import { attemptsForFile, badLogin, overLimit } from '../support/attempts.ts';
import { accountOf, anEnrolled, as, changeAccount } from '../support/enrolled.ts';
import { steps } from '../support/scenario.ts';

const { deeds, enrolled, dueAt, perform, statuses, deliveryOf, mailTo, invitationsTo } = attemptsForFile();

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

  test('that has been disconnected for long fails no sequence whose step is days ahead', async () => {
    const sequence = await enrolled('email', 'email');
    await perform(sequence.id);
    const due = await dueAt(sequence.id);
    await changeAccount(deeds, sequence.emailAccount, { status: 'DISCONNECTED', disconnectedAt: due - 3 * DAY });
    const woken = { kind: 'deferred', until: due, status: 'ACTIVE' };
    expect(await perform(sequence.id, due - DAY)).toMatchObject(woken);
    expect(await perform(sequence.id, due)).toMatchObject({ kind: 'ended', end: { reason: 'account_unavailable' } });
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
