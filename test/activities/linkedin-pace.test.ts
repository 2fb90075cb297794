import { and, asc, eq, ne } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FaultPoint } from '../../src/activities/deps.ts';
import { LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { deliveries, sequenceSteps, slots } from '../../src/db/schema.ts';
import { findSequence } from '../../src/db/sequence-reads.ts';
import { isClear, WEEK_MS } from '../../src/domain/accounts/pace.ts';
import { explain } from '../../src/domain/explain.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import { localDate, permittedAt, type SendingSchedule } from '../../src/domain/schedule.ts';
import type { StepResult } from '../../src/domain/sequence.ts';
import { type Deeds, startDeeds, TUESDAY_1000 } from '../support/deeds.ts';
import { as, changeAccount, contactOf, first } from '../support/enrolled.ts';
import { rounds } from '../support/rounds.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  leadRows,
  sequenceRow,
  sequencesOf,
  steps,
  weekdays,
} from '../support/scenario.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** All that are enrolled within an hour are due by then: the clock runs on from `TUESDAY_1000` while the tests do. */
const DUE = TUESDAY_1000 + 80 * MINUTE;

let deeds: Deeds;
let fault: (point: FaultPoint) => Promise<void> = async () => undefined;
beforeAll(async () => {
  deeds = await startDeeds({ fault: (point) => fault(point) });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => deeds?.stop());

let crowds = 0;

interface Crowd extends House {
  ids: SequenceId[];
}

/** So many sequences of one campaign, due by `DUE`, on the house's LinkedIn account. */
async function aCrowd(
  count: number,
  {
    kinds = ['linkedin_invitation'],
    schedule = always,
    house,
  }: { kinds?: Parameters<typeof steps>; schedule?: SendingSchedule; house?: House } = {},
): Promise<Crowd> {
  const own = house ?? (await aHouse(deeds.db));
  const { campaignId } = await aCampaign(deeds.commands, own, {
    content: content(steps(...kinds), { schedule }),
    settings: { dailyLeadsTarget: 10_000 },
    leads: leadRows(count, `linked${crowds++}`),
  });
  await deeds.enrolBatch(campaignId, TUESDAY_1000);
  const ids = (await sequencesOf(deeds.db, campaignId)).map(({ id }) => id);
  expect(ids).toHaveLength(count);
  await Promise.all(ids.map((id) => deeds.personalise(id, TUESDAY_1000)));
  return { ...own, ids };
}

/** Without a gap and with room for everything, unless said otherwise. */
const limit = (of: House, change: Parameters<typeof changeAccount>[2]) =>
  changeAccount(deeds, of.linkedInAccount, change);

/** What was begun and not given back, with its kind. */
const begunBy = ({ linkedInAccount }: House) =>
  deeds.db.asSystem((tx) =>
    tx
      .select({ at: deliveries.claimedAt, kind: sequenceSteps.kind })
      .from(deliveries)
      .innerJoin(
        sequenceSteps,
        and(eq(sequenceSteps.sequenceId, deliveries.sequenceId), eq(sequenceSteps.stepId, deliveries.stepId)),
      )
      .where(and(eq(deliveries.accountId, linkedInAccount), ne(deliveries.state, 'RELEASED')))
      .orderBy(asc(deliveries.claimedAt)),
  );

const slotsOf = ({ linkedInAccount }: House) =>
  deeds.db.asSystem((tx) => tx.select().from(slots).where(eq(slots.accountId, linkedInAccount)).orderBy(asc(slots.at)));

const performAll = (ids: readonly SequenceId[], now = DUE) => Promise.all(ids.map((id) => deeds.performStep(id, now)));
const deferredIn = (results: readonly StepResult[]) =>
  results.flatMap((result) => (result.kind === 'deferred' ? [result] : []));
const perDay = (instants: readonly number[], zone = 'UTC') => {
  const days = new Map<string, number>();
  for (const at of instants) days.set(localDate(at, zone), (days.get(localDate(at, zone)) ?? 0) + 1);
  return days;
};
const connect = async (id: SequenceId) => {
  const { profile } = await contactOf(deeds, id);
  deeds.world.relations.set(profile ?? '', 'connected');
};

describe('a LinkedIn account’s invitations', () => {
  test('are as many a day and in any 7 days as it allows, exactly, under many claims at once', async () => {
    const [count, aDay, aWeek] = rounds([15, 6, 9], [50, 20, 30]);
    const crowd = await aCrowd(count);
    await limit(crowd, { invitationsPerDay: aDay, invitationsPerWeek: aWeek });
    const results = await performAll(crowd.ids);
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(aDay);
    expect(await begunBy(crowd)).toHaveLength(aDay);
    const waiting = deferredIn(results);
    expect(new Set(waiting.map(({ why }) => why))).toEqual(new Set(['account_cap']));
    expect(perDay(waiting.map(({ until }) => until))).toEqual(
      new Map([
        ['2030-03-20', aWeek - aDay],
        ['2030-03-26', count - aWeek],
      ]),
    );
    const weekLater = waiting.map(({ until }) => until).filter((until) => until > DUE + 2 * DAY);
    expect(Math.min(...weekLater)).toBeGreaterThanOrEqual(DUE + WEEK_MS);
  });

  test.each([
    [WEEK_MS - 1, 'deferred'],
    [WEEK_MS, 'done'],
  ])(
    'leave the 7 days when they are 7 days old, and not a moment sooner: after %i ms the next is %s',
    async (after, kind) => {
      const crowd = await aCrowd(2);
      await limit(crowd, { invitationsPerWeek: 1 });
      as('done', await deeds.performStep(first(crowd.ids), DUE));
      expect((await deeds.performStep(first(crowd.ids.slice(1)), DUE + after)).kind).toBe(kind);
    },
  );

  test('and messages do not count as one another', async () => {
    const invitations = await aCrowd(2);
    const messages = await aCrowd(3, { kinds: ['linkedin_message'], house: invitations });
    await Promise.all(messages.ids.map(connect));
    await limit(invitations, { invitationsPerDay: 1, dailyCap: 2 });
    const results = await performAll([...invitations.ids, ...messages.ids]);
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(3);
    expect(deferredIn(results).map(({ until }) => localDate(until, 'UTC'))).toEqual(['2030-03-20', '2030-03-20']);
    expect((await begunBy(invitations)).map(({ kind }) => kind).sort()).toEqual([
      'linkedin_invitation',
      'linkedin_message',
      'linkedin_message',
    ]);
    expect((await slotsOf(invitations)).map(({ kind }) => kind).sort()).toEqual([
      'linkedin_invitation',
      'linkedin_message',
    ]);
  });

  test.each([{ invitationsPerDay: 0 }, { invitationsPerWeek: 0 }])(
    'of nothing (%j) wait from day to day',
    async (none) => {
      const crowd = await aCrowd(1);
      await limit(crowd, none);
      expect(await deeds.performStep(first(crowd.ids), DUE)).toMatchObject({ why: 'account_cap', until: DUE + DAY });
    },
  );

  test('count by the local day of the account', async () => {
    const crowd = await aCrowd(2);
    await limit(crowd, { invitationsPerDay: 1, zone: 'Pacific/Auckland' }); // its midnight is 11:00 UTC
    as('done', await deeds.performStep(first(crowd.ids), DUE));
    const { until } = as('deferred', await deeds.performStep(first(crowd.ids.slice(1)), DUE));
    expect(new Date(until).toISOString()).toBe('2030-03-19T11:00:00.000Z');
  });
});

test.each([
  [{ invitationsPerDay: 1 }, 'sam-sender has sent 1 of 1 invitations today'],
  [{ invitationsPerWeek: 1 }, 'sam-sender has sent 1 of 1 invitations in 7 days'],
  [{ gapSeconds: 600 }, 'sam-sender spaces its messages'],
])('whoever waits because of %j is told so: "%s"', async (change, text) => {
  const crowd = await aCrowd(2);
  await limit(crowd, change);
  const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
  as('done', await deeds.performStep(one, DUE));
  as('deferred', await deeds.performStep(two, DUE));
  const found = await deeds.db.inWorkspace(crowd.workspaceId, (tx) => findSequence(tx, two));
  expect(found && explain(found.facts).next?.text).toBe(text);
});

describe('the gap of a LinkedIn account', () => {
  test('lies between any two of its deeds, an invitation and a message too', async () => {
    const invitations = await aCrowd(6);
    const messages = await aCrowd(6, { kinds: ['linkedin_message'], house: invitations });
    await Promise.all(messages.ids.map(connect));
    await limit(invitations, { gapSeconds: 180 });
    const results = await performAll([...invitations.ids, ...messages.ids]);
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(new Set(deferredIn(results).map(({ why }) => why))).toEqual(new Set(['account_gap']));
    for (const { sequenceId, at } of await slotsOf(invitations)) as('done', await deeds.performStep(sequenceId, at));
    const begun = (await begunBy(invitations)).map(({ at }) => at);
    expect(begun).toHaveLength(12);
    const gaps = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3 * MINUTE);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4.5 * MINUTE); // LinkedIn's own people take 2 to 5 minutes
    expect(new Set(gaps).size).toBeGreaterThan(5);
  });

  test('is asked of LinkedIn steps only where they need it: a follow-up there waits for no inbox', async () => {
    const crowd = await aCrowd(1, { kinds: ['linkedin_message', 'linkedin_message'] });
    const id = first(crowd.ids);
    await connect(id);
    as('done', await deeds.performStep(id, DUE));
    as('done', await deeds.performStep(id, (await sequenceRow(deeds.db, id)).nextAt ?? 0));
  });
});

