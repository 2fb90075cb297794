import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { RepairCounts } from '../domain/repair.ts';

const { repair } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { maximumAttempts: 1 }, // the Schedule's next run is the retry
});

/** Mends what fell between Postgres and Temporal; started by a Schedule every minute, overlaps skipped. Design 3. */
export const reconcile = (): Promise<RepairCounts> => repair();
