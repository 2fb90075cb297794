const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const ADDRESS = new RegExp(`^(?=.{1,64}@)${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+(?=[0-9-]*[A-Za-z])${LABEL}$`);
const MESSAGE_ID = /^<[!-;=?A-~]+@[!-;=?A-~]+>$/;

/**
 * Whether `text` is exactly one address: a dot-atom at a domain name, ASCII, at most 254 characters. Quotes, comments,
 * groups, lists and literals are refused, so no mail software can read it as two. Facts: reliability 2.
 */
export const isAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);

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
