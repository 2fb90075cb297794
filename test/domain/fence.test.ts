import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountStatuses, maySend } from '../../src/domain/accounts/account.ts';
import { campaignStatuses } from '../../src/domain/campaign.ts';
import { endOfSuppressed, type FenceFacts, judge, type Verdict } from '../../src/domain/fence.ts';
import { idOf, type TaskId } from '../../src/domain/ids.ts';
import { nextOpening, permittedAt, type SendingSchedule } from '../../src/domain/schedule.ts';
import { suppressionReasons } from '../../src/domain/suppression.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const paris: SendingSchedule = {
  zone: 'Europe/Paris',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [{ start: '09:00', end: '17:00' }],
  holidays: ['2026-11-26'],
};
/** Thursday 19 November 2026, 10:00 in Paris: open. */
const NOW = Date.parse('2026-11-19T10:00:00+01:00');
const taskId = idOf<TaskId>('018d7e6f-5c4b-7a39-8281-000000000001');
const connected = { status: 'CONNECTED', restingUntil: null, disconnectedAt: null } as const;

/** Nothing forbids. */
const free: FenceFacts = {
  end: null,
  blockingTask: null,
  campaign: { status: 'RUNNING', controlEpoch: 7 },
  switchedOff: false,
  account: connected,
  suppression: null,
  awayUntil: null,
  schedule: paris,
  jitterKey: 'ada@lead.example/1',
};

interface Reason {
  name: string;
  facts: Partial<FenceFacts>;
  /** What is compared of the verdict; an instant where it is the reason's own. */
  verdict: Partial<Verdict>;
}

const night: SendingSchedule = { ...paris, blocks: [{ start: '20:00', end: '21:00' }] };

/** Every reason, in the one order in which they count. Two of the same field cannot be there at once. Design 3. */
const reasons: Reason[] = [
  {
    name: 'the sequence has ended',
    facts: { end: { status: 'SUCCEEDED', reason: 'positive_reply' } },
    verdict: { kind: 'ended', end: { status: 'SUCCEEDED', reason: 'positive_reply' } },
  },
  { name: 'a task blocks it', facts: { blockingTask: taskId }, verdict: { kind: 'task', taskId } },
  {
    name: 'the campaign has ended',
    facts: { campaign: { status: 'ENDED', controlEpoch: 9 } },
    verdict: { kind: 'end', end: { status: 'STOPPED_EARLY', reason: 'campaign_ended' } },
  },
  {
    name: 'the campaign is paused',
    facts: { campaign: { status: 'PAUSED', controlEpoch: 8 } },
    verdict: { kind: 'held', epoch: 8 },
  },
  {
    name: 'everything is switched off',
    facts: { switchedOff: true },
    verdict: { kind: 'defer', until: NOW + DAY, why: 'held' },
  },
  {
    name: 'the account is paused',
    facts: { account: { ...connected, status: 'PAUSED' } },
    verdict: { kind: 'defer', until: NOW + DAY, why: 'held' },
  },
  {
    name: 'the contact is suppressed',
    facts: { suppression: 'complained' },
    verdict: { kind: 'end', end: { status: 'FAILED', reason: 'complained' } },
  },
  {
    name: 'the account was removed',
    facts: { account: { ...connected, status: 'REMOVED' } },
    verdict: { kind: 'end', end: { status: 'FAILED', reason: 'account_unavailable' } },
  },
  {
    name: 'the account was disconnected an hour ago',
    facts: { account: { ...connected, status: 'DISCONNECTED', disconnectedAt: NOW - HOUR } },
    verdict: { kind: 'defer', until: NOW + 23 * HOUR, why: 'held' },
  },
  {
    name: 'the account rests',
    facts: { account: { ...connected, status: 'RESTING', restingUntil: NOW + HOUR } },
    verdict: { kind: 'defer', until: NOW + HOUR, why: 'account_cap' },
  },
  {
    name: 'the contact is away',
    facts: { awayUntil: NOW + 3 * DAY },
    verdict: { kind: 'defer', until: NOW + 3 * DAY, why: 'held' },
  },
  { name: 'the window is closed', facts: { schedule: night }, verdict: { kind: 'defer', why: 'sending_window' } },
];

