import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EnrolResult } from '../../src/activities/enrol-batch.ts';
import type { Activities } from '../../src/activities/index.ts';
import { newId } from '../../src/db/new-id.ts';
import { type CampaignId, campaignWorkflowId } from '../../src/domain/ids.ts';
import type * as workflows from '../../src/workflows/index.ts';
import * as signals from '../../src/workflows/signals.ts';
import { until } from '../support/until.ts';
import { countOf, eventsOf, farAhead, gate, openStage, PAST, rests, textOf } from './scripted.ts';

type Batch = EnrolResult | (() => EnrolResult | Promise<EnrolResult>);

type FanningOut = ReturnType<Activities['fanOut']>;

const batches = new Map<string, { next: Batch[]; deeds: string[]; fanningOut: FanningOut }>();
let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({
    async enrolBatch({ campaignId }) {
      const play = batches.get(campaignId);
      play?.deeds.push('enrolBatch');
      const batch = play?.next.shift() ?? endedNow;
      return typeof batch === 'function' ? batch() : batch;
    },
    async fanOut({ campaignId }) {
      const play = batches.get(campaignId);
      play?.deeds.push('fanOut');
      return play?.fanningOut ?? 'done';
    },
  });
});
afterAll(() => stage?.stop());

const idle: EnrolResult = { nextAt: null, why: 'no_approved_leads', behind: false, ended: false };
const endedNow: EnrolResult = { nextAt: null, why: 'campaign_ended', behind: false, ended: true };
const later = (nextAt: number): EnrolResult => ({ ...idle, nextAt, why: 'spread_over_the_day' });

/** A campaign's walk whose batches answer this, one after the other, and that it has ended once there are no more. */
const started = (...next: Batch[]) => startedWith(Promise.resolve('done'), next);

async function startedWith(fanningOut: FanningOut, next: Batch[]) {
  const campaignId = newId<CampaignId>();
  const play = { next, deeds: [], fanningOut };
  batches.set(campaignId, play);
  const handle: WorkflowHandle<typeof workflows.campaign> = await stage.client.workflow.start('campaign', {
    taskQueue: stage.taskQueue,
    workflowId: campaignWorkflowId(campaignId),
    args: [{ campaignId }],
  });
  const deeds: readonly string[] = play.deeds;
  return {
    handle,
    deeds: () => deeds,
    did: (times: number) =>
      until(
        () => deeds.length >= times,
        `deed ${times}`,
        () => `deed ${deeds.length}`,
      ),
    timers: async () => countOf(await handle.fetchHistory(), 'timerStartedEventAttributes'),
    leadsChanged: () => handle.signal(signals.leadsChanged, {}),
    control: (epoch: number) => handle.signal(signals.control, { epoch }),
  };
}

describe.concurrent('a campaign', () => {
  test('enrols a batch, waits for the next instant, and enrols again', async () => {
    const campaign = await started(later(PAST), later(PAST));
    await campaign.handle.result();
    expect(campaign.deeds()).toEqual(['enrolBatch', 'enrolBatch', 'enrolBatch']);
    const history = await campaign.handle.fetchHistory();
    const summaries = eventsOf(history).flatMap(({ userMetadata }) =>
      userMetadata?.summary ? [textOf(userMetadata.summary)] : [],
    );
    expect(summaries).toEqual(['spread_over_the_day', 'spread_over_the_day']); // why it waits
  });

  test('does not enrol before the next instant', async () => {
    const campaign = await started(later(farAhead(1)));
    await campaign.did(1);
    await rests(campaign.handle);
    expect(campaign.deeds()).toEqual(['enrolBatch']);
    expect(await campaign.timers()).toBe(1);
    await campaign.leadsChanged();
    await campaign.handle.result();
  });

  test('with nothing to do waits on signals alone, without a timer', async () => {
    const campaign = await started(idle, idle);
    await campaign.did(1);
    await rests(campaign.handle);
    await campaign.leadsChanged();
    await campaign.did(2);
    await rests(campaign.handle);
    expect(campaign.deeds()).toEqual(['enrolBatch', 'enrolBatch']);
    await campaign.control(2);
    await campaign.handle.result();
    expect(await campaign.timers()).toBe(0);
  });

  test('hears of changed leads while it enrols, and looks once more', async () => {
    const { opened, open } = gate();
    const campaign = await started(
      async () => {
        await opened;
        return idle;
      },
      idle,
      idle,
    );
    await campaign.did(1);
    await campaign.leadsChanged();
    open();
    await campaign.did(2);
    await rests(campaign.handle);
    expect(campaign.deeds()).toHaveLength(2); // once, not for ever
    await campaign.handle.terminate();
  });

  test('fans a pause or a resume out when it is behind, before it waits', async () => {
    const campaign = await started(idle, { ...idle, why: 'campaign_paused', behind: true });
    await campaign.did(1);
    await campaign.control(2);
    await campaign.did(3);
    await rests(campaign.handle);
    expect(campaign.deeds()).toEqual(['enrolBatch', 'enrolBatch', 'fanOut']);
    await campaign.control(3);
    await campaign.handle.result();
  });

  test('hears of a resume while it fans the pause out', async () => {
    const { opened, open } = gate();
    const fannedOut = opened.then(() => 'done' as const);
    const campaign = await startedWith(fannedOut, [{ ...idle, behind: true }, idle, idle]);
    await campaign.did(2);
    await campaign.control(3);
    open();
    await campaign.did(3);
    await rests(campaign.handle);
    expect(campaign.deeds()).toEqual(['enrolBatch', 'fanOut', 'enrolBatch']);
    await campaign.handle.terminate();
  });

  test('concludes when it is gone by the time it fans out', async () => {
    const campaign = await startedWith(Promise.resolve('gone'), [{ ...idle, behind: true }]);
    await campaign.handle.result();
    expect(campaign.deeds()).toEqual(['enrolBatch', 'fanOut']);
  });

  test('concludes when it has ended', async () => {
    const campaign = await started(endedNow);
    await campaign.handle.result();
    expect(campaign.deeds()).toEqual(['enrolBatch']);
    expect((await campaign.handle.describe()).status.name).toBe('COMPLETED');
  });

  test("lets a running batch finish under an operator's cancel", async () => {
    const { opened, open } = gate();
    const campaign = await started(async () => {
      await opened;
      return idle;
    });
    await campaign.did(1);
    await campaign.handle.cancel();
    open();
    await expect(campaign.handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(countOf(await campaign.handle.fetchHistory(), 'activityTaskCompletedEventAttributes')).toBe(1);
  });
});
