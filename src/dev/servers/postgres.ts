import { join, resolve } from 'node:path';
import pg from 'pg';
import { sqlStateOf } from '../../db/errors.ts';
import { poll } from '../poll.ts';
import { openDataFolder } from './data-folder.ts';
import { assertPortFree, LOOPBACK } from './ports.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { type Cluster, disarmPidFile, makeOwner, openCluster, ownerUrl, superuserUrl } from './postgres-cluster.ts';
import { openPostgresHome } from './postgres-home.ts';
import { isRunning, type ProcessMark, stopProcess } from './processes.ts';
import { claimRun, releaseRun } from './run-file.ts';
import { lastWords, spawnServer } from './server-process.ts';

export interface PostgresOptions {
  /** The embedded runtime's data folder; PostgreSQL gets `postgres` inside. */
  dataDir: string;
  port: number;
  /** False only where a crash may lose everything. Default true. */
  fsync?: boolean;
  /** A folder with the server's package, of another version, in its node_modules. Default: ours. */
  installedIn?: string;
  log?(line: string): void;
}

export interface EmbeddedPostgres {
  port: number;
  /** Database `topo` as its owner, role `topo`: may create roles and databases, is bound by row-level security. */
  ownerUrl: string;
  /** Database `postgres` as the superuser: for set-up and tests, never for the application. */
  superuserUrl: string;
  /** Ends every session and returns once the server is gone. Harmless to repeat. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 180_000; // on a slow machine, and after a crash it replays what was written since the last checkpoint
const STOP = [
  { signal: 'SIGINT', graceMs: 15_000 }, // "fast": ends the sessions; SIGTERM would wait for the clients
  { signal: 'SIGQUIT', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

/**
 * Starts the real PostgreSQL of the npm package on 127.0.0.1 and initialises `dataDir` the first time. A server that a
 * killed starter left behind is taken over. Throws when the port or the folder is in use, naming what to change.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { port, fsync = true, installedIn, log = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const run = join(dataDir, 'postgres.run');
  openDataFolder(dataDir);
  let server = claimRun(run, 'The embedded PostgreSQL');
  let isHeld = true;
  const stop = async () => {
    if (server) await stopProcess(server, STOP);
    if (isHeld) releaseRun(run); // once: the next start's is none of ours
    isHeld = false;
  };
  try {
    const home = openPostgresHome(dataDir, log);
    const binaries = await findPostgresBinaries(home, installedIn);
    const cluster = await openCluster(home, binaries, join(dataDir, 'postgres.secret'));
    if (server && (await isOurs(cluster, port))) log(`Took over the PostgreSQL left running as process ${server.pid}.`);
    else {
      if (server) await stopProcess(server, STOP);
      server = undefined;
      await assertPortFree(port, 'EMBEDDED_POSTGRES_PORT');
      disarmPidFile(cluster);
      server = await launch(cluster, { port, fsync, run, logFile: join(dataDir, 'postgres.log') });
    }
    await asSuperuser(cluster, port, (client) => makeOwner(cluster, client));
    return { port, ownerUrl: ownerUrl(cluster, port), superuserUrl: superuserUrl(cluster, port), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Launch {
  port: number;
  fsync: boolean;
  run: string;
  logFile: string;
}

/** Starts the server and returns once it takes connections. */
async function launch(cluster: Cluster, how: Launch): Promise<ProcessMark> {
  const server = await poll(() => attempt(cluster, how), READY_WITHIN_MS, { everyMs: 100 });
  if (server) return server;
  throw new Error(
    `Sessions of a PostgreSQL that was killed still hold ${cluster.data}. End them (ps), then start again.`,
  );
}

/** Undefined when sessions of a killed server still hold its memory: they end by themselves within moments. */
async function attempt(cluster: Cluster, { port, fsync, run, logFile }: Launch): Promise<ProcessMark | undefined> {
  const server = await spawnServer({
    command: cluster.binaries.postgres,
    args: ['-D', cluster.data, ...settings(port, fsync).flatMap((setting) => ['-c', setting])],
    env: { LC_ALL: 'C', TZ: 'UTC' },
    identity: cluster.home.identity,
    logFile,
    run,
  });
  try {
    const state = await poll(async () => {
      if (!isRunning(server)) return 'ended';
      return (await asSuperuser(cluster, port, servesData(cluster))) ? 'ready' : undefined;
    }, READY_WITHIN_MS);
    if (state === 'ready') return server;
  } catch (error) {
    await stopProcess(server, STOP);
    throw error;
  }
  await stopProcess(server, STOP);
  const words = lastWords(logFile);
  if (/pre-existing shared memory block/.test(words)) return undefined;
  throw new Error(`PostgreSQL did not start (${logFile}):\n${words}`);
}

function settings(port: number, fsync: boolean): string[] {
  const careless = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'autovacuum=off', // its worker is the superuser's: while it looks at a database, the owner cannot drop that
  ];
  return [
    `listen_addresses=${LOOPBACK}`,
    `port=${port}`,
    'unix_socket_directories=', // none: the password is asked for on the one way in
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
    'jit=off', // its library is not in the package
    ...(fsync ? [] : careless),
  ];
}

/** Whether the server left running can be worked with: it answers, on our port, with these data. */
async function isOurs(cluster: Cluster, port: number): Promise<boolean> {
  return (await asSuperuser(cluster, port, servesData(cluster)).catch(() => false)) ?? false;
}

const servesData =
  (cluster: Cluster) =>
  async (client: pg.Client): Promise<boolean> => {
    const { rows } = await client.query('show data_directory');
    return rows[0]?.data_directory === cluster.data;
  };

/** Undefined while nobody answers, or the server is still starting. */
async function asSuperuser<T>(
  cluster: Cluster,
  port: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: superuserUrl(cluster, port), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // a lost connection also fails the query, which reports it
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    if (['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(sqlStateOf(error) ?? '')) return undefined;
    throw error;
  } finally {
    await client.end();
  }
}