describe('a place among the invitations', () => {
  const killAt = (point: FaultPoint) => {
    fault = async (reached) => {
      if (reached !== point) return;
      fault = async () => undefined;
      throw new Error('killed');
    };
  };

  test.each<FaultPoint>(['after_claim', 'data_started', 'accepted'])(
    'is taken once by an invitation whose worker was killed at %s',
    async (point) => {
      const crowd = await aCrowd(2);
      await limit(crowd, { invitationsPerDay: 1, invitationsPerWeek: 1, gapSeconds: 3_600 });
      const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
      const before = deeds.world.invitations.length;
      killAt(point);
      await expect(deeds.performStep(one, DUE)).rejects.toThrow('killed');
      as('done', await deeds.performStep(one, DUE + MINUTE));
      expect(deeds.world.invitations.length - before).toBe(1);
      expect(await begunBy(crowd)).toHaveLength(1);
      const { until } = as('deferred', await deeds.performStep(two, DUE + 2 * MINUTE));
      expect(until).toBeGreaterThanOrEqual(DUE + WEEK_MS);
    },
  );

  test('stays that of a call that may have been heard, whoever asks before it is found out', async () => {
    const crowd = await aCrowd(2);
    await limit(crowd, { invitationsPerDay: 1 });
    const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
    killAt('accepted');
    await expect(deeds.performStep(one, DUE)).rejects.toThrow('killed');
    as('deferred', await deeds.performStep(two, DUE + MINUTE));
    as('done', await deeds.performStep(one, DUE + DAY));
    expect((await begunBy(crowd)).map(({ at }) => at)).toEqual([DUE]);
  });

  test('stays that of a call whose answer was lost on the way, and it is not made again', async () => {
    const crowd = await aCrowd(2);
    await limit(crowd, { invitationsPerDay: 1 });
    const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
    const before = deeds.world.invitations.length;
    const { invite } = deeds.world.linkedIn;
    vi.spyOn(deeds.world.linkedIn, 'invite').mockImplementationOnce(async (...asked) => {
      await invite(...asked);
      throw new LinkedInUnavailable('timeout');
    });
    await expect(deeds.performStep(one, DUE)).rejects.toThrow('could not be reached');
    expect(as('deferred', await deeds.performStep(two, DUE + MINUTE)).why).toBe('account_cap');
    as('done', await deeds.performStep(one, DUE + 2 * MINUTE));
    expect(deeds.world.invitations.length - before).toBe(1);
    expect((await begunBy(crowd)).map(({ at }) => at)).toEqual([DUE]);
  });

  test.each<FaultPoint | 'network'>(['data_started', 'network'])(
    'is given up by a call that nobody heard (%s): the next day’s limit holds for it too',
    async (cut) => {
      const crowd = await aCrowd(2);
      await limit(crowd, { invitationsPerDay: 1 });
      const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
      if (cut === 'network')
        vi.spyOn(deeds.world.linkedIn, 'invite').mockRejectedValueOnce(new LinkedInUnavailable('network'));
      else killAt(cut);
      await expect(deeds.performStep(one, DUE)).rejects.toThrow();
      as('done', await deeds.performStep(two, DUE + DAY));
      expect(as('deferred', await deeds.performStep(one, DUE + DAY + HOUR)).why).toBe('account_cap');
    },
  );

  test('goes back when the provider could not be reached', async () => {
    const crowd = await aCrowd(2);
    await limit(crowd, { invitationsPerWeek: 1 });
    deeds.world.provider.isAway = true;
    await expect(deeds.performStep(first(crowd.ids), DUE)).rejects.toThrow('could not be reached');
    deeds.world.provider.isAway = false;
    as('done', await deeds.performStep(first(crowd.ids.slice(1)), DUE));
  });

  test('among the messages goes back when there is no connection to write to', async () => {
    const crowd = await aCrowd(2, { kinds: ['linkedin_message'] });
    await limit(crowd, { dailyCap: 1 });
    const [one, two] = [first(crowd.ids), first(crowd.ids.slice(1))];
    as('waitingForLead', await deeds.performStep(one, DUE));
    await connect(two);
    as('done', await deeds.performStep(two, DUE));
  });
});

