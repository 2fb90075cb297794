import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { CampaignId } from '../domain/ids.ts';
import * as signals from './signals.ts';

const { enrolBatch } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

const { fanOut } = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/**
 * A campaign enrols a batch, then waits for the next enrolment instant or a signal; with nothing to do it waits without
 * a timer. Pause and resume were committed before we hear of them; we fan them out as signals. Design 3.
 */
export async function campaign({ campaignId }: { campaignId: CampaignId }): Promise<void> {
  let news = false;
  const note = () => {
    news = true;
  };
  setHandler(signals.control, note);
  setHandler(signals.leadsChanged, note);

  for (;;) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof campaign>({ campaignId });
    news = false; // Postgres was told first, so enrolBatch sees what we forget
    const { nextAt, why, behind, ended } = await enrolBatch({ campaignId, now: Date.now() });
    if (behind && (await fanOut({ campaignId })) === 'gone') return;
    if (ended) return;
    if (nextAt === null) await condition(() => news);
    else await condition(() => news, Math.max(1, Math.ceil(nextAt - Date.now())), { summary: why });
  }
}
