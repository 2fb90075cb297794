import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RepairCounts } from '../../src/domain/repair.ts';
import type * as workflows from '../../src/workflows/index.ts';
import { countOf, openStage } from './scripted.ts';

const counts: RepairCounts = {
  started: 1,
  told: 2,
  ended: 0,
  revived: 3,
  campaigns: 0,
  archived: 0,
  stuck: 0,
  lookedUp: 0,
  imports: 0,
  callbacks: 0,
  tended: 0,
  untended: 0,
  stale: 0,
  overdue: 4,
};

let stage: Awaited<ReturnType<typeof openStage>>;
let runs = 0;
let isBroken = false;
beforeAll(async () => {
  stage = await openStage({
    async repair() {
      runs++;
      if (isBroken) throw new Error('the database is away');
      return counts;
    },
  });
});
afterAll(() => stage?.stop());

const reconcile = () =>
  stage.client.workflow.start<typeof workflows.reconcile>('reconcile', {
    taskQueue: stage.taskQueue,
    workflowId: `reconcile/${randomUUID()}`, // each test its own; the Schedule has one
  });

test('one run of the reconciler repairs once and answers what it mended', async () => {
  const before = runs;
  const handle = await reconcile();
  expect(await handle.result()).toEqual(counts);
  expect(runs).toBe(before + 1);
  expect(countOf(await handle.fetchHistory(), 'timerStartedEventAttributes')).toBe(0);
});

test('a run that fails is not tried again: the next minute is the retry', async () => {
  isBroken = true;
  const before = runs;
  const handle = await reconcile();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(runs).toBe(before + 1);
  isBroken = false;
});
