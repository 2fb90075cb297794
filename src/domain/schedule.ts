/**
 * Delay, business days and sending window, in the template's zone, to an instant. The only zone arithmetic there is:
 * activities and commands call it, so that a workflow's history records its answers. Design 4.
 *
 * Three kinds of number: an *instant* is epoch ms; a *wall* is what a clock in the zone shows, as the epoch ms at which
 * a clock in UTC shows the same; a *day* is a local date, as whole days since 1970-01-01.
 */

import { Temporal } from 'temporal-polyfill';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations.ts';
import { hashOf } from './hash.ts';

/** ISO weekday: Monday is 1, Sunday is 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Local 24 h times, start included and end excluded: '09:00' to '12:30'. '24:00' ends at midnight. */
export interface HourBlock {
  start: string;
  end: string;
}

/** When steps may run: on these weekdays, except holidays (ISO dates), within the blocks, in an IANA zone. Design 4. */
export interface SendingSchedule {
  zone: string;
  weekdays: readonly Weekday[];
  blocks: readonly HourBlock[];
  holidays: readonly string[];
}

/** The wait before a step, from the moment the step before it was finished; a whole number, 0 or more. Design 4. */
export interface Delay {
  value: number;
  unit: 'business_days' | 'days' | 'hours' | 'minutes';
}

/** Which rule decided a planned instant; part of "why not sooner". Design 2. */
export type PlanReason = 'delay' | 'sending_window' | 'holiday';

/** A stretch of permitted time, epoch ms: start included, end excluded. */
export interface Window {
  start: number;
  end: number;
}

/** The schedule's zone is none that `isZone` knows. */
export class UnknownZone extends Error {
  override readonly name = 'UnknownZone';
  constructor(zone: string) {
    super(`${quoted(zone)} is not an IANA time zone such as "Europe/Paris"`);
  }
}

/** Within 366 days the schedule permits nothing. `checkSchedule` finds such schedules before they are used. */
export class NoPermittedInstant extends Error {
  override readonly name = 'NoPermittedInstant';
  constructor(day: number) {
    super(`no permitted instant within ${HORIZON_DAYS} days of ${dateOf(day)}`);
  }
}

const HORIZON_DAYS = 366;
const MAX_JITTER_MINUTES = 15;
const MAX_HOLIDAYS = 500;

/**
 * Where one step goes: the earliest permitted instant not before base + delay (epoch ms), spread by the jitter, and the
 * rule that decided it. `jitterKey` is the contact's normalised address or profile and the step's position.
 * Throws UnknownZone and NoPermittedInstant. Design 4.
 */
export function planStep(
  base: number,
  delay: Delay | null,
  schedule: SendingSchedule,
  jitterKey: string,
): { at: number; why: PlanReason } {
  const wanted = afterDelay(base, delay, schedule);
  const granted = nextOpening(wanted, schedule);
  return { at: jitterWithin(granted, jitterKey, schedule), why: explainClamp(wanted, granted, schedule) };
}

/**
 * The earliest permitted instant (epoch ms) not before base + delay; null is no delay. Throws UnknownZone and
 * NoPermittedInstant. Design 4.
 */
export function nextInstant(base: number, delay: Delay | null, schedule: SendingSchedule): number {
  return nextOpening(afterDelay(base, delay, schedule), schedule);
}

/** The first permitted instant (epoch ms) at or after `instant`. Throws UnknownZone and NoPermittedInstant. Design 4. */
export function nextOpening(instant: number, schedule: SendingSchedule): number {
  return firstPermitted(dayAt(instant, schedule.zone), instant, schedule);
}

/**
 * A later instant (epoch ms) in the hour block that holds `instant`: rounded up to a whole minute, plus 0 to
 * `maxMinutes` whole minutes from a hash of `key`, never past the block's last minute. Whole minutes make a plan
 * reproducible: the same key gives the same minute, and a few seconds more or less at the base do not show.
 * Where the block has no whole minute left, or none holds it, the instant itself. Design 4.
 */
export function jitterWithin(
  instant: number,
  key: string,
  schedule: SendingSchedule,
  maxMinutes = MAX_JITTER_MINUTES,
): number {
  const windows = windowsOn(dayAt(instant, schedule.zone), schedule);
  const window = windows.find(({ start, end }) => start <= instant && instant < end);
  const minute = Math.ceil(instant / MINUTE_MS) * MINUTE_MS;
  if (!window || minute >= window.end) return instant;
  const roomMinutes = Math.floor((window.end - 1 - minute) / MINUTE_MS);
  return minute + (hashOf(key) % (Math.min(maxMinutes, roomMinutes) + 1)) * MINUTE_MS;
}

