import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import {
  addWorkingDays,
  afterReturn,
  type Delay,
  dayWindows,
  explainClamp,
  jitterWithin,
  localDate,
  NoPermittedInstant,
  nextInstant,
  nextOpening,
  permittedAt,
  planStep,
  type SendingSchedule,
  type Weekday,
} from '../../src/domain/schedule.ts';
import { checkSchedule } from '../../src/domain/schedule-problems.ts';
import { isZone, UnknownZone } from '../../src/domain/zone.ts';
import { rounds } from '../support/rounds.ts';
import { told } from '../support/told.ts';

const everyDay: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Monday to Friday, 09:00 to 18:00, Paris. */
const officeHours = (parts: Partial<SendingSchedule> = {}): SendingSchedule => ({
  zone: 'Europe/Paris',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [{ start: '09:00', end: '18:00' }],
  holidays: [],
  ...parts,
});

/** Every minute of the week: what is left is the delay alone. */
const always = (zone: string): SendingSchedule =>
  officeHours({ zone, weekdays: everyDay, blocks: [{ start: '00:00', end: '24:00' }] });

const at = (iso: string) => Date.parse(iso);
const iso = (instant: number) => new Date(instant).toISOString();
const wait = (value: number, unit: Delay['unit']): Delay => ({ value, unit });

/** '3 business_days' as the tables write it; 'none' is null. */
function delayOf(text: string): Delay | null {
  if (text === 'none') return null;
  const [value, unit] = text.split(' ');
  for (const known of ['business_days', 'days', 'hours', 'minutes'] as const)
    if (unit === known) return { value: Number(value), unit };
  throw new Error(`the table says "${text}"`);
}

describe('the five-step example of the product document', () => {
  test('the first step goes on Monday at 09:00, the waits of 3, 4, 3 and 4 days lead to days 3, 7, 10 and 14', () => {
    const schedule = officeHours();
    const first = nextInstant(at('2026-11-21T11:00+01:00'), null, schedule);
    const planned = [first];
    for (const days of [3, 4, 3, 4]) planned.push(nextInstant(planned.at(-1) ?? 0, wait(days, 'days'), schedule));
    expect(planned.map(iso)).toEqual([
      '2026-11-23T08:00:00.000Z', // Monday
      '2026-11-26T08:00:00.000Z', // Thursday, day 3
      '2026-11-30T08:00:00.000Z', // Monday, day 7
      '2026-12-03T08:00:00.000Z', // Thursday, day 10
      '2026-12-07T08:00:00.000Z', // Monday, day 14
    ]);
  });

  test('a step that ran late pushes the later ones, nothing catches up', () => {
    const late = at('2026-11-27T16:00+01:00'); // the Thursday step, done on Friday
    expect(nextInstant(late, wait(4, 'days'), officeHours())).toBe(at('2026-12-01T16:00+01:00'));
  });
});

