import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dayBounds,
  firstDay,
  firstWithin,
  freeInstant,
  isClear,
  LATENESS_MS,
  paceOf,
  roomOn,
  shortlyBefore,
  slotIn,
  spacingOf,
  stretchesFrom,
  WEEK_MS,
} from '../../../src/domain/accounts/pace.ts';
import { localDate, permittedAt, type SendingSchedule } from '../../../src/domain/schedule.ts';
import { rounds } from '../../support/rounds.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);

const paris: SendingSchedule = {
  zone: 'Europe/Paris',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [{ start: '09:00', end: '17:00' }],
  holidays: [],
};

const take = (count: number, from: number, schedule: SendingSchedule, zone: string) => {
  const found = [];
  for (const stretch of stretchesFrom(from, schedule, zone)) {
    found.push(stretch);
    if (found.length === count) break;
  }
  return found;
};

describe('the stretches in which an account may send for a sequence', () => {
  test('begin now, in the middle of a block, and go on with the next permitted day', () => {
    expect(take(2, at('2030-03-22T10:00:00Z'), paris, 'Europe/Paris')).toEqual([
      { day: '2030-03-22', start: at('2030-03-22T10:00:00Z'), end: at('2030-03-22T16:00:00Z') },
      { day: '2030-03-25', start: at('2030-03-25T08:00:00Z'), end: at('2030-03-25T16:00:00Z') },
    ]);
  });

  test('are cut at the midnight of the account, for its cap counts by its own day', () => {
    // 09:00 to 17:00 in Paris is 21:00 to 05:00 in Auckland.
    expect(take(2, at('2030-03-22T08:00:00Z'), paris, 'Pacific/Auckland')).toEqual([
      { day: '2030-03-22', start: at('2030-03-22T08:00:00Z'), end: at('2030-03-22T11:00:00Z') },
      { day: '2030-03-23', start: at('2030-03-22T11:00:00Z'), end: at('2030-03-22T16:00:00Z') },
    ]);
  });

  test('follow one another, lie in the window and bear the account’s day, for any zones and times', () => {
    const zones = ['Europe/Paris', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/New_York', 'UTC'];
    const plan = fc.record({
      from: fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
      zone: fc.constantFrom(...zones),
      own: fc.constantFrom(...zones),
    });
    fc.assert(
      fc.property(plan, ({ from, zone, own }) => {
        const schedule = { ...paris, zone, blocks: [...paris.blocks, { start: '20:00', end: '24:00' }] };
        let before = from;
        for (const { day, start, end } of take(8, from, schedule, own)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          for (const instant of [start, end - 1]) {
            expect(permittedAt(instant, schedule)).toBe(true);
            expect(localDate(instant, own)).toBe(day);
          }
          before = end;
        }
      }),
      { numRuns: rounds(50, 200) },
    );
  });
});

test('a local day is 23, 24 or 25 hours long', () => {
  const hours = (text: string) => {
    const { start, end } = dayBounds(at(text), 'Europe/Paris');
    return (end - start) / HOUR;
  };
  expect(hours('2026-03-29T12:00:00Z')).toBe(23);
  expect(hours('2026-03-30T12:00:00Z')).toBe(24);
  expect(hours('2026-10-25T12:00:00Z')).toBe(25);
});

describe('a free instant', () => {
  const instants = fc
    .array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 })
    .map((all) => all.sort((a, b) => a - b));
  const gaps = fc.integer({ min: 0, max: 200 });
  const fractions = fc.double({ min: 0, max: 1, noNaN: true });

  test('keeps the gap to whatever is taken, and is in the stretch', () => {
    fc.assert(
      fc.property(instants, gaps, fractions, fc.integer({ min: 0, max: 5_000 }), (taken, gapMs, fraction, start) => {
        const end = start + 3_000;
        const free = freeInstant({ start, end }, taken, { gapMs, spacingMs: spacingOf(gapMs, fraction) });
        if (free === null) return;
        expect(free).toBeGreaterThanOrEqual(start);
        expect(free).toBeLessThan(end);
        expect(isClear(free, taken, gapMs)).toBe(true);
      }),
    );
  });

  test('is the first that keeps its spacing after each one taken', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 200 }), fractions, (taken, gapMs, fraction) => {
        const spacingMs = spacingOf(gapMs, fraction);
        const free = freeInstant({ start: 0, end: 10_000 }, taken, { gapMs, spacingMs }) ?? 10_000;
        const fits = (instant: number) =>
          taken.every((other) => (other <= instant ? instant - other >= spacingMs : other - instant >= gapMs));
        for (let earlier = 0; earlier < free; earlier++) expect(fits(earlier)).toBe(false);
      }),
      { numRuns: rounds(20, 50) },
    );
  });
});

test('the first day that fits is found among full ones, and its beginning is not passed over in any zone', () => {
  const zones = fc.constantFrom('Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Paris', 'Asia/Kathmandu', 'UTC');
  const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
  fc.assert(
    fc.property(instants, zones, fc.nat({ max: 200 }), (now, zone, full) => {
      const days: string[] = [];
      const day = firstDay(now, zone, (asked) => days.push(asked) > full);
      expect(days).toHaveLength(full + 1);
      expect(days[0]).toBe(localDate(now, zone));
      expect(days.at(-1)).toBe(day);
      const before = shortlyBefore(day, zone);
      expect(localDate(before, zone) <= day).toBe(true);
      expect(localDate(before + 3 * 24 * HOUR, zone) >= day).toBe(true);
    }),
  );
});

