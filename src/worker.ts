import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime as TemporalRuntime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import { createHttpLinkedIn } from './adapters/http-linkedin.ts';
import { offlineWriter } from './adapters/offline-writer.ts';
import { createSmtpMailer } from './adapters/smtp-mailer.ts';
import { createTemporalSchedules } from './adapters/temporal-schedules.ts';
import { keepInBeing } from './commands/keep-in-being.ts';
import { type Config, readConfig } from './config.ts';
import { openRuntime, refuseVirtualTime } from './runtime.ts';
import { bundleWorkflows, workerDeploymentOptions } from './workflow-bundle.ts';

const MINUTE_MS = 60_000;

/** A worker: its parts in order, then it runs until it is told to stop (SIGINT, SIGTERM), finishing what is in flight. */
export async function runWorker(config: Config): Promise<void> {
  const { log, db, temporal, client, walks, unsubscribeLinks } = openRuntime(config, 'worker', 30_000);
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
  const linkedIn = createHttpLinkedIn({
    baseUrl: config.LINKEDIN_URL ?? 'http://127.0.0.1:0',
    apiKey: config.LINKEDIN_API_KEY ?? '',
    timeoutMs: 30_000,
  });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: await bundleWorkflows(),
    activities: createActivities({
      db,
      mailer: createSmtpMailer({}),
      linkedIn,
      writer: offlineWriter,
      walks,
      unsubscribeLinks,
      log,
    }),
    maxConcurrentActivityTaskExecutions: config.WORKER_MAX_ACTIVITIES,
    workerDeploymentOptions,
    maxCachedWorkflows: config.WORKER_CACHED_WORKFLOWS,
    shutdownGraceTime: '30 seconds',
  });

  const schedules = createTemporalSchedules(client, config.TEMPORAL_TASK_QUEUE, namespace);
  const upkeep = () =>
    keepInBeing({ db, walks, schedules }).catch((error: unknown) =>
      log.warn(
        { error: error instanceof Error ? error.message : 'unknown' },
        'the upkeep failed; it runs again in a minute',
      ),
    );
  void upkeep();
  const timer = setInterval(upkeep, MINUTE_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => worker.shutdown());
  log.info({ taskQueue: config.TEMPORAL_TASK_QUEUE, namespace }, 'worker runs');
  await worker.run();
  clearInterval(timer);
  await connection.close();
  await client.connection.close();
  await db.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  runWorker(readConfig()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
