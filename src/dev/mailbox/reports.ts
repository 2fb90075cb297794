import { randomUUID } from 'node:crypto';
import type { Occasion } from './occasion.ts';

/** The machine-readable answers of mail systems: multipart/report (RFC 6522). */

export const MAIL_HOST = 'mailbox.example';

const failures = {
  hard: { status: '5.1.1', code: 550, words: 'No such user here' },
  soft: { status: '4.2.2', code: 452, words: 'The mailbox is full' },
} as const;

/** A delivery status notification: RFC 3464. Who bounced is told inside; the sender is the mail system. */
export function bounceReport(occasion: Occasion, account: string, severity: 'hard' | 'soft'): Buffer {
  const { message, original, contact, at } = occasion;
  const { status, code, words } = failures[severity];
  const explanation = [
    `This is the mail system at ${MAIL_HOST}.`,
    '',
    'Your message could not be delivered to one or more recipients. It is returned below.',
    '',
    `<${contact.address}>: ${code} ${status} ${words}`,
  ];
  const perMessage = [
    `Reporting-MTA: dns; ${MAIL_HOST}`,
    `Arrival-Date: ${mailDate(message.businessAt ?? message.receivedAt)}`,
  ];
  const perRecipient = [
    `Original-Recipient: rfc822; ${contact.address}`,
    `Final-Recipient: rfc822; ${contact.address}`,
    'Action: failed',
    `Status: ${status}`,
    `Remote-MTA: dns; ${MAIL_HOST}`,
    `Diagnostic-Code: smtp; ${code} ${status} <${contact.address}>: ${words}`,
    `Last-Attempt-Date: ${mailDate(at)}`,
  ];
  return report(occasion, {
    type: 'delivery-status',
    from: `Mail Delivery System <MAILER-DAEMON@${MAIL_HOST}>`,
    to: account,
    subject: 'Undelivered Mail Returned to Sender',
    headers: { 'Auto-Submitted': 'auto-replied' },
    parts: [
      part('text/plain; charset=us-ascii', explanation),
      part('message/delivery-status', [...perMessage, '', ...perRecipient]),
      part('text/rfc822-headers', headersOf(original)),
    ],
  });
}

/** A complaint by way of a feedback loop: the Abuse Reporting Format, RFC 5965. */
export function complaintReport(occasion: Occasion, account: string): Buffer {
  const { message, original, contact } = occasion;
  const explanation = [
    `This is an abuse report for a message that ${MAIL_HOST} received on`,
    `${mailDate(message.businessAt ?? message.receivedAt)}. Its recipient marked it as spam.`,
  ];
  const feedback = [
    'Feedback-Type: abuse',
    'User-Agent: LocalMailbox/1.0',
    'Version: 1',
    `Original-Mail-From: <${message.envelope.from}>`,
    `Original-Rcpt-To: <${contact.address}>`,
    `Arrival-Date: ${mailDate(message.businessAt ?? message.receivedAt)}`,
    'Source-IP: 127.0.0.1',
  ];
  return report(occasion, {
    type: 'feedback-report',
    from: `Complaints <complaints@${MAIL_HOST}>`,
    to: account,
    subject: 'Complaint about a message from you',
    headers: {},
    parts: [
      part('text/plain; charset=us-ascii', explanation),
      part('message/feedback-report', feedback),
      part('message/rfc822', original),
    ],
  });
}

const CRLF = '\r\n';

function part(contentType: string, content: readonly string[] | Buffer): Buffer {
  const body = Buffer.isBuffer(content) ? content : Buffer.from(`${content.join(CRLF)}${CRLF}`);
  const encoding = body.some((byte) => byte > 127) ? '8bit' : '7bit';
  return Buffer.concat([
    Buffer.from(`Content-Type: ${contentType}${CRLF}Content-Transfer-Encoding: ${encoding}${CRLF}${CRLF}`),
    body,
  ]);
}

function report(
  { at, messageId, headers: further }: Occasion,
  {
    type,
    from,
    to,
    subject,
    headers,
    parts,
  }: { type: string; from: string; to: string; subject: string; headers: Record<string, string>; parts: Buffer[] },
): Buffer {
  const boundary = `=_${randomUUID()}`; // not to be guessed, so no original can end its part early
  const own = {
    From: from,
    To: `<${to}>`,
    Subject: subject,
    Date: mailDate(at),
    'Message-ID': messageId,
    ...headers,
    ...further,
    'MIME-Version': '1.0',
    'Content-Type': `multipart/report; report-type=${type};${CRLF} boundary="${boundary}"`,
  };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([
    Buffer.from(`${lines.join(CRLF)}${CRLF}${CRLF}`),
    ...parts.flatMap((each) => [Buffer.from(`--${boundary}${CRLF}`), each, Buffer.from(CRLF)]),
    Buffer.from(`--${boundary}--${CRLF}`),
  ]);
}

/** The header block with its last line break. */
function headersOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  return end === -1 ? raw : raw.subarray(0, end + 2);
}

/** RFC 5322 section 3.3. */
const mailDate = (at: number) => new Date(at).toUTCString().replace('GMT', '+0000');
