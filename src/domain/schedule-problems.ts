import { quoted } from './quoted.ts';
import { dayOf, findPermitted, HORIZON_DAYS, type HourBlock, type SendingSchedule } from './schedule.ts';
import { isZone, UnknownZone } from './zone.ts';

const MAX_HOLIDAYS = 500;

interface ScheduleProblem {
  /** Where, as a path into the schedule: `blocks.1.end`. */
  path: string;
  /** What, with the value and the expectation. */
  problem: string;
}

/**
 * Every problem of a schedule, each with its place, in the order of the page; none means that `nextInstant` finds an
 * instant for every base. Design 4: "A schedule without any permitted instant in 366 days is an activation problem".
 */
export function checkSchedule(schedule: SendingSchedule): ScheduleProblem[] {
  const problems = [
    ...checkZone(schedule.zone),
    ...checkWeekdays(schedule.weekdays),
    ...checkBlocks(schedule.blocks),
    ...checkHolidays(schedule.holidays),
  ];
  return problems.length > 0 ? problems : checkReach(schedule);
}

function checkZone(zone: string): ScheduleProblem[] {
  return isZone(zone) ? [] : [{ path: 'zone', problem: new UnknownZone(zone).message }];
}

function checkWeekdays(weekdays: readonly number[]): ScheduleProblem[] {
  if (weekdays.length === 0) return [{ path: 'weekdays', problem: 'no weekday is permitted, expected at least one' }];
  return weekdays.flatMap((weekday, index) => {
    const path = `weekdays.${index}`;
    if (!Number.isInteger(weekday) || weekday < 1 || weekday > 7)
      return [{ path, problem: `weekday ${weekday} is unknown, expected 1 (Monday) to 7 (Sunday)` }];
    return weekdays.indexOf(weekday) < index
      ? [{ path, problem: `weekday ${weekday} is there twice, expected once` }]
      : [];
  });
}

const isStart = (time: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
const isEnd = (time: string) => isStart(time) || time === '24:00';

function checkBlocks(blocks: readonly HourBlock[]): ScheduleProblem[] {
  if (blocks.length === 0) return [{ path: 'blocks', problem: 'no hours are permitted, expected at least one block' }];
  const problems = blocks.flatMap(checkTimes);
  return problems.length > 0 ? problems : checkOverlaps(blocks);
}

function checkTimes({ start, end }: HourBlock, index: number): ScheduleProblem[] {
  const problems: ScheduleProblem[] = [];
  const at = (field: string, problem: string) =>
    problems.push({ path: `blocks.${index}.${field}`, problem: `block ${index + 1} ${problem}` });
  if (!isStart(start)) at('start', `starts at ${quoted(start)}, expected a time from "00:00" to "23:59"`);
  if (!isEnd(end)) at('end', `ends at ${quoted(end)}, expected a time from "00:01" to "24:00"`);
  if (isStart(start) && isEnd(end) && end <= start)
    at('end', `ends at "${end}", expected later than its start "${start}"`);
  return problems;
}

function checkOverlaps(blocks: readonly HourBlock[]): ScheduleProblem[] {
  const told = (index: number, { start, end }: HourBlock) => `block ${index + 1} (${start}–${end})`;
  return blocks.flatMap((block, index) => {
    const meets = (other: HourBlock, otherIndex: number) =>
      otherIndex < index && block.start < other.end && other.start < block.end;
    const other = blocks.find(meets);
    if (!other) return [];
    const problem = `${told(index, block)} overlaps ${told(blocks.indexOf(other), other)}, expected blocks that do not`;
    return [{ path: `blocks.${index}`, problem }];
  });
}

function checkHolidays(holidays: readonly string[]): ScheduleProblem[] {
  if (holidays.length > MAX_HOLIDAYS)
    return [{ path: 'holidays', problem: `${holidays.length} holidays are listed, expected at most ${MAX_HOLIDAYS}` }];
  return holidays.flatMap((date, index) =>
    dayOf(date) === null
      ? [{ path: `holidays.${index}`, problem: `holiday ${quoted(date)} is not a date such as "2026-12-25"` }]
      : [],
  );
}

/** With a weekday and a block given, only holidays can leave 366 days empty; the worst base is on one of them. */
function checkReach(schedule: SendingSchedule): ScheduleProblem[] {
  const stuck = [...schedule.holidays].sort().find((date) => {
    const day = dayOf(date);
    return day !== null && findPermitted(day, Number.NEGATIVE_INFINITY, schedule) === null;
  });
  if (stuck === undefined) return [];
  const problem = `no permitted instant within ${HORIZON_DAYS} days of ${stuck}, expected a day that is no holiday`;
  return [{ path: 'holidays', problem }];
}
