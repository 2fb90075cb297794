/** What a contact is known by: every address and profile ever learnt of them is a key. Design 1. */
import { isProvidersId } from './accounts/linkedin.ts';
import { domainOf } from './contact.ts';

export const contactPointKinds = ['address', 'profile', 'provider_id'] as const;
export type ContactPointKind = (typeof contactPointKinds)[number];

/** Who told of a point: a row of an import, a member of ours, the contact by an answer, LinkedIn's provider. */
export const contactPointSources = ['import', 'person', 'answer', 'provider'] as const;
export type ContactPointSource = (typeof contactPointSources)[number];

/** A normalised address, a normalised profile (`contact.ts`), or the provider's own id of a member, in its own letters. */
export interface ContactPoint {
  kind: ContactPointKind;
  key: string;
}

/** Whatever we know a person by, normalised as in `contact.ts`. */
export interface Reachable {
  email: string | null;
  profile: string | null;
}

/** Somebody by what LinkedIn's provider calls them: a public id, or its own. */
export const linkedInPoint = (name: string): ContactPoint =>
  isProvidersId(name) ? { kind: 'provider_id', key: name } : { kind: 'profile', key: name };

/** The points that are written to. */
export const pointsOf = ({ email, profile }: Reachable): ContactPoint[] => [
  ...(email === null ? [] : [{ kind: 'address', key: email } as const]),
  ...(profile === null ? [] : [{ kind: 'profile', key: profile } as const]),
];

/** Both names of Google's consumer mail, where dots in the local part do not count. Google: "Dots don't matter in Gmail addresses". */
const GMAIL = new Set(['gmail.com', 'googlemail.com']);

/**
 * The mailbox of a normalised address, as providers deliver: without the tag of a sub-address (RFC 5233's "+"), at Gmail
 * without dots and under its one name. Says whom a suppression covers, never who somebody is: elsewhere "a.b" and "ab"
 * may be two people.
 */
export function mailboxKey(email: string): string {
  const domain = domainOf(email);
  const local = email.slice(0, -domain.length - 1);
  const [name = ''] = local.split('+');
  const mailbox = name === '' ? local : name; // "+news@" is an address of its own
  return GMAIL.has(domain) ? `${mailbox.replaceAll('.', '')}@gmail.com` : `${mailbox}@${domain}`;
}
