/**
 * What a token looks like: `topo_`, 32 random base62 digits, and 6 that are the CRC-32 of those 32. The checksum proves
 * nothing; it lets a door refuse a mistyped or made-up token without asking the database, and lets secret scanners tell
 * a real one. The `topo_xxxxxxxxxxxx` of the documentation is too short to be one.
 */
const TOKEN_PREFIX = 'topo_';
export const RANDOM_DIGITS = 32;
const CHECKSUM_DIGITS = 6;

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const FORM = new RegExp(`^${TOKEN_PREFIX}([0-9A-Za-z]{${RANDOM_DIGITS}})([0-9A-Za-z]{${CHECKSUM_DIGITS}})$`);

/** The token that carries these 32 random base62 digits; where they come from is the caller's. */
export const tokenOf = (random: string): string => `${TOKEN_PREFIX}${random}${checksum(random)}`;

/** Whether `text` has the form and the checksum of a token; anything else cannot be one of ours. */
export function looksLikeToken(text: string): boolean {
  const [, random, given] = FORM.exec(text) ?? [];
  return random !== undefined && given === checksum(random);
}

/** What a person recognises a token by; does not help to guess it. */
export const shownOf = (token: string): string => `${TOKEN_PREFIX}…${token.slice(-4)}`;

function checksum(random: string): string {
  let rest = crc32(random);
  let digits = '';
  for (let place = 0; place < CHECKSUM_DIGITS; place++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** CRC-32 (ISO 3309, as in zip and PNG) of an ASCII text; as unsigned number. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
