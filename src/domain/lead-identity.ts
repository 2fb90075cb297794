/** Whom a proposed row is about. Design 1. */
import { normaliseEmail, normaliseProfileAddress } from './contact.ts';
import type { Reachable } from './suppression.ts';

/** As a row says it; blank counts as none. */
export interface WrittenIdentity {
  email?: string | undefined;
  /** The profile's address. */
  profile?: string | undefined;
}

/**
 * `leftOut`: the LinkedIn cell, where it holds no profile and the row has an address: what was wrong with it. A row
 * without either is about nobody: `problem` says the field, the value and the expectation.
 */
export type Identity = ({ ok: true; leftOut: string | null } & Reachable) | { ok: false; problem: string };

/** An email address or a LinkedIn profile at least. A bad address spoils the row, for mostly it is a mistyped one. */
export function identify({ email = '', profile = '' }: WrittenIdentity): Identity {
  const address = email.trim() === '' ? null : normaliseEmail(email.trim());
  if (address && !address.ok) return { ok: false, problem: `email: ${address.problem}` };
  const named = profile.trim() === '' ? null : normaliseProfileAddress(profile.trim());
  const problem = named && !named.ok ? `profile: ${named.problem}` : null;
  if (!address && !named?.ok)
    return {
      ok: false,
      problem: problem ?? 'an email address or a LinkedIn profile is needed, the row has neither',
    };
  return {
    ok: true,
    email: address?.email ?? null,
    profile: named?.ok ? named.profile : null,
    leftOut: problem && `${problem}; the cell was left out`,
  };
}

/** One text for each way a row says whom it is about, to tell two rows apart; none where it does not say so properly. */
export function keysOf(row: WrittenIdentity): string[] {
  const person = identify(row);
  if (!person.ok) return [];
  return [person.email, person.profile && nameOf(person.profile)].filter((key) => key !== null);
}

const nameOf = (profile: string): string => `in/${profile}`;
