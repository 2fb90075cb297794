import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { eq } from 'drizzle-orm';
import type { ActivityDeps } from '../../src/activities/deps.ts';
import { createActivities } from '../../src/activities/index.ts';
import { offlineWriter } from '../../src/adapters/offline-writer.ts';
import { createUnsubscribeLinks } from '../../src/adapters/unsubscribe-links.ts';
import type { Walks } from '../../src/adapters/walks.ts';
import type { Announcement, CommandDeps } from '../../src/commands/deps.ts';
import { moveClockTo } from '../../src/db/clock.ts';
import { deliveries, sequenceSteps, tasks } from '../../src/db/schema.ts';
import type { CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { testDb, testLog } from './engine.ts';
import { freshDatabase } from './postgres.ts';
import { createTestWorld } from './world.ts';

/** Walks that only note what was asked of them: for deeds and commands without Temporal. */
export function notedWalks() {
  const started: string[] = [];
  const walks: Walks = {
    startSequence: async (id) => void started.push(id),
    startCampaign: async (id) => void started.push(id),
    tellSequence: async () => 'told',
    tellCampaign: async () => 'told',
    isSequenceRunning: async () => true,
  };
  return { walks, started };
}

/** Failures of an attempt are the tests' own doing. */
const quiet = new DefaultLogger('ERROR');

/** A Tuesday, 10:00 in Paris: inside everybody's window. */
export const TUESDAY_1000 = Date.parse('2030-03-19T09:00:00Z');

/** The deeds and commands on a real Postgres of their own, without Temporal: each call is one activity attempt. */
export async function startDeeds(options: { now?: number; fault?: ActivityDeps['fault'] } = {}) {
  const database = await freshDatabase();
  const db = testDb(database.url, 30);
  await db.asSystem((tx) => moveClockTo(tx, options.now ?? TUESDAY_1000));
  const world = createTestWorld();
  const log = testLog();
  const { walks, started } = notedWalks();
  const deps: ActivityDeps = {
    db,
    walks,
    log,
    mailer: world.mailer,
    linkedIn: world.linkedIn,
    writer: offlineWriter,
    unsubscribeLinks: createUnsubscribeLinks({ publicUrl: 'https://topo.example', key: Buffer.alloc(32, 7) }),
    ...(options.fault ? { fault: options.fault } : {}),
  };
  const activities = createActivities(deps);
  const announced: Announcement[] = [];
  const commands: CommandDeps = { db, announce: (announcement) => void announced.push(announcement) };
  const attempt = <A, R>(activity: (input: A) => Promise<R>, input: A): Promise<R> =>
    new MockActivityEnvironment({}, { logger: quiet }).run(activity, input);
  return {
    db,
    deps,
    world,
    log,
    started,
    announced,
    commands,
    performStep: (sequenceId: SequenceId, now = 0) => attempt(activities.performStep, { sequenceId, now }),
    personalise: (sequenceId: SequenceId, now = 0) => attempt(activities.personalise, { sequenceId, now }),
    enrolBatch: (campaignId: CampaignId, now = 0) => attempt(activities.enrolBatch, { campaignId, now }),
    fanOut: (campaignId: CampaignId) => attempt(activities.fanOut, { campaignId }),
    repair: () => new MockActivityEnvironment({}, { logger: quiet }).run(activities.repair),
    moveTo: (instant: number) => db.asSystem((tx) => moveClockTo(tx, instant)),
    deliveriesOf: (id: SequenceId) =>
      db.asSystem((tx) => tx.select().from(deliveries).where(eq(deliveries.sequenceId, id))),
    stepsOf: (id: SequenceId) =>
      db.asSystem((tx) =>
        tx.select().from(sequenceSteps).where(eq(sequenceSteps.sequenceId, id)).orderBy(sequenceSteps.position),
      ),
    tasksOf: (id: SequenceId) =>
      db.asSystem((tx) => tx.select().from(tasks).where(eq(tasks.sequenceId, id)).orderBy(tasks.createdAt, tasks.id)),
    async stop() {
      await db.close();
      await database.drop();
    },
  };
}

export type Deeds = Awaited<ReturnType<typeof startDeeds>>;
