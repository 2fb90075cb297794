import type { ContactId, LeadId } from './ids.ts';
import type { LeadStatus } from './lead.ts';

/** What two contacts that are one person leave behind, decided without looking anything up. Design 1. */

interface Aged {
  id: ContactId;
  createdAt: number;
}

/** The older of the two stays, whichever was named first: two people who merge the same pair do the same. */
export function whoStays<T extends Aged>(one: T, other: T): { survivor: T; merged: T } {
  const isOneOlder = one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id);
  return isOneOlder ? { survivor: one, merged: other } : { survivor: other, merged: one };
}

/** A lead as far as it matters which of two in one campaign stays. */
export interface RivalLead {
  id: LeadId;
  status: LeadStatus;
  /** Its sequence is under way. */
  isOpen: boolean;
  createdAt: number;
}

/** Of two leads of one person in one campaign the enrolled one stays, of two such the one under way, else the older. */
export function leadThatStays<T extends RivalLead>(one: T, other: T): T {
  const rank = ({ status, isOpen }: RivalLead) => Number(status === 'ENROLLED') + Number(isOpen);
  if (rank(one) !== rank(other)) return rank(one) > rank(other) ? one : other;
  return one.createdAt <= other.createdAt ? one : other;
}

/** What is known of one person by two: the survivor's word counts, and fills in from the other where it has none. */
export function factsOfBoth<T extends Record<string, unknown>>(survivor: T, merged: T, names: readonly (keyof T)[]): T {
  const facts = { ...survivor };
  for (const name of names) if (facts[name] === null) facts[name] = merged[name];
  return facts;
}
