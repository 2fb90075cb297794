import { and, eq, inArray, notInArray } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { lockCampaign } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import { accounts, campaignAccounts, campaigns } from '../../db/schema.ts';
import { bumpCampaignTell } from '../../db/tells.ts';
import type { AccountId, CampaignId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { accountProblems, refuseUnready } from './campaign-readiness.ts';

export interface CampaignEdit {
  campaignId: CampaignId;
  /** What is absent stays as it is. */
  name?: string | undefined;
  accountIds?: readonly AccountId[] | undefined;
}

/**
 * Changes a campaign's name and the accounts that future sequences go out from; those enrolled keep theirs. Under the
 * campaign's exclusive lock, as everything that updates its row. One that has started must stay able to send. Design 3.
 */
export async function editCampaign(deps: CommandDeps, caller: Caller, edit: CampaignEdit): Promise<void> {
  const { db, announce } = deps;
  const { workspaceId, actor } = caller;
  const { campaignId, name, accountIds } = edit;
  const changed = await db.inWorkspace(workspaceId, async (tx) => {
    await lockCampaign(tx, campaignId);
    const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId));
    if (!campaign) throw new Refusal('not_found', { noun: 'campaign', id: campaignId });
    if (campaign.status === 'ENDED')
      throw new Refusal('wrong_state', `campaign ${campaignId} is ENDED: it is not edited any more`);
    const isRenamed = name !== undefined && name !== campaign.name;
    if (isRenamed) await tx.update(campaigns).set({ name }).where(eq(campaigns.id, campaignId));
    const isMoved = accountIds !== undefined && (await giveAccounts(tx, campaign, accountIds));
    if (isMoved && campaign.status !== 'DRAFT')
      refuseUnready(await accountProblems(tx, campaign, deps.realMail ?? null));
    if (!isRenamed && !isMoved) return { isMoved: false };
    const now = await appNow(tx);
    if (isMoved) await bumpCampaignTell(tx, campaignId, now);
    const data = { renamed: isRenamed, accounts: isMoved };
    await record(tx, { workspaceId, kind: 'campaign_edited', at: now, actor, campaignId, data });
    return { isMoved };
  });
  if (changed.isMoved) announce({ workspaceId, campaignId }); // it may have waited for an account
}

/** The campaign goes out from these and no others; false when it did already. */
async function giveAccounts(
  tx: Tx,
  { id: campaignId, workspaceId }: typeof campaigns.$inferSelect,
  wanted: readonly AccountId[],
): Promise<boolean> {
  const ids = [...new Set(wanted)];
  const known =
    ids.length === 0 ? [] : await tx.select({ id: accounts.id }).from(accounts).where(inArray(accounts.id, ids));
  const unknown = ids.find((id) => !known.some((account) => account.id === id));
  if (unknown !== undefined) throw new Refusal('not_found', { noun: 'account', id: unknown });
  const ofCampaign = eq(campaignAccounts.campaignId, campaignId);
  const removed = await tx
    .delete(campaignAccounts)
    .where(and(ofCampaign, ids.length === 0 ? undefined : notInArray(campaignAccounts.accountId, ids)))
    .returning({ id: campaignAccounts.accountId });
  const added =
    ids.length === 0
      ? []
      : await tx
          .insert(campaignAccounts)
          .values(ids.map((accountId) => ({ workspaceId, campaignId, accountId })))
          .onConflictDoNothing()
          .returning({ id: campaignAccounts.accountId });
  return removed.length + added.length > 0;
}
