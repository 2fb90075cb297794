import { DAY_MS } from '../durations.ts';
import { dayWindows, localDate, nextOpening, type SendingSchedule } from '../schedule.ts';
import type { StepKind } from '../sequence.ts';

/**
 * How much an account may do of one kind of step: so much by the local day of its zone, so much in any 7 days, and the
 * gap between any two of its deeds. Design 6.
 */
export interface PaceRules {
  zone: string;
  dailyCap: number;
  /** Null: the days alone count. */
  weeklyCap: number | null;
  gapMs: number;
}

/** What an account's owner decided about its pace. */
export interface AccountLimits {
  zone: string;
  dailyCap: number;
  gapSeconds: number;
  invitationsPerDay: number;
  invitationsPerWeek: number;
}

/** Invitations have limits of their own, for LinkedIn counts them apart. Facts: libraries 6. */
export function paceOf(account: AccountLimits, kind: StepKind): PaceRules {
  const { zone, dailyCap, gapSeconds, invitationsPerDay, invitationsPerWeek } = account;
  const caps =
    kind === 'linkedin_invitation'
      ? { dailyCap: invitationsPerDay, weeklyCap: invitationsPerWeek }
      : { dailyCap, weeklyCap: null };
  return { zone, gapMs: gapSeconds * 1000, ...caps };
}

/** A stretch of time in which a sequence's window is open, on one local day of the account ('2026-11-24'). */
export interface Stretch {
  day: string;
  /** Epoch ms; `end` is excluded. */
  start: number;
  end: number;
}

const SEARCH_DAYS = 366;
export const WEEK_MS = 7 * DAY_MS;
/** A slot keeps this much more than 7 days: what an invitation may go late without refusing the one a week after it. */
export const LATENESS_MS = 60_000;

/** The stretches from `from` on, in the order of time, for a year; a window that crosses the account's midnight is two. */
export function* stretchesFrom(from: number, schedule: SendingSchedule, zone: string): Generator<Stretch> {
  let at = nextOpening(from, schedule);
  for (let count = 0; count < SEARCH_DAYS; count++) {
    const { blocks } = dayWindows(at, schedule);
    for (const { start, end } of blocks) if (end > from) yield* byDay({ start: Math.max(start, from), end }, zone);
    at = nextOpening(blocks.at(-1)?.end ?? at, schedule);
  }
}

function* byDay({ start, end }: { start: number; end: number }, zone: string): Generator<Stretch> {
  for (let at = start; at < end; ) {
    const until = Math.min(end, endOfDay(at, zone));
    yield { day: localDate(at, zone), start: at, end: until };
    at = until;
  }
}

/** The local day's bounds, epoch ms, `end` excluded; 23 and 25 hours apart when the clocks change. */
export function dayBounds(instant: number, zone: string): { start: number; end: number } {
  const { blocks } = dayWindows(instant, {
    zone,
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    blocks: [{ start: '00:00', end: '24:00' }],
    holidays: [],
  });
  return { start: blocks[0]?.start ?? instant, end: blocks.at(-1)?.end ?? instant };
}

/**
 * The first of the account's days, from now on, for which `fits` holds, '2026-11-24'. Days are stepped over as dates: with
 * months of them full, to open the window of each would be most of the work.
 */
export function firstDay(now: number, zone: string, fits: (day: string) => boolean): string {
  let noon = Date.parse(`${localDate(now, zone)}T12:00:00Z`);
  const dateOf = () => new Date(noon).toISOString().slice(0, 10);
  for (let count = 0; count < SEARCH_DAYS && !fits(dateOf()); count++) noon += DAY_MS;
  return dateOf();
}

/** The beginning of the day, or of one of the two before it: in no zone is it after. */
export const shortlyBefore = (day: string, zone: string): number =>
  dayBounds(Date.parse(`${day}T12:00:00Z`) - DAY_MS, zone).start;

const endOfDay = (instant: number, zone: string) => dayBounds(instant, zone).end;

/**
 * What this message keeps after the one before it: the gap, and a tenth to a half of it again. The tenth is what a
 * message may go late without pushing the next one.
 */
export const spacingOf = (gapMs: number, fraction: number): number => Math.round(gapMs * (1.1 + 0.4 * fraction));

/** Whether nothing was, or will be, sent within the gap around `at`. */
export const isClear = (at: number, taken: readonly number[], gapMs: number): boolean =>
  taken.every((other) => Math.abs(other - at) >= gapMs);

/**
 * The first instant of a stretch that keeps `spacingMs` after whatever goes before it and `gapMs` before whatever comes
 * after; null when there is no room. `taken` ascending, epoch ms.
 */
export function freeInstant(
  { start, end }: Pick<Stretch, 'start' | 'end'>,
  taken: readonly number[],
  { gapMs, spacingMs }: { gapMs: number; spacingMs: number },
): number | null {
  let at = start;
  for (const other of taken) {
    if (other >= at + gapMs) break;
    at = Math.max(at, other + spacingMs);
  }
  return at < end ? at : null;
}

/** How much there may be in any stretch of `lengthMs`, and what stands in it already; `taken` ascending, epoch ms. */
export interface RollingLimit {
  most: number;
  lengthMs: number;
  taken: readonly number[];
}

/**
 * The first instant from `at` on at which one more leaves no more than `most` in any stretch of time, before it or after;
 * null when there may be none at all. A stretch holds its end and not its beginning: what is 7 days old has left the 7 days.
 */
export function firstWithin(at: number, { most, lengthMs, taken }: RollingLimit): number | null {
  if (most === 0) return null;
  let free = at;
  taken.forEach((first, index) => {
    const last = taken[index + most - 1];
    // So many already: none goes where one stretch would hold them all and it too.
    if (last === undefined || last - first >= lengthMs) return;
    if (free > last - lengthMs && free < first + lengthMs) free = first + lengthMs;
  });
  return free;
}

/** The first instant of a stretch that keeps its spacing and, where there is one, the rolling limit; null when there is no room. */
export function slotIn(
  { start, end }: Pick<Stretch, 'start' | 'end'>,
  taken: readonly number[],
  spacing: { gapMs: number; spacingMs: number },
  limit: RollingLimit | null,
): number | null {
  for (let from = start; ; ) {
    const at = freeInstant({ start: from, end }, taken, spacing);
    if (at === null || limit === null) return at;
    const within = firstWithin(at, limit);
    if (within === null || within === at) return within;
    from = within;
  }
}

/** A first email takes only what the day's planned follow-ups leave. Design 3. */
export const roomOn = (
  { dailyCap }: Pick<PaceRules, 'dailyCap'>,
  used: number,
  plannedFollowUps: number,
  isFollowUp: boolean,
): number => dailyCap - used - (isFollowUp ? 0 : plannedFollowUps);
