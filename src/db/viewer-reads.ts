import { and, count, eq, isNull, lte, or, sql } from 'drizzle-orm';
import type { MemberId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { accounts, members, tasks, workspaces } from './schema.ts';

/** A member with their workspace; null when there is no such member here. */
export async function readViewer(tx: Tx, id: MemberId) {
  const [row] = await tx
    .select({
      member: { id: members.id, name: members.name, email: members.email },
      workspace: { id: workspaces.id, name: workspaces.name, zone: workspaces.zone },
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(eq(members.id, id));
  return row ?? null;
}

/** What waits for a person: open tasks that are not snoozed, and accounts that send nothing until somebody acts. */
export async function countWaiting(tx: Tx, viewer: MemberId | null) {
  const awake = or(isNull(tasks.snoozedUntil), lte(tasks.snoozedUntil, sql`app_now()`));
  const isReply = sql`${tasks.kind} = 'read_reply'`;
  const isMine = viewer === null ? sql`false` : eq(tasks.assigneeId, viewer);
  const [open] = await tx
    .select({
      replies: sql<number>`count(*) filter (where ${isReply})`.mapWith(Number),
      tasks: sql<number>`count(*) filter (where not ${isReply})`.mapWith(Number),
      myTasks: sql<number>`count(*) filter (where not ${isReply} and ${isMine})`.mapWith(Number),
    })
    .from(tasks)
    .where(and(eq(tasks.status, 'OPEN'), awake));
  const [trouble] = await tx
    .select({ accounts: count() })
    .from(accounts)
    .where(
      sql`${accounts.status} = 'DISCONNECTED' or (${accounts.status} = 'PAUSED' and ${accounts.pausedWhy} <> 'by_user')`,
    );
  return { replies: 0, tasks: 0, myTasks: 0, ...open, accountsInTrouble: trouble?.accounts ?? 0 };
}
