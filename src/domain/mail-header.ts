import { normaliseEmail } from './contact.ts';

const MESSAGE_ID = /^<[!-;=?A-~]+@[!-;=?A-~]+>$/;

/**
 * Whether `text`, to its last character, is exactly one plain address: no mail software can read it as two. Facts:
 * reliability 2.
 */
export function isAddress(text: string): boolean {
  const normalised = normaliseEmail(text);
  return normalised.ok && normalised.email === text.toLowerCase();
}

/** Whether `text` is exactly one message id, angle brackets included. */
export const isMessageId = (text: string): boolean => text.length <= 900 && MESSAGE_ID.test(text);

/**
 * Text fit for a header: one line, well-formed, nothing a reader would decode (`=?`) or swallow (U+FEFF), at most `most`
 * characters, so that even one unbroken word stays below the 998 octets of a line.
 */
export const headerText = (text: string, most: number): string =>
  Array.from(clean(text)).slice(0, most).join('').replace(/ +/g, ' ').trim();

const clean = (text: string) =>
  text
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replaceAll('\ufeff', '')
    .replaceAll('=?', '= ?');
