import { DefaultLogger, NativeConnection, Runtime as TemporalRuntime } from '@temporalio/worker';
import { createChildMailParser } from './adapters/child-mail-parser.ts';
import { createTemporalSchedules } from './adapters/temporal-schedules.ts';
import { keepInBeing } from './commands/keep-in-being.ts';
import { type Config, readConfig } from './config.ts';
import { failureOf } from './db/errors.ts';
import { MINUTE_MS } from './domain/durations.ts';
import { runAsProgram } from './program.ts';
import { createWorkers } from './temporal-workers.ts';
import { openRuntime, openWriter, refuseVirtualTime } from './wiring.ts';

/** A worker: its parts in order, then it runs until it is told to stop (SIGINT, SIGTERM), finishing what is in flight. */
export async function runWorker(config: Config): Promise<void> {
  const { log, db, temporal, client, walks, unsubscribeLinks, vault, mailer, mailboxes, linkedIn, replyReader } =
    openRuntime(
      config,
      'worker',
      // A message that was accepted must be recorded, however many deeds wait for a connection.
      { statementTimeoutMs: 30_000, acquireTimeoutMs: 30_000 },
    );
  await refuseVirtualTime(config, db);
  TemporalRuntime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });

  const { connectionOptions, namespace } = temporal;
  const { address, tls, apiKey, metadata } = connectionOptions;
  const connection = await NativeConnection.connect({
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined || tls === null ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  });
  const mailParser = createChildMailParser();
  const workers = await createWorkers({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    deps: {
      db,
      mailer,
      mailboxes,
      mailParser,
      replyReader,
      vault,
      inboxFreshMs: config.INBOX_FRESH_MINUTES * MINUTE_MS,
      linkedIn,
      writer: openWriter(config, log),
      walks,
      unsubscribeLinks,
      log,
    },
    maxConcurrentActivityTaskExecutions: config.WORKER_MAX_ACTIVITIES,
    maxCachedWorkflows: config.WORKER_CACHED_WORKFLOWS,
    shutdownGraceTime: '30 seconds',
  });

  const schedules = createTemporalSchedules(client, config.TEMPORAL_TASK_QUEUE, namespace);
  const upkeep = () =>
    keepInBeing({ db, walks, schedules }).catch((error: unknown) =>
      log.warn(failureOf(error), 'the upkeep failed; it runs again in a minute'),
    );
  void upkeep();
  const timer = setInterval(upkeep, MINUTE_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => workers.shutdown());
  log.info({ taskQueue: config.TEMPORAL_TASK_QUEUE, namespace }, 'worker runs');
  await workers.run();
  clearInterval(timer);
  await mailParser.stop();
  await connection.close();
  await client.connection.close();
  await db.close();
}

await runAsProgram(import.meta.url, () => runWorker(readConfig()));
