import type { Problem } from './problem.ts';
import { quoted } from './quoted.ts';
import { dayOf, findPermitted, HORIZON_DAYS, type HourBlock, type SendingSchedule } from './schedule.ts';
import { isZone, UnknownZone } from './zone.ts';

const MAX_HOLIDAYS = 500;

/**
 * Every problem of a schedule, each with its place, in the order of the page; none means that `nextInstant` finds an
 * instant for every base. Design 4: "A schedule without any permitted instant in 366 days is an activation problem".
 */
export function checkSchedule(schedule: SendingSchedule): Problem[] {
  const problems = [
    ...checkZone(schedule.zone),
    ...checkWeekdays(schedule.weekdays),
    ...checkBlocks(schedule.blocks),
    ...checkHolidays(schedule.holidays),
  ];
  return problems.length > 0 ? problems : checkReach(schedule);
}

function checkZone(zone: string): Problem[] {
  return isZone(zone) ? [] : [{ path: ['zone'], what: new UnknownZone(zone).message }];
}

function checkWeekdays(weekdays: readonly number[]): Problem[] {
  if (weekdays.length === 0) return [{ path: ['weekdays'], what: 'no weekday is permitted, expected at least one' }];
  return weekdays.flatMap((weekday, index) => {
    const path = ['weekdays', index];
    if (!Number.isInteger(weekday) || weekday < 1 || weekday > 7)
      return [{ path, what: `weekday ${weekday} is unknown, expected 1 (Monday) to 7 (Sunday)` }];
    return weekdays.indexOf(weekday) < index
      ? [{ path, what: `weekday ${weekday} is there twice, expected once` }]
      : [];
  });
}

const isStart = (time: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
const isEnd = (time: string) => isStart(time) || time === '24:00';

function checkBlocks(blocks: readonly HourBlock[]): Problem[] {
  if (blocks.length === 0) return [{ path: ['blocks'], what: 'no hours are permitted, expected at least one block' }];
  const problems = blocks.flatMap(checkTimes);
  return problems.length > 0 ? problems : checkOverlaps(blocks);
}

function checkTimes({ start, end }: HourBlock, index: number): Problem[] {
  const problems: Problem[] = [];
  const at = (field: string, what: string) =>
    problems.push({ path: ['blocks', index, field], what: `block ${index + 1} ${what}` });
  if (!isStart(start)) at('start', `starts at ${quoted(start)}, expected a time from "00:00" to "23:59"`);
  if (!isEnd(end)) at('end', `ends at ${quoted(end)}, expected a time from "00:01" to "24:00"`);
  if (isStart(start) && isEnd(end) && end <= start)
    at('end', `ends at "${end}", expected later than its start "${start}"`);
  return problems;
}

function checkOverlaps(blocks: readonly HourBlock[]): Problem[] {
  const told = (index: number, { start, end }: HourBlock) => `block ${index + 1} (${start}–${end})`;
  return blocks.flatMap((block, index) => {
    const meets = (other: HourBlock, otherIndex: number) =>
      otherIndex < index && block.start < other.end && other.start < block.end;
    const other = blocks.find(meets);
    if (!other) return [];
    const what = `${told(index, block)} overlaps ${told(blocks.indexOf(other), other)}, expected blocks that do not`;
    return [{ path: ['blocks', index], what }];
  });
}

function checkHolidays(holidays: readonly string[]): Problem[] {
  if (holidays.length > MAX_HOLIDAYS)
    return [{ path: ['holidays'], what: `${holidays.length} holidays are listed, expected at most ${MAX_HOLIDAYS}` }];
  return holidays.flatMap((date, index) =>
    dayOf(date) === null
      ? [{ path: ['holidays', index], what: `holiday ${quoted(date)} is not a date such as "2026-12-25"` }]
      : [],
  );
}

/** With a weekday and a block given, only holidays can leave 366 days empty; the worst base is on one of them. */
function checkReach(schedule: SendingSchedule): Problem[] {
  const stuck = [...schedule.holidays].sort().find((date) => {
    const day = dayOf(date);
    return day !== null && findPermitted(day, Number.NEGATIVE_INFINITY, schedule) === null;
  });
  if (stuck === undefined) return [];
  const what = `no permitted instant within ${HORIZON_DAYS} days of ${stuck}, expected a day that is no holiday`;
  return [{ path: ['holidays'], what }];
}
