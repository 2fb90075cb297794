import { ADDRCONFIG, type LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { BlockList, isIP, isIPv4, isIPv6, type LookupFunction } from 'node:net';
import { domainToASCII } from 'node:url';
import { isLocalServer } from '../domain/accounts/account.ts';

/** A host somebody named that we do not connect to; the text says which and why, in words for that person. */
export class UnreachableHost extends Error {
  override readonly name = 'UnreachableHost';
  readonly host: string;

  constructor(host: string, why: string) {
    super(`${JSON.stringify(host.slice(0, 255))} ${why}`);
    this.host = host;
  }
}

export interface ResolvedHost {
  /** What to connect to: asking the name again might give another answer (DNS rebinding). */
  address: string;
  /** What the server's certificate must be for. */
  servername: string;
}

export interface ResolveOptions {
  /** Our own machine and network may be connected to: in the embedded runtime only. Design 9. */
  allowPrivate: boolean;
  /** The operating system's resolver, unless a test brings its own. */
  lookup?: (name: string) => Promise<readonly LookupAddress[]>;
}

const LOOKUP_WITHIN_MS = 10_000;

/**
 * The address to connect to for a host that somebody else named. Without `allowPrivate` every address the name has must
 * be a public one. An address is written in the usual way: 2130706433, 0x7f.1 and 127.1 are no names. Facts:
 * reliability A7. Throws UnreachableHost.
 */
export async function resolveHost(host: string, options: ResolveOptions): Promise<ResolvedHost> {
  const name = isIP(host) ? host : nameOf(host);
  const addresses = isIP(name) ? [name] : await addressesOf(host, name, options.lookup ?? askSystem);
  for (const address of addresses) {
    const kind = options.allowPrivate ? null : kindOf(address);
    if (kind !== null) throw new UnreachableHost(host, `leads to ${address}, ${kind}: only public servers are allowed`);
  }
  const address = addresses.find(isIPv4) ?? addresses[0]; // every mail server has one; IPv6 may lead nowhere from here
  if (address === undefined) throw new UnreachableHost(host, 'has no address');
  return { address, servername: name };
}

/** Labels of letters, digits and hyphens (RFC 1123 section 2.1), and `_`, which exists; the last one no number. */
const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+$|0x[\da-f]*$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function nameOf(host: string): string {
  // domainToASCII would turn 0x7f.1 into 127.0.0.1 and strip what it does not know: what it gives must still be a name.
  const plain = host.toLowerCase().replace(/\.$/, '');
  const isUnicode = /[^\0-\x7f]/.test(plain);
  const name = isUnicode && !/[\0-,/:-@[-^`{-\x7f]/.test(plain) ? domainToASCII(plain) : plain;
  if (name.length > 253 || !NAME.test(name))
    throw new UnreachableHost(host, 'is no host name: expected something like smtp.example.com');
  return name;
}

const askSystem = (name: string) => lookUp(name, { all: true, hints: ADDRCONFIG });

async function addressesOf(host: string, name: string, lookup: NonNullable<ResolveOptions['lookup']>) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, LOOKUP_WITHIN_MS, new UnreachableHost(host, 'could not be looked up in time'));
  });
  try {
    return (await Promise.race([lookup(name), late])).map(({ address }) => address);
  } catch (error) {
    if (error instanceof UnreachableHost) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA')
      throw new UnreachableHost(host, 'does not exist: is it spelled right?');
    throw new UnreachableHost(host, `could not be looked up: ${typeof code === 'string' ? code : 'unknown error'}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Finds a mail server's address; throws `UnreachableHost`. */
export type ResolveHost = (host: string) => Promise<ResolvedHost>;

/**
 * Which mail servers may be connected to: public ones; in the embedded runtime its own, and others when told so. Design 9.
 */
export function hostsFor({ isEmbedded, allowRealMail }: { isEmbedded: boolean; allowRealMail: boolean }): ResolveHost {
  if (!isEmbedded) return (host) => resolveHost(host, { allowPrivate: false });
  return async (host) => {
    if (!allowRealMail && !isLocalServer({ host }))
      throw new UnreachableHost(
        host,
        'is a real mail server: the local runtime uses them only with ALLOW_REAL_MAIL=yes',
      );
    return resolveHost(host, { allowPrivate: true });
  };
}

/** The same, in the words of a socket. */
export const lookupBy =
  (resolve: ResolveHost): LookupFunction =>
  (host, { all }, answer) => {
    resolve(host).then(
      ({ address }) => {
        const family = isIP(address);
        if (all) answer(null, [{ address, family }]);
        else answer(null, address, family);
      },
      (error: Error) => answer(error, ''),
    );
  };

// ---- which addresses are public

/** IANA's registries of special-purpose addresses (RFC 6890), where they are not globally reachable. */
const special: readonly (readonly [kind: string, ...ranges: readonly string[]])[] = [
  ['this very machine', '0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128'],
  ['a private network', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  ['a link-local address', '169.254.0.0/16', 'fe80::/10'],
  ['a provider’s own network (RFC 6598)', '100.64.0.0/10'],
  ['a multicast or broadcast address', '224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'],
  ['an IPv4 address in disguise', '::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
  ['an address for documentation', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  ['a reserved address', '192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15', '240.0.0.0/4', '2001::/23'],
];

/** A list for each family: in a common one every IPv4 address falls under `::ffff:0:0/96`. */
const kinds = special.map(([kind, ...ranges]) => ({
  kind,
  ipv4: listOf(ranges.filter((range) => !range.includes(':'))),
  ipv6: listOf(ranges.filter((range) => range.includes(':'))),
}));
/** Everything that was ever given to the public (RFC 4291 section 2.4). */
const publicIPv6 = listOf(['2000::/3']);

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** What kind of address that nobody outside may lead us to; null: a public one. */
function kindOf(address: string): string | null {
  if (address.includes('%')) return 'a link-local address'; // a zone (RFC 4007) is ours
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const found = kinds.find((each) => each[family].check(address, family))?.kind;
  if (found !== undefined) return found;
  return family === 'ipv6' && !publicIPv6.check(address, family) ? 'a reserved address' : null;
}
