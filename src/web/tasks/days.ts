import { DAY_MS } from '../../domain/durations.ts';

/** The day on the clocks of a zone: 2026-11-24. */
export function today(now: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const { year, month, day } = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

export const later = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The Monday after this day. */
export const nextMonday = (day: string): string => later(day, 7 - ((new Date(day).getUTCDay() + 6) % 7));
