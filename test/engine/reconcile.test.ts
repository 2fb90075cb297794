import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcileOnce } from '../../src/activities/repair.ts';
import { createTemporalSchedules } from '../../src/adapters/temporal-schedules.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { receiveCallback } from '../../src/commands/inbound/receive-callback.ts';
import { keepInBeing } from '../../src/commands/keep-in-being.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { campaignStanding } from '../../src/db/campaigns.ts';
import { appNow, moveClockTo } from '../../src/db/clock.ts';
import { newId } from '../../src/db/new-id.ts';
import { installation, sequences } from '../../src/db/schema.ts';
import type { LinkedInEvent } from '../../src/domain/accounts/linkedin.ts';
import {
  type AccountId,
  type CampaignId,
  campaignWorkflowId,
  mailboxWorkflowId,
  type SequenceId,
  sequenceWorkflowId,
} from '../../src/domain/ids.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import {
  aCampaign,
  aHouse,
  always,
  type CampaignSpec,
  content,
  fiveEmails,
  type RunningCampaign,
  sequenceRow,
  sequencesOf,
  steps,
} from '../support/scenario.ts';
import { until } from '../support/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const SECOND = 1_000;
let count = 0;

/** A sequence that waits for its second step, and whose workflow runs. */
async function aWalker(spec: Partial<CampaignSpec> = {}): Promise<RunningCampaign & { id: SequenceId }> {
  const house = await aHouse(engine.db);
  const campaign = await aCampaign(engine.commands, house, {
    content: content(fiveEmails(), { schedule: always }),
    leads: [{ email: `walker${count++}@lead.example`, firstName: 'Ada' }],
    ...spec,
  });
  await engine.announcer.settled();
  const sequence = await until(
    async () => (await sequencesOf(engine.db, campaign.campaignId))[0],
    'the enrolment',
    engine.workDone,
  );
  await engine.conductor.forward((await engine.db.asSystem(appNow)) + 3_600_000);
  await until(
    async () => (await sequenceRow(engine.db, sequence.id)).position === 1,
    'the first email',
    engine.workDone,
  );
  return { ...campaign, id: sequence.id };
}

const later = async (ms: number) => engine.db.asSystem(async (tx) => moveClockTo(tx, (await appNow(tx)) + ms));
const repair = () => reconcileOnce(engine.deps);
const runs = (id: SequenceId) => engine.walks.isSequenceRunning(id);
/** Commands whose signals are lost. */
const unheard = () => ({ db: engine.db, announce: () => undefined });

test('a sequence whose start was lost is started', async () => {
  const { id } = await aWalker();
  await engine.client.workflow.getHandle(`sequence/${id}`).terminate('as if it had never been started');
  await engine.db.asSystem((tx) => tx.update(sequences).set({ startedAt: null }).where(eq(sequences.id, id)));
  expect((await repair()).started).toBe(1);
  expect(await runs(id)).toBe(true);
});

test('a workflow that missed a stop is told its end', async () => {
  const { id, caller } = await aWalker();
  await stopSequence(unheard(), caller, id);
  await later(10 * SECOND);
  expect((await repair()).told).toBe(0); // it is being told just now
  expect(await runs(id)).toBe(true);
  await later(25 * SECOND);
  expect((await repair()).told).toBe(1);
  const outcome = await engine.client.workflow.getHandle(`sequence/${id}`).result();
  expect(outcome).toEqual({ status: 'STOPPED_EARLY', reason: 'stopped_by_user' });
  const row = await sequenceRow(engine.db, id);
  expect(row.toldSeq).toBe(row.tellSeq);
});

test('a sequence that is open here and gone there goes on where Postgres stands, without sending again', async () => {
  const { id } = await aWalker();
  const before = engine.world.accepted.length;
  await engine.client.workflow.getHandle(`sequence/${id}`).terminate('lost with the store');
  expect(await runs(id)).toBe(false);
  expect((await repair()).revived).toBe(1);
  expect(await runs(id)).toBe(true);
  const row = await sequenceRow(engine.db, id);
  await engine.conductor.forward((row.nextAt ?? 0) + 60_000);
  await until(async () => (await sequenceRow(engine.db, id)).position === 2, 'the second email', engine.workDone);
  const mine = engine.world.accepted.slice(before).filter(({ messageId }) => messageId.includes(id));
  expect(mine).toHaveLength(1);
  expect(mine[0]?.references).toHaveLength(1);
});

test('workflows that this database does not know end by themselves, as they may stand after a restore', async () => {
  const { walks, client } = engine;
  const [sequenceId, campaignId, accountId] = [newId<SequenceId>(), newId<CampaignId>(), newId<AccountId>()];
  await walks.startSequence(sequenceId);
  await walks.startCampaign(campaignId);
  await walks.startMailbox(accountId);
  const outcomeOf = (workflowId: string) => client.workflow.getHandle(workflowId).result();
  expect(await outcomeOf(sequenceWorkflowId(sequenceId))).toEqual({ status: 'FAILED', reason: 'internal_error' });
  await outcomeOf(campaignWorkflowId(campaignId));
  await outcomeOf(mailboxWorkflowId(accountId));
});

