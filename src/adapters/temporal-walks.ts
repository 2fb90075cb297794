import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { campaignWorkflowId, mailboxWorkflowId, sequenceWorkflowId, watchQueueOf } from '../domain/ids.ts';
import type * as workflows from '../workflows/index.ts';
import * as signals from '../workflows/signals.ts';
import type { CampaignNews, SequenceNews, Walks } from './walks.ts';

const DEADLINE_MS = 2_000; // a signal to a Temporal that is down takes 20 s otherwise

/**
 * Walks on Temporal. Starts use ALLOW_DUPLICATE with USE_EXISTING: running → the same run, gone or closed → started
 * again. Postgres, not Temporal, makes a sequence unique. Design 3.
 */
export function createTemporalWalks(client: Client, taskQueue: string): Walks {
  const soon = <T>(call: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + DEADLINE_MS, call);
  const start = {
    taskQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as const;

  /** NotFound also names a workflow that has closed: nobody hears a signal there. */
  const tell = async (call: () => Promise<void>): Promise<'told' | 'gone'> => {
    try {
      await soon(call);
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'gone';
      throw error;
    }
  };

  return {
    async startSequence(sequenceId) {
      const workflowId = sequenceWorkflowId(sequenceId);
      await soon(() =>
        client.workflow.start<typeof workflows.sequence>('sequence', { ...start, workflowId, args: [{ sequenceId }] }),
      );
    },
    async startCampaign(campaignId) {
      const workflowId = campaignWorkflowId(campaignId);
      await soon(() =>
        client.workflow.start<typeof workflows.campaign>('campaign', { ...start, workflowId, args: [{ campaignId }] }),
      );
    },
    async startMailbox(accountId) {
      const workflowId = mailboxWorkflowId(accountId);
      const args: Parameters<typeof workflows.mailbox> = [{ accountId, taskQueue: watchQueueOf(taskQueue) }];
      await soon(() => client.workflow.start<typeof workflows.mailbox>('mailbox', { ...start, workflowId, args }));
    },
    tellSequence: (id, news) => tell(() => signalSequence(client, sequenceWorkflowId(id), news)),
    tellCampaign: (id, news) => tell(() => signalCampaign(client, campaignWorkflowId(id), news)),
    async isSequenceRunning(id) {
      try {
        const { status } = await soon(() => client.workflow.getHandle(sequenceWorkflowId(id)).describe());
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

function signalSequence(client: Client, workflowId: string, news: SequenceNews): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  switch (news.kind) {
    case 'taskSettled':
      return handle.signal(signals.taskSettled, { taskId: news.taskId });
    case 'connectionAccepted':
      return handle.signal(signals.connectionAccepted, {});
    case 'campaignPaused':
      return handle.signal(signals.campaignPaused, { epoch: news.epoch });
    case 'campaignResumed':
      return handle.signal(signals.campaignResumed, { epoch: news.epoch });
    case 'stateChanged':
      return handle.signal(signals.stateChanged, { seq: news.seq, status: news.status });
    case 'ended':
      return handle.signal(signals.ended, news.end);
  }
}

function signalCampaign(client: Client, workflowId: string, news: CampaignNews): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  return news.kind === 'control'
    ? handle.signal(signals.control, { epoch: news.epoch })
    : handle.signal(signals.leadsChanged, {});
}
