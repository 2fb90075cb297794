import type { CampaignId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { controlCampaign } from './control-campaign.ts';

/**
 * Sequences go on from their next scheduled step: what fell due meanwhile at the next permitted instant, the rest when
 * it was planned. Resuming a running campaign changes nothing. Product document, "Stopping sequences early".
 */
export const resumeCampaign = (deps: CommandDeps, caller: Caller, id: CampaignId): Promise<void> =>
  controlCampaign(deps, caller, id, 'RUNNING', async (_tx, { status }) => {
    if (status === 'DRAFT') throw new Refusal('wrong_state', `campaign ${id} is DRAFT: start it`);
  });
