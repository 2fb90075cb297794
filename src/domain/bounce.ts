import { BOUNCE_SUBJECT, BOUNCE_TEXT, COPY_BEGINS, PROSE_MAY_PASS } from './bounce-words.ts';
import { domainOf } from './contact.ts';
import { folded } from './folded-text.ts';
import type { InboundVerdict, ParsedMail } from './inbound.ts';
import {
  contentTypeOf,
  type Field,
  fieldBlocks,
  fieldOf,
  hasEmptyReturnPath,
  headerOf,
  senderName,
} from './mail-fields.ts';
import { serverWords } from './server-words.ts';
import { saysNoSuchAddress, statusesIn } from './unknown-address.ts';

/**
 * A message about a message of ours that did not (yet) arrive, or null. Hard only where a machine-readable report says
 * 5.1.x (RFC 3463: the address), or where a bounce without a report says in words that there is no such address; every
 * contradiction makes it soft, since a wrong "hard" suppresses a living contact. Facts: reliability 3.
 */
export function readBounce(mail: ParsedMail): InboundVerdict | null {
  const report = mail.reports.find(({ type }) => type === 'message/delivery-status');
  const isReport = contentTypeOf(mail).startsWith('multipart/report') || comesFromServer(mail);
  if (report && isReport) {
    const blocks = fieldBlocks(report.text);
    const recipients = blocks.flatMap((block) =>
      RECIPIENT.some((name) => fieldOf(block, name)) ? [recipientOf(block)] : [],
    );
    if (recipients.length > 0) return bounceOf(mail, recipients);
  }
  return isPlainBounce(mail) ? plainBounce(mail) : null;
}

/**
 * The Message-IDs of the message a report is about: from the copy it carries, or from headers quoted in its text. A
 * forged report knows none of ours.
 */
export function aboutOf(mail: ParsedMail): string[] {
  const embedded = mail.reports.filter(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers');
  const status = mail.reports.filter(({ type }) => type === 'message/delivery-status');
  const told = [...embedded, ...status].flatMap(({ text }) => fieldBlocks(text).flat());
  const ids = told.flatMap(({ name, value }) => (ID_FIELDS.includes(name) ? (value.match(MESSAGE_ID) ?? []) : []));
  return [...new Set(ids.length > 0 ? ids : quotedIds(mail.text))].slice(0, MOST_IDS);
}

const ID_FIELDS = ['message-id', 'x-google-original-message-id', 'x-original-message-id', 'original-message-id'];
const MESSAGE_ID = /<[^<>\s]{3,900}>/g;
const MOST_IDS = 20;

function quotedIds(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    const [, name = '', value = ''] = /^[>|\s]{0,20}([A-Za-z-]{1,40}): ?(.{0,1000})$/.exec(line) ?? [];
    if (!ID_FIELDS.includes(name.toLowerCase())) return [];
    return (value.trim() === '' ? (lines[index + 1] ?? '').slice(0, 1000) : value).match(MESSAGE_ID) ?? [];
  });
}

// ---- RFC 3464

const RECIPIENT = ['final-recipient', 'original-recipient', 'action', 'status'];

interface Recipient {
  addresses: readonly string[];
  action: string;
  /** RFC 3463; null when none is told. */
  status: string | null;
  /** The server's own words. */
  diagnosis: string;
}

const addressIn = (value: string | undefined) =>
  /[^\s;<>]+@[^\s;<>]+/.exec(value?.slice(0, 400) ?? '')?.[0].toLowerCase();