describe('delays in office hours, Paris', () => {
  const schedule = officeHours({ holidays: ['2026-12-25', '2027-01-01'] });
  test.each([
    // base, delay, expected
    ['2026-11-23T10:00+01:00', 'none', '2026-11-23T10:00+01:00', 'inside the window at once'],
    ['2026-11-23T06:00+01:00', 'none', '2026-11-23T09:00+01:00', 'before opening: that opening'],
    ['2026-11-23T18:00+01:00', 'none', '2026-11-24T09:00+01:00', 'the end of a block is no longer in it'],
    ['2026-11-23T17:59:59+01:00', 'none', '2026-11-23T17:59:59+01:00', 'its last second is'],
    ['2026-11-25T16:00+01:00', '3 days', '2026-11-30T09:00+01:00', 'Saturday 16:00 becomes Monday opening'],
    ['2026-11-23T19:30+01:00', '1 days', '2026-11-25T09:00+01:00', 'Tuesday 19:30 becomes Wednesday opening'],
    ['2026-11-24T10:17:23+01:00', '1 days', '2026-11-25T10:17:23+01:00', 'days keep the time of day'],
    ['2026-11-27T17:30+01:00', '2 hours', '2026-11-30T09:00+01:00', 'hours are exact, then the window'],
    ['2026-11-27T17:30+01:00', '20 minutes', '2026-11-27T17:50+01:00', 'minutes are exact'],
    ['2026-11-26T10:00+01:00', '3 business_days', '2026-12-01T10:00+01:00', 'over a weekend'],
    ['2026-11-27T10:00+01:00', '1 business_days', '2026-11-30T10:00+01:00', 'Friday plus one is Monday'],
    ['2026-11-28T15:00+01:00', '1 business_days', '2026-12-01T15:00+01:00', 'Saturday counts from Monday, day 0'],
    ['2026-11-28T15:00+01:00', '0 business_days', '2026-11-30T15:00+01:00', 'day 0 keeps the time of day too'],
    ['2026-11-27T19:00+01:00', '0 business_days', '2026-11-30T09:00+01:00', 'after hours on a working day'],
    ['2026-12-23T11:00+01:00', '2 business_days', '2026-12-28T11:00+01:00', 'over a holiday and a weekend'],
    ['2026-12-25T10:00+01:00', '1 business_days', '2026-12-29T10:00+01:00', 'a holiday counts from Monday, day 0'],
    ['2026-12-31T10:00+01:00', '1 days', '2027-01-04T09:00+01:00', 'a holiday, then a weekend'],
    ['2026-03-27T10:00+01:00', '1 business_days', '2026-03-30T10:00+02:00', 'over the change of the clocks'],
  ])('%s + %s is %s: %s', (base, delay, expected) => {
    expect(iso(nextInstant(at(base), delayOf(delay), schedule))).toBe(iso(at(expected)));
  });

  test('between two blocks a step waits for the second one of the same day', () => {
    const lunch = officeHours({
      blocks: [
        { start: '14:00', end: '18:00' },
        { start: '09:00', end: '12:30' },
      ],
    });
    expect(nextInstant(at('2026-11-23T12:00+01:00'), wait(1, 'hours'), lunch)).toBe(at('2026-11-23T14:00+01:00'));
    expect(nextInstant(at('2026-11-23T12:29+01:00'), null, lunch)).toBe(at('2026-11-23T12:29+01:00'));
  });

  test('business days count the permitted days of a schedule, also when those are the weekend', () => {
    const weekend = officeHours({ weekdays: [7, 6] });
    expect(nextInstant(at('2026-11-28T10:00+01:00'), wait(2, 'business_days'), weekend)).toBe(
      at('2026-12-05T10:00+01:00'),
    );
  });
});