test('an account that LinkedIn stopped rests, and afterwards the others go one after the other', async () => {
  const crowd = await aCrowd(4);
  await limit(crowd, { gapSeconds: 180 });
  deeds.world.refuseLinkedIn({ kind: 'rateLimited', retryAfterMs: 6 * HOUR });
  const results = await performAll(crowd.ids);
  const restsUntil = DUE + 6 * HOUR;
  expect(results.filter(({ kind }) => kind === 'done')).toEqual([]);
  const activities = new Map(crowd.ids.map((id) => [id, 1]));
  for (let turns = 0; turns < 12; turns++) {
    const rows = await Promise.all(crowd.ids.map((id) => sequenceRow(deeds.db, id)));
    const next = first(
      rows.filter(({ endedAt }) => endedAt === null).sort((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0)),
    );
    activities.set(next.id, (activities.get(next.id) ?? 0) + 1);
    await deeds.performStep(next.id, next.nextAt ?? 0);
    if ((await begunBy(crowd)).length === 4) break;
  }
  const begun = (await begunBy(crowd)).map(({ at }) => at);
  expect(begun).toHaveLength(4);
  expect(Math.min(...begun)).toBeGreaterThanOrEqual(restsUntil);
  begun.forEach((at, index) => expect(isClear(at, begun.slice(0, index), 180_000)).toBe(true));
  expect(Math.max(...activities.values())).toBeLessThanOrEqual(4);
});

