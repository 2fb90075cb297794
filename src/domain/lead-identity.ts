/** Whom a proposed row is about, and whether what is known already agrees. Design 1. */
import { type ContactPoint, type ContactPointKind, pointsOf, type Reachable } from './contact-point.ts';
import { readAddressCell, readProfileCell } from './identity-cell.ts';
import type { Problem } from './problem.ts';

/** As a row says it; blank counts as none. */
export interface WrittenIdentity {
  email?: string | undefined;
  /** The profile's address. */
  profile?: string | undefined;
}

/**
 * Whom a row is about, as far as it can be read. `further`: other addresses that the cell names. `leftOut`: a cell that
 * could not be read, where the other one says who it is: what was wrong with it. A row without either is about nobody:
 * `problem` says the field, the value and the expectation.
 */
export type Identity = Reachable & { further: readonly string[] } & (
    | { ok: true; leftOut: Problem | null }
    | { ok: false; problem: Problem }
  );

/** An email address or a LinkedIn profile at least; one bad cell does not spoil the row. */
export function identify({ email = '', profile = '' }: WrittenIdentity): Identity {
  const address = readAddressCell(email);
  const named = readProfileCell(profile);
  const known = { email: address.email, profile: named.profile, further: address.further };
  const wrong =
    address.problem !== null
      ? { path: ['email'], what: address.problem }
      : named.problem !== null
        ? { path: ['profile'], what: named.problem }
        : null;
  if (known.email === null && known.profile === null)
    return { ok: false, ...known, problem: wrong ?? { path: [], what: NOBODY } };
  return { ok: true, ...known, leftOut: wrong && { ...wrong, what: `${wrong.what}; the cell was left out` } };
}

const NOBODY = 'an email address or a LinkedIn profile is needed, the row has neither';

/** One text for each way a row says whom it is about, to tell two rows apart; none where it does not say so properly. */
function keysOf(person: Identity): string[] {
  if (!person.ok) return [];
  return [person.email, ...person.further, person.profile && nameOf(person.profile)].filter((key) => key !== null);
}

/** The place at which that person was named first; null where it is this one. */
export type NamedIn<Place> = (person: Identity, place: Place) => Place | null;

/**
 * Remembers whom the rows of one import name, asked of each row in turn. What a repeated row says beyond the person is not
 * taken, so it names nobody else either.
 */
export function namedBefore<Place>(): NamedIn<Place> {
  const first = new Map<string, Place>();
  return (person, place) => {
    const keys = keysOf(person);
    const before = keys.map((key) => first.get(key)).find((known) => known !== undefined);
    if (before !== undefined) return before;
    for (const key of keys) first.set(key, place);
    return null;
  };
}

/** A contact as far as a row may contradict it. */
export type KnownPerson = Reachable & { points: readonly ContactPoint[] };

/** What a row names somebody by. */
export type Named = Reachable & { further?: readonly string[] };

/** All of it, as points. */
export const pointsNamed = (row: Named): ContactPoint[] => [
  ...pointsOf(row),
  ...(row.further ?? []).map((key) => ({ kind: 'address', key }) as const),
];

/**
 * In what a row contradicts the contacts that its address or its profile points at, in words; null when it agrees, or
 * tells what was not known yet. No import may follow one that contradicts: a sequence that is under way would go on to
 * somebody else, and somebody suppressed could be written to.
 */
export function conflictOf(row: Named, known: readonly KnownPerson[]): string | null {
  const [contact, other] = known;
  if (!contact) return null;
  const [address, name] = [row.email, row.profile && nameOf(row.profile)];
  const addresses = [row.email, ...(row.further ?? [])].filter((email) => email !== null);
  if (other)
    return `${[...addresses, ...(name ? [name] : [])].join(' and ')} belong to ${known.length === 2 ? 'two' : known.length} different contacts`;
  const isNews = (kind: ContactPointKind, key: string | null) =>
    key !== null && !contact.points.some((point) => point.kind === kind && point.key === key);
  if (contact.email !== null && row.email !== null && addresses.every((email) => isNews('address', email)))
    return `${name} is known with the address ${contact.email}, not ${address}`;
  if (contact.profile !== null && isNews('profile', row.profile))
    return `${address} is known with the profile ${nameOf(contact.profile)}, not ${name}`;
  return null;
}

const nameOf = (profile: string): string => `in/${profile}`;
