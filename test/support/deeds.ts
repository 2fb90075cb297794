import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { eq } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { ActivityDeps } from '../../src/activities/deps.ts';
import { createActivities, createWatchActivities } from '../../src/activities/index.ts';
import type { LinkedIn } from '../../src/adapters/linkedin.ts';
import { offlineWriter } from '../../src/adapters/offline-writer.ts';
import { parseMail } from '../../src/adapters/parse-mail.ts';
import { noReplyReader } from '../../src/adapters/reply-reader.ts';
import { createUnsubscribeLinks } from '../../src/adapters/unsubscribe-links.ts';
import type { Walks } from '../../src/adapters/walks.ts';
import type { Announcement, CommandDeps } from '../../src/commands/deps.ts';
import { moveClockTo } from '../../src/db/clock.ts';
import type { Db } from '../../src/db/pool.ts';
import { deliveries, sequenceSteps, sequences, tasks } from '../../src/db/schema.ts';
import type { AccountId, CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { testDb, testLog, testVault } from './engine.ts';
import { freshDatabase } from './postgres.ts';
import { createTestWorld } from './world.ts';

/** Walks that only note what was asked of them: for deeds and commands without Temporal. */
function notedWalks() {
  const started: string[] = [];
  const walks: Walks = {
    startSequence: async (id) => void started.push(id),
    startCampaign: async (id) => void started.push(id),
    startMailbox: async (id) => void started.push(id),
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

interface DeedsOptions {
  /** Where the clock stands; a Tuesday at ten unless it says otherwise. */
  now?: number;
  fault?: ActivityDeps['fault'];
  linkedIn?: LinkedIn;
}

/** The deeds and commands on a real Postgres of their own, without Temporal: each call is one activity attempt. */
export const startDeeds = async (options: DeedsOptions = {}) => deedsOn(await openDatabase(options), options);

/** The same for a whole file: its database is there from before the first test until after the last. */
export function deedsForFile(options: DeedsOptions = {}): Deeds {
  let open: Database | undefined;
  const opened = () => {
    if (open) return open;
    throw new Error('the database of a test file is there from its first test to its last');
  };
  beforeAll(async () => {
    open = await openDatabase(options);
  });
  afterAll(() => open?.stop());
  const db: Db = {
    inWorkspace: (workspaceId, work) => opened().db.inWorkspace(workspaceId, work),
    asSystem: (work) => opened().db.asSystem(work),
    close: () => opened().db.close(),
  };
  return deedsOn({ db, ask: (question) => opened().ask(question), stop: () => opened().stop() }, options);
}

interface Database {
  db: Db;
  /**
   * A question to the rows, as the system sees them: one query, where a transaction is four. Of all that a test asks of
   * its database a third are questions.
   */
  ask<T>(question: (rows: Pick<NodePgDatabase, 'select'>) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

async function openDatabase({ now = TUESDAY_1000 }: DeedsOptions): Promise<Database> {
  const database = await freshDatabase();
  const db = testDb(database.url, 30);
  await db.asSystem((tx) => moveClockTo(tx, now));
  const asking = new pg.Pool({ connectionString: database.url, max: 5, options: '-c role=topo_system' });
  asking.on('error', () => undefined); // a connection lost while idle: the next question says so
  const rows = drizzle(asking);
  const stop = async () => {
    await Promise.all([db.close(), asking.end()]);
    await database.drop();
  };
  return { db, ask: (question) => question(rows), stop };
}

function deedsOn({ db, ask, stop }: Database, options: DeedsOptions) {
  const world = createTestWorld();
  const log = testLog();
  const { walks, started } = notedWalks();
  const deps: ActivityDeps = {
    db,
    walks,
    log,
    mailer: world.mailer,
    mailboxes: world.mailboxes,
    mailParser: { parse: parseMail, stop: async () => undefined },
    replyReader: noReplyReader,
    vault: testVault,
    inboxFreshMs: 600_000,
    linkedIn: options.linkedIn ?? world.linkedIn,
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
    ask,
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
    /** One watch of an inbox: reads it to its end, then finds that it is told to stop. */
    watchMailbox: (accountId: AccountId) => watchOnce(deps, accountId),
    repair: () => new MockActivityEnvironment({}, { logger: quiet }).run(activities.repair),
    moveTo: (instant: number) => db.asSystem((tx) => moveClockTo(tx, instant)),
    sequenceOf: async (id: SequenceId) => {
      const [row] = await ask((rows) => rows.select().from(sequences).where(eq(sequences.id, id)));
      if (!row) throw new Error(`no sequence ${id}`);
      return row;
    },
    deliveriesOf: (id: SequenceId) =>
      ask((rows) => rows.select().from(deliveries).where(eq(deliveries.sequenceId, id))),
    stepsOf: (id: SequenceId) =>
      ask((rows) =>
        rows.select().from(sequenceSteps).where(eq(sequenceSteps.sequenceId, id)).orderBy(sequenceSteps.position),
      ),
    tasksOf: (id: SequenceId) =>
      ask((rows) => rows.select().from(tasks).where(eq(tasks.sequenceId, id)).orderBy(tasks.createdAt, tasks.id)),
    stop,
  };
}

async function watchOnce(deps: ActivityDeps, accountId: AccountId): Promise<'again' | 'gone'> {
  const environment = new MockActivityEnvironment({}, { logger: quiet });
  const mailboxes: ActivityDeps['mailboxes'] = {
    async open(settings, signal) {
      const mailbox = await deps.mailboxes.open(settings, signal);
      return { ...mailbox, changed: async () => environment.cancel() };
    },
  };
  return environment.run(createWatchActivities({ ...deps, mailboxes }).watchMailbox, { accountId });
}

export type Deeds = ReturnType<typeof deedsOn>;