test('a workflow that runs though its sequence has ended here is told so', async () => {
  const { id, caller } = await aWalker();
  await stopSequence(engine.commands, caller, id);
  await engine.announcer.settled();
  await until(async () => !(await runs(id)), 'the workflow to end', engine.workDone);
  await engine.walks.startSequence(id); // an operator, say; the walk itself would find the end at its next step
  await later(35 * SECOND);
  await repair();
  await until(async () => !(await runs(id)), 'the workflow to end', engine.workDone);
  await later(70 * SECOND);
  await repair();
  expect((await sequenceRow(engine.db, id)).closedAt).not.toBeNull();
});

test('a pause whose fan-out was lost is fanned out', async () => {
  const { id, caller, campaignId } = await aWalker();
  await pauseCampaign(unheard(), caller, campaignId);
  await later(35 * SECOND);
  expect((await repair()).campaigns).toBe(1);
  const isFannedOut = async () => {
    const { fannedEpoch, controlEpoch } = await engine.db.asSystem((tx) => campaignStanding(tx, campaignId));
    return fannedEpoch === controlEpoch;
  };
  await until(isFannedOut, 'the fan-out', engine.workDone);
  expect((await sequenceRow(engine.db, id)).toldEpoch).toBe(2);
});

test('rows that cannot be mended are left alone for longer and longer', async () => {
  const { id, caller } = await aWalker();
  await stopSequence(unheard(), caller, id);
  await later(35 * SECOND);
  const deaf = {
    ...engine.deps,
    walks: { ...engine.walks, tellSequence: () => Promise.reject(new Error('Temporal is away')) },
  };
  await reconcileOnce(deaf);
  const first = await sequenceRow(engine.db, id);
  expect(first.repairs).toBe(1);
  await reconcileOnce(deaf);
  expect((await sequenceRow(engine.db, id)).repairs).toBe(1); // inside its back-off
  await later(35 * SECOND);
  await reconcileOnce(deaf);
  expect((await sequenceRow(engine.db, id)).repairs).toBe(2);
  await later(70 * SECOND);
  expect((await repair()).told).toBeGreaterThanOrEqual(1);
});

test('after a wiped store the Schedule, the search attributes and the campaigns come back', async () => {
  const { campaignId } = await aWalker();
  const { client, db, walks, taskQueue } = engine;
  await client.workflow.getHandle(`campaign/${campaignId}`).terminate('lost with the store');
  const schedules = createTemporalSchedules(client, taskQueue, 'default');
  await keepInBeing({ db, walks, schedules });
  await keepInBeing({ db, walks, schedules }); // harmless to repeat
  expect((await client.workflow.getHandle(`campaign/${campaignId}`).describe()).status.name).toBe('RUNNING');
  const schedule = client.schedule.getHandle('reconcile');
  expect((await schedule.describe()).policies.overlap).toBe('SKIP');
  await schedule.trigger();
  const run = await until(
    async () => (await schedule.describe()).info.recentActions[0]?.action.workflow,
    'a run of the reconciler',
  );
  await client.workflow.getHandle(run.workflowId).result();
  const [state] = await db.asSystem((tx) => tx.select({ at: installation.reconciledAt }).from(installation));
  expect(state?.at).not.toBeNull();
  await schedule.delete();
});

test('a callback whose process died is handled, and the workflow that waits for it told', async () => {
  const { db, world, commands, conductor } = engine;
  const house = await aHouse(db);
  const profile = `walker-${count++}`;
  const campaign = await aCampaign(commands, house, {
    content: content(steps('linkedin_message', 'email'), { schedule: always }),
    leads: [{ email: `${profile}@lead.example`, profile: `in/${profile}`, firstName: 'Ada' }],
  });
  await engine.announcer.settled();
  await conductor.forward((await db.asSystem(appNow)) + 3_600_000);
  const [sequence] = await sequencesOf(db, campaign.campaignId);
  if (!sequence) throw new Error('no sequence');
  expect((await sequenceRow(db, sequence.id)).status).toBe('WAITING_FOR_LEAD');

  const { linkedInAccount: accountId } = house;
  const event: LinkedInEvent = { kind: 'connected', account: 'account-1', key: profile, profile };
  await receiveCallback({ db }, { accountId, events: [event] }); // and nobody is left to handle it
  world.relations.set(profile, 'connected');
  await later(20 * SECOND);
  expect((await repair()).callbacks).toBe(0); // it is being handled just now
  await later(15 * SECOND);
  expect((await repair()).callbacks).toBe(1);
  expect((await sequenceRow(db, sequence.id)).status).toBe('ACTIVE');
  await conductor.forward((await db.asSystem(appNow)) + 3_600_000);
  expect(world.messages).toContainEqual({ profile, text: 'Hi Ada' });
});
