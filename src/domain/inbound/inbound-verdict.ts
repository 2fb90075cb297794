import { textOfHtml } from '../html-text.ts';
import { readAutoReply } from './auto-reply.ts';
import { aboutOf, readBounce } from './bounce.ts';
import { isBookingConfirmation, readCalendarReply } from './calendar-reply.ts';
import type { Answer, InboundVerdict, ParsedMail } from './inbound.ts';
import { contentTypeOf, fieldBlocks, fieldOf } from './mail-fields.ts';
import { withoutQuoted } from './quoted-text.ts';
import { intentOf } from './reply-rules.ts';
import { isUnsubscribeMail } from './unsubscribe-mail.ts';

export { unsubscribeToken } from './unsubscribe-mail.ts';

/**
 * What a message in an account's inbox is, from the message alone; whom it concerns is found out elsewhere. Machines'
 * reports come first, then machines' answers; what is left is a reply, whose intent the rules name only where they are
 * sure. `today` is an ISO date. Design 6.
 */
export function judgeMail(mail: ParsedMail, { today }: { today: string }): InboundVerdict {
  const written = writtenIn(mail);
  const booked: InboundVerdict = { kind: 'reply', intent: 'meeting_booked', text: written };
  return (
    readComplaint(mail) ??
    readBounce(mail) ??
    readCalendarReply(mail, written) ??
    (isBookingConfirmation(mail) ? booked : null) ??
    readUnsubscribe(mail, written) ??
    readAutoReply(mail, written, today) ?? {
      kind: 'reply',
      intent: intentOf(mail.subject, written),
      // All of it quoted: the answer hides in a place we do not know, and a person should see everything.
      text: written === '' ? mail.text.trim() : written,
    }
  );
}

/**
 * Where a program marked in the HTML what it quotes, that tells more than the words of the plain part; but an answer that
 * stands inside such a mark is found by the words alone.
 */
function writtenIn({ text, html }: ParsedMail): string {
  const marked = html === null ? '' : textOfHtml(html);
  return (/^>/m.test(marked) && withoutQuoted(marked)) || withoutQuoted(text);
}

/** Longer first lines are text, not what a message is about. */
const MOST_SUBJECT = 200;

/**
 * A LinkedIn message in the form in which answers are judged: it has neither header nor thread, and its first line
 * stands for the subject, for that is where a machine that answers says so.
 */
export const messageAsMail = (text: string): ParsedMail => ({
  messageId: null,
  inReplyTo: null,
  references: [],
  from: null,
  to: [],
  subject: text.trim().split('\n', 1)[0]?.slice(0, MOST_SUBJECT) ?? '',
  headers: [],
  text,
  html: null,
  reports: [],
});

/** What a LinkedIn message says: judged as mail is, but it is never a report, and quotes nothing. `today` is an ISO date. */
export function judgeMessage(message: ParsedMail, { today }: { today: string }): Answer {
  const text = message.text.trim();
  return readAutoReply(message, text, today) ?? { kind: 'reply', intent: intentOf(message.subject, text), text };
}

/** Next to no text stands in it: what mail programs write in their owner's name. */
function readUnsubscribe({ subject, text }: ParsedMail, written: string): InboundVerdict | null {
  const intent = isUnsubscribeMail(subject) ? intentOf('unsubscribe', written) : null;
  return intent === 'unsubscribe' ? { kind: 'reply', intent, text: written === '' ? text.trim() : written } : null;
}

/** RFC 5965; "not-spam" praises and "auth-failure" (RFC 6591) is about DNS. */
const NO_COMPLAINTS = ['not-spam', 'auth-failure'];

/** Microsoft's consumer mail sends the message back with this field in its header, and no report. */
const MICROSOFT_COMPLAINT = 'x-hmxmroriginalrecipient';

function readComplaint(mail: ParsedMail): InboundVerdict | null {
  const returned = mail.reports.filter(({ type }) => type === 'message/rfc822');
  if (returned.some(({ text }) => fieldOf(fieldBlocks(text).flat(), MICROSOFT_COMPLAINT) !== undefined))
    return { kind: 'complaint', about: aboutOf(mail) };
  const report = mail.reports.find(({ type }) => type === 'message/feedback-report');
  if (report === undefined || !contentTypeOf(mail).startsWith('multipart/report')) return null;
  const feedback = fieldOf(fieldBlocks(report.text).flat(), 'feedback-type')?.trim().toLowerCase() ?? '';
  return NO_COMPLAINTS.includes(feedback) ? { kind: 'auto_reply' } : { kind: 'complaint', about: aboutOf(mail) };
}
