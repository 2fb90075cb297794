/**
 * What a clock in a zone shows, and back: the only file that asks the zone library.
 *
 * Three kinds of number: an *instant* is epoch ms; a *wall* is what a clock in the zone shows, as the epoch ms at which
 * a clock in UTC shows the same; a *day* is a local date, as whole days since 1970-01-01.
 */
import { Temporal } from 'temporal-polyfill';
import { DAY_MS } from './durations.ts';
import { quoted } from './quoted.ts';

/** Not a zone that `isZone` knows. */
export class UnknownZone extends Error {
  override readonly name = 'UnknownZone';
  constructor(zone: string) {
    super(`${quoted(zone)} is not an IANA time zone such as "Europe/Paris"`);
  }
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
export function spansAround(midnight: number, zone: string): Span[] {
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
export function instantAt(wall: number, zone: string): number {
  let span = spanAt(wall - DAY_MS, zone);
  while (wall - span.offset >= span.to) span = spanAt(span.to, zone);
  return Math.max(wall - span.offset, span.from);
}

export const wallAt = (instant: number, zone: string) => instant + spanAt(instant, zone).offset;

export const dayAt = (instant: number, zone: string) => Math.floor(wallAt(instant, zone) / DAY_MS);

const zonedAt = (instant: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
