import { and, asc, count, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { MemberId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { accounts, campaigns, members, tasks } from './schema.ts';

export type MemberRow = typeof members.$inferSelect;

/** Which of these are no members of the workspace: never were, or were removed. */
export async function unknownMembers(tx: Tx, ids: readonly MemberId[]): Promise<MemberId[]> {
  if (ids.length === 0) return [];
  const found = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(inArray(members.id, [...ids]), isNull(members.removedAt)));
  return ids.filter((id) => !found.some((member) => member.id === id));
}

/** A member who was not removed; null when the workspace has none of that id. */
export async function findMember(tx: Tx, id: MemberId): Promise<MemberRow | null> {
  const [row] = await tx
    .select()
    .from(members)
    .where(and(eq(members.id, id), isNull(members.removedAt)));
  return row ?? null;
}

/** Who was not removed; the first was there first. */
export const presentMembers = (tx: Tx): Promise<MemberRow[]> =>
  tx.select().from(members).where(isNull(members.removedAt)).orderBy(asc(members.createdAt), asc(members.id));

/** What somebody else takes over when a member goes. */
export interface Holdings {
  openTasks: number;
  /** Whatever their status: an ended one may still get a reply to read. */
  campaigns: number;
  accounts: number;
}

export async function holdingsOf(tx: Tx, id: MemberId): Promise<Holdings> {
  const [open] = await tx
    .select({ count: count() })
    .from(tasks)
    .where(and(eq(tasks.assigneeId, id), eq(tasks.status, 'OPEN')));
  const [owned] = await tx.select({ count: count() }).from(campaigns).where(eq(campaigns.ownerId, id));
  const [connected] = await tx
    .select({ count: count() })
    .from(accounts)
    .where(and(eq(accounts.memberId, id), ne(accounts.status, 'REMOVED')));
  return { openTasks: open?.count ?? 0, campaigns: owned?.count ?? 0, accounts: connected?.count ?? 0 };
}
