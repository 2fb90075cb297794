import { asc, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { deliveries, mailboxes, slots } from '../../src/db/schema.ts';
import { isClear } from '../../src/domain/accounts/pace.ts';
import type { AccountId, SequenceId } from '../../src/domain/ids.ts';
import { localDate, permittedAt, type SendingSchedule } from '../../src/domain/schedule.ts';
import { type Deeds, startDeeds, TUESDAY_1000 } from '../support/deeds.ts';
import { anEnrolled, as, changeAccount, contactOf, type Enrolled, first } from '../support/enrolled.ts';
import { rounds } from '../support/rounds.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  leadRows,
  type RunningCampaign,
  sequenceRow,
  sequencesOf,
  steps,
  weekdays,
} from '../support/scenario.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds?.stop());

let crowds = 0;

/** So many sequences of one campaign, due by `DUE`, all of them given the house's account. */
async function aCrowd(
  count: number,
  { schedule = always, house, emails = 2 }: { schedule?: SendingSchedule; house?: House; emails?: 1 | 2 } = {},
) {
  const own = house ?? (await aHouse(deeds.db));
  const campaign: RunningCampaign = await aCampaign(deeds.commands, own, {
    content: content(emails === 1 ? steps('email') : steps('email', 'email'), { schedule }),
    settings: { dailyLeadsTarget: 10_000 },
    leads: leadRows(count, `crowd${crowds++}-`),
  });
  for (let enrolled = 0; enrolled < count; enrolled += 200) await deeds.enrolBatch(campaign.campaignId, TUESDAY_1000);
  const ids = (await sequencesOf(deeds.db, campaign.campaignId)).map(({ id }) => id);
  expect(ids).toHaveLength(count);
  for (let from = 0; from < count; from += 20)
    await Promise.all(ids.slice(from, from + 20).map((id) => deeds.personalise(id, TUESDAY_1000)));
  return { ...campaign, ids };
}

/** All that are enrolled within an hour are due by then: the clock runs on from `TUESDAY_1000` while the tests do. */
const DUE = TUESDAY_1000 + 80 * MINUTE;
const pace = (of: { emailAccount: AccountId }, dailyCap: number, gapSeconds = 0, zone = 'UTC') =>
  changeAccount(deeds, of.emailAccount, { dailyCap, gapSeconds, zone });
const slotsOf = ({ emailAccount }: { emailAccount: AccountId }) =>
  deeds.db.asSystem((tx) => tx.select().from(slots).where(eq(slots.accountId, emailAccount)).orderBy(asc(slots.at)));
const sentFrom = ({ emailAccount }: { emailAccount: AccountId }) =>
  deeds.db.asSystem((tx) =>
    tx.select().from(deliveries).where(eq(deliveries.accountId, emailAccount)).orderBy(asc(deliveries.claimedAt)),
  );
const twoOf = ({ ids }: { ids: SequenceId[] }): [SequenceId, SequenceId] => [first(ids), first(ids.slice(1))];
const row = (id: SequenceId) => sequenceRow(deeds.db, id);

describe('an account’s daily cap', () => {
  test('is exact under many claims at once: the rest has slots on the next days', async () => {
    const [count, cap] = rounds([15, 6], [50, 20]);
    const crowd = await aCrowd(count);
    await pace(crowd, cap);
    const results = await Promise.all(crowd.ids.map((id) => deeds.performStep(id, DUE)));
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(cap);
    expect(await sentFrom(crowd)).toHaveLength(cap);
    const waiting = results.flatMap((result) => (result.kind === 'deferred' ? [result] : []));
    expect(new Set(waiting.map(({ why }) => why))).toEqual(new Set(['account_cap']));
    const days = waiting.map(({ until }) => localDate(until, 'UTC')).sort();
    expect(days).toEqual([...Array(cap).fill('2030-03-20'), ...Array(count - 2 * cap).fill('2030-03-21')]);
  });

  test('counts by the local day of the account', async () => {
    const crowd = await aCrowd(2);
    await pace(crowd, 1, 0, 'Pacific/Auckland'); // its midnight is 11:00 UTC
    const [one, two] = twoOf(crowd);
    as('done', await deeds.performStep(one, DUE));
    const { until } = as('deferred', await deeds.performStep(two, DUE));
    expect(new Date(until).toISOString()).toBe('2030-03-19T11:00:00.000Z');
    as('done', await deeds.performStep(two, until));
  });

  test('of nothing sends nothing, and asks again once a day', async () => {
    const crowd = await aCrowd(1);
    await pace(crowd, 0);
    expect(await deeds.performStep(first(crowd.ids), DUE)).toMatchObject({ why: 'account_cap', until: DUE + DAY });
  });

  test('has room again for a message that its server put off', async () => {
    const crowd = await aCrowd(2);
    await pace(crowd, 1);
    const [one, two] = twoOf(crowd);
    const { email } = await contactOf(deeds, one);
    deeds.world.react(email ?? '', {
      outcome: { kind: 'answered', stage: 'rcpt', code: 451, enhanced: '4.7.1', text: 'greylisted, try later' },
    });
    expect(await deeds.performStep(one, DUE)).toMatchObject({ why: 'provider_retry' });
    as('done', await deeds.performStep(two, DUE));
  });
});

