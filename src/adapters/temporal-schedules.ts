import { type Client, ScheduleAlreadyRunning } from '@temporalio/client';
import { RECONCILE_WORKFLOW_ID } from '../domain/ids.ts';
import type { Schedules } from './walks.ts';

/** INDEXED_VALUE_TYPE_KEYWORD of Temporal's API (`temporal/api/enums/v1/common.proto`). */
const KEYWORD = 2;

/** What operators search by; Keyword, never personal data. Design 3. */
const searchAttributes = ['WorkspaceId', 'CampaignId', 'TemplateId', 'SequenceStatus'] as const;

/**
 * Makes sure that what lives in Temporal without being started by anybody exists: the search attributes and the Schedule
 * of the reconciler. After a wiped store nothing in Temporal could. Harmless to repeat.
 */
export function createTemporalSchedules(client: Client, taskQueue: string, namespace: string): Schedules {
  return {
    async ensure() {
      await ensureSearchAttributes(client, namespace);
      try {
        await client.schedule.create({
          scheduleId: RECONCILE_WORKFLOW_ID,
          spec: { intervals: [{ every: '1 minute' }] },
          policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
          action: { type: 'startWorkflow', workflowType: 'reconcile', workflowId: RECONCILE_WORKFLOW_ID, taskQueue },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      }
    },
  };
}

async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter((name) => !customAttributes?.[name]);
  if (missing.length === 0) return;
  await client.connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
  });
}
