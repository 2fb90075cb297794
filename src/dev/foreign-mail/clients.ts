import { createHash } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import { LOOPBACK } from '../servers/ports.ts';
import type { ForeignMail } from './server.ts';
import type { Mailbox } from './settings.ts';

/** A message as its owner's mail software shows it. */
export interface Letter extends Pick<Email, 'from' | 'to' | 'subject' | 'text' | 'html'> {
  messageId: string;
  flags: ReadonlySet<string>;
  /** The first header of that name, unfolded. */
  header(name: string): string | null;
  /** Of the bytes as they were handed over: without what the servers on the way wrote above them. SHA-256, hexadecimal. */
  sha256: string;
}

/** Everything in a folder, oldest first; null: there is no such folder. By IMAP, not through our adapters. */
export async function readFolder(mail: ForeignMail, owner: Mailbox, folder: string): Promise<Letter[] | null> {
  const { host, ports, ca } = mail;
  const client = new ImapFlow({
    host: LOOPBACK,
    port: ports.imaps,
    secure: true,
    servername: host,
    tls: { ca },
    auth: { user: owner.address, pass: owner.password },
    logger: false,
  });
  await client.connect();
  try {
    const folders = await client.list();
    if (!folders.some(({ path }) => path === folder)) return null;
    await client.mailboxOpen(folder, { readOnly: true });
    const found = await client.fetchAll('1:*', { source: true, flags: true });
    return await Promise.all(found.map(({ source, flags }) => letterOf(source ?? Buffer.alloc(0), flags ?? new Set())));
  } finally {
    await client.logout();
  }
}

async function letterOf(source: Buffer, flags: Set<string>): Promise<Letter> {
  const { from, to, subject, text, html, headers, messageId = '' } = await PostalMime.parse(source);
  const header = (name: string) => headers.find(({ key }) => key === name.toLowerCase())?.value.trim() ?? null;
  const sha256 = createHash('sha256').update(withoutTrace(source)).digest('hex');
  return { from, to, subject, text, html, messageId, flags, header, sha256 };
}

/** What each server on the way puts on top: RFC 5321 section 4.4, and Delivered-To. Continuation lines begin with a blank. */
const TRACE = /^(?:(?:Return-Path|X-Original-To|Delivered-To|Received):.*\r\n(?:[ \t].*\r\n)*)*/i;

function withoutTrace(source: Buffer): Buffer {
  const head = source.subarray(0, 16_384).toString('latin1');
  return source.subarray(TRACE.exec(head)?.[0].length ?? 0);
}

/** Answers a letter as mail software does: in its thread, with the letter quoted below, over the server's own submission. */
export async function answer(
  mail: ForeignMail,
  from: Mailbox,
  to: string,
  letter: Letter,
  words: string,
): Promise<void> {
  const { host, ports, ca } = mail;
  const auth = { user: from.address, pass: from.password };
  const server = { host: LOOPBACK, port: ports.submission, requireTLS: true, tls: { servername: host, ca: [ca] } };
  const transport = createTransport({ ...server, auth });
  const quoted = (letter.text ?? '').replace(/^/gm, '> ');
  await transport.sendMail({
    from: { name: 'Ada Löve', address: from.address },
    to,
    subject: `Re: ${letter.subject ?? ''}`,
    inReplyTo: letter.messageId,
    references: [letter.header('references'), letter.messageId].filter((id) => id !== null).join(' '),
    text: `${words}\n\nAda\n\nOn Monday, Sam Sender wrote:\n${quoted}\n`,
  });
  transport.close();
}
