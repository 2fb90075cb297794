import { describe, expect, test } from 'vitest';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { MINUTE_MS as MINUTE } from '../../src/domain/durations.ts';
import { attemptsForFile, unanswered } from '../support/attempts.ts';
import { as } from '../support/enrolled.ts';

/* The reconciler mends everybody it finds, so each test here has few others beside it: what they cost grows with them. */

const { deeds, killedAtNext, enrolled, row, perform, statuses, deliveryOf, openTasks } = attemptsForFile();

test('the looks for an unconfirmed message of a sequence that has ended are the reconciler’s, and ask nobody', async () => {
  const sequence = await enrolled('email', 'email');
  deeds.world.react(sequence.email, unanswered);
  as('deferred', await perform(sequence.id));
  const lostAt = (await deliveryOf(sequence.id)).settledAt ?? 0;
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
