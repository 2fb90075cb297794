import { and, count, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { SuppressionId, WorkspaceId } from '../domain/ids.ts';
import {
  covers,
  type Reachable,
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
import { suppressions } from './schema.ts';
import { containing } from './search.ts';

/** An address (normalised), a domain or a profile that must never be contacted again; the entry that stands keeps its reason. */
export async function suppress(
  { tx, now, actor }: Act,
  entry: { workspaceId: WorkspaceId; kind: SuppressionKind; value: string; reason: SuppressionReason },
): Promise<void> {
  const { workspaceId, reason } = entry;
  const written = await tx
    .insert(suppressions)
    .values({ id: newId<SuppressionId>(), ...entry, createdAt: now })
    .onConflictDoNothing()
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

/** The entries that cover any of these people. */
export async function suppressionsOf(tx: Tx, people: readonly Reachable[]): Promise<SuppressionRow[]> {
  const values = people.flatMap((person) => suppressionKeys(person).map(({ value }) => value));
  if (values.length === 0) return [];
  const found = await tx
    .select()
    .from(suppressions)
    .where(inArray(suppressions.value, [...new Set(values)]))
    .orderBy(suppressions.createdAt);
  return found.filter((entry) => people.some((person) => covers(entry, person)));
}

/** Why the contact must not be contacted, by address, domain or profile; null when nothing forbids it. */
export async function suppressionOf(tx: Tx, contact: { email: string | null; profile: string | null }) {
  const keys = suppressionKeys(contact);
  if (keys.length === 0) return null;
  const [row] = await tx
    .select({ reason: suppressions.reason })
    .from(suppressions)
    .where(or(...keys.map(({ kind, value }) => and(eq(suppressions.kind, kind), eq(suppressions.value, value)))))
    .orderBy(suppressions.createdAt)
    .limit(1);
  return row?.reason ?? null;
}

/** As `suppressionKeys` of the contact of this name, within a statement. */
const keysOf = (contact: SQL): SQL => sql`(select 'address' as kind, ${contact}.email as value
  union all select 'profile', ${contact}.profile
  union all select 'domain', array_to_string(labels[first:], '.')
    from string_to_array(split_part(${contact}.email, '@', -1), '.') labels, unnest(labels) with ordinality label (name, first)
    where first < cardinality(labels))`;

/** As `suppressionOf` the contact of this name, within a statement. */
export const suppressionIn = (contact: SQL): SQL<SuppressionReason | null> => sql`(select x.reason from suppressions x
  where x.workspace_id = ${contact}.workspace_id and (x.kind, x.value) in ${keysOf(contact)}
  order by x.created_at limit 1)`;

/** The ids of those among some contacts who are suppressed: all in one join, for thousands are asked about at once. */
export const suppressedAmong = (some: SQL): SQL => sql`(select k.id from (${some}) k
  cross join lateral ${keysOf(sql`k`)} key
  join suppressions x on x.workspace_id = k.workspace_id and x.kind = key.kind and x.value = key.value)`;
