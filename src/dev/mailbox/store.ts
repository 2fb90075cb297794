import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SMTPServerSession } from 'smtp-server';
import { readMessage, type StoredMessage } from './message.ts';

/** What was sent. */
export interface Store {
  /** In the order of arrival. */
  readonly messages: readonly StoredMessage[];
  get(id: string): StoredMessage | undefined;
  /** The bytes as they came over the wire. */
  raw(id: string): Promise<Buffer>;
  add(raw: Buffer, session: Pick<SMTPServerSession, 'envelope'>): Promise<StoredMessage>;
  /** The thread that one of these Message-IDs belongs to; undefined when none of them was seen here. */
  threadOf(messageIds: readonly string[]): string | undefined;
}

const FILE = /^(\d{6,})\.eml$/;
/** Our own first lines of a file; everything after them is the message. */
const PREAMBLE = /^Return-Path: <([^\r\n]*)>\r\n((?:Delivered-To: <[^\r\n]*>\r\n)*)X-Received-At: ([^\r\n]+)\r\n/;

/** The messages in `dir`, read from their files; every further one is in its file before it is in the list. */
export async function openStore(dir: string, log: (line: string) => void): Promise<Store> {
  const messages: StoredMessage[] = [];
  const byId = new Map<string, StoredMessage>();
  const threads = new Map<string, string>(); // Message-ID -> threadId
  const pathOf = (id: string) => join(dir, `${id}.eml`);
  const threadOf = (messageIds: readonly string[]) => messageIds.map((id) => threads.get(id)).find(Boolean);

  const index = (message: StoredMessage) => {
    message.threadId = threadOf([...message.references, message.inReplyTo ?? '']) ?? message.id;
    if (message.messageId !== null) threads.set(message.messageId, message.threadId);
    messages.push(message);
    byId.set(message.id, message);
    return message;
  };

  const names = (await readdir(dir)).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const name of names.filter((each) => each.endsWith('.tmp'))) await rm(join(dir, name));
  const ids = names.flatMap((name) => FILE.exec(name)?.[1] ?? []);
  for (const id of ids) {
    const message = await readFileOf(id, await readFile(pathOf(id)));
    if (message) index(message);
    else log(`mailbox: ${pathOf(id)} was not written here and is left out`);
  }
  let counter = Number(ids.at(-1) ?? 0);

  return {
    messages,
    threadOf,
    get: (id) => byId.get(id),
    raw: async (id) => withoutPreamble(await readFile(pathOf(id))).raw,
    add: async (raw, { envelope }) => {
      counter += 1;
      const id = String(counter).padStart(6, '0');
      const preamble = [
        `Return-Path: <${envelope.mailFrom ? envelope.mailFrom.address : ''}>`,
        ...envelope.rcptTo.map(({ address }) => `Delivered-To: <${address}>`),
        `X-Received-At: ${new Date().toISOString()}`,
        '',
      ].join('\r\n');
      const file = Buffer.concat([Buffer.from(preamble), raw]);
      const message = await readFileOf(id, file);
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

async function readFileOf(id: string, file: Buffer): Promise<StoredMessage | null> {
  const { found, raw } = withoutPreamble(file);
  if (!found) return null;
  const [, from = '', delivered = '', received = ''] = found;
  const recipients = [...delivered.matchAll(/<([^>]*)>/g)].map(([, address = '']) => address);
  return readMessage(raw, { id, receivedAt: Date.parse(received), envelope: { from, recipients } });
}
