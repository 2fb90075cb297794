import { and, count, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { ContactPoint } from '../domain/contact-point.ts';
import type { ContactId, SequenceId, SuppressionId, WorkspaceId } from '../domain/ids.ts';
import {
  keyOfEntry,
  outweighed,
  pointReasons,
  type SuppressionKind,
  type SuppressionReason,
  suppressionKeys,
} from '../domain/suppression.ts';
import { record } from './events.ts';
import { newId } from './new-id.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import type { SuppressionRow } from './rows.ts';
import type { Act } from './scene.ts';
import { contacts, sequences, suppressions } from './schema.ts';
import { containing } from './search.ts';

/**
 * An address (normalised), a domain, a profile or an id that must never be contacted again. The entry that stands keeps
 * its reason, but for one that outweighs it (`outweighed`): a complaint after a failure is news, and dated as such.
 */
export async function suppress(
  { tx, now, actor }: Act,
  entry: { workspaceId: WorkspaceId; kind: SuppressionKind; value: string; reason: SuppressionReason },
): Promise<void> {
  const { workspaceId, reason } = entry;
  const written = await tx
    .insert(suppressions)
    .values({ id: newId<SuppressionId>(), ...entry, key: keyOfEntry(entry), createdAt: now })
    .onConflictDoUpdate({
      target: [suppressions.workspaceId, suppressions.kind, suppressions.value],
      set: { reason, createdAt: now },
      setWhere: inArray(suppressions.reason, [...outweighed(reason)]),
    })
    .returning({ id: suppressions.id });
  if (written[0])
    await record(tx, { workspaceId, kind: 'suppressed', at: now, actor, data: { suppression: written[0].id, reason } });
}

export interface SuppressionFilter {
  kind?: SuppressionKind | undefined;
  /** Part of the value, in any letter case. */
  q?: string | undefined;
}

/** One page of entries, the newest first, with the count of all that match, in one statement. */
export async function listSuppressions(
  tx: Tx,
  { kind, q }: SuppressionFilter,
  asked: PageAsked,
): Promise<Listed<SuppressionRow>> {
  const which: SQL | undefined = and(
    kind === undefined ? undefined : eq(suppressions.kind, kind),
    q === undefined ? undefined : containing(sql`${suppressions.value}`, q),
  );
  const total = tx
    .select({ count: count().as('count') })
    .from(suppressions)
    .where(which)
    .as('total');
  const shown = tx
    .select({ id: suppressions.id })
    .from(suppressions)
    .where(which)
    .orderBy(desc(suppressions.createdAt), desc(suppressions.id))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({ total: total.count, entry: suppressions })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(suppressions, eq(suppressions.id, shown.id))
    .orderBy(desc(suppressions.createdAt), desc(suppressions.id));
  return { items: rows.flatMap(({ entry }) => (entry ? [entry] : [])), totalCount: rows[0]?.total ?? 0 };
}

/** The entry that was taken off the list; null when there is none of that id. */
export async function removeSuppression(tx: Tx, id: SuppressionId): Promise<SuppressionRow | null> {
  const [removed] = await tx.delete(suppressions).where(eq(suppressions.id, id)).returning();
  return removed ?? null;
}

/** The entries that cover each of these contacts, the oldest first; also those that a choice of a person lets pass. */
export async function suppressionsOfContacts(
  tx: Tx,
  ids: readonly ContactId[],
): Promise<Map<ContactId, SuppressionRow[]>> {
  const found = new Map<ContactId, SuppressionRow[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const theirs = sql`(select ${contacts.id}, key.kind, key.key, ${contacts.workspaceId} from ${contacts}
    cross join lateral ${keysOf(sql`${contacts.id}`)} key where ${inArray(contacts.id, [...ids])}) theirs`;
  const rows = await tx
    .selectDistinct({ contactId: sql<ContactId>`theirs.id`, entry: suppressions })
    .from(suppressions)
    .innerJoin(
      theirs,
      sql`theirs.workspace_id = ${suppressions.workspaceId} and theirs.kind = ${suppressions.kind}
        and theirs.key = ${suppressions.key}`,
    )
    .orderBy(suppressions.createdAt);
  for (const { contactId, entry } of rows) found.get(contactId)?.push(entry);
  return found;
}

/** Why nobody known by these points may be contacted, whoever they are; null when nothing forbids it. */
export async function suppressionOfPoints(tx: Tx, points: readonly ContactPoint[]): Promise<SuppressionReason | null> {
  const keys = suppressionKeys(points);
  if (keys.length === 0) return null;
  const [row] = await tx
    .select({ reason: suppressions.reason })
    .from(suppressions)
    .where(or(...keys.map(({ kind, key }) => and(eq(suppressions.kind, kind), eq(suppressions.key, key)))))
    .orderBy(suppressions.createdAt)
    .limit(1);
  return row?.reason ?? null;
}

/** Why each of these contacts must not be contacted at what new sequences write to; null when nothing forbids it. */
export async function suppressionsAmong(
  tx: Tx,
  ids: readonly ContactId[],
): Promise<Map<ContactId, SuppressionReason | null>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: contacts.id, reason: suppressionIn(sql`${contacts}`, chosenPointsOf(sql`${contacts}`)) })
    .from(contacts)
    .where(inArray(contacts.id, [...ids]));
  return new Map(rows.map(({ id, reason }) => [id, reason]));
}

