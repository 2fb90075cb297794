import { ABOUT_SENDER, ADDRESS_UNKNOWN, DOMAIN_UNKNOWN, MAY_PASS, NOT_IN_DIRECTORY } from './unknown-address-words.ts';

/** Of the 5.1.x: 5 means "valid", 7 and 8 are the sender's, 9 the route's; 0 and unknown ones need words as well. RFC 3463. */
const ADDRESS_STATUS = /^5\.1\.(?:1|2|3|4|6|10)$/;
const VAGUE_STATUS = /^5\.[01]\.0$/;
/** The directory of Microsoft 365, whose words beside it would contradict anywhere else. */
const DIRECTORY_STATUS = '5.4.1';

const STATUS = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)/g;
/** Where an answer begins, not "[416]" or "XY_416". */
const TEMPORARY = /(?<=^|[\s;:('"])4\d\d(?=[ -](?:4\.\d|[\p{L}<]))/mu;

/** The status codes of RFC 3463 among a server's words, in their order. */
export const statusesIn = (words: string): string[] => words.match(STATUS) ?? [];

/** Whether a status leaves it to the words what is meant. */
export const isVague = (status: string | null): boolean => status !== null && VAGUE_STATUS.test(status);

/** Words and codes that speak of something that may pass, of whoever sends, or of another matter than the address. */
const isContradicted = (words: string): boolean =>
  MAY_PASS.test(words) ||
  ABOUT_SENDER.test(words) ||
  TEMPORARY.test(words) ||
  statusesIn(words).some((status) => !ADDRESS_STATUS.test(status) && !VAGUE_STATUS.test(status));

/**
 * Whether a server says for good that the recipient's address does not exist: one rule for its answer and for a report of
 * it, since both suppress. The status says so or, where there is none (null) or it says nothing, the words do
 * (`serverWords`); any contradiction outweighs both. At which command an answer came says nothing. Facts: reliability 3.
 */
export function saysNoSuchAddress(status: string | null, words: string): boolean {
  if (status === DIRECTORY_STATUS) return NOT_IN_DIRECTORY.test(words);
  if (isContradicted(words)) return false;
  if (status !== null && !isVague(status)) return ADDRESS_STATUS.test(status);
  return ADDRESS_UNKNOWN.test(words) && !DOMAIN_UNKNOWN.test(words);
}
