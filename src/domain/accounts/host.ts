import { checkDomain } from '../contact.ts';

/**
 * What is wrong with a server's host; null when nothing is. A public one is a name with a dot: an address in digits has
 * no certificate to check, and would be a way to whatever stands beside us (in any of its spellings: decimal, octal,
 * hexadecimal, IPv6). Where a name leads to is seen when it is connected to. Facts: reliability 5e, A7.
 */
export function checkHost(host: string, { allowPrivateHosts }: { allowPrivateHosts: boolean }): string | null {
  const got = JSON.stringify(host.slice(0, 100));
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host))
    return `must be the name of one server such as "mail.example.com", got ${got}`;
  if (allowPrivateHosts) return null;
  if (isPrivateHost(host)) return `must be a public server, got ${got}`;
  const isName = checkDomain(host.toLowerCase()) === null && !/^0x/i.test(host.split('.').at(-1) ?? '');
  return isName ? null : `must be the name of one server such as "mail.example.com", got ${got}`;
}

/** Names that mean something within one network only, or nothing at all. RFC 2606, 6761, 6762, 8375; ICANN on .internal. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|onion|test|example|invalid)$/i;
/** Loopback and the networks of RFC 1918 and RFC 4193. Every other one is refused for being digits. */
const PRIVATE_ADDRESS = /^(127|10)\.\d|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^(::1$|f[cd][0-9a-f]{2}:)/i;

/** Whether a host can only be one's own: a name without a dot (a container's), a private suffix or a private address. */
export const isPrivateHost = (host: string): boolean =>
  PRIVATE_ADDRESS.test(host) || PRIVATE_NAME.test(host) || /^[A-Za-z][A-Za-z0-9_-]*$/.test(host);
