import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelsOf } from '../../src/domain/accounts/account.ts';
import { campaignStatuses } from '../../src/domain/campaign.ts';
import {
  BATCHES_PER_DAY,
  type EnrolmentContact,
  type EnrolmentFacts,
  type EnrolmentVerdict,
  enrolmentQuota,
  enrolsAt,
  judgeEnrolment,
} from '../../src/domain/enrolment.ts';
import { type AccountId, idOf } from '../../src/domain/ids.ts';
import type { SendingSchedule } from '../../src/domain/schedule.ts';
import { stepKinds } from '../../src/domain/sequence.ts';
import { suppressionReasons } from '../../src/domain/suppression.ts';
import { templateStatuses } from '../../src/domain/template.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('2026-11-19T00:00:00Z');
const hours = (...blocks: [start: number, end: number][]) => ({
  blocks: blocks.map(([start, end]) => ({ start: MIDNIGHT + start * HOUR, end: MIDNIGHT + end * HOUR })),
});
const nineToFive = hours([9, 17]);
const at = (hour: number) => MIDNIGHT + hour * HOUR;

describe("a day's enrolments", () => {
  test('begin at the opening with the first batch', () => {
    expect(enrolmentQuota(at(9) - 1, nineToFive, 24)).toEqual({ dueByNow: 0, nextAt: at(9) });
    expect(enrolmentQuota(at(9), nineToFive, 24)).toEqual({ dueByNow: 2, nextAt: at(9) + 40 * 60_000 });
  });

  test('are spread evenly over the hours', () => {
    const due = [9, 11, 13, 15, 17].map((hour) => enrolmentQuota(at(hour), nineToFive, 24).dueByNow);
    expect(due).toEqual([2, 8, 14, 20, 24]);
  });

  test('pass over the break between two blocks', () => {
    const withBreak = hours([9, 12], [14, 17]);
    const due = [9, 10.5, 12, 13, 14, 15.5, 17].map((hour) => enrolmentQuota(at(hour), withBreak, 4).dueByNow);
    expect(due).toEqual([1, 2, 2, 2, 3, 4, 4]);
    expect(enrolmentQuota(at(13), withBreak, 4).nextAt).toBe(at(14));
  });

  test('of a small target come one at a time', () => {
    expect(enrolmentQuota(at(9), nineToFive, 1)).toEqual({ dueByNow: 1, nextAt: null });
    expect(enrolmentQuota(at(9), nineToFive, 2)).toEqual({ dueByNow: 1, nextAt: at(13) });
  });

  test.each([
    ['on a day off', hours(), 24],
    ['with a target of zero', nineToFive, 0],
  ])('%s are none, and none are to come', (_when, day, target) => {
    expect(enrolmentQuota(at(12), day, target)).toEqual({ dueByNow: 0, nextAt: null });
  });

  const day = fc
    .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 8 })
    .map((quarters) => [...quarters].sort((one, other) => one - other))
    .map((quarters) =>
      hours(
        ...Array.from({ length: Math.floor(quarters.length / 2) }, (_, block): [number, number] => [
          (quarters[block * 2] ?? 0) / 4,
          (quarters[block * 2 + 1] ?? 0) / 4,
        ]),
      ),
    );
  const now = fc.integer({ min: at(-1), max: at(25) });
  const target = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 10_000 }));

  test('never exceed the target, and reach it by the end of the day', () => {
    fc.assert(
      fc.property(day, now, target, (day, now, target) => {
        const { dueByNow } = enrolmentQuota(now, day, target);
        expect(dueByNow).toBeGreaterThanOrEqual(0);
        expect(dueByNow).toBeLessThanOrEqual(target);
        expect(enrolmentQuota(at(24), day, target)).toEqual({ dueByNow: target, nextAt: null });
      }),
    );
  });

  test('only ever grow during the day', () => {
    fc.assert(
      fc.property(day, now, now, target, (day, one, other, target) => {
        const [sooner, later] = [Math.min(one, other), Math.max(one, other)];
        expect(enrolmentQuota(sooner, day, target).dueByNow).toBeLessThanOrEqual(
          enrolmentQuota(later, day, target).dueByNow,
        );
      }),
    );
  });

  test('are looked at again strictly later, inside a block, and then more are due', () => {
    fc.assert(
      fc.property(day, now, target, (day, now, target) => {
        const { dueByNow, nextAt } = enrolmentQuota(now, day, target);
        if (nextAt === null) {
          expect(dueByNow).toBe(target);
          return;
        }
        expect(nextAt).toBeGreaterThan(now);
        expect(day.blocks.some(({ start, end }) => start <= nextAt && nextAt < end)).toBe(true);
        expect(enrolmentQuota(nextAt, day, target).dueByNow).toBeGreaterThan(dueByNow);
        expect(enrolmentQuota(nextAt - 1, day, target).dueByNow).toBe(dueByNow);
      }),
    );
  });

  test('come in a few batches of like size, however large the target', () => {
    fc.assert(
      fc.property(day, target, (day, target) => {
        const batches: number[] = [];
        let enrolled = 0;
        for (let now: number | null = at(-1); now !== null; ) {
          const { dueByNow, nextAt } = enrolmentQuota(now, day, target);
          if (dueByNow > enrolled) batches.push(dueByNow - enrolled);
          enrolled = dueByNow;
          now = nextAt;
        }
        expect(enrolled).toBe(target);
        expect(batches.length).toBeLessThanOrEqual(BATCHES_PER_DAY);
        expect(Math.max(...batches) - Math.min(...batches)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

const utc: SendingSchedule = {
  zone: 'UTC',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [{ start: '09:00', end: '17:00' }],
  holidays: [],
};
const evening: SendingSchedule = { ...utc, blocks: [{ start: '20:00', end: '21:00' }] };
const accountId = idOf<AccountId>('018d7e6f-5c4b-7a39-8281-000000000001');
const ada: EnrolmentContact = {
  email: 'ada@lead.example',
  isErased: false,
  suppression: null,
  hasOpenSequence: false,
};

/** Nothing forbids, of a Thursday at noon. */
const NOW = at(12);
const free: EnrolmentFacts = {
  campaign: 'RUNNING',
  template: 'ACTIVE',
  dailyLeadsTarget: 24,
  schedule: utc,
  steps: [{ kind: 'email' }, { kind: 'manual_task' }, { kind: 'linkedin_message' }],
  lead: ada,
  accounts: { email: accountId, linkedin: accountId },
};

/** What forbids it; two that say different things of one fact cannot be there at once. */
interface Reason {
  name: string;
  facts?: Partial<EnrolmentFacts>;
  contact?: Partial<EnrolmentContact>;
  verdict: EnrolmentVerdict;
}

const nothing = (why: Extract<EnrolmentVerdict, { kind: 'nothing' }>['why'], nextAt: number | null = null) =>
  ({ kind: 'nothing', why, nextAt }) as const;

/** Every reason, in the one order in which they count. */
const reasons: Reason[] = [
  { name: 'the campaign has ended', facts: { campaign: 'ENDED' }, verdict: nothing('campaign_ended') },
  { name: 'the campaign is paused', facts: { campaign: 'PAUSED' }, verdict: nothing('campaign_paused') },
  { name: 'the template is not active', facts: { template: 'INACTIVE' }, verdict: nothing('template_not_active') },
  { name: 'nobody is approved', facts: { lead: 'none' }, verdict: nothing('no_approved_leads') },
  { name: 'the window is closed', facts: { schedule: evening }, verdict: nothing('sending_window', at(20)) },
  {
    name: 'the approved ones are in other hands',
    facts: { lead: 'waiting' },
    verdict: nothing('spread_over_the_day', NOW + 60_000),
  },
  { name: 'the contact was erased', contact: { isErased: true }, verdict: { kind: 'fail', reason: 'suppressed' } },
  {
    name: 'the contact is suppressed',
    contact: { suppression: 'complained' },
    verdict: { kind: 'fail', reason: 'suppressed' },
  },
  { name: 'the contact has no address', contact: { email: null }, verdict: { kind: 'fail', reason: 'no_email' } },
  {
    name: 'the contact is in another sequence',
    contact: { hasOpenSequence: true },
    verdict: { kind: 'fail', reason: 'in_other_sequence' },
  },
  {
    name: 'no account can send',
    facts: { accounts: { email: accountId, linkedin: null } },
    verdict: nothing('no_account', NOW + HOUR),
  },
  {
    name: 'the day has no target',
    facts: { dailyLeadsTarget: 0 },
    verdict: nothing('daily_target_reached', at(24 + 9)),
  },
];

const factsOf = ({ facts, contact }: Reason): Partial<EnrolmentFacts> => ({
  ...facts,
  ...(contact && { lead: { ...ada, ...contact } }),
});

describe('the next lead', () => {
  test('is enrolled when nothing forbids it, by as many as are due, and else when the next falls due', () => {
    expect(judgeEnrolment(free, NOW)).toEqual({
      kind: 'enrol',
      day: '2026-11-19',
      most: 10,
      exhausted: nothing('spread_over_the_day', at(12) + 20 * 60_000),
    });
    expect(judgeEnrolment({ ...free, dailyLeadsTarget: 1 }, NOW)).toMatchObject({
      most: 1,
      exhausted: nothing('daily_target_reached', at(24 + 9)),
    });
  });

  test('needs an address and accounts only for what the steps are sent through', () => {
    const lead = { ...ada, email: null };
    for (const [kind, accounts] of [
      ['linkedin_invitation', { email: null, linkedin: accountId }],
      ['manual_task', { email: null, linkedin: null }],
    ] as const)
      expect(judgeEnrolment({ ...free, steps: [{ kind }], lead, accounts }, NOW), kind).toMatchObject({
        kind: 'enrol',
      });
  });

  test.each(reasons.map((reason) => [reason.name, reason] as const))('is not when %s', (_name, reason) => {
    expect(judgeEnrolment({ ...free, ...factsOf(reason) }, NOW)).toEqual(reason.verdict);
  });

  const pairs = reasons.flatMap((first, index) =>
    reasons
      .slice(index + 1)
      .filter((second) => !Object.keys(second.facts ?? {}).some((fact) => fact in factsOf(first)))
      .filter((second) => !(second.contact && first.facts?.lead))
      .map((second) => [first.name, second.name, first, second] as const),
  );
  test.each(pairs)('is told that %s before it is told that %s', (_first, _second, first, second) => {
    const contact = first.contact ?? second.contact;
    const lead = contact && { lead: { ...ada, ...second.contact, ...first.contact } };
    expect(judgeEnrolment({ ...free, ...second.facts, ...first.facts, ...lead }, NOW)).toEqual(first.verdict);
  });

  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const contact: fc.Arbitrary<EnrolmentContact> = fc.record({
    email: maybe(fc.constant('ada@lead.example')),
    isErased: fc.boolean(),
    suppression: maybe(fc.constantFrom(...suppressionReasons)),
    hasOpenSequence: fc.boolean(),
  });
  const anything: fc.Arbitrary<EnrolmentFacts> = fc.record({
    campaign: fc.constantFrom(...campaignStatuses),
    template: fc.constantFrom(...templateStatuses),
    dailyLeadsTarget: fc.nat(30),
    schedule: fc.constantFrom(utc, evening),
    steps: fc.array(fc.record({ kind: fc.constantFrom(...stepKinds) }), { minLength: 1, maxLength: 4 }),
    lead: fc.oneof(fc.constantFrom('none' as const, 'waiting' as const), contact),
    accounts: fc.record({ email: maybe(fc.constant(accountId)), linkedin: maybe(fc.constant(accountId)) }),
  });
  /** Most facts forbid, so one that may be enrolled is made of a free one by one change at a time. */
  const facts = fc.oneof(
    anything,
    fc.record({ drawn: anything, kept: fc.subarray([...Object.keys(free)]) }).map(
      ({ drawn, kept }): EnrolmentFacts => ({
        ...drawn,
        ...Object.fromEntries(Object.entries(free).filter(([fact]) => kept.includes(fact))),
      }),
    ),
  );
  const instant = fc.integer({ min: at(-72), max: at(72) });

  test('is never enrolled while suppressed, erased, in a sequence, out of reach, or for a template that is not active', () => {
    let enrolled = 0;
    fc.assert(
      fc.property(facts, instant, (facts, now) => {
        const verdict = judgeEnrolment(facts, now);
        if (verdict.kind !== 'enrol') return;
        enrolled++;
        const needs = channelsOf(facts.steps);
        expect(facts).toMatchObject({
          campaign: 'RUNNING',
          template: 'ACTIVE',
          lead: { isErased: false, suppression: null, hasOpenSequence: false },
        });
        for (const channel of needs) expect(facts.accounts[channel]).not.toBeNull();
        if (needs.has('email')) expect(facts.lead).toHaveProperty('email', 'ada@lead.example');
        expect(verdict.most).toBeGreaterThan(0);
        expect(verdict.most).toBeLessThanOrEqual(facts.dailyLeadsTarget);
        expect(verdict.exhausted.nextAt).toBeGreaterThan(now);
      }),
      { numRuns: 2_000 },
    );
    expect(enrolled).toBeGreaterThan(0);
  });

  test('is worth taking in hand exactly when the verdict then is about it', () => {
    fc.assert(
      fc.property(facts, contact, instant, (facts, lead, now) => {
        const verdict = judgeEnrolment({ ...facts, lead }, now);
        const forbidden = ['campaign_ended', 'campaign_paused', 'template_not_active', 'sending_window'];
        const isAboutIt = verdict.kind !== 'nothing' || !forbidden.includes(verdict.why);
        expect(enrolsAt(now, facts)).toBe(isAboutIt);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that is not there to be had is waited for, never into the past', () => {
    fc.assert(
      fc.property(facts, instant, (facts, now) => {
        const verdict = judgeEnrolment(facts, now);
        if (verdict.kind === 'nothing' && verdict.nextAt !== null) expect(verdict.nextAt).toBeGreaterThan(now);
      }),
      { numRuns: 2_000 },
    );
  });
});
