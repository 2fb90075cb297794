import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, readConfig } from '../config.ts';
import { type Db, openDb } from '../db/pool.ts';
import { createSignInCode } from '../db/sessions.ts';
import { findToken, hashToken } from '../db/tokens.ts';
import { runAsProgram } from '../program.ts';
import { apiUrl, childEnvironment } from './environment.ts';
import { linkedInHooks } from './linkedin/hooks.ts';
import { type Parts, startParts } from './parts.ts';
import { poll } from './poll.ts';
import { ensureDevToken, seed } from './seed.ts';
import { type Child, startChild } from './servers/child.ts';
import { assertPortFree } from './servers/ports.ts';

const READY_WITHIN_MS = 180_000; // how slow a machine may be; a part that ends says so at once

const say = (line: string) => console.log(line);

/** `npm start`: everything a fresh clone needs, then the worker and the API as processes of their own. Design 9. */
async function start(): Promise<void> {
  const config = readConfig();
  await assertPortFree(config.PORT, 'PORT');
  say('Starting. The first time takes a minute: the Temporal server is downloaded once.');
  const parts = await startParts(config, say, { page: apiUrl(config) });
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
    parts.linkedIn.callBackTo(linkedInHooks(db, apiUrl(config), parts.linkedInCallbackSecret));

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
          entry: new URL(name === 'api' ? './server.ts' : './worker.ts', import.meta.url),
          env,
          logFile: join(logs, `${name}.log`),
          onLost,
        }),
      );
    if (!(await untilReady(config, () => stopping !== undefined))) return;
    sayWhereThingsAre(config, parts, seeded.campaignId, await signInLink(db, config, token));
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

/** Until the API answers that Postgres, Temporal and the migrations are there; false when we are to stop before. */
async function untilReady(config: Config, isStopping: () => boolean): Promise<boolean> {
  const answer = () =>
    fetch(`${apiUrl(config)}/readyz`).then(
      ({ ok }) => ok || undefined,
      () => undefined, // not listening yet
    );
  const ready = await poll(async () => (isStopping() ? false : answer()), READY_WITHIN_MS, { everyMs: 200 });
  if (ready === undefined) throw new Error(`the API was not ready within ${READY_WITHIN_MS / 1000} s`);
  return ready;
}

/** Opens the page, once and within ten minutes: the token itself is never in an address. */
async function signInLink(db: Db, config: Config, token: string): Promise<string> {
  const code = await db.asSystem(async (tx) => {
    const row = await findToken(tx, hashToken(token));
    return row && createSignInCode(tx, { workspaceId: row.workspaceId, tokenId: row.id });
  });
  return `${apiUrl(config)}/sign-in${code === null ? '' : `#code=${code}`}`;
}

function sayWhereThingsAre(config: Config, parts: Parts, campaignId: string, page: string): void {
  const lines: [string, string][] = [
    ['Page', `${page} (signs in once, for 10 minutes)`],
    ['API', apiUrl(config)],
    ['Temporal UI', parts.temporalUi ?? `that of ${parts.temporalAddress}`],
    ['Mailbox', `${apiUrl(config)}/dev/mailbox`],
    ['LinkedIn simulator', `${apiUrl(config)}/dev/linkedin`],
    ['API token', `in ${join(parts.dataDir, 'dev-token')}`],
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

await runAsProgram(import.meta.url, start);