describe('when the clocks change', () => {
  test.each([
    // zone, base, delay, expected
    [
      'Europe/Paris',
      '2026-03-28T02:30+01:00',
      '1 days',
      '2026-03-29T03:00+02:00',
      'spring: first instant after the gap',
    ],
    ['Europe/Paris', '2026-03-28T03:00+01:00', '1 days', '2026-03-29T03:00+02:00', 'spring: the end of the gap'],
    ['Europe/Paris', '2026-03-28T01:59+01:00', '1 days', '2026-03-29T01:59+01:00', 'spring: before the gap'],
    ['Europe/Paris', '2026-03-28T12:00+01:00', '1 days', '2026-03-29T12:00+02:00', 'a day of 23 hours'],
    ['Europe/Paris', '2026-03-28T12:00+01:00', '24 hours', '2026-03-29T13:00+02:00', 'hours are exact'],
    ['Europe/Paris', '2026-10-24T12:00+02:00', '24 hours', '2026-10-25T11:00+01:00', 'hours are exact in autumn'],
    [
      'Europe/Paris',
      '2026-10-24T03:00+02:00',
      '1 days',
      '2026-10-25T03:00+01:00',
      'autumn: the end of the repeated hour',
    ],
    ['America/New_York', '2026-03-07T02:30-05:00', '1 days', '2026-03-08T03:00-04:00', 'spring'],
    ['America/New_York', '2026-10-31T01:30-04:00', '1 days', '2026-11-01T01:30-04:00', 'autumn: the first 01:30'],
    ['America/New_York', '2026-11-01T01:30-05:00', '0 days', '2026-11-01T01:30-05:00', 'never before its base'],
    ['America/New_York', '2026-11-01T01:30-05:00', '1 days', '2026-11-02T01:30-05:00', 'from the second 01:30'],
    ['America/New_York', '2026-10-31T01:30-04:00', '1 business_days', '2026-11-01T01:30-04:00', 'business days alike'],
    ['Australia/Lord_Howe', '2026-10-03T02:10+10:30', '1 days', '2026-10-04T02:30+11:00', 'a gap of half an hour'],
    ['Australia/Lord_Howe', '2026-04-04T01:45+11:00', '1 days', '2026-04-05T01:45+11:00', 'half an hour twice'],
    ['Pacific/Chatham', '2026-09-26T03:00+12:45', '1 days', '2026-09-27T03:45+13:45', 'a gap from 02:45 to 03:45'],
    ['Pacific/Apia', '2011-12-29T09:00-10:00', '1 days', '2011-12-31T00:00+14:00', 'the day that Samoa left out'],
    ['Pacific/Apia', '2011-12-29T09:00-10:00', '2 days', '2011-12-31T09:00+14:00', 'the day after it'],
    ['Asia/Beirut', '2026-03-28T00:15+02:00', '1 days', '2026-03-29T01:00+03:00', 'a day that begins at 01:00'],
    ['Asia/Kolkata', '2026-11-22T23:45+05:30', '1 days', '2026-11-23T23:45+05:30', 'half-hour zone'],
    ['Asia/Kathmandu', '2026-11-22T23:50+05:45', '20 minutes', '2026-11-23T00:10+05:45', 'quarter-hour zone'],
  ])('%s: %s + %s is %s (%s)', (zone, base, delay, expected) => {
    expect(iso(nextInstant(at(base), delayOf(delay), always(zone)))).toBe(iso(at(expected)));
  });

  test('office hours follow the local clock in half-hour and quarter-hour zones', () => {
    const opening = (zone: string, base: string) => iso(nextOpening(at(base), officeHours({ zone })));
    expect(opening('Asia/Kolkata', '2026-11-22T12:00Z')).toBe('2026-11-23T03:30:00.000Z');
    expect(opening('Pacific/Chatham', '2026-11-22T18:00Z')).toBe('2026-11-22T19:15:00.000Z');
    expect(opening('Pacific/Apia', '2011-12-29T19:00Z')).toBe('2011-12-29T19:00:00.000Z');
    expect(opening('Pacific/Apia', '2011-12-30T04:00Z')).toBe('2012-01-01T19:00:00.000Z');
  });

  test('a block that begins in the spring gap opens at the first instant after it', () => {
    const schedule = officeHours({ weekdays: everyDay, blocks: [{ start: '02:30', end: '03:30' }] });
    expect(dayWindows(at('2026-03-29T12:00+02:00'), schedule)).toEqual({
      date: '2026-03-29',
      blocks: [{ start: at('2026-03-29T03:00+02:00'), end: at('2026-03-29T03:30+02:00') }],
    });
  });

  test('a block that lies in the spring gap is not there that day', () => {
    const schedule = officeHours({ weekdays: [7], blocks: [{ start: '02:15', end: '02:45' }] });
    expect(dayWindows(at('2026-03-29T12:00+02:00'), schedule).blocks).toEqual([]);
    expect(nextOpening(at('2026-03-28T12:00+01:00'), schedule)).toBe(at('2026-04-05T02:15+02:00'));
  });

  test('a block around the change is one block, shorter or longer by an hour', () => {
    const hours = (date: string) =>
      dayWindows(at(date), always('Europe/Paris')).blocks.map(({ start, end }) => (end - start) / 3_600_000);
    expect(hours('2026-03-29T12:00+02:00')).toEqual([23]);
    expect(hours('2026-10-25T12:00+01:00')).toEqual([25]);
    expect(hours('2026-10-26T12:00+01:00')).toEqual([24]);
  });

  test('blocks in the repeated hour come twice, in the order of time', () => {
    const schedule = officeHours({
      weekdays: everyDay,
      blocks: [
        { start: '02:10', end: '02:20' },
        { start: '02:30', end: '02:40' },
      ],
    });
    const starts = dayWindows(at('2026-10-25T12:00+01:00'), schedule).blocks.map(({ start }) => iso(start));
    expect(starts).toEqual([
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:10:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ]);
  });

  test('where the last hour of a day is repeated, a block until midnight has both', () => {
    const nuuk = officeHours({ zone: 'America/Nuuk', weekdays: [6], blocks: [{ start: '23:00', end: '24:00' }] });
    const { date, blocks } = dayWindows(at('2026-10-24T23:30-01:00'), nuuk);
    expect(date).toBe('2026-10-24');
    expect(blocks).toEqual([{ start: at('2026-10-24T23:00-01:00'), end: at('2026-10-25T00:00-02:00') }]);
  });
});