/**
 * Why a step goes at `granted` and not sooner: 'delay' when the instant its delay asked for was itself permitted,
 * 'holiday' when a holiday on a permitted weekday lies between the two, else 'sending_window'. Design 2.
 */
export function explainClamp(wanted: number, granted: number, schedule: SendingSchedule): PlanReason {
  if (permittedAt(wanted, schedule)) return 'delay';
  const grantedDay = dayAt(granted, schedule.zone);
  for (let day = dayAt(wanted, schedule.zone); day < grantedDay; day++)
    if (isPermittedWeekday(day, schedule) && isHoliday(day, schedule)) return 'holiday';
  return 'sending_window';
}

/** Whether a step may run at `instant`: a permitted day, and a clock in the zone shows a time in a block. Design 4. */
export function permittedAt(instant: number, schedule: SendingSchedule): boolean {
  const wall = wallAt(instant, schedule.zone);
  const day = Math.floor(wall / DAY_MS);
  const time = wall - day * DAY_MS;
  return (
    isWorkingDay(day, schedule) && schedule.blocks.some(({ start, end }) => msOf(start) <= time && time < msOf(end))
  );
}

/** The local date of an instant, '2026-11-24'. Throws UnknownZone. */
export const localDate = (instant: number, zone: string): string => dateOf(dayAt(instant, zone));

/**
 * The local day that holds `instant` and its permitted blocks as instants, in order; no blocks on a day off. A block
 * across a change of the clocks is as much longer or shorter as the day; one inside the repeated hour comes twice.
 */
export function dayWindows(instant: number, schedule: SendingSchedule): { date: string; blocks: Window[] } {
  const day = dayAt(instant, schedule.zone);
  return { date: dateOf(day), blocks: windowsOn(day, schedule) };
}

/** The opening (epoch ms) of the n-th working day after the local day of `instant`, n ≥ 1. Throws as nextOpening. */
export function addWorkingDays(instant: number, n: number, schedule: SendingSchedule): number {
  return openingAfter(dayAt(instant, schedule.zone), n, schedule);
}

/**
 * When a contact who is away until `date` (ISO) may be written to again: the opening (epoch ms) of the first working
 * day strictly after it. Throws RangeError on a malformed date, else as nextOpening. Design 6.
 */
export function afterReturn(date: string, schedule: SendingSchedule): number {
  const day = dayOf(date);
  if (day === null) throw new RangeError(`${quoted(date)} is not a date such as "2026-11-24"`);
  return openingAfter(day, 1, schedule);
}

/**
 * Whether `zone` is an IANA zone of this runtime, in its exact spelling; a bare offset ("+02:00") is none, for it knows
 * no summer time.
 */
export function isZone(zone: string): boolean {
  if (!/^[A-Z]/.test(zone)) return false;
  try {
    return zonedAt(0, zone).timeZoneId === zone;
  } catch {
    return false;
  }
}

// The delay.

/** base + delay, before the sending schedule has its say. */
function afterDelay(base: number, delay: Delay | null, schedule: SendingSchedule): number {
  switch (delay?.unit) {
    case undefined:
      return base;
    case 'minutes':
      return base + delay.value * MINUTE_MS;
    case 'hours':
      return base + delay.value * HOUR_MS;
    case 'days':
      return sameTimeOn(dayAt(base, schedule.zone) + delay.value, base, schedule.zone);
    case 'business_days':
      return sameTimeOn(addBusinessDays(dayAt(base, schedule.zone), delay.value, schedule), base, schedule.zone);
  }
}

/** The instant on `day` at the local time of `base`. On its own day that is `base`, also in a repeated hour. */
function sameTimeOn(day: number, base: number, zone: string): number {
  const wall = wallAt(base, zone);
  const days = day - Math.floor(wall / DAY_MS);
  return days === 0 ? base : instantAt(wall + days * DAY_MS, zone);
}

/** The n-th working day after `day`, which itself counts as day 0, or the next working day does when it is a day off. */
function addBusinessDays(day: number, n: number, schedule: SendingSchedule): number {
  let working = workingDayFrom(day, schedule);
  for (let counted = 0; counted < n; counted++) working = workingDayFrom(working + 1, schedule);
  return working;
}

// Days.

function workingDayFrom(day: number, schedule: SendingSchedule): number {
  for (let ahead = 0; ahead <= HORIZON_DAYS; ahead++) if (isWorkingDay(day + ahead, schedule)) return day + ahead;
  throw new NoPermittedInstant(day);
}

const isWorkingDay = (day: number, schedule: SendingSchedule) =>
  isPermittedWeekday(day, schedule) && !isHoliday(day, schedule);

function isPermittedWeekday(day: number, schedule: SendingSchedule): boolean {
  const weekdays: readonly number[] = schedule.weekdays;
  return weekdays.includes(weekdayOf(day));
}

