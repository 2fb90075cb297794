/*
 * Instants, for people. One fixed locale: these texts are data that tests and scripts compare.
 */

/** "Tue 24 Nov, 09:00 (Europe/Paris)". */
export function instantText(at: number, zone: string): string {
  const { weekday, day, month, hour, minute } = partsOf(at, zone);
  return `${weekday} ${day} ${month}, ${hour}:${minute} (${zone})`;
}

/** "9 Dec". */
export function dateText(at: number, zone: string): string {
  const { day, month } = partsOf(at, zone);
  return `${day} ${month}`;
}

type Parts = Record<'weekday' | 'day' | 'month' | 'hour' | 'minute', string>;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: number, zone: string): Parts {
  const parts: Parts = { weekday: '', day: '', month: '', hour: '', minute: '' };
  for (const { type, value } of formatIn(zone).formatToParts(at))
    if (type in parts) Object.assign(parts, { [type]: value });
  return { ...parts, month: parts.month.slice(0, 3) }; // some versions of ICU write "Sept"
}

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
}