describe('why not sooner', () => {
  const schedule = officeHours({ holidays: ['2026-12-25', '2026-12-26', '2027-01-04'] });
  test.each([
    // the instant the delay asks for, the reason
    ['2026-11-23T10:00+01:00', 'delay', 'permitted itself'],
    ['2026-11-23T06:00+01:00', 'sending_window', 'before opening'],
    ['2026-11-23T19:00+01:00', 'sending_window', 'after closing'],
    ['2026-11-28T10:00+01:00', 'sending_window', 'a weekend'],
    ['2026-12-25T10:00+01:00', 'holiday', 'a holiday'],
    ['2026-12-26T10:00+01:00', 'sending_window', 'a holiday that falls on a Saturday changes nothing'],
    ['2027-01-02T10:00+01:00', 'holiday', 'a weekend, then a holiday'],
    ['2026-12-24T19:00+01:00', 'holiday', 'after closing, the next day is a holiday'],
  ])('a step wanted at %s says %s: %s', (wanted, why) => {
    expect(planStep(at(wanted), null, schedule, 'ada@example.com 1').why).toBe(why);
    expect(explainClamp(at(wanted), nextOpening(at(wanted), schedule), schedule)).toBe(why);
  });

  test('a plan is the next instant plus the jitter of its key', () => {
    const base = at('2026-11-24T10:17:23+01:00');
    const plan = planStep(base, wait(3, 'business_days'), officeHours(), 'ada@example.com 2');
    const earliest = nextInstant(base, wait(3, 'business_days'), officeHours());
    expect(plan.at).toBe(jitterWithin(earliest, 'ada@example.com 2', officeHours()));
    expect(plan.at).toBeGreaterThan(earliest);
    expect(plan.at % MINUTE_MS).toBe(0);
  });
});

describe('jitter', () => {
  const opening = at('2026-11-23T09:00+01:00');
  const keys = Array.from({ length: 1600 }, (_, index) => `lead-${index}@example.com 1`);

  test('the same key gives the same minute, and seconds more or less do not show', () => {
    const jittered = (instant: number) => jitterWithin(instant, 'ada@example.com 1', officeHours());
    expect(jittered(opening + 1)).toBe(jittered(opening + MINUTE_MS));
    expect(jittered(opening + 59_999)).toBe(jittered(opening + MINUTE_MS));
  });

  test('keys are spread over all minutes from 0 to 15, about evenly', () => {
    const counts = new Map<number, number>();
    for (const key of keys) {
      const minutes = (jitterWithin(opening, key, officeHours()) - opening) / MINUTE_MS;
      counts.set(minutes, (counts.get(minutes) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, minute) => minute));
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
    expect(Math.max(...counts.values())).toBeLessThan(150);
  });

  test('keys that differ in a few bits only are spread as well', () => {
    const alike = Array.from({ length: 256 }, (_, bits) =>
      bits.toString(2).padStart(8, '0').replaceAll('0', 'a').replaceAll('1', 'q'),
    );
    expect(new Set(alike.map((key) => jitterWithin(opening, key, officeHours()))).size).toBe(16);
  });

  test('near the end of a block it keeps to what is left of it', () => {
    const minutes = new Set(keys.map((key) => iso(jitterWithin(at('2026-11-23T17:57:30+01:00'), key, officeHours()))));
    expect([...minutes].sort()).toEqual(['2026-11-23T16:58:00.000Z', '2026-11-23T16:59:00.000Z']);
  });

  test('in the last, begun minute of a block, and outside of all blocks, the instant stays', () => {
    for (const instant of [at('2026-11-23T17:59:30+01:00'), at('2026-11-23T19:00+01:00'), at('2026-11-22T10:00+01:00')])
      expect(jitterWithin(instant, 'ada@example.com 1', officeHours())).toBe(instant);
  });

  test('it does not cross from one block into the one that touches it', () => {
    const schedule = officeHours({
      blocks: [
        { start: '09:00', end: '09:05' },
        { start: '09:05', end: '18:00' },
      ],
    });
    const last = Math.max(...keys.map((key) => jitterWithin(opening, key, schedule)));
    expect(last).toBe(at('2026-11-23T09:04+01:00'));
  });

  test('0 minutes only round up', () => {
    expect(jitterWithin(opening + 1, 'ada@example.com 1', officeHours(), 0)).toBe(opening + MINUTE_MS);
  });
});

