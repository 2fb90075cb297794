import { existsSync, readFileSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSecret } from '../servers/data-folder.ts';
import type { ImapMessage } from './imap-folder.ts';

/** The files of an account's folder: a message each, and the next UID. */

/** Which sent message a message answers, and how. */
export interface About {
  id: string;
  kind: string;
}

export interface FiledMessage extends ImapMessage {
  /** Null: somebody put it there by IMAP. */
  about: About | null;
}

const FILE = /^(\d{6,})\.eml$/;
/** Our own first lines of a file; everything after them is the message, byte for byte. */
const PREAMBLE = /^X-Received-At: ([^\r\n]+)\r\nX-Flags:([^\r\n]*)\r\nX-Answers: (?:(\d+) (\w+)|-)\r\n/;
const PREAMBLE_BYTES = 4_096;
const MOST_FLAGS = 50; // so that the preamble is read in one piece
const FLAG = /^[\\$]?[\w.-]{1,60}$/;

export interface Contents {
  messages: FiledMessage[];
  nextUid: number;
}

export const nothing = (): Contents => ({ messages: [], nextUid: 1 });
const pathOf = (dir: string, uid: number) => join(dir, `${String(uid).padStart(6, '0')}.eml`);
export const nextUidFile = (dir: string) => join(dir, 'next-uid');

/** What a folder of an account holds; torn files go, and files that are not ours stay where they are. */
export async function contentsOf(dir: string, log: (line: string) => void): Promise<Contents> {
  if (!existsSync(dir)) return nothing();
  const names = await readdir(dir);
  for (const name of names.filter((each) => each.endsWith('.tmp'))) await rm(join(dir, name));
  const uids = names
    .flatMap((name) => FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  const messages: FiledMessage[] = [];
  for (const uid of uids) {
    const message = await filedMessage(pathOf(dir, uid), uid);
    if (message) messages.push(message);
    else log(`mailbox: ${pathOf(dir, uid)} was not written here and is left out`);
  }
  const told = existsSync(nextUidFile(dir)) ? numberIn(nextUidFile(dir)) : 1;
  return { messages, nextUid: Math.max(told, (uids.at(-1) ?? 0) + 1) };
}

/** Only the preamble is read here: the message may be of any size, and is parsed by nobody who does not want to. */
async function filedMessage(path: string, uid: number): Promise<FiledMessage | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PREAMBLE_BYTES), 0, PREAMBLE_BYTES, 0);
    const found = PREAMBLE.exec(buffer.subarray(0, bytesRead).toString('latin1'));
    if (!found) return null;
    const [preamble, received = '', flags = '', id, kind] = found;
    return {
      uid,
      flags: flags.split(' ').filter(Boolean),
      receivedAt: Date.parse(received),
      size: (await file.stat()).size - preamble.length,
      about: id === undefined || kind === undefined ? null : { id, kind },
      raw: async () => (await readFile(path)).subarray(preamble.length),
    };
  } finally {
    await file.close();
  }
}

/** A message into its file, whole or not at all. */
export async function writeMessage(
  dir: string,
  uid: number,
  raw: Buffer,
  flags: readonly string[],
  about: About | undefined,
) {
  const preamble = [
    `X-Received-At: ${new Date().toISOString()}`,
    `X-Flags: ${flags
      .filter((flag) => FLAG.test(flag))
      .slice(0, MOST_FLAGS)
      .join(' ')}`,
    `X-Answers: ${about ? `${about.id} ${about.kind}` : '-'}`, // always, or the message's own first line could be taken for it
    '',
  ].join('\r\n');
  const path = pathOf(dir, uid);
  const partial = join(dir, `${uid}.tmp`);
  await writeFile(partial, Buffer.concat([Buffer.from(preamble), raw]), { mode: 0o600 });
  await rename(partial, path);
  const message = await filedMessage(path, uid);
  if (!message) throw new Error(`${path} cannot be read back`);
  return message;
}

/** Throws on anything but a whole number above 0: a folder's numbering must not begin anew unnoticed. */
export function numberIn(file: string): number {
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`${file} holds ${JSON.stringify(text)}, expected a whole number`);
  return Number(text);
}

export const writeNumber = (file: string, value: number) => writeSecret(file, String(value));
