import type { CampaignId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { controlCampaign } from './control-campaign.ts';

/**
 * Suspends a campaign's open sequences: once this has answered, no message body is started. Delays keep running, tasks
 * stay open, replies and unsubscribes act, no leads are enrolled. Pausing twice is one pause. Design 2.
 */
export const pauseCampaign = (deps: CommandDeps, caller: Caller, id: CampaignId): Promise<void> =>
  controlCampaign(deps, caller, id, 'PAUSED');
