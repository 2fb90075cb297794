import { eq } from 'drizzle-orm';
import { leads, sequences } from '../../db/schema.ts';
import type { CampaignId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { failWaitingLeads } from '../leads/fail-waiting-leads.ts';
import { endInPages } from '../sequences/end-in-pages.ts';
import { controlCampaign } from './control-campaign.ts';

/** Ends a campaign for good: open sequences become Stopped early, waiting leads fail, open tasks stay. Design 2. */
export async function endCampaign(deps: CommandDeps, caller: Caller, id: CampaignId): Promise<{ stopped: number }> {
  await controlCampaign(deps, caller, id, 'ENDED');
  await failWaitingLeads(deps, caller, eq(leads.campaignId, id), 'campaign_ended');
  const end = { status: 'STOPPED_EARLY', reason: 'campaign_ended' } as const;
  return { stopped: await endInPages(deps, caller, eq(sequences.campaignId, id), end) };
}