test('weeks of invitations and messages keep every limit of day, 7 days, gap and window, over the change of the clocks', async () => {
  const account = {
    invitationsPerDay: 4,
    invitationsPerWeek: 12,
    dailyCap: 3,
    gapSeconds: 600,
    zone: 'America/New_York',
  };
  const house = await aHouse(deeds.db);
  await limit(house, account);
  const invitations = await aCrowd(36, { schedule: weekdays, house });
  const messages = await aCrowd(18, { schedule: weekdays, kinds: ['linkedin_message'], house });
  await Promise.all(messages.ids.map(connect));
  const waiting: { id: SequenceId; at: number }[] = [];
  const activities = new Map<SequenceId, number>();
  const perform = async (id: SequenceId, now: number) => {
    activities.set(id, (activities.get(id) ?? 0) + 1);
    const result = await deeds.performStep(id, now);
    if (result.kind === 'deferred') waiting.push({ id, at: result.until });
    else as('done', result);
  };
  // All due at once, in two orders at a time; afterwards each at its instant, a little late as a busy worker is.
  for (const [index, id] of invitations.ids.entries()) {
    const message = messages.ids[index];
    await Promise.all([perform(id, DUE), ...(message === undefined ? [] : [perform(message, DUE)])]);
  }
  for (let turn = 0; waiting.length > 0; turn++) {
    waiting.sort((a, b) => b.at - a.at);
    const next = waiting.pop();
    if (next) await perform(next.id, next.at + (turn % 5) * 9_000);
  }

  const begun = await begunBy(house);
  expect(begun).toHaveLength(54);
  const instants = begun.map(({ at }) => at);
  const ofKind = (kind: string) => begun.filter((one) => one.kind === kind).map(({ at }) => at);
  const invited = ofKind('linkedin_invitation');
  expect(Math.max(...perDay(invited, account.zone).values())).toBe(4);
  expect(Math.max(...perDay(ofKind('linkedin_message'), account.zone).values())).toBe(3);
  const inSevenDays = invited.map((end) => invited.filter((at) => at > end - WEEK_MS && at <= end).length);
  expect(Math.max(...inSevenDays)).toBe(12);
  instants.forEach((at, index) => expect(isClear(at, instants.slice(0, index), 600_000)).toBe(true));
  expect(instants.every((at) => permittedAt(at, weekdays))).toBe(true);
  // The clocks of Paris change on 31 March 2030; those of New York had on 10 March.
  expect(Math.max(...instants)).toBeGreaterThan(Date.parse('2030-04-01T00:00:00Z'));
  expect([...activities.values()].filter((count) => count > 3)).toEqual([]);
  expect([...activities.values()].filter((count) => count <= 2).length).toBeGreaterThan(48);
});
