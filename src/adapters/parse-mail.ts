import PostalMime, { type Address, type Attachment, decodeWords, type Email, type Mailbox } from 'postal-mime';
import { unflowed } from '../domain/flowed-text.ts';
import { textOfHtml } from '../domain/html-text.ts';
import type { MailHeader, ParsedMail } from '../domain/inbound/inbound.ts';

/** What a message may cost us: reliability 5d, E9. The size of its source is the caller's to bound. */
const MAX_PARTS = 200;
const MAX_DEPTH = 20;
const MAX_HEADER_BYTES = 1024 * 1024;

const MAX_TEXT = 200_000;
const MAX_HTML = 500_000;
const MAX_LINE = 100_000;
const MAX_REPORT = 100_000;
const MAX_REPORTS = 20;
const MAX_ADDRESSES = 500;
const MAX_REFERENCES = 200;

/**
 * The bytes of a message as what we read of it. Throws for more than 200 parts, 20 levels or 1 MB of headers, and for
 * nothing else a message holds: what cannot be decoded becomes U+FFFD, what cannot be stored (NUL) is left out.
 */
export async function parseMail(source: Uint8Array): Promise<ParsedMail> {
  const parser = new PostalMime({
    forceRfc822Attachments: true, // the message that came back is evidence and no part of what the bounce says
    maxNestingDepth: MAX_DEPTH,
    maxHeadersSize: MAX_HEADER_BYTES,
  });
  const email = await parser.parse(source);
  const root = rootOf(parser);
  const parts = countParts(root) - 1; // the message itself is none
  if (parts > MAX_PARTS) throw new Error(`a message may have ${MAX_PARTS} parts, this one has ${parts}`);

  const headers = email.headers.map(({ key, value }): MailHeader => ({ name: oneLine(key), value: decoded(value) }));
  const valuesOf = (name: string) => headers.filter((header) => header.name === name).map(({ value }) => value);
  const html = email.html === undefined ? null : cut(storable(email.html), MAX_HTML);
  const plain = cut(storable(rightlyFlowed(email.text, root) ?? textOfNoType(email)), MAX_TEXT);
  return {
    messageId: valuesOf('message-id').flatMap(messageIdsOf)[0] ?? null,
    inReplyTo: valuesOf('in-reply-to').flatMap(messageIdsOf)[0] ?? null,
    references: [...new Set(valuesOf('references').flatMap(messageIdsOf))].slice(-MAX_REFERENCES),
    from: mailboxesOf(email.from ? [email.from] : []).map(senderOf)[0] ?? null,
    to: mailboxesOf(email.to ?? [])
      .slice(0, MAX_ADDRESSES)
      .map(({ address }) => oneLine(address)),
    subject: valuesOf('subject')[0] ?? '',
    headers,
    text: plain.trim() === '' && html !== null ? cut(storable(textOfHtml(html)), MAX_TEXT) : plain,
    html,
    reports: reportsOf(email),
  };
}

/** A part as the package keeps it, in a tree that its types do not tell of. */
interface Part {
  childNodes: readonly Part[];
  contentType: { parsed: { value: string; params: Record<string, string> } };
  contentDisposition: { parsed: { value: string } };
  getTextContent(): string;
}

const isPart = (node: unknown): node is Part =>
  typeof node === 'object' &&
  node !== null &&
  'childNodes' in node &&
  Array.isArray(node.childNodes) &&
  'contentType' in node &&
  'contentDisposition' in node &&
  'getTextContent' in node;

function rootOf(parser: PostalMime): Part {
  if ('root' in parser && isPart(parser.root)) return parser.root;
  throw new Error('postal-mime keeps no tree of parts');
}

/** The package bounds depth and headers but not the number of parts. */
const countParts = (part: Part): number => part.childNodes.reduce((sum, child) => sum + countParts(child), 1);

/**
 * The package joins flowed lines of different quote depths, so that a quoted question swallows the answer below it. Where
 * its text is nothing but the plain parts of the message, these are flowed again.
 */
function rightlyFlowed(text: string | undefined, root: Part): string | undefined {
  const parts = plainParts(root);
  if (text === undefined || !parts.some(isFlowed)) return text;
  if (parts.map((part) => part.getTextContent()).join('\n') !== text) return text;
  return parts.map(flow).join('\n');
}

