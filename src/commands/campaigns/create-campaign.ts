import { inArray } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { presentMembers } from '../../db/member-reads.ts';
import { newId } from '../../db/new-id.ts';
import { accounts, campaignAccounts, campaignProgress, campaigns } from '../../db/schema.ts';
import { readTemplate } from '../../db/templates.ts';
import type { AccountId, CampaignId, MemberId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface CampaignInput {
  name: string;
  templateId: TemplateId;
  /** Who owns it and gets its tasks; null: the workspace's first member. */
  ownerId: MemberId | null;
  accountIds: readonly AccountId[];
}

/** A new campaign, DRAFT. Refuses a template, owner or account that is not in the workspace. */
export const createCampaign = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { name, templateId, ownerId, accountIds }: CampaignInput,
): Promise<CampaignId> =>
  db.inWorkspace(workspaceId, async (tx) => {
    await readTemplate(tx, templateId);
    const known = await presentMembers(tx);
    const owner = ownerId === null ? known[0]?.id : known.find(({ id }) => id === ownerId)?.id;
    if (!owner) throw new Refusal('not_found', { noun: 'member', id: ownerId });
    const found =
      accountIds.length === 0
        ? []
        : await tx
            .select({ id: accounts.id })
            .from(accounts)
            .where(inArray(accounts.id, [...accountIds]));
    const unknown = accountIds.find((id) => !found.some((account) => account.id === id));
    if (unknown !== undefined) throw new Refusal('not_found', { noun: 'account', id: unknown });

    const id = newId<CampaignId>();
    const now = await appNow(tx);
    await tx
      .insert(campaigns)
      .values({ id, workspaceId, name, templateId, ownerId: owner, status: 'DRAFT', createdAt: now });
    await tx.insert(campaignProgress).values({ campaignId: id, workspaceId });
    if (accountIds.length > 0)
      await tx
        .insert(campaignAccounts)
        .values([...new Set(accountIds)].map((accountId) => ({ workspaceId, campaignId: id, accountId })));
    await record(tx, { workspaceId, kind: 'campaign_created', at: now, actor, campaignId: id, templateId });
    return id;
  });
