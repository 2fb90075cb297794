import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { EnrolResult } from '../../src/activities/enrol-batch.ts';
import { newId } from '../../src/db/new-id.ts';
import { freePort } from '../../src/dev/servers/ports.ts';
import { type EmbeddedTemporal, startTemporal } from '../../src/dev/servers/temporal-server.ts';
import type { CampaignId, TaskId } from '../../src/domain/ids.ts';
import type * as workflows from '../../src/workflows/index.ts';
import * as signals from '../../src/workflows/signals.ts';
import { until } from '../support/until.ts';
import {
  allDone,
  countOf,
  deferred,
  farAhead,
  held,
  openStage,
  planned,
  type Stage,
  startStage,
  statusesShown,
  type Turn,
  waitingForUser,
} from './scripted.ts';

/** The server suggests to continue as new after a few dozen events, not after thousands. */
const AFTER_EVENTS = 36;

let temporal: EmbeddedTemporal;
let stage: Stage;
beforeAll(async () => {
  const [port, uiPort] = [await freePort(), await freePort()];
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': String(AFTER_EVENTS) };
  temporal = await startTemporal({ cli: inject('temporalCli'), port, uiPort, headless: true, dynamicConfig });
  stage = await startStage({ address: temporal.address });
});
afterAll(async () => {
  await stage?.stop();
  await temporal?.stop();
});

const completed = { status: 'COMPLETED', reason: 'no_more_steps' } as const;
const stopped = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const;
const changed = (seq: number) => ({ kind: 'stateChanged', seq, status: 'ACTIVE' }) as const;

/** A walk that has grown long by two waits; the next wake continues as new. It has seen changes up to seq 2. */
async function aLongWalk(second: Turn, ...turns: Turn[]) {
  const walk = stage.walk({
    personalise: () => planned(farAhead(), 'ACTIVE', 4),
    turns: [deferred(farAhead()), second, ...turns],
  });
  await walk.startAwake();
  await walk.called(1);
  await walk.rests();
  await walk.tell({ kind: 'campaignPaused', epoch: 5 });
  await walk.heard();
  await walk.tell({ kind: 'campaignResumed', epoch: 6 });
  await walk.heard();
  await walk.tell(changed(2));
  await walk.called(2);
  await walk.rests();
  const { historyLength, runId: firstRun } = await walk.handle.describe();
  expect(historyLength).toBeGreaterThanOrEqual(AFTER_EVENTS);
  return { walk, firstRun };
}

describe.concurrent('a sequence whose history has grown long', () => {
  test('continues as new when it wakes, and news that woke it lets it perform at once', async () => {
    const { walk, firstRun } = await aLongWalk(deferred(farAhead()), allDone);
    await walk.tell(changed(3));
    expect(await walk.outcome()).toEqual(completed);
    expect((await walk.handle.describe()).runId).not.toBe(firstRun);
    expect(walk.calls()).toBe(3);
    const history = await walk.history();
    expect(countOf(history, 'timerStartedEventAttributes')).toBe(0);
    expect(countOf(history, 'activityTaskScheduledEventAttributes')).toBe(2); // personalise names the step
    expect(statusesShown(history)).toEqual(['ACTIVE', 'COMPLETED']);
  });

  test('does so too when a settled task wakes it', async () => {
    const taskId = newId<TaskId>();
    const { walk, firstRun } = await aLongWalk(waitingForUser(taskId), allDone);
    await walk.tell({ kind: 'taskSettled', taskId });
    await until(async () => (await walk.handle.describe()).runId !== firstRun, 'the next run');
    await walk.tell(changed(3)); // the real personalise would answer "now" here
    expect(await walk.outcome()).toEqual(completed);
    expect(walk.calls()).toBe(3);
  });

  test('takes the newest epochs along: a resume of before still lets it pass', async () => {
    const { walk } = await aLongWalk(deferred(farAhead()), held(5), allDone);
    await walk.tell(changed(3));
    expect(await walk.outcome()).toEqual(completed);
    expect(walk.calls()).toBe(4);
  });

  test('takes the seq along: a change of before wakes nobody', async () => {
    const { walk } = await aLongWalk(deferred(farAhead()), deferred(farAhead()), allDone);
    await walk.tell(changed(3));
    await walk.called(3);
    await walk.rests();
    await walk.tell(changed(3));
    await walk.tell(changed(2));
    await walk.rests();
    expect(walk.calls()).toBe(3);
    await walk.tell(changed(4));
    expect(await walk.outcome()).toEqual(completed);
  });

  test('ends, when it is ended, without another run', async () => {
    const { walk, firstRun } = await aLongWalk(deferred(farAhead()));
    await walk.tell({ kind: 'ended', end: stopped });
    expect(await walk.outcome()).toEqual(stopped);
    expect((await walk.handle.describe()).runId).toBe(firstRun);
  });
});

test.concurrent('a campaign whose history has grown long continues as new, and enrols at once', async () => {
  const campaignId = newId<CampaignId>();
  let batches = 0;
  const idle: EnrolResult = { nextAt: null, why: 'no_approved_leads', behind: false, ended: false };
  const { client, taskQueue, stop } = await openStage(
    {
      enrolBatch: async (input) => {
        expect(input.campaignId).toBe(campaignId);
        return { ...idle, ended: ++batches > 6 };
      },
    },
    { address: temporal.address },
  );
  const handle = await client.workflow.start<typeof workflows.campaign>('campaign', {
    taskQueue,
    workflowId: `campaign/${campaignId}`,
    args: [{ campaignId }],
  });
  const firstRun = (await handle.describe()).runId;
  for (let told = 1; told <= 6; told++) {
    await until(
      () => batches === told,
      `batch ${told}`,
      () => `batch ${batches}`,
    );
    await client.workflow.getHandle(handle.workflowId).signal(signals.leadsChanged, {});
  }
  await handle.result();
  expect(batches).toBe(7);
  expect((await client.workflow.getHandle(handle.workflowId).describe()).runId).not.toBe(firstRun);
  await stop();
});
