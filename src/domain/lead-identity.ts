/** Whom a proposed row is about, and whether what is known already agrees. Design 1. */
import { normaliseEmail, normaliseProfileAddress } from './contact.ts';
import type { ContactPoint, ContactPointKind, Reachable } from './contact-point.ts';
import type { Problem } from './problem.ts';

/** As a row says it; blank counts as none. */
export interface WrittenIdentity {
  email?: string | undefined;
  /** The profile's address. */
  profile?: string | undefined;
}

/**
 * Whom a row is about, as far as it can be read. `leftOut`: the LinkedIn cell, where it holds no profile and the row has
 * an address: what was wrong with it. A row without either is about nobody: `problem` says the field, the value and the
 * expectation.
 */
export type Identity = Reachable & ({ ok: true; leftOut: Problem | null } | { ok: false; problem: Problem });

/** An email address or a LinkedIn profile at least. A bad address spoils the row, for mostly it is a mistyped one. */
export function identify({ email = '', profile = '' }: WrittenIdentity): Identity {
  const address = email.trim() === '' ? null : normaliseEmail(email.trim());
  const named = profile.trim() === '' ? null : normaliseProfileAddress(profile.trim());
  const known = { email: address?.ok ? address.email : null, profile: named?.ok ? named.profile : null };
  if (address && !address.ok) return { ok: false, ...known, problem: { path: ['email'], what: address.problem } };
  const path = ['profile'];
  const wrong = named && !named.ok ? named.problem : null;
  if (!address && wrong !== null) return { ok: false, ...known, problem: { path, what: wrong } };
  if (!address && !named) return { ok: false, ...known, problem: { path: [], what: NOBODY } };
  return { ok: true, ...known, leftOut: wrong === null ? null : { path, what: `${wrong}; the cell was left out` } };
}

const NOBODY = 'an email address or a LinkedIn profile is needed, the row has neither';

/** One text for each way a row says whom it is about, to tell two rows apart; none where it does not say so properly. */
function keysOf(person: Identity): string[] {
  if (!person.ok) return [];
  return [person.email, person.profile && nameOf(person.profile)].filter((key) => key !== null);
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

/**
 * In what a row contradicts the contacts that its address or its profile points at, in words; null when it agrees, or
 * tells what was not known yet. No import may follow one that contradicts: a sequence that is under way would go on to
 * somebody else, and somebody suppressed could be written to.
 */
export function conflictOf(row: Reachable, known: readonly KnownPerson[]): string | null {
  const [contact, other] = known;
  if (!contact) return null;
  const [address, name] = [row.email, row.profile && nameOf(row.profile)];
  if (other) return `${address} and ${name} belong to two different contacts`;
  const isNews = (kind: ContactPointKind, key: string | null) =>
    key !== null && !contact.points.some((point) => point.kind === kind && point.key === key);
  if (contact.email !== null && isNews('address', row.email))
    return `${name} is known with the address ${contact.email}, not ${address}`;
  if (contact.profile !== null && isNews('profile', row.profile))
    return `${address} is known with the profile ${nameOf(contact.profile)}, not ${name}`;
  return null;
}

const nameOf = (profile: string): string => `in/${profile}`;
