import type { ImapMessage } from './imap-folder.ts';
import { BadCommand, textOf, type Value } from './imap-reader.ts';

/** What FETCH can ask of a message. RFC 3501 section 6.4.5; ENVELOPE and BODYSTRUCTURE are deliberately absent. */
export interface FetchItem {
  /** As the answer names it. */
  label: string;
  /** Asking for it marks the message as read. */
  marks: boolean;
  answer(message: ImapMessage, flags: readonly string[]): string | Promise<Buffer>;
}

const literal = (bytes: Buffer) => Buffer.concat([Buffer.from(`{${bytes.length}}\r\n`), bytes]);

const plain: Record<string, FetchItem['answer']> = {
  FLAGS: (_message, flags) => `(${flags.join(' ')})`,
  UID: ({ uid }) => String(uid),
  INTERNALDATE: ({ receivedAt }) => `"${dateTime(receivedAt)}"`,
  'RFC822.SIZE': ({ size }) => String(size),
};

const old: Record<string, { section: string; marks: boolean }> = {
  RFC822: { section: '', marks: true },
  'RFC822.TEXT': { section: 'TEXT', marks: true },
  'RFC822.HEADER': { section: 'HEADER', marks: false },
};

const macros: Record<string, readonly string[]> = { FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'] };

export function fetchItems(value: Value | undefined): FetchItem[] {
  const asked = value?.kind === 'list' ? value.values : value === undefined ? [] : [value];
  if (asked.length === 0) throw new BadCommand('expected what to fetch');
  return asked
    .map((each) => textOf(each, 'what to fetch').toUpperCase())
    .flatMap((name) => macros[name] ?? [name])
    .map(itemOf);
}

const BODY = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,10})\.(\d{1,10})>)?$/;

function itemOf(name: string): FetchItem {
  const answer = plain[name];
  if (answer) return { label: name, marks: false, answer };
  const whole = old[name];
  if (whole)
    return {
      label: name,
      marks: whole.marks,
      answer: async (message) => literal(sectionOf(await message.raw(), whole.section)),
    };
  const [found, peek, section = '', start, count] = BODY.exec(name) ?? [];
  if (found === undefined || !SECTION.test(section))
    throw new BadCommand(`FETCH ${name.slice(0, 60)} is not known here`);
  const from = Number(start ?? 0);
  const to = count === undefined ? undefined : from + Number(count);
  return {
    label: `BODY[${section}]${start === undefined ? '' : `<${start}>`}`,
    marks: peek === undefined,
    answer: async (message) => literal(sectionOf(await message.raw(), section).subarray(from, to)),
  };
}

const SECTION = /^(?:|HEADER|TEXT|HEADER\.FIELDS(\.NOT)? \(([^()]+)\))$/;

function sectionOf(raw: Buffer, section: string): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  const body = end === -1 ? raw.length : end + 4;
  if (section === '') return raw;
  if (section === 'TEXT') return raw.subarray(body);
  if (section === 'HEADER') return raw.subarray(0, body);
  const [, not, names = ''] = SECTION.exec(section) ?? [];
  const wanted = new Set(names.replaceAll('"', '').split(/ +/));
  const fields = headerFields(raw).filter(({ name }) => wanted.has(name.toUpperCase()) === (not === undefined));
  return Buffer.from(`${fields.map(({ text }) => `${text}\r\n`).join('')}\r\n`, 'latin1');
}

/** Name and text, folded as it came, in their order. */
export function headerFields(raw: Buffer): { name: string; text: string }[] {
  const end = raw.indexOf('\r\n\r\n');
  const header = raw.toString('latin1', 0, end === -1 ? raw.length : end);
  return header.split(/\r\n(?![ \t])/).map((text) => ({ name: text.slice(0, Math.max(0, text.indexOf(':'))), text }));
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 3501 date-time, in UTC: "17-Jul-1996 02:44:25 +0000". */
function dateTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(8, 10)}-${MONTHS[Number(iso.slice(5, 7)) - 1]}-${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`;
}
