import type { CampaignId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { refuseUnready, unreadiness } from './campaign-readiness.ts';
import { controlCampaign } from './control-campaign.ts';

/** DRAFT → RUNNING: needs an ACTIVE template and a connected account of every kind its steps use. Design 2. */
export const startCampaign = (deps: CommandDeps, caller: Caller, id: CampaignId): Promise<void> =>
  controlCampaign(deps, caller, id, 'RUNNING', async (tx, campaign) => {
    if (campaign.status === 'PAUSED') throw new Refusal('wrong_state', `campaign ${id} is PAUSED: resume it`);
    refuseUnready(await unreadiness(tx, campaign, deps.realMail ?? null));
  });
