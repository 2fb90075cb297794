import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { WatchActivities } from '../activities/index.ts';
import type { AccountId } from '../domain/ids.ts';

/**
 * One account's inbox is watched as long as it is to be read: one long activity after another, which costs nothing per
 * poll. On a task queue of its own, so that watchers, who hold their place for hours, leave room for senders. Design 6.
 */
export async function mailbox({ accountId, taskQueue }: { accountId: AccountId; taskQueue: string }): Promise<void> {
  const { watchMailbox } = proxyActivities<WatchActivities>({
    taskQueue,
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  for (;;) {
    if ((await watchMailbox({ accountId })) === 'gone') return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof mailbox>({ accountId, taskQueue });
  }
}
