import { folded } from '../copy/folded-text.ts';
import type { InboundVerdict, ParsedMail } from './inbound.ts';

/** An answer to an invitation (RFC 5546, METHOD:REPLY): a person's, whatever the calendar's headers say. Null for other mail. */
export function readCalendarReply(mail: ParsedMail, written: string): InboundVerdict | null {
  const calendar = mail.reports.find(({ type }) => type === 'text/calendar')?.text;
  if (calendar === undefined) return null;
  const lines = calendar
    .slice(0, 50_000)
    .replace(/\r?\n[ \t]/g, '')
    .toUpperCase()
    .split(/\r?\n/);
  if (!lines.some((line) => /^METHOD:REPLY\s*$/.test(line))) return null;
  const answers = lines.flatMap((line) =>
    line.startsWith('ATTENDEE') ? (/;PARTSTAT="?([A-Z-]{1,30})/.exec(line)?.[1] ?? []) : [],
  );
  const isAccepted = answers.length > 0 && answers.every((answer) => answer === 'ACCEPTED');
  return { kind: 'reply', intent: isAccepted ? 'meeting_booked' : null, text: written };
}

const BOOKED =
  /^(?:new event|booking confirmed|confirmed|new booking|meeting booked|appointment booked|new meeting booked) ?[:-]/;

/** What booking pages send to the host: a subject of theirs, and the lines that name the event and the invitee. */
export function isBookingConfirmation(mail: ParsedMail): boolean {
  const lines = folded(mail.text).split('\n');
  const has = (label: RegExp) => lines.some((line) => label.test(line.trim()));
  return (
    BOOKED.test(folded(mail.subject)) &&
    has(/^(?:event type|event|meeting type|what) ?:/) &&
    has(/^(?:invitee|guest|attendee|who|booked by) ?:/)
  );
}
