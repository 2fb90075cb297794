import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import { type ContactPoint, type ContactPointSource, mailboxKey } from '../domain/contact-point.ts';
import type { ContactId, ContactPointId, WorkspaceId } from '../domain/ids.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { contactPoints, contacts, sequences } from './schema.ts';

/** Whose points are learnt, and how. */
export interface Learnt {
  workspaceId: WorkspaceId;
  contactId: ContactId;
  source: ContactPointSource;
  /** Epoch ms. */
  now: number;
}

/**
 * Keeps what a contact is known by; of a point that was known before, that it was seen again. Returns those that are
 * somebody else's, of which nothing is changed: no two people become one by the way.
 */
export async function learnPoints(
  tx: Tx,
  { workspaceId, contactId, source, now }: Learnt,
  points: readonly ContactPoint[],
): Promise<ContactPoint[]> {
  if (points.length === 0) return [];
  const kept = await tx
    .insert(contactPoints)
    .values(
      // In the order of their keys: two who learn the same ones wait for one another at the first.
      [...points].sort(byKey).map(({ kind, key }) => ({
        id: newId<ContactPointId>(),
        workspaceId,
        contactId,
        kind,
        key,
        mailboxKey: kind === 'address' ? mailboxKey(key) : null,
        source,
        firstSeen: now,
        lastSeen: now,
      })),
    )
    .onConflictDoUpdate({
      target: [contactPoints.workspaceId, contactPoints.kind, contactPoints.key],
      set: { lastSeen: sql`greatest(${contactPoints.lastSeen}, excluded.last_seen)` },
      setWhere: eq(contactPoints.contactId, contactId),
    })
    .returning({ kind: contactPoints.kind, key: contactPoints.key });
  return points.filter(({ kind, key }) => !kept.some((one) => one.kind === kind && one.key === key));
}

const byKey = (one: ContactPoint, other: ContactPoint): number =>
  Number(`${one.kind} ${one.key}` > `${other.kind} ${other.key}`) -
  Number(`${one.kind} ${one.key}` < `${other.kind} ${other.key}`);

/** Which contacts any of these points belong to, by ascending id. */
export async function contactsKnownBy(tx: Tx, points: readonly ContactPoint[]): Promise<ContactId[]> {
  if (points.length === 0) return [];
  const rows = await tx
    .selectDistinct({ id: contactPoints.contactId })
    .from(contactPoints)
    .where(isAnyOf(points))
    .orderBy(contactPoints.contactId);
  return rows.map(({ id }) => id);
}

/** Whose is this point; null when nobody is known by it. */
export async function contactKnownBy(tx: Tx, point: ContactPoint): Promise<ContactId | null> {
  const [id] = await contactsKnownBy(tx, [point]);
  return id ?? null;
}

const isAnyOf = (points: readonly ContactPoint[]): SQL | undefined =>
  or(...points.map(({ kind, key }) => and(eq(contactPoints.kind, kind), eq(contactPoints.key, key))));

/** All points of these contacts. */
export async function pointsOfContacts(tx: Tx, ids: readonly ContactId[]): Promise<Map<ContactId, ContactPoint[]>> {
  const found = new Map<ContactId, ContactPoint[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await tx
    .select({ contactId: contactPoints.contactId, kind: contactPoints.kind, key: contactPoints.key })
    .from(contactPoints)
    .where(inArray(contactPoints.contactId, [...ids]))
    .orderBy(contactPoints.kind, contactPoints.key);
  for (const { contactId, kind, key } of rows) found.get(contactId)?.push({ kind, key });
  return found;
}

export type ContactPointRow = typeof contactPoints.$inferSelect;

/** The points of one contact as they are shown, the oldest first. */
export const pointRowsOf = (tx: Tx, id: ContactId): Promise<ContactPointRow[]> =>
  tx
    .select()
    .from(contactPoints)
    .where(eq(contactPoints.contactId, id))
    .orderBy(contactPoints.kind, contactPoints.firstSeen, contactPoints.id);

/** What a sequence that is enrolled now writes to: the points its contact is written to at. */
export async function chosenPoints(
  tx: Tx,
  contactId: ContactId,
): Promise<{ emailPoint: ContactPointId | null; profilePoint: ContactPointId | null }> {
  const rows = await tx
    .select({ id: contactPoints.id, kind: contactPoints.kind })
    .from(contactPoints)
    .innerJoin(contacts, eq(contacts.id, contactPoints.contactId))
    .where(
      and(
        eq(contactPoints.contactId, contactId),
        or(
          and(eq(contactPoints.kind, 'address'), eq(contactPoints.key, contacts.email)),
          and(eq(contactPoints.kind, 'profile'), eq(contactPoints.key, contacts.profile)),
        ),
      ),
    );
  const idOfKind = (kind: ContactPoint['kind']) => rows.find((row) => row.kind === kind)?.id ?? null;
  return { emailPoint: idOfKind('address'), profilePoint: idOfKind('profile') };
}

/** Of somebody who is erased: no sequence of theirs names a point any more, and none is kept. */
export async function forgetPoints(tx: Tx, contactId: ContactId): Promise<void> {
  await tx.update(sequences).set({ emailPoint: null, profilePoint: null }).where(eq(sequences.contactId, contactId));
  await tx.delete(contactPoints).where(eq(contactPoints.contactId, contactId));
}