describe('days', () => {
  test('an instant has the date that the zone shows', () => {
    expect(localDate(at('2026-11-23T23:30Z'), 'Europe/Paris')).toBe('2026-11-24');
    expect(localDate(at('2026-11-23T23:30Z'), 'America/New_York')).toBe('2026-11-23');
    expect(localDate(at('2026-11-23T10:30Z'), 'Pacific/Kiritimati')).toBe('2026-11-24');
    expect(localDate(at('1969-12-31T12:00Z'), 'UTC')).toBe('1969-12-31');
  });

  test('a day off has no blocks', () => {
    const schedule = officeHours({ holidays: ['2026-12-25'] });
    expect(dayWindows(at('2026-12-25T10:00+01:00'), schedule)).toEqual({ date: '2026-12-25', blocks: [] });
    expect(dayWindows(at('2026-11-22T10:00+01:00'), schedule)).toEqual({ date: '2026-11-22', blocks: [] });
  });

  test('a contact back from holiday is written to on the first working day after the stated date', () => {
    const schedule = officeHours({ holidays: ['2026-11-30'] });
    expect(iso(afterReturn('2026-11-24', schedule))).toBe('2026-11-25T08:00:00.000Z');
    expect(iso(afterReturn('2026-11-27', schedule))).toBe('2026-12-01T08:00:00.000Z'); // weekend, then a holiday
    expect(() => afterReturn('24/11/2026', schedule)).toThrow('"24/11/2026" is not a date such as "2026-11-24"');
    expect(() => afterReturn('2026-02-30', schedule)).toThrow(RangeError);
  });

  test('working days are added from the local day, and end at an opening', () => {
    expect(iso(addWorkingDays(at('2026-11-26T16:00+01:00'), 1, officeHours()))).toBe('2026-11-27T08:00:00.000Z');
    expect(iso(addWorkingDays(at('2026-11-26T16:00+01:00'), 2, officeHours()))).toBe('2026-11-30T08:00:00.000Z');
    expect(iso(addWorkingDays(at('2026-11-28T16:00+01:00'), 1, officeHours()))).toBe('2026-11-30T08:00:00.000Z');
  });
});

