import { and, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { CampaignId, MemberId } from '../domain/ids.ts';
import { lockAccounts, lockCampaign, lockMember, lockTasks } from './locks.ts';
import type { Tx } from './pool.ts';
import { accounts, campaigns, members, tasks, tokens } from './schema.ts';

/** A member with their row locked; null when the workspace has none of that id. */
export async function takeMember(tx: Tx, id: MemberId) {
  await lockMember(tx, id);
  const [row] = await tx.select().from(members).where(eq(members.id, id));
  return row ?? null;
}

/** Closes every door of a member's at once; how many there were. */
export async function revokeTokensOf(tx: Tx, id: MemberId): Promise<number> {
  const revoked = await tx
    .update(tokens)
    .set({ revokedAt: Date.now() })
    .where(and(eq(tokens.memberId, id), isNull(tokens.revokedAt)))
    .returning({ id: tokens.id });
  return revoked.length;
}

/** The next campaigns of a member's, by id. */
export async function campaignsOwnedBy(tx: Tx, id: MemberId, atMost: number): Promise<CampaignId[]> {
  const rows = await tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(eq(campaigns.ownerId, id))
    .orderBy(campaigns.id)
    .limit(atMost);
  return rows.map((row) => row.id);
}

/** Gives a campaign another owner, behind its lock. */
export async function giveCampaign(tx: Tx, id: CampaignId, owner: MemberId): Promise<void> {
  await lockCampaign(tx, id);
  await tx.update(campaigns).set({ ownerId: owner }).where(eq(campaigns.id, id));
}

/** Hands open tasks over, at most so many; how many it were, and whether there may be more. */
export async function giveTasks(
  tx: Tx,
  from: MemberId,
  to: MemberId,
  atMost: number,
): Promise<{ given: number; more: boolean }> {
  const theirs = and(eq(tasks.assigneeId, from), eq(tasks.status, 'OPEN'));
  const page = await tx.select({ id: tasks.id }).from(tasks).where(theirs).orderBy(tasks.id).limit(atMost);
  const ids = page.map(({ id }) => id);
  await lockTasks(tx, ids);
  const given = await tx
    .update(tasks)
    .set({ assigneeId: to })
    .where(and(inArray(tasks.id, ids), theirs))
    .returning({ id: tasks.id });
  return { given: given.length, more: page.length === atMost };
}

/** Accounts are few; removed ones keep whose they were. */
export async function giveAccounts(tx: Tx, from: MemberId, to: MemberId): Promise<number> {
  const theirs = and(eq(accounts.memberId, from), ne(accounts.status, 'REMOVED'));
  const found = await tx.select({ id: accounts.id }).from(accounts).where(theirs);
  const ids = found.map(({ id }) => id);
  await lockAccounts(tx, ids);
  const given = await tx
    .update(accounts)
    .set({ memberId: to })
    .where(and(inArray(accounts.id, ids), theirs))
    .returning({ id: accounts.id });
  return given.length;
}