const plainParts = (part: Part): Part[] => [
  ...(part.contentType.parsed.value === 'text/plain' && part.contentDisposition.parsed.value !== 'attachment'
    ? [part]
    : []),
  ...part.childNodes.flatMap(plainParts),
];

const isFlowed = ({ contentType }: Part) => /^flowed$/i.test(contentType.parsed.params.format ?? '');

function flow(part: Part): string {
  if (!isFlowed(part)) return part.getTextContent();
  const { format, ...params } = part.contentType.parsed.params;
  part.contentType.parsed.params = params; // asked again, the package gives the lines as they came
  return unflowed(part.getTextContent(), /^yes$/i.test(params.delsp ?? ''));
}

/** A type that is none ("text", ";") is read as plain text (RFC 2045 section 5.2); the package takes it for a file. */
function textOfNoType({ html, attachments }: Email): string {
  const found = attachments.find(({ mimeType, filename }) => !mimeType.includes('/') && filename === null);
  return html === undefined && found ? textOf(found.content).slice(0, MAX_TEXT) : '';
}

// ---- headers

/** What the octets 0x80 to 0x9F are in windows-1252; Node 20 reads them as the controls that Latin-1 has there. */
const WINDOWS_1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

/** Postgres stores no NUL, half a surrogate pair is no character, and nobody means a control of Latin-1. */
const storable = (text: string) =>
  text
    .replaceAll('\0', '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));

/** At most so many characters, without a torn one at the end. */
const cut = (text: string, most: number) => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

const oneLine = (text: string) =>
  cut(
    storable(text)
      .replace(/[\p{Cc}\u2028\u2029 ]+/gu, ' ')
      .trim(),
    MAX_LINE,
  );

/** RFC 2047. */
const decoded = (value: string) => oneLine(decodeWords(value));

/** A lone id without its brackets (seen of old mail programs) is one too; anything else is no id. RFC 5322 3.6.4. */
function messageIdsOf(value: string): string[] {
  const ids = value.match(/<[^<>\s]{1,998}>/g);
  if (ids) return ids;
  return /^[^<>\s,;]{1,900}@[^<>\s,;]{1,90}$/.test(value) ? [`<${value}>`] : [];
}

/** Groups as their members (RFC 5322 section 3.4). */
const mailboxesOf = (addresses: readonly Address[]): Mailbox[] =>
  addresses.flatMap((each) => each.group ?? [each]).filter(({ address }) => address !== '');

const senderOf = ({ name, address }: Mailbox) => ({ name: oneLine(name), address: oneLine(address) });

// ---- reports

/** What we keep of parts that machines wrote, by the name it is kept under: RFC 3464, 5965, 6522, 6533, 5546. */
const reportTypes: Record<string, string> = {
  'message/delivery-status': 'message/delivery-status',
  'message/global-delivery-status': 'message/delivery-status',
  'message/feedback-report': 'message/feedback-report',
  'text/rfc822-headers': 'text/rfc822-headers',
  'message/global-headers': 'text/rfc822-headers',
  'message/rfc822': 'message/rfc822',
  'message/global': 'message/rfc822',
  'text/calendar': 'text/calendar',
  'application/ics': 'text/calendar',
};

function reportsOf({ attachments }: Email): ParsedMail['reports'] {
  return attachments
    .flatMap(({ mimeType, content }) => {
      const type = Object.hasOwn(reportTypes, mimeType) ? reportTypes[mimeType] : undefined;
      return type === undefined ? [] : [{ type, text: reportText(type, content) }];
    })
    .slice(0, MAX_REPORTS);
}

/** Of an embedded message only the headers are ours to read. */
function reportText(type: string, content: Attachment['content']): string {
  const text = storable(textOf(content).slice(0, 4 * MAX_REPORT)).replace(/\r\n?/g, '\n');
  const [headers = ''] = type === 'message/rfc822' ? text.replace(/^\n+/, '').split('\n\n', 1) : [text];
  return cut(headers, MAX_REPORT);
}

const textOf = (content: Attachment['content']): string =>
  typeof content === 'string' ? content : new TextDecoder().decode(content);