describe('a schedule that cannot be used', () => {
  test('an unknown zone is named', () => {
    for (const zone of ['Mars/Base', '', 'europe/paris', 'Europe/paris', '+02:00', '2026-01-01T00:00Z[Europe/Paris]']) {
      expect(isZone(zone)).toBe(false);
      expect(() => nextInstant(0, null, officeHours({ zone }))).toThrow(UnknownZone);
    }
    expect(() => localDate(0, 'Mars/Base')).toThrow('"Mars/Base" is not an IANA time zone such as "Europe/Paris"');
  });

  test('every zone of this runtime, and the usual aliases, are known', () => {
    const zones = [
      ...Intl.supportedValuesOf('timeZone'),
      'UTC',
      'Etc/GMT+5',
      'US/Pacific',
      'Asia/Calcutta',
      'Europe/Kyiv',
    ];
    expect(zones.filter((zone) => !isZone(zone))).toEqual([]);
  });

  test('a schedule that permits nothing for 366 days is refused, wherever the search begins', () => {
    const holidays = Array.from({ length: 54 }, (_, week) => iso(at('2026-11-23') + week * 7 * DAY_MS).slice(0, 10));
    const mondays = officeHours({ weekdays: [1], holidays });
    expect(() => nextInstant(at('2026-11-23T10:00+01:00'), null, mondays)).toThrow(NoPermittedInstant);
    expect(() => nextInstant(at('2026-11-23T10:00+01:00'), wait(1, 'business_days'), mondays)).toThrow(
      'no permitted instant within 366 days of 2026-11-23',
    );
    expect(() => nextOpening(0, officeHours({ weekdays: [] }))).toThrow(NoPermittedInstant);
    expect(told(checkSchedule(mondays))).toEqual([
      {
        path: 'holidays',
        problem: 'no permitted instant within 366 days of 2026-11-23, expected a day that is no holiday',
      },
    ]);
  });

  test('an opening on day 366 is still found', () => {
    const off = (days: number) => Array.from({ length: days }, (_, day) => nextDate('2026-11-23', day));
    const schedule = (days: number) => officeHours({ weekdays: everyDay, holidays: off(days) });
    expect(iso(nextOpening(at('2026-11-23T10:00+01:00'), schedule(366)))).toBe('2027-11-24T08:00:00.000Z');
    expect(() => nextOpening(at('2026-11-23T10:00+01:00'), schedule(367))).toThrow(NoPermittedInstant);
  });

  test('a year of Mondays off but one is no problem', () => {
    const holidays = Array.from({ length: 52 }, (_, week) => iso(at('2026-11-23') + week * 7 * DAY_MS).slice(0, 10));
    expect(checkSchedule(officeHours({ weekdays: [1], holidays }))).toEqual([]);
  });

  test('nothing is wrong with ordinary schedules', () => {
    expect(checkSchedule(officeHours({ holidays: ['2026-12-25', '2028-02-29'] }))).toEqual([]);
    expect(checkSchedule(always('Pacific/Chatham'))).toEqual([]);
    const touching = [
      { start: '12:00', end: '18:00' },
      { start: '09:00', end: '12:00' },
    ];
    expect(checkSchedule(officeHours({ blocks: touching }))).toEqual([]);
  });

  test('every problem is listed with its place, the value and the expectation', () => {
    const weekdays: Weekday[] = [1, 2, 1];
    const schedule = officeHours({
      zone: 'Mars/Base',
      weekdays,
      blocks: [
        { start: '9:00', end: '12:00' },
        { start: '14:00', end: '24:01' },
        { start: '18:00', end: '18:00' },
        { start: '24:00', end: '24:00' },
      ],
      holidays: ['2026-12-25', '25.12.2026', '2026-02-30'],
    });
    expect(told(checkSchedule(schedule))).toEqual([
      { path: 'zone', problem: '"Mars/Base" is not an IANA time zone such as "Europe/Paris"' },
      { path: 'weekdays.2', problem: 'weekday 1 is there twice, expected once' },
      { path: 'blocks.0.start', problem: 'block 1 starts at "9:00", expected a time from "00:00" to "23:59"' },
      { path: 'blocks.1.end', problem: 'block 2 ends at "24:01", expected a time from "00:01" to "24:00"' },
      { path: 'blocks.2.end', problem: 'block 3 ends at "18:00", expected later than its start "18:00"' },
      { path: 'blocks.3.start', problem: 'block 4 starts at "24:00", expected a time from "00:00" to "23:59"' },
      { path: 'holidays.1', problem: 'holiday "25.12.2026" is not a date such as "2026-12-25"' },
      { path: 'holidays.2', problem: 'holiday "2026-02-30" is not a date such as "2026-12-25"' },
    ]);
  });

  test('nothing permitted at all, overlapping blocks and too many holidays are named', () => {
    expect(told(checkSchedule(officeHours({ weekdays: [], blocks: [] })))).toEqual([
      { path: 'weekdays', problem: 'no weekday is permitted, expected at least one' },
      { path: 'blocks', problem: 'no hours are permitted, expected at least one block' },
    ]);
    const overlapping = [
      { start: '09:00', end: '12:00' },
      { start: '13:00', end: '14:00' },
      { start: '11:00', end: '13:30' },
    ];
    expect(told(checkSchedule(officeHours({ blocks: overlapping })))).toEqual([
      {
        path: 'blocks.2',
        problem: 'block 3 (11:00–13:30) overlaps block 1 (09:00–12:00), expected blocks that do not',
      },
    ]);
    expect(told(checkSchedule(officeHours({ holidays: Array.from({ length: 501 }, () => '2026-12-25') })))).toEqual([
      { path: 'holidays', problem: '501 holidays are listed, expected at most 500' },
    ]);
  });
});

// Properties. The oracle below knows a zone only through Intl.DateTimeFormat, and finds an instant only by walking from
// minute to minute. Offsets and their changes fall on quarter hours everywhere since 2012, so it reads the clock four
// times an hour and counts the minutes in between.

const zones = Intl.supportedValuesOf('timeZone');
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

/** A clock in one zone: '2026-03-29 03:00' for an instant. */
function clockIn(zone: string): (instant: number) => string {
  const format = formatFor(zone);
  const quarter = 15 * MINUTE_MS;
  const plus = (shown: string, minutes: number) =>
    `${shown.slice(0, 14)}${String(Number(shown.slice(14)) + minutes).padStart(2, '0')}`;
  let read = { at: Number.NaN, shows: '', isEven: true };
  return (instant) => {
    const begun = Math.floor(instant / quarter) * quarter;
    if (read.at !== begun) {
      const shows = format.format(begun);
      // Clocks change on the quarter hour, but for a few that changed at 00:01.
      read = { at: begun, shows, isEven: format.format(begun + 14 * MINUTE_MS) === plus(shows, 14) };
    }
    return read.isEven ? plus(read.shows, Math.floor((instant - begun) / MINUTE_MS)) : format.format(instant);
  };
}

function isWorkingDate(date: string, schedule: SendingSchedule): boolean {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay() || 7;
  return schedule.weekdays.some((permitted) => permitted === weekday) && !schedule.holidays.includes(date);
}