describe('an account’s gap', () => {
  test('lies between any two messages, those of claims at once and those with slots', async () => {
    const crowd = await aCrowd(12);
    await pace(crowd, 1_000, 60);
    const results = await Promise.all(crowd.ids.map((id) => deeds.performStep(id, DUE)));
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(results.flatMap((result) => (result.kind === 'deferred' ? [result.why] : []))).toEqual(
      Array(11).fill('account_gap'),
    );
    const reserved = await slotsOf(crowd);
    for (const { sequenceId, at } of reserved) as('done', await deeds.performStep(sequenceId, at));
    expect(await slotsOf(crowd)).toEqual([]);
    const sent = (await sentFrom(crowd)).map(({ claimedAt }) => claimedAt);
    expect(sent).toHaveLength(12);
    sent.forEach((at, index) => expect(isClear(at, sent.slice(0, index), 60_000)).toBe(true));
    // Jitter: they are not all alike, and nobody waits for much more than half a gap in vain.
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
    expect(new Set(gaps).size).toBeGreaterThan(5);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(90_000);
  });

  test('does not keep an attempt from its own message that a dead one had claimed', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email') });
    await pace(sequence, 1, 3_600);
    deeds.world.react(sequence.email, { outcome: { kind: 'cutBeforeBody', detail: 'connection reset' } });
    await expect(deeds.performStep(sequence.id, DUE)).rejects.toThrow('could not be reached');
    as('done', await deeds.performStep(sequence.id, DUE));
  });
});

describe('a slot', () => {
  test('is kept: a step woken early waits for it, and takes it then', async () => {
    const crowd = await aCrowd(2);
    await pace(crowd, 1);
    const [one, two] = twoOf(crowd);
    await deeds.performStep(one, DUE);
    const { until } = as('deferred', await deeds.performStep(two, DUE));
    expect(await deeds.performStep(two, DUE + HOUR)).toMatchObject({ kind: 'deferred', until });
    expect(await slotsOf(crowd)).toMatchObject([{ sequenceId: two, at: until, firstEmail: true }]);
    as('done', await deeds.performStep(two, until));
  });

  test.each([
    ['ended', async ({ caller }: RunningCampaign, id: SequenceId) => stopSequence(deeds.commands, caller, id)],
    [
      'held by its campaign',
      async ({ caller, campaignId }: RunningCampaign, id: SequenceId) => {
        await pauseCampaign(deeds.commands, caller, campaignId);
        as('held', await deeds.performStep(id, (await row(id)).nextAt ?? 0));
      },
    ],
  ])('of a sequence that is %s goes to the next one that asks', async (_, free) => {
    const crowd = await aCrowd(2);
    const other = await aCrowd(1, { house: crowd });
    await pace(crowd, 1);
    const [one, two] = twoOf(crowd);
    await deeds.performStep(one, DUE);
    const { until } = as('deferred', await deeds.performStep(two, DUE));
    await free(crowd, two);
    expect(await deeds.performStep(first(other.ids), DUE)).toMatchObject({ kind: 'deferred', until });
  });
});

test('follow-ups come first: a first email takes only what those planned for the day leave', async () => {
  const house = await aHouse(deeds.db);
  const followers = await aCrowd(2, { house });
  for (const id of followers.ids) as('done', await deeds.performStep(id, DUE));
  const planned = (await row(first(followers.ids))).nextAt ?? 0; // three days later
  const today = planned - (planned % DAY) + 60_000;
  const starters = await aCrowd(3, { house });
  await pace(house, 3);
  const results = [];
  for (const id of starters.ids) results.push(await deeds.performStep(id, today));
  expect(results.map(({ kind }) => kind)).toEqual(['done', 'deferred', 'deferred']);
  for (const id of followers.ids) as('done', await deeds.performStep(id, (await row(id)).nextAt ?? 0));
  const sentToday = (await sentFrom(house)).filter(({ claimedAt }) => claimedAt >= today);
  expect(sentToday).toHaveLength(3);
});