function recipientOf(block: readonly Field[]): Recipient {
  const diagnosis = serverWords(fieldOf(block, 'diagnostic-code') ?? '');
  const told = /^([245])\.(\d{1,3})\.(\d{1,3})/.exec(fieldOf(block, 'status') ?? '')?.[0] ?? null;
  return {
    addresses: [fieldOf(block, 'original-recipient'), fieldOf(block, 'final-recipient')].flatMap(
      (value) => addressIn(value) ?? [],
    ),
    action:
      fieldOf(block, 'action')
        ?.toLowerCase()
        .split(/[\s;(]/)[0] ?? '',
    // "5.0.0" says nothing; the other server's own words may.
    status: told === null || /^5\.0\.0/.test(told) ? (statusesIn(diagnosis)[0] ?? told) : told,
    diagnosis,
  };
}

const isHard = ({ action, status, diagnosis }: Recipient): boolean =>
  (action === 'failed' || action === '') && status !== null && saysNoSuchAddress(status, diagnosis);

function bounceOf(mail: ParsedMail, all: readonly Recipient[]): InboundVerdict {
  const ours = recipientOfCopy(mail);
  const named = all.filter(({ addresses }) => ours !== null && addresses.includes(ours));
  const recipients = (named.length > 0 ? named : all).filter(({ action }) => !ARRIVED.includes(action));
  const [first] = recipients;
  if (first === undefined) return { kind: 'auto_reply' }; // it arrived: a receipt
  const soft = recipients.find((each) => !isHard(each)) ?? recipients.find((each) => isElsewhere(each, ours));
  const prose = PROSE_MAY_PASS.test(serverWords(beforeCopy(mail.text)));
  const about = aboutOf(mail);
  if (soft === undefined && !prose) return { kind: 'bounce', severity: 'hard', about, status: first.status };
  return { kind: 'bounce', severity: 'soft', about, status: (soft ?? first).status };
}

/** Whom our message was for: it has one recipient, and its copy names them. A report may be about several. */
function recipientOfCopy(mail: ParsedMail): string | null {
  const copies = mail.reports.filter(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers');
  const texts = copies.length > 0 ? copies.map(({ text }) => text) : [mail.text.slice(beforeCopy(mail.text).length)];
  const to = texts.flatMap((text) => fieldBlocks(text).flatMap((block) => addressIn(fieldOf(block, 'to')) ?? []));
  return to[0] ?? null;
}

/** The mailbox passes mail on to another domain, and only that address is gone; the contact may well have our message. */
const isElsewhere = ({ addresses }: Recipient, ours: string | null) =>
  ours !== null && addresses.some((address) => domainOf(address) !== domainOf(ours));

const ARRIVED = ['delivered', 'relayed', 'expanded'];

// ---- without a report

const DAEMON = /^(?:mailer[-_.]?daemon|mail[-_.]?daemon|maildelivery|mail[-_.]?system|mdaemon)$/;
const SERVERS = /^(?:postmaster|bounces?)$/;
const comesFromServer = (mail: ParsedMail) =>
  DAEMON.test(senderName(mail)) || SERVERS.test(senderName(mail)) || hasEmptyReturnPath(mail);

/**
 * Whether the message tells by its sender and its words that it is a bounce. A person called postmaster may write too, and
 * any automatic answer has an empty return path: of these only one that brings our message back is a bounce.
 */
function isPlainBounce(mail: ParsedMail): boolean {
  if (headerOf(mail, 'x-failed-recipients') !== undefined) return true;
  if (!comesFromServer(mail)) return false;
  const speaks = BOUNCE_SUBJECT.test(folded(mail.subject)) || BOUNCE_TEXT.test(serverWords(beforeCopy(mail.text)));
  return speaks && (DAEMON.test(senderName(mail)) || aboutOf(mail).length > 0);
}

function plainBounce(mail: ParsedMail): InboundVerdict {
  const told = beforeCopy(mail.text);
  const words = serverWords(told);
  const ours = recipientOfCopy(mail);
  const addresses = folded(`${headerOf(mail, 'x-failed-recipients') ?? ''}\n${told}`);
  const isUnknown =
    saysNoSuchAddress(null, words) &&
    (ours === null || !addresses.includes('@') || addresses.includes(`@${domainOf(ours)}`));
  return {
    kind: 'bounce',
    severity: isUnknown ? 'hard' : 'soft',
    about: aboutOf(mail),
    status: statusesIn(words)[0] ?? null,
  };
}

/** What the server says itself: our own words, which a bounce repeats below, must not be taken for its verdict. */
function beforeCopy(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => COPY_BEGINS.test(folded(line.slice(0, 120).trimStart())));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n');
}
