import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { mailboxPages } from './mailbox-pages.ts';
import { listen, servePages } from './page.ts';

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

export interface Mailbox {
  smtpUrl: string;
  smtpPort: number;
  pageUrl: string;
  /** All messages, in the order of arrival. */
  messages(): Promise<StoredMessage[]>;
  /** The bytes as they came over the wire. */
  raw(id: string): Promise<Buffer>;
  /** Called once a message is stored and before its 250; returns how to stop that. */
  onMessage(callback: (message: StoredMessage) => void): () => void;
  /** From now on RCPT for `address` is answered with `code text`; returns how to take it back. */
  refuse(address: string, code: number, text: string): () => void;
  stop(): Promise<void>;
}

const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;
const FILE = /^(\d{6,})\.eml$/;
/** Our own first lines of a file; everything after them is the message. */
const PREAMBLE = /^Return-Path: <([^\r\n]*)>\r\n((?:Delivered-To: <[^\r\n]*>\r\n)*)X-Received-At: ([^\r\n]+)\r\n/;

/**
 * A mailbox for a fresh clone: an SMTP server that takes everything, on the loopback, and a page that shows it. The .eml
 * files in `dir` are the only memory; the index is read from them at start. A message is in its file before its 250.
 */
export async function startMailbox({
  smtpPort,
  pagePort,
  dir,
  log = () => undefined,
}: {
  smtpPort: number;
  pagePort: number;
  dir: string;
  log?: ((line: string) => void) | undefined;
}): Promise<Mailbox> {
  await mkdir(dir, { recursive: true });
  const store = await openStore(dir, log);
  const refusals = new Map<string, { code: number; text: string }>();
  const callbacks = new Set<(message: StoredMessage) => void>();

  const pages = await servePages({ port: pagePort, variable: 'MAILBOX_PAGE_PORT', answer: mailboxPages(store), log });
  const smtp = smtpServer({
    refusal: (address) => refusals.get(address.toLowerCase()),
    receive: async (raw, session) => {
      const message = await store.add(raw, session);
      for (const callback of callbacks) callback(message);
      pages.changed();
      return message.id;
    },
    log,
  });
  const port = await listen(smtp.server, smtpPort, 'MAILBOX_SMTP_PORT').catch(async (error: unknown) => {
    await pages.stop();
    throw error;
  });

  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    smtpPort: port,
    pageUrl: `http://127.0.0.1:${pages.port}/`,
    messages: async () => [...store.messages],
    raw: store.raw,
    onMessage: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    refuse: (address, code, text) => {
      refusals.set(address.toLowerCase(), { code, text });
      return () => refusals.delete(address.toLowerCase());
    },
    stop: async () => {
      await new Promise<void>((resolve) => smtp.close(resolve));
      await pages.stop();
    },
  };
}

function smtpServer({
  refusal,
  receive,
  log,
}: {
  refusal: (address: string) => { code: number; text: string } | undefined;
  receive: (raw: Buffer, session: SMTPServerSession) => Promise<string>;
  log: (line: string) => void;
}): SMTPServer {
  const server = new SMTPServer({
    name: 'mailbox.example',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MESSAGE_BYTES,
    rejectOversized: true,
    closeTimeout: 1_000,
    onRcptTo: ({ address }, _session, done) => {
      const refused = refusal(address);
      done(refused ? Object.assign(new Error(refused.text), { responseCode: refused.code }) : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(); // smtp-server says 552 itself
        receive(Buffer.concat(chunks), session).then(
          (id) => done(null, `2.0.0 Ok: queued as ${id}`),
          (error: unknown) => {
            log(`mailbox: a message could not be stored: ${error instanceof Error ? error.message : error}`);
            done(Object.assign(new Error('4.3.0 could not be stored'), { responseCode: 451 }));
          },
        );
      });
    },
  });
  server.on('error', (error) => log(`mailbox: ${error.message}`));
  return server;
}

export interface Store {
  readonly messages: readonly StoredMessage[];
  get(id: string): StoredMessage | undefined;
  raw(id: string): Promise<Buffer>;
}

async function openStore(dir: string, log: (line: string) => void) {
  const messages: StoredMessage[] = [];
  const byId = new Map<string, StoredMessage>();
  const threadOf = new Map<string, string>(); // Message-ID -> threadId
  const pathOf = (id: string) => join(dir, `${id}.eml`);

  const index = (message: StoredMessage) => {
    const known = [...message.references, message.inReplyTo ?? ''].map((id) => threadOf.get(id)).find(Boolean);
    message.threadId = known ?? message.id;
    if (message.messageId !== null) threadOf.set(message.messageId, message.threadId);
    messages.push(message);
    byId.set(message.id, message);
    return message;
  };

  const names = (await readdir(dir)).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const name of names.filter((each) => each.endsWith('.tmp'))) await rm(join(dir, name));
  const ids = names.flatMap((name) => FILE.exec(name)?.[1] ?? []);
  for (const id of ids) {
    const message = await parseFile(id, await readFile(pathOf(id)));
    if (message) index(message);
    else log(`mailbox: ${pathOf(id)} was not written here and is left out`);
  }
  let counter = Number(ids.at(-1) ?? 0);

  return {
    messages,
    get: (id: string) => byId.get(id),
    raw: async (id: string) => withoutPreamble(await readFile(pathOf(id))).raw,
    add: async (raw: Buffer, { envelope }: SMTPServerSession): Promise<StoredMessage> => {
      counter += 1;
      const id = String(counter).padStart(6, '0');
      const preamble = [
        `Return-Path: <${envelope.mailFrom ? envelope.mailFrom.address : ''}>`,
        ...envelope.rcptTo.map(({ address }) => `Delivered-To: <${address}>`),
        `X-Received-At: ${new Date().toISOString()}`,
        '',
      ].join('\r\n');
      const file = Buffer.concat([Buffer.from(preamble), raw]);
      const message = await parseFile(id, file);
      if (!message) throw new Error(`message ${id} cannot be read back`);
      await writeFile(join(dir, `${id}.tmp`), file, { mode: 0o600 });
      await rename(join(dir, `${id}.tmp`), pathOf(id));
      return index(message);
    },
  };
}

function withoutPreamble(file: Buffer): { found: RegExpExecArray | null; raw: Buffer } {
  const found = PREAMBLE.exec(file.subarray(0, 256 * 1024).toString('latin1'));
  return { found, raw: file.subarray(found?.[0].length ?? 0) };
}

async function parseFile(id: string, file: Buffer): Promise<StoredMessage | null> {
  const { found, raw } = withoutPreamble(file);
  if (!found) return null;
  const [, returnPath = '', delivered = '', received = ''] = found;
  const email = await PostalMime.parse(raw);
  const businessTime = email.headers.find(({ key }) => key === BUSINESS_TIME_HEADER.toLowerCase())?.value;
  return {
    id,
    receivedAt: Date.parse(received),
    businessAt: instantOf(businessTime),
    envelope: {
      from: returnPath,
      recipients: [...delivered.matchAll(/<([^>]*)>/g)].map(([, address = '']) => address),
    },
    from: correspondentsOf(email.from)[0] ?? { name: '', address: returnPath },
    to: correspondentsOf(...(email.to ?? [])),
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

function instantOf(text: string | undefined): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}

const correspondentsOf = (...addresses: (Address | undefined)[]): Correspondent[] =>
  addresses.flatMap((each) =>
    each?.group ? each.group : each?.address ? [{ name: each.name, address: each.address }] : [],
  );
