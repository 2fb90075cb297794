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

/** Contacts with a point for each address and profile, in two inserts. Returns what their sequences would write to. */
export async function insertContacts(tx: Tx, rows: readonly NewContact[]): Promise<Map<ContactId, ChosenPoints>> {
  await tx.insert(contacts).values([...rows]);
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
  if (points.length > 0) await tx.insert(contactPoints).values(points);
  const idOf = (contactId: ContactId, kind: string) =>
    points.find((point) => point.contactId === contactId && point.kind === kind)?.id ?? null;
  return new Map(rows.map(({ id }) => [id, { emailPoint: idOf(id, 'address'), profilePoint: idOf(id, 'profile') }]));
}
