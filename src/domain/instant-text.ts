/*
 * Instants, for people. One fixed locale: these texts are data that tests and scripts compare.
 */

/** "Tue 24 Nov, 09:00 (Europe/Paris)". */
export function instantText(at: number, zone: string): string {
  const { weekday, day, month, hour, minute } = piecesOf(at, zone);
  return `${weekday} ${day} ${month}, ${hour}:${minute} (${zone})`;
}

/** "9 Dec". */
export function dateText(at: number, zone: string): string {
  const { day, month } = piecesOf(at, zone);
  return `${day} ${month}`;
}

/** What an instant (epoch ms) is called on the clocks of a zone, in pieces: "Tue", "24", "Nov", "2026", "09", "00". */
export type Pieces = Record<'weekday' | 'day' | 'month' | 'year' | 'hour' | 'minute', string>;

export function piecesOf(at: number, zone: string): Pieces {
  const pieces: Pieces = { weekday: '', day: '', month: '', year: '', hour: '', minute: '' };
  for (const { type, value } of formatIn(zone).formatToParts(at))
    if (type in pieces) Object.assign(pieces, { [type]: value });
  return { ...pieces, month: pieces.month.slice(0, 3) }; // some versions of ICU write "Sept"
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
}
