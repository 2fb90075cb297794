import { eq, sql } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { lockCampaign } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import { campaigns } from '../../db/schema.ts';
import { bumpCampaignTell } from '../../db/tells.ts';
import { type CampaignStatus, campaignMoves } from '../../domain/campaign.ts';
import type { EventKind } from '../../domain/event.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

type Target = Exclude<CampaignStatus, 'DRAFT'>;

const kinds: Record<Target, (from: CampaignStatus) => EventKind> = {
  RUNNING: (from) => (from === 'DRAFT' ? 'campaign_started' : 'campaign_resumed'),
  PAUSED: () => 'campaign_paused',
  ENDED: () => 'campaign_ended',
};

/**
 * Moves a campaign under its exclusive lock, which waits for the claims under way and keeps out new ones: once this has
 * answered, no claim made before it can start a body. Bumps the control epoch; the workflow fans the signals out later.
 * Moving to where it stands changes nothing. Design 3.
 */
export async function controlCampaign(
  { db, announce }: CommandDeps,
  { workspaceId, actor }: Caller,
  id: CampaignId,
  to: Target,
  check: (tx: Tx, campaign: typeof campaigns.$inferSelect) => Promise<void> = async () => undefined,
): Promise<void> {
  const epoch = await db.inWorkspace(workspaceId, async (tx) => {
    await lockCampaign(tx, id);
    const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, id));
    if (!campaign) throw new Refusal('not_found', { noun: 'campaign', id });
    if (campaign.status === to) return campaign.controlEpoch;
    if (!campaignMoves[campaign.status].includes(to))
      throw new Refusal('wrong_state', `campaign ${id} is ${campaign.status}; from there it cannot become ${to}`);
    await check(tx, campaign);
    const now = await appNow(tx);
    const [moved] = await tx
      .update(campaigns)
      .set({
        status: to,
        controlEpoch: sql`${campaigns.controlEpoch} + 1`,
        ...(campaign.status === 'DRAFT' && to === 'RUNNING' ? { startedAt: now } : {}),
        ...(to === 'ENDED' ? { endedAt: now } : {}),
      })
      .where(eq(campaigns.id, id))
      .returning({ epoch: campaigns.controlEpoch });
    await bumpCampaignTell(tx, id, now);
    await record(tx, { workspaceId, kind: kinds[to](campaign.status), at: now, actor, campaignId: id });
    return moved?.epoch ?? campaign.controlEpoch;
  });
  announce({ workspaceId, campaignId: id, epoch, start: to === 'RUNNING' });
}