test('the spacing is the gap and a tenth to a half of it again', () => {
  expect([spacingOf(60_000, 0), spacingOf(60_000, 1)]).toEqual([66_000, 90_000]);
});

test('a first email has the room that the day’s follow-ups leave, a follow-up all of it', () => {
  expect(roomOn({ dailyCap: 50 }, 20, 25, false)).toBe(5);
  expect(roomOn({ dailyCap: 50 }, 20, 25, true)).toBe(30);
});

describe('a limit for any stretch of so long', () => {
  const lengthMs = 70;
  const busiest = (taken: readonly number[]) =>
    Math.max(0, ...taken.map((end) => taken.filter((at) => at > end - lengthMs && at <= end).length));
  const instants = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 });
  const sorted = (all: readonly number[]) => [...all].sort((a, b) => a - b);

  test('lets the next one go when the oldest of so many is as old as the stretch is long, and not a moment sooner', () => {
    const limit = { most: 2, lengthMs, taken: [10, 30] };
    expect([31, 79, 80, 81].map((at) => firstWithin(at, limit))).toEqual([80, 80, 80, 81]);
  });

  test('counts those that come later too', () => {
    const limit = { most: 2, lengthMs, taken: [100, 120] };
    expect([50, 51].map((at) => firstWithin(at, limit))).toEqual([50, 170]);
  });

  test('of nothing lets nothing go', () => {
    expect(firstWithin(0, { most: 0, lengthMs, taken: [] })).toBeNull();
  });

  test('is kept by whatever goes at the first instant that it allows, which is the first', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 300 }), (wanted, most, from) => {
        const taken: number[] = [];
        for (const at of wanted) {
          const free = firstWithin(at, { most, lengthMs, taken }) ?? at;
          for (let earlier = at; earlier < free; earlier++)
            expect(busiest([...taken, earlier]), `${earlier} is free`).toBeGreaterThan(most);
          taken.splice(0, Infinity, ...sorted([...taken, free]));
        }
        expect(busiest(taken)).toBeLessThanOrEqual(most);
        const last = firstWithin(from, { most, lengthMs, taken }) ?? from;
        expect(busiest([...taken, last])).toBeLessThanOrEqual(most);
      }),
      { numRuns: rounds(50, 200) },
    );
  });
});

const limits = { zone: 'Europe/Paris', dailyCap: 50, gapSeconds: 180, invitationsPerDay: 20, invitationsPerWeek: 100 };

test('invitations have limits of their own, by the day and for any 7 days; messages and emails the daily cap', () => {
  const common = { zone: 'Europe/Paris', gapMs: 180_000 };
  expect(paceOf(limits, 'linkedin_invitation')).toEqual({ ...common, dailyCap: 20, weeklyCap: 100 });
  expect(paceOf(limits, 'linkedin_message')).toEqual({ ...common, dailyCap: 50, weeklyCap: null });
  expect(paceOf(limits, 'email')).toEqual({ ...common, dailyCap: 50, weeklyCap: null });
});

interface Plan {
  from: number;
  /** Of the template, and of the account. */
  zone: string;
  own: string;
  weekdays: SendingSchedule['weekdays'];
  perDay: number;
  perWeek: number;
  gapMs: number;
}

/** The first free instant under every limit, asked for as `db/slots.ts` asks. */
function nextSlot(plan: Plan, taken: readonly number[], fraction: number): number | null {
  const { from, zone, own, weekdays, perDay, perWeek, gapMs } = plan;
  const spacing = { gapMs, spacingMs: spacingOf(gapMs, fraction) };
  const limit = { most: perWeek, lengthMs: WEEK_MS + LATENESS_MS, taken };
  for (const stretch of stretchesFrom(from, { ...paris, zone, weekdays }, own)) {
    if (taken.filter((instant) => localDate(instant, own) === stretch.day).length >= perDay) continue;
    const slot = slotIn(stretch, taken, spacing, limit);
    if (slot !== null) return slot;
  }
  return null;
}

test('slots handed out one after the other keep gap, day and any 7 days, whatever the clocks do', () => {
  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Auckland',
    'America/St_Johns',
  );
  const plans: fc.Arbitrary<Plan> = fc.record({
    from: fc.constantFrom(at('2026-03-20T15:00:00Z'), at('2026-04-01T12:00:00Z'), at('2026-10-20T06:00:00Z')),
    zone: zones,
    own: zones,
    weekdays: fc.constantFrom<SendingSchedule['weekdays']>([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]),
    perDay: fc.integer({ min: 1, max: 6 }),
    perWeek: fc.integer({ min: 1, max: 20 }),
    gapMs: fc.integer({ min: 1_000, max: 3 * HOUR }),
  });
  const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(plans, fractions, (plan, jitters) => {
      const taken: number[] = [];
      for (const jitter of jitters) {
        const slot = nextSlot(plan, taken, jitter);
        if (slot === null) throw new Error('no room in a year');
        expect(isClear(slot, taken, plan.gapMs)).toBe(true);
        taken.push(slot);
        taken.sort((a, b) => a - b);
      }
      for (const end of taken) {
        expect(taken.filter((one) => localDate(one, plan.own) === localDate(end, plan.own)).length).toBeLessThanOrEqual(
          plan.perDay,
        );
        expect(taken.filter((one) => one > end - WEEK_MS && one <= end).length).toBeLessThanOrEqual(plan.perWeek);
      }
    }),
    { numRuns: rounds(20, 60) },
  );
});