export const suppressionOfContact = async (tx: Tx, id: ContactId): Promise<SuppressionReason | null> =>
  (await suppressionsAmong(tx, [id])).get(id) ?? null;

/** Why a sequence must not go on, by what it writes to and by whatever else its contact is known by. */
export async function suppressionOfSequence(tx: Tx, id: SequenceId): Promise<SuppressionReason | null> {
  const [row] = await tx
    .select({ reason: suppressionIn(sql`${contacts}`, pointsOfSequence) })
    .from(sequences)
    .innerJoin(contacts, eq(contacts.id, sequences.contactId))
    .where(eq(sequences.id, id));
  return row?.reason ?? null;
}

/** Of a contact of this name, the points that new sequences write to. */
const chosenPointsOf = (contact: SQL): SQL => sql`(select p.id from contact_points p where p.contact_id = ${contact}.id
  and (p.kind = 'address' and p.key = ${contact}.email or p.kind = 'profile' and p.key = ${contact}.profile))`;

/** What a sequence was given to write to. */
export const pointsOfSequence = sql`(${sequences.emailPoint}, ${sequences.profilePoint})`;

/** As `suppressionKeys` of the points of the contact of this id, each with its point, within a statement. */
const keysOf = (contactId: SQL): SQL => sql`(
  select p.kind, coalesce(p.mailbox_key, p.key) as key, p.id as point from contact_points p where p.contact_id = ${contactId}
  union all
  select 'domain', array_to_string(labels[first:], '.'), p.id from contact_points p,
    string_to_array(split_part(p.key, '@', -1), '.') labels, unnest(labels) with ordinality label (name, first)
    where p.contact_id = ${contactId} and p.kind = 'address' and first < cardinality(labels))`;

const aboutPoint = sql.join(
  pointReasons.map((reason) => sql`${reason}`),
  sql`, `,
);

/**
 * Whether the entry `x` that covers the point of `key` holds the contact who is written to at the points `writtenTo`: what
 * is about one point holds the person too, until somebody says that they may be reached at another.
 */
const holds = (contact: SQL, writtenTo: SQL): SQL => sql`(x.reason not in (${aboutPoint})
  or x.created_at > coalesce(${contact}.reachable_since, '-infinity') or key.point in ${writtenTo})`;

/** Why the contact of this name must not be written to at the points `writtenTo` (a list of ids), within a statement. */
export const suppressionIn = (contact: SQL, writtenTo: SQL): SQL<SuppressionReason | null> => sql`(select x.reason
  from ${keysOf(sql`${contact}.id`)} key
  join suppressions x on x.workspace_id = ${contact}.workspace_id and x.kind = key.kind and x.key = key.key
  where ${holds(contact, writtenTo)} order by x.created_at limit 1)`;

/**
 * The ids of those among some sequences that are suppressed: all in one join, for thousands are asked about at once.
 * `some` has `id`, `email_point`, `profile_point`, `contact_id`, `workspace_id` and `reachable_since`.
 */
export const suppressedAmong = (some: SQL): SQL => sql`(select k.id from (${some}) k
  cross join lateral ${keysOf(sql`k.contact_id`)} key
  join suppressions x on x.workspace_id = k.workspace_id and x.kind = key.kind and x.key = key.key
  where ${holds(sql`k`, sql`(k.email_point, k.profile_point)`)})`;
