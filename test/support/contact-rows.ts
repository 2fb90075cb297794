import { newId } from '../../src/db/new-id.ts';
import type { Tx } from '../../src/db/pool.ts';
import { contactPoints, contacts } from '../../src/db/schema.ts';
import { mailboxKey, pointsOf } from '../../src/domain/contact-point.ts';
import type { ContactId, ContactPointId } from '../../src/domain/ids.ts';

type NewContact = typeof contacts.$inferInsert;

/** What a sequence writes to, as its columns say it. */
export interface ChosenPoints {
  emailPoint: ContactPointId | null;
  profilePoint: ContactPointId | null;
}

/** A point for each address and profile of contacts that are written, and what their sequences would write to. */
export function pointRowsOf(rows: readonly NewContact[]) {
  const points = rows.flatMap(({ id: contactId, workspaceId, email = null, profile = null, createdAt }) =>
    pointsOf({ email, profile }).map(({ kind, key }) => ({
      id: newId<ContactPointId>(),
      workspaceId,
      contactId,
      kind,
      key,
      mailboxKey: kind === 'address' ? mailboxKey(key) : null,
      source: 'import' as const,
      firstSeen: createdAt,
      lastSeen: createdAt,
    })),
  );
  const idOf = (contactId: ContactId, kind: string) =>
    points.find((point) => point.contactId === contactId && point.kind === kind)?.id ?? null;
  const chosen = new Map<ContactId, ChosenPoints>(
    rows.map(({ id }) => [id, { emailPoint: idOf(id, 'address'), profilePoint: idOf(id, 'profile') }]),
  );
  return { points, chosen };
}

/** Contacts with their points, in two inserts. Returns what their sequences would write to. */
export async function insertContacts(tx: Tx, rows: readonly NewContact[]): Promise<Map<ContactId, ChosenPoints>> {
  const { points, chosen } = pointRowsOf(rows);
  await tx.insert(contacts).values([...rows]);
  if (points.length > 0) await tx.insert(contactPoints).values(points);
  return chosen;
}
