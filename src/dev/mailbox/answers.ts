import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { headerText, isAddress, isMessageId } from '../../domain/mail-header.ts';
import { BUSINESS_TIME_HEADER, type Correspondent, type StoredMessage } from './message.ts';
import type { Occasion } from './occasion.ts';
import { bounceReport, complaintReport, MAIL_HOST } from './reports.ts';

/** What the recipient of a stored message, or their provider, sends back. */
export type MailAnswer =
  | { kind: 'reply'; text: string }
  /** An ISO date, or null: they do not say when. */
  | { kind: 'outOfOffice'; returnsOn: string | null }
  /** hard: 5.1.1, no such user. soft: 4.2.2, mailbox full. RFC 3463. */
  | { kind: 'bounce'; severity: 'hard' | 'soft' }
  | { kind: 'complaint' };

/** Thrown where a message cannot be answered that way; whoever asked is told why. */
export class Unanswerable extends Error {
  override readonly name = 'Unanswerable';
}

export interface ComposedAnswer {
  /** Whose inbox it belongs into. */
  account: string;
  messageId: string;
  /** As an inbox holds it: `Return-Path` and `Delivered-To` first. */
  raw: Buffer;
}

const MAX_TEXT = 100_000;

/**
 * A real message from the recipient of `message`, or from their mail system, to its sender. `at` is later than `now`
 * where virtual time runs ahead: the header that says so is added then. Throws Unanswerable.
 */
export async function composeAnswer(
  message: StoredMessage,
  original: Buffer,
  answer: MailAnswer,
  { at, now }: { at: number; now: number },
): Promise<ComposedAnswer> {
  if (Number.isNaN(new Date(at).getTime())) throw new Unanswerable(`at: ${at} is no instant in epoch ms`);
  const occasion: Occasion = {
    message,
    original,
    contact: contactOf(message),
    at,
    messageId: `<${randomUUID()}@${MAIL_HOST}>`,
    headers: at > now ? { [BUSINESS_TIME_HEADER]: new Date(at).toISOString() } : {},
  };
  const { returnPath, account, raw } = await compose(occasion, answer);
  const delivery = `Return-Path: <${returnPath}>\r\nDelivered-To: <${account}>\r\n`;
  return { account, messageId: occasion.messageId, raw: Buffer.concat([Buffer.from(delivery), raw]) };
}

interface Composed {
  /** Empty: nobody wants to hear of its fate. RFC 5321 section 4.5.5. */
  returnPath: string;
  account: string;
  raw: Buffer;
}

async function compose(occasion: Occasion, answer: MailAnswer): Promise<Composed> {
  const { message, contact } = occasion;
  switch (answer.kind) {
    case 'reply': {
      const { address: account } = message.replyTo[0] ?? message.from;
      checkAddress(account, 'the sender');
      return { returnPath: contact.address, account, raw: await replyTo(occasion, account, answer.text) };
    }
    case 'outOfOffice': {
      const account = returnPathOf(message);
      return { returnPath: '', account, raw: await outOfOffice(occasion, account, answer.returnsOn) };
    }
    case 'bounce': {
      const account = returnPathOf(message);
      return { returnPath: '', account, raw: bounceReport(occasion, account, answer.severity) };
    }
    case 'complaint': {
      const account = returnPathOf(message);
      return { returnPath: `complaints@${MAIL_HOST}`, account, raw: complaintReport(occasion, account) };
    }
  }
}

/** The first recipient of the dialogue, with the name that the headers give them. Throws Unanswerable. */
function contactOf({ envelope, to }: StoredMessage): Correspondent {
  const address = envelope.recipients[0] ?? '';
  checkAddress(address, 'the recipient');
  const named = to.find((each) => each.address.toLowerCase() === address.toLowerCase());
  return { name: named?.name ?? '', address };
}

/** Machines answer to the return path, and never where it is empty. RFC 3834 section 4, RFC 5321 section 4.5.5. */
function returnPathOf({ id, envelope }: StoredMessage): string {
  if (envelope.from === '') throw new Unanswerable(`message ${id} has an empty return path: no machine answers it`);
  checkAddress(envelope.from, 'the return path');
  return envelope.from;
}

function checkAddress(address: string, whose: string): void {
  if (!isAddress(address))
    throw new Unanswerable(`${whose} is ${JSON.stringify(address)}, expected exactly one plain address`);
}

function replyTo(occasion: Occasion, account: string, given: string): Promise<Buffer> {
  const text = given.replace(/\r\n?/g, '\n').trim();
  if (text === '') throw new Unanswerable('the text of the reply is empty');
  if (text.length > MAX_TEXT)
    throw new Unanswerable(`the text of the reply has ${text.length} characters, expected at most ${MAX_TEXT}`);
  const { subject } = occasion.message;
  return textMail(occasion, account, {
    subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
    text: `${text}\n${quoted(occasion.message)}`,
  });
}

const QUOTED_AT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });

/** The original below the answer, as mail programs write it. */
function quoted({ from, text, receivedAt, businessAt }: StoredMessage): string {
  if (text.trim() === '') return '';
  const who = from.name === '' ? from.address : `${from.name} <${from.address}>`;
  const lines = text.trimEnd().split(/\r\n?|\n/);
  const below = lines.map((line) => (line === '' || line.startsWith('>') ? `>${line}` : `> ${line}`));
  return ['', `On ${QUOTED_AT.format(businessAt ?? receivedAt)}, ${who} wrote:`, ...below, ''].join('\n');
}

const RETURN_DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** RFC 3834 sections 3 and 5: what marks an answer as a machine's, and its thread. */
function outOfOffice(occasion: Occasion, account: string, returnsOn: string | null): Promise<Buffer> {
  if (returnsOn !== null && !isDay(returnsOn))
    throw new Unanswerable(`returnsOn is ${JSON.stringify(returnsOn)}, expected a day such as "2027-01-05", or none`);
  const away =
    returnsOn === null
      ? 'I am out of the office at the moment and read my mail only now and then.'
      : `I am out of the office and will be back on ${RETURN_DAY.format(Date.parse(returnsOn))}.`;
  const { contact, message, headers } = occasion;
  return textMail(
    { ...occasion, headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All', ...headers } },
    account,
    {
      subject: `Automatic reply: ${message.subject}`,
      text: `Hello,\n\nthank you for your message. ${away} I will answer as soon as I can.\n\nKind regards\n${contact.name || contact.address}\n`,
    },
  );
}

/** A day that exists: `Date.parse` alone takes 30 February. */
const isDay = (text: string) =>
  /^[1-9]\d{3}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** One plain part, in the thread of the message it answers (RFC 5322 section 3.6.4). */
function textMail(
  { message, contact, at, messageId, headers }: Occasion,
  account: string,
  { subject, text }: { subject: string; text: string },
): Promise<Buffer> {
  const parent = message.messageId !== null && isMessageId(message.messageId) ? message.messageId : null;
  const references = [...message.references.filter(isMessageId), ...(parent === null ? [] : [parent])];
  return new MailComposer({
    from: { name: headerText(contact.name, 300), address: contact.address },
    to: { name: headerText(message.from.name, 300), address: account },
    subject: headerText(subject, 800),
    text,
    messageId,
    date: new Date(at),
    ...(parent === null ? {} : { inReplyTo: parent }),
    ...(references.length === 0 ? {} : { references }),
    headers,
    encoding: 'quoted-printable',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}