const nextDate = (date: string, days = 1) => iso(at(`${date}T00:00Z`) + days * DAY_MS).slice(0, 10);

function isPermittedOn(shown: string, schedule: SendingSchedule): boolean {
  const time = shown.slice(11);
  const isOpen = schedule.blocks.some(({ start, end }) => start <= time && time < end);
  return isOpen && isWorkingDate(shown.slice(0, 10), schedule);
}

function firstMinute(from: number, is: (instant: number) => boolean): number {
  for (let instant = from; instant < from + 400 * DAY_MS; instant += MINUTE_MS) if (is(instant)) return instant;
  throw new Error(`the oracle found nothing after ${iso(from)}`);
}

/** base + delay for a base on a whole minute. */
function oracleAfterDelay(base: number, delay: Delay, schedule: SendingSchedule): number {
  if (delay.unit === 'minutes') return base + delay.value * MINUTE_MS;
  if (delay.unit === 'hours') return base + delay.value * 60 * MINUTE_MS;
  const clock = clockIn(schedule.zone);
  const baseDate = clock(base).slice(0, 10);
  let date = baseDate;
  if (delay.unit === 'days') date = nextDate(baseDate, delay.value);
  else {
    while (!isWorkingDate(date, schedule)) date = nextDate(date);
    for (let counted = 0; counted < delay.value; counted++)
      do date = nextDate(date);
      while (!isWorkingDate(date, schedule));
  }
  if (date === baseDate) return base;
  const wanted = `${date} ${clock(base).slice(11)}`;
  return firstMinute(at(`${wanted.replace(' ', 'T')}Z`) - 15 * 60 * MINUTE_MS, (instant) => clock(instant) >= wanted);
}

function oracleNextOpening(instant: number, schedule: SendingSchedule): number {
  const clock = clockIn(schedule.zone);
  return firstMinute(instant, (minute) => isPermittedOn(clock(minute), schedule));
}

/** The changes of a zone's clocks from 2014 to 2035; only chooses dates to try, so it may ask the library. */
const changes = new Map<string, readonly number[]>();

function changesOf(zone: string): readonly number[] {
  const known = changes.get(zone);
  if (known) return known;
  const found: number[] = [];
  let next = Temporal.Instant.from('2014-01-01T00:00Z').toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (next && next.epochMilliseconds < at('2035-01-01')) {
    found.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition('next');
  }
  changes.set(zone, found);
  return found;
}

const times = fc
  .uniqueArray(
    fc.oneof(
      fc.integer({ min: 0, max: 1440 }),
      fc.integer({ min: 0, max: 240 }),
      fc.constantFrom(0, 60, 120, 150, 180, 1380, 1440),
    ),
    { minLength: 2, maxLength: 6 },
  )
  .map((minutes) => minutes.sort((a, b) => a - b).map(timeOf));

const blocks = times.map((sorted) =>
  sorted.flatMap((start, index) => {
    const end = sorted[index + 1];
    return index % 2 === 0 && end !== undefined ? [{ start, end }] : [];
  }),
);

function timeOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A zone, a schedule, a base on a whole minute within days of a change of that zone's clocks (if it has any), a delay. */
const cases = fc
  .record({
    zone: fc.constantFrom(...zones),
    change: fc.nat(),
    minutesFromChange: fc.integer({ min: -3 * 1440, max: 2 * 1440 }),
    weekdays: fc.uniqueArray(fc.constantFrom(...everyDay), { minLength: 1 }),
    blocks,
    holidaysFromBase: fc.uniqueArray(fc.integer({ min: -2, max: 12 }), { maxLength: 5 }),
    delay: fc.oneof(
      fc.record({ unit: fc.constantFrom('days', 'business_days'), value: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ unit: fc.constant('hours'), value: fc.integer({ min: 0, max: 96 }) }),
      fc.record({ unit: fc.constant('minutes'), value: fc.integer({ min: 0, max: 3000 }) }),
    ),
  })
  .map(({ zone, change, minutesFromChange, weekdays, blocks, holidaysFromBase, delay }) => {
    const known = changesOf(zone);
    const around = known[change % Math.max(1, known.length)] ?? at('2026-06-01T00:00Z') + (change % 3000) * DAY_MS;
    const base = around + minutesFromChange * MINUTE_MS;
    const holidays = holidaysFromBase.map((days) => iso(base + days * DAY_MS).slice(0, 10));
    return { base, delay: wait(delay.value, delay.unit), schedule: { zone, weekdays, blocks, holidays } };
  });