test('a queue of first emails does not hold up the follow-ups of those that went: they give way at their slots', async () => {
  const crowd = await aCrowd(12);
  await pace(crowd, 3);
  for (const id of crowd.ids) await deeds.performStep(id, DUE);
  const due = async () => {
    const rows = await Promise.all(crowd.ids.map(row));
    return rows
      .flatMap(({ id, nextAt }) => (nextAt === null ? [] : [{ id, at: nextAt }]))
      .sort((a, b) => a.at - b.at)[0];
  };
  const late: number[] = [];
  for (let next = await due(); next; next = await due()) {
    const { position, nextWhy } = await row(next.id);
    if (position === 1 && nextWhy === 'delay') late.push(next.at);
    const result = await deeds.performStep(next.id, next.at);
    // A follow-up goes on its own day: 3 days after the first email, whoever waits for a first one.
    if (position === 1)
      expect(localDate('until' in result ? result.until : next.at, 'UTC')).toBe(localDate(next.at, 'UTC'));
  }
  expect(late).toHaveLength(12);
  const perDay = new Map<string, number>();
  for (const { claimedAt } of await sentFrom(crowd)) {
    const day = localDate(claimedAt, 'UTC');
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  expect(Math.max(...perDay.values())).toBeLessThanOrEqual(3);
});

test('a claim whose attempt died is asked anew: for the cap of the day on which it is taken up', async () => {
  const crowd = await aCrowd(4);
  await pace(crowd, 2);
  for (const id of crowd.ids.slice(0, 2)) {
    const { email } = await contactOf(deeds, id);
    deeds.world.react(email ?? '', { meanwhile: async () => Promise.reject(new Error('killed')) });
    await expect(deeds.performStep(id, DUE)).rejects.toThrow('killed');
  }
  const tomorrow = DUE + DAY;
  for (const id of crowd.ids.slice(2)) {
    as('deferred', await deeds.performStep(id, DUE));
    as('done', await deeds.performStep(id, Math.max(tomorrow, (await row(id)).nextAt ?? 0)));
  }
  for (const id of crowd.ids.slice(0, 2))
    expect(await deeds.performStep(id, tomorrow)).toMatchObject({ kind: 'deferred', why: 'account_cap' });
});

test('a crowd that is due at once costs each sequence two activities and no more, within cap, gap and window', async () => {
  const [count, cap] = rounds([12, 4], [30, 10]);
  const crowd = await aCrowd(count, { schedule: weekdays, emails: 1 });
  await pace(crowd, cap, 120, 'Europe/Paris');
  let activities = 0;
  const perform = async (id: SequenceId, now: number) => {
    activities++;
    return deeds.performStep(id, now);
  };
  const waiting: { id: SequenceId; until: number }[] = [];
  for (let from = 0; from < count; from += 30)
    await Promise.all(
      crowd.ids.slice(from, from + 30).map(async (id) => {
        const result = await perform(id, DUE);
        if (result.kind === 'deferred') waiting.push({ id, until: result.until });
      }),
    );
  for (const { id, until } of waiting.sort((a, b) => a.until - b.until)) as('done', await perform(id, until));
  expect(activities).toBe(2 * count - 1);

  const sent = (await sentFrom(crowd)).map(({ claimedAt }) => claimedAt);
  expect(sent).toHaveLength(count);
  const perDay = new Map<string, number>();
  for (const at of sent)
    perDay.set(localDate(at, 'Europe/Paris'), (perDay.get(localDate(at, 'Europe/Paris')) ?? 0) + 1);
  expect(Math.max(...perDay.values())).toBe(cap);
  expect(perDay.size).toBe(count / cap);
  sent.forEach((at, index) => expect(isClear(at, sent.slice(0, index), 120_000)).toBe(true));
  expect(sent.every((at) => permittedAt(at, weekdays))).toBe(true);
});

describe('an inbox that was not read for ten minutes', () => {
  const readAgo = (of: Enrolled, ms: number) =>
    deeds.db.asSystem((tx) =>
      tx
        .update(mailboxes)
        .set({ readAt: Date.now() - ms })
        .where(inArray(mailboxes.accountId, [of.emailAccount])),
    );

  test('holds a follow-up, for the contact may have answered; read again, it lets it go at once', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email', 'email') });
    await readAgo(sequence, 11 * MINUTE);
    as('done', await deeds.performStep(sequence.id, DUE)); // a first email: there is nothing to answer yet
    const due = (await row(sequence.id)).nextAt ?? 0;
    expect(await deeds.performStep(sequence.id, due)).toMatchObject({
      kind: 'deferred',
      why: 'inbox_stale',
      until: due + 10 * MINUTE,
    });
    await readAgo(sequence, 9 * MINUTE);
    as('done', await deeds.performStep(sequence.id, due + MINUTE));
  });

  test('holds it also when an attempt died that had claimed it while the inbox was fresh', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email', 'email') });
    as('done', await deeds.performStep(sequence.id, DUE));
    const due = (await row(sequence.id)).nextAt ?? 0;
    deeds.world.react(sequence.email, { meanwhile: async () => Promise.reject(new Error('killed')) });
    await expect(deeds.performStep(sequence.id, due)).rejects.toThrow('killed');
    await readAgo(sequence, 8 * HOUR);
    expect(await deeds.performStep(sequence.id, due + 8 * HOUR)).toMatchObject({ why: 'inbox_stale' });
  });

  test('that was never read holds it as well', async () => {
    const sequence = await anEnrolled(deeds, { steps: steps('email', 'email') });
    as('done', await deeds.performStep(sequence.id, DUE));
    await deeds.db.asSystem((tx) =>
      tx.update(mailboxes).set({ readAt: null }).where(eq(mailboxes.accountId, sequence.emailAccount)),
    );
    const due = (await row(sequence.id)).nextAt ?? 0;
    expect(await deeds.performStep(sequence.id, due)).toMatchObject({ why: 'inbox_stale' });
  });
});
