import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isRoot } from '../../../src/dev/servers/data-folder.ts';
import { freePort } from '../../../src/dev/servers/ports.ts';
import { type EmbeddedPostgres, startPostgres } from '../../../src/dev/servers/postgres.ts';
import { markOf } from '../../../src/dev/servers/processes.ts';
import { until } from '../../support/until.ts';
import { aFolder, occupy, serverIn, startAndDie } from './servers.ts';

const { folder: dataDir, remove } = aFolder();
const run = join(dataDir, 'postgres.run');
let port: number;
let running: EmbeddedPostgres | undefined;

const start = async () => {
  running = await startPostgres({ dataDir, port });
  return running;
};

beforeAll(async () => {
  port = await freePort();
});
afterEach(() => running?.stop());
afterAll(remove);

test('the owner of the database makes roles and databases and is bound by row-level security', async () => {
  const { ownerUrl } = await start();
  const [role] = await ask(ownerUrl, 'select * from pg_roles where rolname = current_user');
  expect(role).toMatchObject({
    rolname: 'topo',
    rolsuper: false,
    rolbypassrls: false,
    rolcreaterole: true,
    rolcreatedb: true,
  });
  const [database] = await ask(
    ownerUrl,
    `select current_database() name, pg_get_userbyid(datdba) owner,
    pg_encoding_to_char(encoding) encoding, upper('é') letter, current_setting('TimeZone') zone
    from pg_database where datname = current_database()`,
  );
  expect(database).toEqual({ name: 'topo', owner: 'topo', encoding: 'UTF8', letter: 'É', zone: 'UTC' });
});

test('nobody gets in without the password, and it listens on the loopback address alone', async () => {
  const { ownerUrl, superuserUrl } = await start();
  const guess = new URL(ownerUrl);
  guess.password = 'guess';
  await expect(ask(guess.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect(await ask(ownerUrl, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(await ask(superuserUrl, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
});

test('what lies in the data folder is closed to others', async () => {
  await start();
  const openToOthers = readdirSync(dataDir).filter((name) => statSync(join(dataDir, name)).mode & 0o077);
  expect(openToOthers).toEqual([]);
  expect(statSync(dataDir).mode & 0o777).toBe(isRoot() ? 0o711 : 0o700);
});

test('a stop ends open sessions and leaves no process', async () => {
  const { ownerUrl, stop } = await start();
  const server = serverIn(run);
  const session = await open(ownerUrl);
  await stop();
  await expect(session.query('select 1')).rejects.toThrow();
  expect(markOf(server)).toBeUndefined();
  expect(existsSync(run)).toBe(false);
});

test('a second start keeps the data', async () => {
  const first = await start();
  await ask(first.ownerUrl, "create table kept as select 'this' what");
  await first.stop();
  const second = await start();
  expect(await ask(second.ownerUrl, 'select what from kept')).toEqual([{ what: 'this' }]);
});

test('a server that was killed comes back with what was committed', async () => {
  const first = await start();
  await ask(first.ownerUrl, "create table committed as select 'this' what");
  const server = serverIn(run);
  process.kill(server, 'SIGKILL');
  await until(() => !markOf(server), 'its end');
  await first.stop();
  const second = await start();
  expect(await ask(second.ownerUrl, 'select what from committed')).toEqual([{ what: 'this' }]);
});

test('the next start takes over a server whose starter was killed, and can stop it', async () => {
  await startAndDie('postgres', { dataDir, port });
  const orphan = serverIn(run);
  const { ownerUrl, stop } = await start();
  expect(serverIn(run)).toBe(orphan);
  expect(await ask(ownerUrl, 'select 1 one')).toEqual([{ one: 1 }]);
  await stop();
  expect(markOf(orphan)).toBeUndefined();
});

test('a server left running on another port is stopped and started on the one asked for', async () => {
  await startAndDie('postgres', { dataDir, port: await freePort() });
  const orphan = serverIn(run);
  const { ownerUrl } = await start();
  expect(markOf(orphan)).toBeUndefined();
  expect(await ask(ownerUrl, 'show port')).toEqual([{ port: String(port) }]);
});

test('to stop a server twice does no harm to the one started since', async () => {
  const first = await start();
  await first.stop();
  const { ownerUrl } = await start();
  await first.stop();
  expect(existsSync(run)).toBe(true);
  expect(await ask(ownerUrl, 'select 1 one')).toEqual([{ one: 1 }]);
});

test('a folder in use is refused, and the server in it goes on', async () => {
  const { ownerUrl } = await start();
  await expect(startPostgres({ dataDir, port: await freePort() })).rejects.toThrow(`in use by process ${process.pid}`);
  expect(await ask(ownerUrl, 'select 1 one')).toEqual([{ one: 1 }]);
});

test.each([
  ['names a process of somebody else', '1\n/elsewhere\n1\n'],
  ['was cut short by a kill', ''],
])('a postmaster.pid that %s is no obstacle', async (_, content) => {
  await (await start()).stop();
  writeFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), content);
  const { ownerUrl } = await start();
  expect(await ask(ownerUrl, 'select 1 one')).toEqual([{ one: 1 }]);
});

test('a busy port is refused by its number and the setting that changes it', async () => {
  const leave = await occupy(port);
  await expect(start()).rejects.toThrow(new RegExp(`Port ${port} .*EMBEDDED_POSTGRES_PORT`));
  leave();
  expect(await ask((await start()).ownerUrl, 'select 1 one')).toEqual([{ one: 1 }]);
});

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // its end is what some of these tests are about
  await client.connect();
  return client;
}

async function ask(url: string, question: string): Promise<unknown[]> {
  const client = await open(url);
  try {
    return (await client.query(question)).rows;
  } finally {
    await client.end();
  }
}
