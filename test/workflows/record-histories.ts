/*
 * Records the histories in `test/histories`, which `replay.test.ts` replays, each from a real run: the whole engine on a real
 * database and a real Temporal server, in virtual time, for a run takes days.
 *
 *   npx vitest run --config test/workflows/record.config.ts
 *
 * A history is never recorded again, only added: what runs in production was begun by the code of its day. So a shape
 * whose file is there is left alone; a new shape, or an old one under a change of commands, gets a new name.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/campaigns/resume-campaign.ts';
import { recordBounce } from '../../src/commands/inbound/record-bounce.ts';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import type { Tx } from '../../src/db/pool.ts';
import { tasks } from '../../src/db/schema.ts';
import { busyCampaigns } from '../../src/db/standing.ts';
import { createConductor } from '../../src/dev/clock/conductor.ts';
import { freePort } from '../../src/dev/servers/ports.ts';
import { type EmbeddedTemporal, startTemporal } from '../../src/dev/servers/temporal-server.ts';
import { campaignWorkflowId, type SequenceId, sequenceWorkflowId } from '../../src/domain/ids.ts';
import type { ReplyIntent } from '../../src/domain/reply.ts';
import type { TaskOutcome } from '../../src/domain/task.ts';
import { startEngine } from '../support/engine.ts';
import { aCampaign, aHouse, type CampaignSpec, content, fiveEmails, sequencesOf, steps } from '../support/scenario.ts';
import { until } from '../support/until.ts';
import { allDone, deferred, done, ended, farAhead, type History, PAST, planned, startStage } from './scripted.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../histories/${name}.json`, import.meta.url));

/** One event a line. What names the recording machine and its builds is no part of the story. */
function save(name: string, history: History): void {
  const { events }: { events: unknown[] } = JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'identity') return 'recorder';
    if (key === 'buildId') return 'recorded';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'recorder' : value; // a sticky queue's name
  });
  writeFileSync(fileOf(name), `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`);
}

/** Monday 18 March 2030 is the first day; the campaign's window opens at 08:00 UTC. */
const day = (number: number, time = '20:00') => Date.parse(`2030-03-17T${time}:00Z`) + number * 86_400_000;

type Story = Awaited<ReturnType<typeof begin>>;

async function begin(spec: CampaignSpec) {
  const engine = await startEngine();
  const { db, commands, announcer, walks, reconcile, skipper, client } = engine;
  const conductor = createConductor({ db, walks, reconcile, skipper, roundEnd: (now) => now + 500 * 86_400_000 }); // few rounds, few skips
  const house = await aHouse(db);
  const { caller, campaignId } = await aCampaign(commands, house, spec);
  await announcer.settled();

  const sequenceId = async (): Promise<SequenceId> => {
    const [first] = await sequencesOf(db, campaignId);
    if (!first) throw new Error('nobody is enrolled yet');
    return first.id;
  };
  return {
    engine,
    house,
    caller,
    campaignId,
    sequenceId,
    forward: (to: number) => conductor.forward(to),
    /** A command, and everybody has heard of it: news on the way holds a timer up while its clock is moved. */
    async command(work: (id: SequenceId) => Promise<unknown>) {
      await work(await sequenceId());
      await announcer.settled();
      const isQuiet = (tx: Tx) => busyCampaigns(tx, 0).then((busy) => busy.length === 0);
      await until(() => db.asSystem(isQuiet), 'the end of the fan-out');
    },
    async openTask() {
      const mine = and(eq(tasks.sequenceId, await sequenceId()), eq(tasks.status, 'OPEN'));
      const [task] = await db.asSystem((tx) => tx.select().from(tasks).where(mine));
      if (!task) throw new Error('no task is open');
      return task.id;
    },
    async historyOf(workflowId: string) {
      const handle = client.workflow.getHandle(workflowId);
      await handle.result();
      return handle.fetchHistory();
    },
  };
}

const oneEmail = () => content(steps('email'));
const twoEmails = () => content(steps('email', 'email'));
const pause = ({ engine, caller, campaignId }: Story) => pauseCampaign(engine.commands, caller, campaignId);
const resume = ({ engine, caller, campaignId }: Story) => resumeCampaign(engine.commands, caller, campaignId);
const reply = (
  { engine, caller }: Story,
  sequenceId: SequenceId,
  intent: ReplyIntent,
  returnsOn: string | null = null,
) => recordReply(engine.commands, caller, { sequenceId, intent, key: randomUUID(), returnsOn, text: 'Dear Sam' });
const complete = async (story: Story, outcome: TaskOutcome | null = null) =>
  completeTask(story.engine.commands, story.caller, { taskId: await story.openTask(), outcome });

