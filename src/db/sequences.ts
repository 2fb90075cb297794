import { and, eq, inArray } from 'drizzle-orm';
import type { ContactId, SequenceId } from '../domain/ids.ts';
import { isTerminal, openStatuses, type SequenceEnd } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import { sequences } from './schema.ts';
import type { Walk } from './walks.ts';

/** The end that a row holds; the table's checks keep status and reason together. */
export function endOf({ sequence: { status, endReason } }: Pick<Walk, 'sequence'>): SequenceEnd | null {
  return isTerminal(status) && endReason ? ({ status, reason: endReason } as SequenceEnd) : null;
}

/** The contact's open sequence: there is one at most. */
export async function findOpenSequence(tx: Tx, contactId: ContactId): Promise<SequenceId | null> {
  const [row] = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(and(eq(sequences.contactId, contactId), inArray(sequences.status, [...openStatuses])));
  return row?.id ?? null;
}

export const hasOpenSequence = async (tx: Tx, contactId: ContactId): Promise<boolean> =>
  (await findOpenSequence(tx, contactId)) !== null;
