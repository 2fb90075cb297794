import { createHash } from 'node:crypto';
import PostalMime, { type Address } from 'postal-mime';

/** The instant of the business clock a message was sent at, where virtual time runs ahead of the real one (ISO 8601). */
export const BUSINESS_TIME_HEADER = 'X-Topo-Time';

export interface Correspondent {
  name: string;
  address: string;
}

export interface StoredMessage {
  /** A counter, six digits or more: also the name of the file. */
  id: string;
  /** Epoch ms, real clock. */
  receivedAt: number;
  /** Epoch ms from X-Topo-Time, else null. */
  businessAt: number | null;
  /** What the SMTP dialogue said, whatever the headers say. */
  envelope: { from: string; recipients: string[] };
  from: Correspondent;
  to: Correspondent[];
  /** Where answers are wanted instead of at `from`; empty: nowhere else. */
  replyTo: Correspondent[];
  subject: string;
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  headers: { name: string; value: string }[];
  text: string;
  html: string;
  /** The id of the first message of its thread that was seen here. */
  threadId: string;
  /** Bytes, and their hash in hexadecimal, as they came over the wire. */
  size: number;
  sha256: string;
}

/** A message read from its bytes, as the first of a thread of its own. Throws on bytes that the parser refuses. */
export async function readMessage(
  raw: Buffer,
  { id, receivedAt, envelope }: Pick<StoredMessage, 'id' | 'receivedAt' | 'envelope'>,
): Promise<StoredMessage> {
  const email = await PostalMime.parse(raw);
  const businessTime = email.headers.find(({ key }) => key === BUSINESS_TIME_HEADER.toLowerCase())?.value;
  return {
    id,
    receivedAt,
    businessAt: instantOf(businessTime),
    envelope,
    from: correspondentsOf(email.from)[0] ?? { name: '', address: envelope.from },
    to: correspondentsOf(...(email.to ?? [])),
    replyTo: correspondentsOf(...(email.replyTo ?? [])),
    subject: email.subject ?? '',
    messageId: email.messageId ?? null,
    inReplyTo: email.inReplyTo ?? null,
    references: email.references?.match(/<[^<>\s]+>/g) ?? [],
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    text: email.text ?? '',
    html: email.html ?? '',
    threadId: id,
    size: raw.length,
    sha256: createHash('sha256').update(raw).digest('hex'),
  };
}

/** The value of a header, whatever the case of its name; undefined when there is none. */
export const headerOf = ({ headers }: StoredMessage, wanted: string): string | undefined =>
  headers.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())?.value;

function instantOf(text: string | undefined): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}

const correspondentsOf = (...addresses: (Address | undefined)[]): Correspondent[] =>
  addresses.flatMap((each) =>
    each?.group ? each.group : each?.address ? [{ name: each.name, address: each.address }] : [],
  );
