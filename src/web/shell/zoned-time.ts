import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/durations.ts';
import { piecesOf } from '../../domain/instant-text.ts';

/** "New York" of "America/New_York". */
export const cityOf = (zone: string): string => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "09:00". */
export function timeIn(at: number, zone: string): string {
  const { hour, minute } = piecesOf(at, zone);
  return `${hour}:${minute}`;
}

/** "Tue 24 Nov", with the year when it is not that of `now`. */
export function dayIn(at: number, zone: string, now: number): string {
  const { weekday, day, month, year } = piecesOf(at, zone);
  return `${weekday} ${day} ${month}${year === piecesOf(now, zone).year ? '' : ` ${year}`}`;
}

/** "Tue 24 Nov, 09:00 New York". */
export const instantIn = (at: number, zone: string, now: number): string =>
  `${dayIn(at, zone, now)}, ${timeIn(at, zone)} ${cityOf(zone)}`;

/** "15:00 for you (Paris)", with the day when that differs too; null when the viewer's clock shows the same. */
export function forViewer(at: number, zone: string, own: string, now: number): string | null {
  const [there, here] = [piecesOf(at, zone), piecesOf(at, own)];
  const isSameDay = there.day === here.day && there.month === here.month;
  if (isSameDay && there.hour === here.hour && there.minute === here.minute) return null;
  return `${isSameDay ? '' : `${dayIn(at, own, now)}, `}${timeIn(at, own)} for you (${cityOf(own)})`;
}

const STEPS: readonly (readonly [name: string, ms: number])[] = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
];

/** "in 3 days", "2 hours ago", "now". */
export function distance(at: number, now: number): string {
  const gap = at - now;
  const step = STEPS.find(([, ms]) => Math.abs(gap) >= ms);
  if (!step) return 'now';
  const [name, ms] = step;
  const count = Math.round(Math.abs(gap) / ms);
  const words = `${count} ${name}${count === 1 ? '' : 's'}`;
  return gap > 0 ? `in ${words}` : `${words} ago`;
}