describe('the fence', () => {
  test('lets a step go when nothing forbids it', () => {
    expect(judge(free, NOW)).toEqual({ kind: 'go' });
    expect(judge({ ...free, account: null }, NOW)).toEqual({ kind: 'go' }); // a task needs no account
  });

  test.each(reasons.map((reason) => [reason.name, reason] as const))('gives its reason when %s', (_name, reason) => {
    const { facts, verdict } = reason;
    expect(judge({ ...free, ...facts }, NOW)).toMatchObject(verdict);
  });

  const pairs = reasons.flatMap((first, index) =>
    reasons
      .slice(index + 1)
      .filter((second) => !Object.keys(second.facts).some((fact) => fact in first.facts))
      .map((second) => [first.name, second.name, first, second] as const),
  );
  test.each(pairs)('says that %s before it says that %s', (_first, _second, first, second) => {
    expect(judge({ ...free, ...second.facts, ...first.facts }, NOW)).toMatchObject(first.verdict);
  });

  test('opens when a rest, an absence or a day off is over, to the millisecond', () => {
    const resting = { ...connected, status: 'RESTING', restingUntil: NOW } as const;
    expect(judge({ ...free, account: resting }, NOW)).toEqual({ kind: 'go' });
    expect(judge({ ...free, account: resting }, NOW - 1)).toMatchObject({ kind: 'defer', until: NOW });
    expect(judge({ ...free, awayUntil: NOW }, NOW)).toEqual({ kind: 'go' });
    expect(judge({ ...free, awayUntil: NOW }, NOW - 1)).toMatchObject({ kind: 'defer', until: NOW });
    expect(judge(free, Date.parse('2026-11-19T17:00:00+01:00'))).toMatchObject({ kind: 'defer' });
  });

  test('says holiday where a holiday is what keeps a step from going sooner', () => {
    const verdict = judge(free, Date.parse('2026-11-26T10:00:00+01:00'));
    expect(verdict).toMatchObject({ kind: 'defer', why: 'holiday' });
  });

  test('gives a disconnected account one day, then fails the sequence', () => {
    const account = { ...connected, status: 'DISCONNECTED', disconnectedAt: NOW - DAY } as const;
    expect(judge({ ...free, account }, NOW - 1)).toMatchObject({ kind: 'defer', until: NOW, why: 'held' });
    expect(judge({ ...free, account }, NOW)).toEqual({
      kind: 'end',
      end: { status: 'FAILED', reason: 'account_unavailable' },
    });
  });

  test('holds a campaign that is not running by its epoch, a draft too', () => {
    const campaign = { status: 'DRAFT', controlEpoch: 0 } as const;
    expect(judge({ ...free, campaign }, NOW)).toEqual({ kind: 'held', epoch: 0 });
  });

  test('has an end for every kind of suppression; what a person asked for is no failure', () => {
    expect(Object.keys(endOfSuppressed).sort()).toEqual([...suppressionReasons].sort());
    expect(judge({ ...free, suppression: 'asked_by_user' }, NOW)).toEqual({
      kind: 'end',
      end: { status: 'STOPPED_EARLY', reason: 'suppressed' },
    });
  });

  const instant = fc.integer({ min: NOW - 30 * DAY, max: NOW + 30 * DAY });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const anything: fc.Arbitrary<FenceFacts> = fc.record({
    end: maybe(fc.constant({ status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const)),
    blockingTask: maybe(fc.constant(taskId)),
    campaign: fc.record({ status: fc.constantFrom(...campaignStatuses), controlEpoch: fc.nat() }),
    switchedOff: fc.boolean(),
    account: maybe(
      fc.record({
        status: fc.constantFrom(...accountStatuses),
        restingUntil: maybe(instant),
        disconnectedAt: maybe(instant),
      }),
    ),
    suppression: maybe(fc.constantFrom(...suppressionReasons)),
    awayUntil: maybe(instant),
    schedule: fc.constantFrom(paris, night),
    jitterKey: fc.constant('ada@lead.example/1'),
  });

  /** Most facts forbid, so a step that may go is made of a free one by one change at a time. */
  const facts = fc.oneof(
    anything,
    fc.record({ drawn: anything, kept: fc.subarray([...Object.keys(free)]) }).map(
      ({ drawn, kept }): FenceFacts => ({
        ...drawn,
        ...Object.fromEntries(Object.entries(free).filter(([fact]) => kept.includes(fact))),
      }),
    ),
  );

  test('says go exactly when nothing forbids', () => {
    fc.assert(
      fc.property(facts, instant, (facts, now) => {
        const nothingForbids =
          facts.end === null &&
          facts.blockingTask === null &&
          facts.campaign.status === 'RUNNING' &&
          !facts.switchedOff &&
          facts.suppression === null &&
          (facts.account === null || maySend(facts.account, now).kind === 'may') &&
          (facts.awayUntil === null || facts.awayUntil <= now) &&
          permittedAt(now, facts.schedule);
        expect(judge(facts, now).kind === 'go').toBe(nothingForbids);
      }),
      { numRuns: 2_000 },
    );
  });

  test('defers into the future only, and outside the window to a permitted instant', () => {
    fc.assert(
      fc.property(facts, instant, (facts, now) => {
        const verdict = judge(facts, now);
        if (verdict.kind !== 'defer') return;
        expect(verdict.until).toBeGreaterThan(now);
        if (verdict.why !== 'sending_window' && verdict.why !== 'holiday') return;
        expect(permittedAt(verdict.until, facts.schedule)).toBe(true);
        expect(verdict.until).toBeGreaterThanOrEqual(nextOpening(now, facts.schedule));
      }),
      { numRuns: 2_000 },
    );
  });
});
