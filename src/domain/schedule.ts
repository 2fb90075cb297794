/**
 * Delay, business days and sending window, in the template's zone, to an instant: activities and commands call it,
 * so that a workflow's history records its answers. Instants, walls and days are those of `zone.ts`. Design 4.
 */

import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations.ts';
import { hashOf } from './hash.ts';
import { quoted } from './quoted.ts';
import { dayAt, instantAt, spansAround, wallAt } from './zone.ts';

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

/** Within 366 days the schedule permits nothing. `checkSchedule` finds such schedules before they are used. */
export class NoPermittedInstant extends Error {
  override readonly name = 'NoPermittedInstant';
  constructor(day: number) {
    super(`no permitted instant within ${HORIZON_DAYS} days of ${dateOf(day)}`);
  }
}

export const HORIZON_DAYS = 366;
const MAX_JITTER_MINUTES = 15;

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
export function dayOf(date: string): number | null {
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

export function findPermitted(day: number, notBefore: number, schedule: SendingSchedule): number | null {
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
