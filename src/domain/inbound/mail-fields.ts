import type { ParsedMail } from './inbound.ts';

/** One field of a header or of a report, unfolded; the name is in lower case. RFC 5322 section 2.2, RFC 3464 section 2.1. */
export interface Field {
  name: string;
  value: string;
}

const MOST_LINES = 2_000;
/** Blanks before the colon are obsolete (RFC 5322 section 4.5.8), and gateways write them. */
const FIELD = /^([!-9;-~]{1,100})[ \t]{0,20}:(.*)$/;

/** The groups of fields of a text, which blank lines part. Lines that are no field are passed over. */
export function fieldBlocks(text: string): Field[][] {
  const blocks: Field[][] = [[]];
  for (const line of text.split(/\r\n|\r|\n/).slice(0, MOST_LINES)) {
    const block = blocks.at(-1) ?? [];
    const last = block.at(-1);
    const [, name, value] = FIELD.exec(line) ?? [];
    if (line.trim() === '') blocks.push([]);
    else if (/^[ \t]/.test(line)) {
      if (last !== undefined) last.value = `${last.value} ${line.trim()}`.trim();
    } else if (name !== undefined && value !== undefined) block.push({ name: name.toLowerCase(), value: value.trim() });
  }
  return blocks.filter((block) => block.length > 0);
}

export const fieldOf = (fields: readonly Field[], name: string): string | undefined =>
  fields.find((field) => field.name === name)?.value;

/** The first header of that (lower case) name, trimmed. */
export const headerOf = (mail: ParsedMail, name: string): string | undefined => fieldOf(mail.headers, name)?.trim();

/** The media type of the whole message with its parameters, in lower case. */
export const contentTypeOf = (mail: ParsedMail): string =>
  headerOf(mail, 'content-type')?.toLowerCase() ?? 'text/plain';

/** What stands before the "@" of the sender, in lower case; of one without an address ("MAILER-DAEMON <>") the name. */
export const senderName = (mail: ParsedMail): string =>
  mail.from?.address.toLowerCase().split('@')[0] ?? NOBODY.exec(headerOf(mail, 'from') ?? '')?.[1]?.toLowerCase() ?? '';

const NOBODY = /^"?([^"<>]{0,100}?)"? ?< ?>$/;

/** Some servers put the empty return path into the From of what they report too. */
export const isFromNobody = (mail: ParsedMail): boolean => NOBODY.test(headerOf(mail, 'from') ?? '');

/** What stands before the "@" of the return path, in lower case. */
export const returnPathName = (mail: ParsedMail): string =>
  /^<?([^<>@\s]{1,100})@/.exec(headerOf(mail, 'return-path') ?? '')?.[1]?.toLowerCase() ?? '';

/** RFC 3834 and RFC 3464: what must never be answered has no return path. */
export const hasEmptyReturnPath = (mail: ParsedMail): boolean => /^<\s*>$/.test(headerOf(mail, 'return-path') ?? '');