const isHoliday = (day: number, schedule: SendingSchedule) =>
  schedule.holidays.length > 0 && schedule.holidays.includes(dateOf(day));

/** Day 0, 1970-01-01, was a Thursday; days before it are negative. */
const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1;

const dateOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The day of an ISO date, null for anything else, "2026-02-30" included. */
function dayOf(date: string): number | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) / DAY_MS : Number.NaN;
  return Number.isInteger(day) && dateOf(day) === date ? day : null;
}

// The sending window.

function openingAfter(day: number, n: number, schedule: SendingSchedule): number {
  const working = addBusinessDays(day + 1, n - 1, schedule);
  return firstPermitted(working, Number.NEGATIVE_INFINITY, schedule);
}

function firstPermitted(day: number, notBefore: number, schedule: SendingSchedule): number {
  const found = findPermitted(day, notBefore, schedule);
  if (found === null) throw new NoPermittedInstant(day);
  return found;
}

function findPermitted(day: number, notBefore: number, schedule: SendingSchedule): number | null {
  for (let ahead = 0; ahead <= HORIZON_DAYS; ahead++) {
    const window = windowsOn(day + ahead, schedule).find(({ end }) => end > notBefore);
    if (window) return Math.max(window.start, notBefore);
  }
  return null;
}

/**
 * The permitted blocks of a day, in order. A block is cut out of each span of one offset by itself, so a block or a part
 * of it that the clocks skip in spring is not there, and what they repeat in autumn is there twice.
 */
function windowsOn(day: number, schedule: SendingSchedule): Window[] {
  if (!isWorkingDay(day, schedule)) return [];
  const midnight = day * DAY_MS;
  const spans = spansAround(midnight, schedule.zone);
  const windows = schedule.blocks.flatMap((block) =>
    joinTouching(
      spans.map(({ from, to, offset }) => ({
        start: Math.max(from, midnight + msOf(block.start) - offset),
        end: Math.min(to, midnight + msOf(block.end) - offset),
      })),
    ),
  );
  return windows.sort((a, b) => a.start - b.start);
}

/** Drops empty windows, and makes one of two that meet. */
function joinTouching(windows: readonly Window[]): Window[] {
  const joined: Window[] = [];
  for (const { start, end } of windows) {
    const last = joined.at(-1);
    if (start >= end) continue;
    if (last?.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}

/** 'HH:MM' as ms after midnight. */
const msOf = (time: string) => Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3)) * MINUTE_MS;

// The zone.

/** A stretch of time, epoch ms, in which a zone keeps one offset (ms, wall − instant); without a known end, Infinity. */
interface Span {
  from: number;
  to: number;
  offset: number;
}

/** What the zone library has answered, by zone: it takes 10–40 µs an answer, and a zone has few spans. */
const knownSpans = new Map<string, Span[]>();

function spanAt(instant: number, zone: string): Span {
  const known = knownSpans.get(zone)?.find(({ from, to }) => from <= instant && instant < to);
  if (known) return known;
  if (!isZone(zone)) throw new UnknownZone(zone);
  const at = zonedAt(instant, zone);
  const span = {
    // 'previous' looks strictly before: one ms on, a transition at the instant itself is found.
    from: zonedAt(instant + 1, zone).getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: at.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: at.offsetNanoseconds / 1e6,
  };
  knownSpans.set(zone, [...(knownSpans.get(zone) ?? []), span]);
  return span;
}

/** Every span that can hold a part of the day that begins at `midnight` (a wall), in order: no offset reaches 24 h. */
function spansAround(midnight: number, zone: string): Span[] {
  let span = spanAt(midnight - DAY_MS, zone);
  const spans = [span];
  while (span.to < midnight + 2 * DAY_MS) {
    span = spanAt(span.to, zone);
    spans.push(span);
  }
  return spans;
}

/**
 * The instant at which a clock in the zone shows `wall`: the first when it does twice (autumn), the first valid instant
 * after the gap when it never does (spring: 02:30 → 03:00; the zone library's own answer is 03:30). Design 4.
 */
function instantAt(wall: number, zone: string): number {
  let span = spanAt(wall - DAY_MS, zone);
  while (wall - span.offset >= span.to) span = spanAt(span.to, zone);
  return Math.max(wall - span.offset, span.from);
}

const wallAt = (instant: number, zone: string) => instant + spanAt(instant, zone).offset;

const dayAt = (instant: number, zone: string) => Math.floor(wallAt(instant, zone) / DAY_MS);

const zonedAt = (instant: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);

// What is wrong with a schedule.

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

/** A value inside a problem's text: in quotes, no line breaks, not longer than a line. */
function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
