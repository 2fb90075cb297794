import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import type { ActivityDeps } from '../../src/activities/deps.ts';
import { reconcileOnce } from '../../src/activities/repair.ts';
import { createKeyVault } from '../../src/adapters/key-vault.ts';
import { offlineWriter } from '../../src/adapters/offline-writer.ts';
import { parseMail } from '../../src/adapters/parse-mail.ts';
import { noReplyReader } from '../../src/adapters/reply-reader.ts';
import { createTemporalWalks } from '../../src/adapters/temporal-walks.ts';
import { createUnsubscribeLinks } from '../../src/adapters/unsubscribe-links.ts';
import { createAnnouncer } from '../../src/commands/announcer.ts';
import type { CommandDeps } from '../../src/commands/deps.ts';
import { moveClockTo } from '../../src/db/clock.ts';
import { type Db, openDb } from '../../src/db/pool.ts';
import { workDone } from '../../src/db/standing.ts';
import { createConductor } from '../../src/dev/clock/conductor.ts';
import { createSkipper } from '../../src/dev/clock/skipper.ts';
import { createWorkers } from '../../src/temporal-workers.ts';
import { PATIENCE_MS } from './patience.ts';
import { type FreshDatabase, freshDatabase } from './postgres.ts';
import { createTestWorld, type TestWorld } from './world.ts';

/** Silent; a test that wants the lines reads `lines`. */
export function testLog() {
  const lines: { level: string; line: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, line: string) => void lines.push({ level, line, fields });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

export const testDb = (url: string, size = 20): Db =>
  openDb({
    url,
    size,
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
  });

export const testVault = createKeyVault([{ id: 'test', key: Buffer.alloc(32, 5) }]);

/** A Monday before the European change to summer time; every engine test starts here unless it says otherwise. */
const MONDAY_0600 = Date.parse('2030-03-18T06:00:00Z');

/** The whole engine on a database of its own, real Temporal, a worker of its own task queue, and a world in memory. */
export async function startEngine(
  options: {
    now?: number;
    fault?: ActivityDeps['fault'];
    cached?: number;
    deps?: Partial<ActivityDeps>;
    /** Already there, and the engine's to drop; an empty one unless told otherwise. */
    database?: FreshDatabase;
    /** See the conductor. */
    roundEnd?: (now: number) => number;
  } = {},
) {
  const database = options.database ?? (await freshDatabase());
  const db = testDb(database.url);
  await db.asSystem((tx) => moveClockTo(tx, options.now ?? MONDAY_0600));
  const address = inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const taskQueue = `test-${randomUUID()}`;
  const walks = createTemporalWalks(client, taskQueue);
  const log = testLog();
  const world: TestWorld = createTestWorld();
  const unsubscribeLinks = createUnsubscribeLinks({ publicUrl: 'https://topo.example', key: Buffer.alloc(32, 7) });
  const deps: ActivityDeps = {
    db,
    walks,
    log,
    unsubscribeLinks,
    writer: offlineWriter,
    mailer: world.mailer,
    mailboxes: world.mailboxes,
    mailParser: { parse: parseMail, stop: async () => undefined },
    replyReader: noReplyReader,
    vault: testVault,
    inboxFreshMs: 600_000,
    linkedIn: world.linkedIn,
    ...(options.fault ? { fault: options.fault } : {}),
    ...options.deps,
  };
  const announcer = createAnnouncer({ db, walks, log });
  const commands: CommandDeps = { db, announce: announcer.announce };
  const skipper = createSkipper(client, 'default');
  const reconcile = () => reconcileOnce(deps, { sweeps: false });
  const conductor = createConductor({
    db,
    walks,
    reconcile,
    skipper,
    ...(options.roundEnd && { roundEnd: options.roundEnd }),
  });
  const worker = await startWorker(taskQueue, deps, options.cached);
  return {
    database,
    db,
    client,
    walks,
    log,
    world,
    deps,
    commands,
    announcer,
    conductor,
    reconcile,
    skipper,
    taskQueue,
    worker,
    /** How far everything has come: `until` is patient while it moves. */
    workDone: () => db.asSystem(workDone),
    async stop() {
      await announcer.settled();
      await worker.stop();
      await connection.close();
      await db.close();
      await database.drop();
    },
  };
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** A worker that runs until it is stopped. */
async function startWorker(taskQueue: string, deps: ActivityDeps, cached = 100) {
  installRuntime();
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const workers = await createWorkers({
    connection,
    taskQueue,
    deps,
    workflowBundle: { codePath: inject('workflowBundle') },
    maxCachedWorkflows: cached,
    shutdownGraceTime: '5 seconds',
  });
  const running = workers.run();
  return {
    async stop() {
      workers.shutdown();
      await running;
      await connection.close();
    },
  };
}

let installed = false;
function installRuntime(): void {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR') });
  installed = true;
}