describe('for any zone, date around a change of the clocks, and window', () => {
  test('the next instant is the earliest permitted one not before base + delay', () => {
    fc.assert(
      fc.property(cases, ({ base, delay, schedule }) => {
        const wanted = oracleAfterDelay(base, delay, schedule);
        expect(wanted).toBeGreaterThanOrEqual(base);
        expect(iso(nextInstant(base, delay, schedule))).toBe(iso(oracleNextOpening(wanted, schedule)));
      }),
      { numRuns: rounds(100, 400) },
    );
  });

  test('an instant is permitted exactly when the local clock says so, and the day’s windows agree', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 59_999 }), ({ base, schedule }, ms) => {
        const instant = base + ms;
        const isPermitted = isPermittedOn(clockIn(schedule.zone)(instant), schedule);
        expect(permittedAt(instant, schedule)).toBe(isPermitted);
        const { date, blocks } = dayWindows(instant, schedule);
        expect(date).toBe(clockIn(schedule.zone)(instant).slice(0, 10));
        expect(blocks.some(({ start, end }) => start <= instant && instant < end)).toBe(isPermitted);
      }),
      { numRuns: rounds(500, 2000) },
    );
  });

  test('seconds and milliseconds survive a delay of days, and never move a step before its delay', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 59_999 }), ({ base, delay, schedule }, ms) => {
        const onTheMinute = nextInstant(base, delay, schedule);
        const later = nextInstant(base + ms, delay, schedule);
        expect(later).toBeGreaterThanOrEqual(Math.max(onTheMinute, base + ms));
        expect(permittedAt(later, schedule)).toBe(true);
        // On the minute at an opening or at the end of a gap, else just as late in its minute as the base.
        expect([0, ms]).toContain(later % MINUTE_MS);
      }),
      { numRuns: rounds(250, 1000) },
    );
  });

  test('jitter stays inside the block, on a whole minute, at most 15 minutes on', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 59_999 }), fc.string(), ({ base, delay, schedule }, ms, key) => {
        const granted = nextInstant(base + ms, delay, schedule);
        const jittered = jitterWithin(granted, key, schedule);
        expect(jittered).toBeGreaterThanOrEqual(granted);
        expect(jittered).toBeLessThan(granted + 16 * MINUTE_MS);
        expect(jittered === granted || jittered % MINUTE_MS === 0).toBe(true);
        const clock = clockIn(schedule.zone);
        for (let minute = granted; minute <= jittered; minute += MINUTE_MS)
          expect(isPermittedOn(clock(minute), schedule)).toBe(true);
      }),
      {
        numRuns: rounds(250, 1000),
        // Found once: the clocks of Casey went from 00:01 to 03:01.
        examples: [
          [
            {
              base: 1_601_740_860_000,
              delay: { value: 0, unit: 'days' },
              schedule: {
                zone: 'Antarctica/Casey',
                weekdays: [7, 1],
                blocks: [{ start: '00:02', end: '07:52' }],
                holidays: [],
              },
            },
            0,
            '',
          ],
        ],
      },
    );
  });

  test('a plan computed twice is the same plan', () => {
    fc.assert(
      fc.property(cases, fc.string(), ({ base, delay, schedule }, key) => {
        expect(planStep(base, delay, schedule, key)).toEqual(planStep(base, delay, schedule, key));
      }),
      { numRuns: 200 },
    );
  });

  test('in every zone there is, 02:30 and office hours are kept over both changes of a year', () => {
    const schedule = (zone: string) => officeHours({ zone, weekdays: everyDay });
    const wrong = zones.filter((zone) => {
      const near = changesOf(zone)
        .filter((instant) => instant > at('2026-01-01'))
        .slice(0, 2);
      return (near.length > 0 ? near : [at('2026-03-29T01:00Z')]).some((change) => {
        const clock = clockIn(zone);
        const base = firstMinute(change - 2 * DAY_MS, (instant) => clock(instant).endsWith('02:30'));
        return [1, 2].some((days) => {
          const asked = nextInstant(base, wait(days, 'days'), always(zone));
          const opened = nextInstant(base, wait(days, 'days'), schedule(zone));
          const isRight = asked === oracleAfterDelay(base, wait(days, 'days'), always(zone));
          return !isRight || clock(opened).slice(11) !== '09:00';
        });
      });
    });
    expect(wrong).toEqual([]);
  });
});