/** Shapes of a sequence's history, each with what happens to it until it has ended. */
const sequenceShapes: Record<string, { spec: CampaignSpec; story: (story: Story) => Promise<unknown> }> = {
  'five-emails': { spec: { content: content(fiveEmails()) }, story: ({ forward }) => forward(day(20)) },
  'manual-task-completed': {
    spec: { content: content(steps('manual_task', 'email')) },
    async story(story) {
      await story.forward(day(2));
      await story.command(() => complete(story));
      await story.forward(day(9));
    },
  },
  'manual-task-skipped': {
    spec: { content: content(steps('email', 'manual_task')) },
    async story(story) {
      await story.forward(day(5));
      await story.command(async () =>
        skipTask(story.engine.commands, story.caller, { taskId: await story.openTask() }),
      );
    },
  },
  'linkedin-accepted': {
    spec: { content: content(steps('linkedin_invitation', 'linkedin_message')) },
    async story(story) {
      await story.forward(day(6));
      await story.command(async () => {
        story.engine.world.relations.set('ada-0-lead', 'connected');
        const accountId = story.house.linkedInAccount;
        await recordConnectionAccepted(story.engine.commands, story.caller, { accountId, profile: 'ada-0-lead' });
      });
      await story.forward(day(9));
    },
  },
  'linkedin-waited-to-the-limit': {
    spec: { content: content(steps('linkedin_message', 'email')) },
    story: ({ forward }) => forward(day(25)),
  },
  'paused-while-parked': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command(() => pause(story));
      await story.forward(day(6)); // the second email fell due meanwhile
      await story.command(() => resume(story));
      await story.forward(day(12));
    },
  },
  'paused-while-waiting': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command(() => pause(story));
      await story.forward(day(2));
      await story.command(() => resume(story));
      await story.forward(day(9));
    },
  },
  'paused-twice': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      for (const at of [6, 7]) {
        await story.command(() => pause(story));
        await story.forward(day(at));
        await story.command(() => resume(story));
        if (at === 6) await story.command(() => pause(story));
      }
      await story.forward(day(12));
    },
  },
  'stopped-midway': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command((id) => stopSequence(story.engine.commands, story.caller, id));
    },
  },
  'campaign-ended': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command(() => endCampaign(story.engine.commands, story.caller, story.campaignId));
    },
  },
  'reply-during-timer': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command((id) => reply(story, id, 'positive'));
    },
  },
  'reply-during-perform-step': {
    spec: { content: twoEmails() },
    async story(story) {
      story.engine.world.react('ada0@lead.example', {
        meanwhile: () => story.command((id) => reply(story, id, 'meeting_booked')),
      });
      await story.forward(day(1));
    },
  },
  'hard-bounce': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command((sequenceId) =>
        recordBounce(story.engine.commands, story.caller, { sequenceId, kind: 'hard', key: randomUUID() }),
      );
    },
  },
  'refused-by-the-recipient': {
    spec: { content: oneEmail() },
    async story(story) {
      const outcome = { kind: 'answered', stage: 'rcpt', code: 550, enhanced: '5.1.1', text: 'unknown' } as const;
      story.engine.world.react('ada0@lead.example', { outcome });
      await story.forward(day(1));
    },
  },
  'provider-retry': {
    spec: { content: oneEmail() },
    async story(story) {
      const outcome = { kind: 'answered', stage: 'rcpt', code: 451, enhanced: '4.2.1', text: 'try later' } as const;
      story.engine.world.react('ada0@lead.example', { outcome }, { outcome });
      await story.forward(day(2));
    },
  },
  'unconfirmed-send': {
    spec: { content: twoEmails() },
    async story(story) {
      story.engine.world.react('ada0@lead.example', { outcome: { kind: 'unknown', detail: 'cut' } });
      await story.forward(day(2));
      await story.command(() => complete(story, 'sent'));
      await story.forward(day(9));
    },
  },
  'out-of-office': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command((id) => reply(story, id, 'out_of_office', '2030-03-26'));
      await story.forward(day(15));
    },
  },
  'unclear-reply-read': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command((id) => reply(story, id, 'unclear')); // told as stateChanged
      await story.forward(day(2));
      await story.command(() => complete(story, 'go_on'));
      await story.forward(day(9));
    },
  },
  'copy-to-complete': {
    spec: { content: content(steps({ kind: 'email', body: 'About {{company_news}}' })) },
    async story(story) {
      await story.forward(day(1));
      const content = { kind: 'email', subject: 'Hello', body: 'About you' } as const;
      await story.command(async () =>
        completeTask(story.engine.commands, story.caller, { taskId: await story.openTask(), content }),
      );
      await story.forward(day(3));
    },
  },
  'started-again': {
    spec: { content: twoEmails() },
    async story(story) {
      await story.forward(day(1));
      await story.command(async (id) => {
        await story.engine.client.workflow.getHandle(sequenceWorkflowId(id)).terminate();
        await story.engine.walks.startSequence(id);
      });
      await story.forward(day(9));
    },
  },
};

