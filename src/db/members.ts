import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { CampaignId, MemberId } from '../domain/ids.ts';
import { lockCampaign } from './locks.ts';
import type { Tx } from './pool.ts';
import { accounts, campaigns, members, tasks, tokens } from './schema.ts';

/** A member with their row locked; null when the workspace has none of that id. */
export async function takeMember(tx: Tx, id: MemberId) {
  const [row] = await tx.select().from(members).where(eq(members.id, id)).for('no key update');
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

/** Hands open tasks over, at most so many; how many it were. */
export async function giveTasks(tx: Tx, from: MemberId, to: MemberId, atMost: number): Promise<number> {
  const page = await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.assigneeId, from), eq(tasks.status, 'OPEN')))
    .orderBy(tasks.id)
    .limit(atMost)
    .for('no key update');
  if (page.length === 0) return 0;
  const ids = page.map(({ id }) => id);
  await tx.update(tasks).set({ assigneeId: to }).where(inArray(tasks.id, ids));
  return ids.length;
}

/** Accounts are few; removed ones keep whose they were. */
export async function giveAccounts(tx: Tx, from: MemberId, to: MemberId): Promise<number> {
  const own = await tx
    .select({ id: accounts.id, status: accounts.status })
    .from(accounts)
    .where(eq(accounts.memberId, from))
    .orderBy(accounts.id)
    .for('no key update');
  const ids = own.filter(({ status }) => status !== 'REMOVED').map(({ id }) => id);
  if (ids.length > 0) await tx.update(accounts).set({ memberId: to }).where(inArray(accounts.id, ids));
  return ids.length;
}
