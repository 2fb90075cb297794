/** Who must never be contacted. Design 1, 6. */
import { asciiDomain, checkDomain, domainOf, normaliseEmail, normaliseProfile } from './contact.ts';
import { type ContactPoint, mailboxKey } from './contact-point.ts';

/** Why an entry stands in the list. */
export const suppressionReasons = ['unsubscribed', 'hard_bounce', 'complained', 'asked_by_user'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** About one point: mail to it fails, or is called spam. The others are the wish of a person, or of somebody for them. */
export const pointReasons = ['hard_bounce', 'complained'] as const satisfies SuppressionReason[];
export const isAboutPoint = (reason: SuppressionReason): boolean => pointReasons.some((each) => each === reason);

/** The reasons that this one outweighs on the same entry: a wish what mail did, a complaint that mail failed. */
export const outweighed = (reason: SuppressionReason): readonly SuppressionReason[] =>
  isAboutPoint(reason) ? (reason === 'complained' ? ['hard_bounce'] : []) : pointReasons;

/** What a person may enter. */
export const enteredKinds = ['address', 'domain', 'profile'] as const;
export type EnteredKind = (typeof enteredKinds)[number];
/** `provider_id`: how LinkedIn's provider calls somebody, whatever their public name is; left by a wish or an erasure. */
export const suppressionKinds = [...enteredKinds, 'provider_id'] as const;
export type SuppressionKind = (typeof suppressionKinds)[number];

/** One entry: a normalised email address, a lower-case mail domain (with its subdomains), a normalised profile, an id. */
export interface SuppressionEntry {
  kind: SuppressionKind;
  value: string;
}

/** What an entry is compared by: an address by its mailbox. */
export interface SuppressionKey {
  kind: SuppressionKind;
  key: string;
}

export const keyOfEntry = ({ kind, value }: SuppressionEntry): string =>
  kind === 'address' ? mailboxKey(value) : value;

/**
 * Every entry that would cover somebody known by these points: of each address its mailbox, its domain and all of that
 * one's parents of two labels and more; each profile, each id. One look-up answers whether somebody is suppressed.
 */
export const suppressionKeys = (points: readonly ContactPoint[]): SuppressionKey[] =>
  points.flatMap(({ kind, key }) =>
    kind === 'address' ? [{ kind, key: mailboxKey(key) }, ...domainKeys(domainOf(key))] : [{ kind, key }],
  );

function domainKeys(domain: string): SuppressionKey[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, first) => ({ kind: 'domain', key: labels.slice(first).join('.') }));
}

/** Whether an entry is about somebody known by these points; a domain covers its subdomains, and no look-alike. */
export function covers(entry: SuppressionEntry, points: readonly ContactPoint[]): boolean {
  const key = keyOfEntry(entry);
  return suppressionKeys(points).some((each) => each.kind === entry.kind && each.key === key);
}

/** An entry's value as it is stored and shown; "@Example.com" is the domain "example.com". */
export function normaliseSuppression(
  kind: SuppressionKind,
  raw: string,
): { ok: true; value: string } | { ok: false; problem: string } {
  switch (kind) {
    case 'provider_id':
      return { ok: true, value: raw };
    case 'address': {
      const address = normaliseEmail(raw);
      return address.ok ? { ok: true, value: address.email } : address;
    }
    case 'profile': {
      const named = normaliseProfile(raw);
      return named.ok ? { ok: true, value: named.profile } : named;
    }
    case 'domain': {
      // Only A to Z: toLowerCase would make another domain of the Kelvin sign and its like.
      const written = raw.trim().replace(/^@/, '');
      const domain = (asciiDomain(written) ?? written).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
      const problem = checkDomain(domain);
      return problem === null ? { ok: true, value: domain } : { ok: false, problem: `the entry ${problem}` };
    }
  }
}