for (const [name, { spec, story }] of Object.entries(sequenceShapes))
  test.skipIf(existsSync(fileOf(name)))(`records a sequence: ${name}`, async () => {
    const told = await begin(spec);
    await story(told);
    save(name, await told.historyOf(sequenceWorkflowId(await told.sequenceId())));
    await told.engine.stop();
  });

test.skipIf(existsSync(fileOf('campaign')))('records a campaign with batches, a pause and its end', async () => {
  const story = await begin({ content: twoEmails(), leads: 6, settings: { dailyLeadsTarget: 4 } });
  await story.forward(day(1));
  await story.command(() => pause(story));
  await story.forward(day(2));
  await story.command(() => resume(story));
  await story.forward(day(3));
  await story.command(() => endCampaign(story.engine.commands, story.caller, story.campaignId));
  save('campaign', await story.historyOf(campaignWorkflowId(story.campaignId)));
  await story.engine.stop();
});

test.skipIf(existsSync(fileOf('reconcile')))('records a run of the reconciler', async () => {
  const story = await begin({ content: oneEmail() });
  const { client, taskQueue } = story.engine;
  const workflowId = `reconcile/${randomUUID()}`;
  await client.workflow.execute('reconcile', { taskQueue, workflowId });
  save('reconcile', await story.historyOf(workflowId));
  await story.engine.stop();
});

/** Real time: no trace of virtual time in the history, as in production. The deeds are scripted, for a run takes weeks. */
test.skipIf(existsSync(fileOf('real-time')))('records a sequence in real time', async () => {
  const stage = await startStage();
  const walk = stage.walk({ turns: [...[1, 2, 3, 4].map((number) => done(number, PAST)), allDone] });
  await walk.start();
  await walk.outcome();
  save('real-time', await walk.history());
  await stage.stop();
});

/** As after a restore from an older dump: Postgres does not know the sequence. */
test.skipIf(existsSync(fileOf('unknown-to-postgres')))('records a sequence that Postgres does not know', async () => {
  const stage = await startStage();
  const walk = stage.walk({ personalise: () => ended({ status: 'FAILED', reason: 'internal_error' }), turns: [] });
  await walk.start();
  await walk.outcome();
  save('unknown-to-postgres', await walk.history());
  await stage.stop();
});

test.skipIf(existsSync(fileOf('canceled-by-an-operator')))('records a sequence that an operator cancels', async () => {
  const stage = await startStage();
  const walk = stage.walk({ turns: [() => walk.handle.cancel().then(() => done(1, farAhead()))] });
  await walk.start();
  await walk.outcome().catch(() => undefined);
  save('canceled-by-an-operator', await walk.history());
  await stage.stop();
});

describe.skipIf(existsSync(fileOf('continue-as-new-2')))(
  'records both runs of a sequence that continues as new',
  () => {
    let temporal: EmbeddedTemporal;
    beforeAll(async () => {
      const [port, uiPort] = [await freePort(), await freePort()];
      const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': '16' };
      temporal = await startTemporal({ cli: inject('temporalCli'), port, uiPort, headless: true, dynamicConfig });
    });
    afterAll(() => temporal?.stop());

    test('woken by news', async () => {
      const stage = await startStage({ address: temporal.address });
      const walk = stage.walk({ personalise: () => planned(farAhead()), turns: [deferred(farAhead()), allDone] });
      await walk.startAwake();
      await walk.called(1);
      await walk.rests();
      const { runId } = await walk.handle.describe();
      await walk.tell({ kind: 'campaignPaused', epoch: 2 });
      await walk.tell({ kind: 'stateChanged', seq: 2, status: 'ACTIVE' });
      await until(async () => (await walk.handle.describe()).runId !== runId, 'the second run');
      await walk.outcome();
      save('continue-as-new-1', await stage.client.workflow.getHandle(walk.handle.workflowId, runId).fetchHistory());
      save('continue-as-new-2', await walk.history());
      await stage.stop();
    });
  },
);
