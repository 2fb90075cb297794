import { dayWindows, localDate, nextOpening, type SendingSchedule } from './schedule.ts';

/** How much an account may send: its daily cap by the local day of its zone, and the gap between two messages. Design 6. */
export interface PaceRules {
  zone: string;
  dailyCap: number;
  gapMs: number;
}

/** A stretch of time in which a sequence's window is open, on one local day of the account ('2026-11-24'). */
export interface Stretch {
  day: string;
  /** Epoch ms; `end` is excluded. */
  start: number;
  end: number;
}

const SEARCH_DAYS = 366;
const DAY_MS = 86_400_000;

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

/** A first email takes only what the day's planned follow-ups leave. Design 3. */
export const roomOn = (
  { dailyCap }: Pick<PaceRules, 'dailyCap'>,
  used: number,
  plannedFollowUps: number,
  isFollowUp: boolean,
): number => dailyCap - used - (isFollowUp ? 0 : plannedFollowUps);
