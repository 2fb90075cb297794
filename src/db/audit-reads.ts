import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { EventKind } from '../domain/event.ts';
import type { EventRow } from './event-reads.ts';
import type { Tx } from './pool.ts';
import { accounts, campaigns, contacts, events, members, templates, tokens } from './schema.ts';

export interface AuditFilter {
  /** Only what was written before this one; null: from the newest on. */
  before: number | null;
  kinds?: readonly EventKind[] | undefined;
  actor?: string | undefined;
}

/** An event with the names, as they are today, of whom and what it concerns; null where there is none, or none any more. */
export interface AuditLine {
  event: EventRow;
  actorName: string | null;
  templateName: string | null;
  campaignName: string | null;
  contactName: string | null;
  accountAddress: string | null;
  /** Of the member that the event is about. */
  memberName: string | null;
  successorName: string | null;
  tokenName: string | null;
}

/** The workspace's events, the newest first, at most `size`. Names are joined here: events hold none. */
export function readAudit(tx: Tx, { before, kinds, actor }: AuditFilter, size: number): Promise<AuditLine[]> {
  return tx
    .select({
      event: events,
      actorName: sql<string | null>`case split_part(${events.actor}, ':', 1)
        when 'member' then ${nameOf(members, sql`split_part(${events.actor}, ':', 2)`)}
        when 'token' then ${nameOf(tokens, sql`split_part(${events.actor}, ':', 2)`)} end`,
      templateName: sql<
        string | null
      >`(select ${templates.name} from ${templates} where ${templates.id} = ${events.templateId})`,
      campaignName: sql<
        string | null
      >`(select ${campaigns.name} from ${campaigns} where ${campaigns.id} = ${events.campaignId})`,
      contactName: sql<
        string | null
      >`(select coalesce(nullif(concat_ws(' ', ${contacts.firstName}, ${contacts.lastName}), ''), ${contacts.email}, ${contacts.profile})
        from ${contacts} where ${contacts.id} = ${events.contactId})`,
      accountAddress: sql<
        string | null
      >`(select ${accounts.address} from ${accounts} where ${accounts.id}::text = ${events.data}->>'account')`,
      memberName: nameOf(members, sql`${events.data}->>'member'`),
      successorName: nameOf(members, sql`${events.data}->>'successor'`),
      tokenName: nameOf(tokens, sql`${events.data}->>'token'`),
    })
    .from(events)
    .where(
      and(
        before === null ? undefined : lt(events.ordinal, before),
        kinds === undefined ? undefined : inArray(events.kind, [...kinds]),
        actor === undefined ? undefined : eq(events.actor, actor),
      ),
    )
    .orderBy(desc(events.ordinal))
    .limit(size);
}

const nameOf = (table: typeof members | typeof tokens, id: SQL) =>
  sql<string | null>`(select ${table.name} from ${table} where ${table.id}::text = ${id})`;
