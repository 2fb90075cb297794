import { domainOf } from '../contact.ts';
import { folded } from '../copy/folded-text.ts';
import { serverWords } from '../server-words.ts';
import { isVague, saysNoSuchAddress, statusesIn } from '../unknown-address.ts';
import {
  BOUNCE_SUBJECT,
  BOUNCE_TEXT,
  COPY_BETWEEN_DASHES,
  COPY_FOLLOWS,
  FIELD_OF_COPY,
  HEADER_OF_COPY,
  PROSE_MAY_PASS,
  REPORT_SUBJECT,
} from './bounce-words.ts';
import type { InboundVerdict, ParsedMail } from './inbound.ts';
import {
  contentTypeOf,
  type Field,
  fieldBlocks,
  fieldOf,
  hasEmptyReturnPath,
  headerOf,
  isFromNobody,
  returnPathName,
  senderName,
} from './mail-fields.ts';

/**
 * A message about a message of ours that did not (yet) arrive, or null. Hard only where a machine-readable report says
 * 5.1.x (RFC 3463: the address) or Microsoft's 5.4.1 of an address its directory does not hold, or where a bounce without
 * a report says that there is no such address in words or by its code; every contradiction makes it soft, since a wrong
 * "hard" suppresses a living contact. Facts: reliability 3.
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

const threadOf = ({ inReplyTo, references }: ParsedMail): string[] =>
  [...new Set([inReplyTo, ...references])].filter((id) => id !== null).slice(0, MOST_IDS);

/** A report that brings nothing back and only answers our message, as anybody can who got it: matched, and never hard. */
function bounce(mail: ParsedMail, severity: 'hard' | 'soft', status: string | null): InboundVerdict {
  const returned = aboutOf(mail);
  const isByThread = returned.length === 0 && threadOf(mail).length > 0;
  if (isByThread) return { kind: 'bounce', severity: 'soft', about: threadOf(mail), status };
  return { kind: 'bounce', severity, about: returned, status };
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
  /[^\s;,<>"'()]+@[^\s;,<>"'()]+/.exec(value?.slice(0, 400) ?? '')?.[0].toLowerCase();

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

function bounceOf(mail: ParsedMail, told: readonly Recipient[]): InboundVerdict {
  const ours = recipientOfCopy(mail);
  const said = serverWords(beforeCopy(mail.text));
  const [only, ...others] = told;
  // Gmail says "5.0.0" to machines and tells people what it means.
  const isSilent = only !== undefined && others.length === 0 && isVague(only.status) && only.diagnosis === '';
  const all = isSilent ? [{ ...only, diagnosis: said }] : told;
  const named = all.filter(({ addresses }) => ours !== null && addresses.includes(ours));
  const recipients = (named.length > 0 ? named : all).filter(({ action }) => !ARRIVED.includes(action));
  const [first] = recipients;
  if (first === undefined) return { kind: 'auto_reply' }; // it arrived: a receipt
  const soft = recipients.find((each) => !isHard(each)) ?? recipients.find((each) => isElsewhere(each, ours));
  const isSure = soft === undefined && !PROSE_MAY_PASS.test(said);
  return bounce(mail, isSure ? 'hard' : 'soft', (soft ?? first).status);
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

const DAEMON =
  /^(?:mailer[-_.]?daemon|mail[-_. ]?daemon|mail[-_. ]?delivery(?:[-_. ]?(?:sub)?system)?|mail[-_. ]?system|mdaemon)$/;
const SERVERS = /^(?:postmaster|bounces?)$/;
const isDaemon = (mail: ParsedMail) => DAEMON.test(senderName(mail)) || DAEMON.test(returnPathName(mail));
const comesFromServer = (mail: ParsedMail) =>
  isDaemon(mail) || SERVERS.test(senderName(mail)) || hasEmptyReturnPath(mail) || isFromNobody(mail);

/**
 * Whether the message tells by its sender and its words that it is a bounce. A person called postmaster may write too, and
 * any automatic answer has an empty return path: of these only one that brings our message back is a bounce, or one under
 * a subject that nobody writes.
 */
function isPlainBounce(mail: ParsedMail): boolean {
  if (headerOf(mail, 'x-failed-recipients') !== undefined) return true;
  if (!comesFromServer(mail)) return false;
  const subject = folded(mail.subject);
  if (!BOUNCE_SUBJECT.test(subject) && !BOUNCE_TEXT.test(serverWords(beforeCopy(mail.text)))) return false;
  if (isDaemon(mail) || aboutOf(mail).length > 0) return true;
  return REPORT_SUBJECT.test(subject) && threadOf(mail).length > 0;
}

function plainBounce(mail: ParsedMail): InboundVerdict {
  const told = beforeCopy(mail.text);
  const words = serverWords(told);
  const statuses = statusesIn(words);
  const ours = recipientOfCopy(mail);
  const addresses = folded(`${headerOf(mail, 'x-failed-recipients') ?? ''}\n${told}`);
  const isUnknown =
    saysNoSuchAddress(statuses.find((status) => SURE_STATUS.test(status)) ?? null, words) &&
    (ours === null || !addresses.includes('@') || addresses.includes(`@${domainOf(ours)}`));
  return bounce(mail, isUnknown ? 'hard' : 'soft', statuses[0] ?? null);
}

/** The two that need no words beside them. RFC 3463, RFC 7505. */
const SURE_STATUS = /^5\.1\.(?:1|10)$/;

/**
 * What the server says itself: our own words, which a bounce repeats below, must not be taken for its verdict. The copy
 * begins behind a line that says so, or with its own header; never with a sentence about it.
 */
function beforeCopy(text: string): string {
  const lines = text.split('\n');
  const begins = lines.findIndex((line) => isSeparator(line) || HEADER_OF_COPY.test(line.slice(0, 40)));
  if (begins < 0) return text;
  return lines.slice(0, isSeparator(lines[begins] ?? '') ? begins : headerBegins(lines, begins)).join('\n');
}

/** The first line of the header that a line stands in: To and Subject often stand above the fields that only a copy has. */
function headerBegins(lines: readonly string[], within: number): number {
  let first = within;
  for (let at = within - 1; at >= 0; at--) {
    const line = (lines[at] ?? '').slice(0, 80);
    if (FIELD_OF_COPY.test(line)) first = at;
    else if (!/^[ \t]+\S/.test(line)) break;
  }
  return first;
}

/** Longer lines are sentences. */
const LONGEST_SEPARATOR = 120;

function isSeparator(line: string): boolean {
  if (line === '' || line.length > LONGEST_SEPARATOR) return false;
  const [, before = '', words = ''] = /^([-=*_|\s]*)(.*)$/u.exec(folded(line)) ?? [];
  const plain = words.replace(/[-=*_|\s.:]{1,100}$/u, '');
  return COPY_FOLLOWS.test(plain) || (/[-=*_|]{3}/.test(before) && COPY_BETWEEN_DASHES.test(plain));
}
