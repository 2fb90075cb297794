/** Who must never be contacted. Design 1, 6. */
import { checkDomain, domainOf, normaliseEmail, normaliseProfile } from './contact.ts';

/** Why an entry stands in the list. */
export const suppressionReasons = ['unsubscribed', 'hard_bounce', 'complained', 'asked_by_user'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

export const suppressionKinds = ['address', 'domain', 'profile'] as const;
export type SuppressionKind = (typeof suppressionKinds)[number];

/** One entry: a normalised email address, a lower-case mail domain (with its subdomains), or a normalised profile. */
export interface SuppressionKey {
  kind: SuppressionKind;
  value: string;
}

/** Whatever we know a person by, normalised as in `contact.ts`. */
export interface Reachable {
  email: string | null;
  profile: string | null;
}

/**
 * Every entry that would cover the contact: the address, its domain and all of that one's parents of two labels and
 * more, the profile. One look-up with IN answers whether a contact is suppressed.
 */
export function suppressionKeys({ email, profile }: Reachable): SuppressionKey[] {
  const keys: SuppressionKey[] = [];
  if (email !== null) {
    keys.push({ kind: 'address', value: email });
    const labels = domainOf(email).split('.');
    for (let first = 0; first < labels.length - 1; first++)
      keys.push({ kind: 'domain', value: labels.slice(first).join('.') });
  }
  if (profile !== null) keys.push({ kind: 'profile', value: profile });
  return keys;
}

/** Whether an entry keeps us from contacting this person; a domain covers its subdomains, and no look-alike. */
export const covers = (entry: SuppressionKey, contact: Reachable): boolean =>
  suppressionKeys(contact).some(({ kind, value }) => kind === entry.kind && value === entry.value);

/** An entry's value as it is stored and compared; "@Example.com" is the domain "example.com". */
export function normaliseSuppression(
  kind: SuppressionKind,
  raw: string,
): { ok: true; value: string } | { ok: false; problem: string } {
  switch (kind) {
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
      const domain = raw
        .trim()
        .replace(/^@/, '')
        .replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
      const problem = checkDomain(domain);
      return problem === null ? { ok: true, value: domain } : { ok: false, problem: `the entry ${problem}` };
    }
  }
}
