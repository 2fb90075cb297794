import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporalClient } from '../adapters/temporal-client.ts';
import { createTemporalWalks } from '../adapters/temporal-walks.ts';
import { createAnnouncer } from '../commands/announcer.ts';
import { recordConnectionAccepted } from '../commands/record-connection-accepted.ts';
import { type Config, readConfig, readTemporalSettings } from '../config.ts';
import { type Db, openDb } from '../db/pool.ts';
import { type Child, startChild } from './child.ts';
import { apiUrl, childEnvironment } from './environment.ts';
import { type Parts, startParts } from './parts.ts';
import { poll } from './poll.ts';
import { assertPortFree } from './ports.ts';
import { ensureDevToken, type Seed, seed } from './seed.ts';

const READY_WITHIN_MS = 60_000;

const say = (line: string) => console.log(line);

/** `npm start`: everything a fresh clone needs, then the worker and the API as processes of their own. Design 9. */
async function start(): Promise<void> {
  const config = readConfig();
  await assertPortFree(config.PORT, 'PORT');
  say('Starting. The first time takes a minute: the Temporal server is downloaded once.');
  const parts = await startParts(config, say);
  const children: Child[] = [];
  let stopping: Promise<void> | undefined;
  let db: Db | undefined;

  const stop = (code: number) => {
    stopping ??= (async () => {
      say('\nStopping: API, worker, Temporal, Postgres.');
      for (const child of children) await child.stop();
      await db?.close();
      await parts.stop();
      process.exitCode = code;
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

  try {
    db = openLocalDb(parts);
    const seeded = await seed(db, parts);
    const token = await ensureDevToken(db, seeded, parts.dataDir);
    hearAcceptances(config, parts, db, seeded);

    const logs = join(parts.dataDir, 'logs');
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const env = childEnvironment(config, parts);
    const onLost = (name: string, code: number | null) => {
      say(
        `The ${name} ended by itself (${code ?? 'killed'}). Its last lines are in ${join(logs, `${name}.log`)}. Stopping the rest.`,
      );
      void stop(1);
    };
    for (const name of ['api', 'worker'])
      children.push(
        startChild({
          name,
          entry: name === 'api' ? './server.ts' : './worker.ts',
          env,
          logFile: join(logs, `${name}.log`),
          onLost,
        }),
      );
    if (!(await untilReady(config, () => stopping !== undefined))) return;
    sayWhereThingsAre(config, parts, token, seeded.campaignId);
  } catch (error) {
    await stop(1);
    throw error;
  }
}

const openLocalDb = ({ databaseUrl }: Parts): Db =>
  openDb({
    url: databaseUrl,
    size: 4,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 5_000,
    acquireTimeoutMs: 10_000,
    onIdleError: ({ message }) => say(`A database connection was lost: ${message}`),
  });

/** Accepting on the simulator's page is told to the service, as a provider's callback would. */
function hearAcceptances(config: Config, parts: Parts, db: Db, { caller, linkedInAccount }: Seed): void {
  const client = createTemporalClient(readTemporalSettings({ TEMPORAL_ADDRESS: parts.temporalAddress }));
  const log = {
    info: () => undefined,
    warn: (_: object, line: string) => say(line),
    error: (_: object, line: string) => say(line),
  };
  const { announce } = createAnnouncer({ db, log, walks: createTemporalWalks(client, config.TEMPORAL_TASK_QUEUE) });
  parts.linkedIn.onAccepted(({ profile }) => {
    recordConnectionAccepted({ db, announce }, caller, { accountId: linkedInAccount, profile }).catch(
      (error: unknown) => say(`An acceptance was not recorded: ${error instanceof Error ? error.message : 'unknown'}`),
    );
  });
}

/** Until the API answers that Postgres, Temporal and the migrations are there; false when we are to stop before. */
async function untilReady(config: Config, isStopping: () => boolean): Promise<boolean> {
  const answer = () =>
    fetch(`${apiUrl(config)}/readyz`).then(
      ({ ok }) => ok || undefined,
      () => undefined, // not listening yet
    );
  const ready = await poll(async () => (isStopping() ? false : answer()), READY_WITHIN_MS, 200);
  if (ready === undefined) throw new Error(`the API was not ready within ${READY_WITHIN_MS / 1000} s`);
  return ready;
}

function sayWhereThingsAre(config: Config, parts: Parts, token: string, campaignId: string): void {
  const lines: [string, string][] = [
    ['API', apiUrl(config)],
    ['Temporal UI', parts.temporalUi ?? `that of ${parts.temporalAddress}`],
    ['Mailbox', parts.mailbox.pageUrl],
    ['LinkedIn simulator', parts.linkedIn.url],
    ['API token', `${token} (also in ${join(parts.dataDir, 'dev-token')})`],
    ['Draft campaign', campaignId],
    ['Logs', join(parts.dataDir, 'logs')],
  ];
  say(`\nTopo Sequences runs.\n${lines.map(([name, value]) => `  ${`${name}:`.padEnd(20)} ${value}`).join('\n')}`);
  say(`
Next:
  npm run topo -- leads import examples/leads.csv --campaign ${campaignId} --approve
  npm run topo -- campaign start ${campaignId}
  npm run topo -- forward --to-next

Ctrl-C stops everything; the next start goes on with the same data.`);
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
