import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { writeSecret } from './data-folder.ts';
import { LOOPBACK } from './ports.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { PostgresHome } from './postgres-home.ts';
import { runToEnd } from './processes.ts';

/** The data of one embedded PostgreSQL, and what it takes to work with them. */
export interface Cluster {
  home: PostgresHome;
  binaries: PostgresBinaries;
  /** PostgreSQL's data folder: there, and complete. */
  data: string;
  passwords: Passwords;
}

interface Passwords {
  superuser: string;
  owner: string;
}

const OWNER = 'topo';

/** Opens the data in `home`, initialising them the first time. The passwords lie in `secret`, which only we can read. */
export async function openCluster(home: PostgresHome, binaries: PostgresBinaries, secret: string): Promise<Cluster> {
  const data = join(home.path, 'data');
  const isNew = !existsSync(join(data, 'PG_VERSION'));
  if (!isNew && !existsSync(secret)) {
    throw new Error(
      `${secret} is missing, and with it the password of ${data}. Put it back, or remove ${data} to begin anew.`,
    );
  }
  if (!existsSync(secret)) writeSecret(secret, `${newPassword()}\n${newPassword()}\n`);
  const [superuser = '', owner = ''] = readFileSync(secret, 'utf8').split('\n');
  const cluster = { home, binaries, data, passwords: { superuser, owner } };
  if (isNew) await initialise(cluster);
  return cluster;
}

export const superuserUrl = ({ passwords }: Cluster, port: number): string =>
  `postgresql://postgres:${passwords.superuser}@${LOOPBACK}:${port}/postgres`;

export const ownerUrl = ({ passwords }: Cluster, port: number): string =>
  `postgresql://${OWNER}:${passwords.owner}@${LOOPBACK}:${port}/${OWNER}`;

/** Makes the role that owns our database, and the database. It may create roles and databases, and is no superuser. */
export async function makeOwner({ passwords }: Cluster, client: pg.Client): Promise<void> {
  const role = await client.query('select from pg_roles where rolname = $1', [OWNER]);
  const verb = role.rowCount === 0 ? 'create' : 'alter';
  const password = pg.escapeLiteral(passwords.owner);
  await client.query(`${verb} role ${OWNER} login nosuperuser nobypassrls createrole createdb password ${password}`);
  const database = await client.query('select from pg_database where datname = $1', [OWNER]);
  if (database.rowCount === 0) await client.query(`create database ${OWNER} owner ${OWNER}`);
}

/**
 * Puts our process number into a `postmaster.pid` that no live server of ours stands behind. Its number may by now be
 * that of a stranger (always so after a container was restarted), and PostgreSQL would refuse to start. It knows that
 * its parent, which we are about to be, is no server, and goes on to the check that matters: whether sessions of the
 * dead server still hold its shared memory. Removing the file would skip that.
 */
export function disarmPidFile({ data }: Cluster): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  if (lines.length < 2)
    rmSync(file); // killed while it was written
  else writeFileSync(file, [process.pid, ...lines.slice(1)].join('\n'));
}

/** Into a folder beside, then renamed: a kill half-way leaves nothing that looks like data. */
async function initialise({ home, binaries, data, passwords }: Cluster): Promise<void> {
  const fresh = `${data}.new`;
  const passwordFile = join(home.path, 'password.new');
  rmSync(fresh, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, passwords.superuser, { mode: 0o600 });
  const { uid, gid } = statSync(home.path);
  chownSync(passwordFile, uid, gid);
  try {
    await runToEnd(binaries.initdb, [...initdbOptions(binaries.major), `--pwfile=${passwordFile}`, '--pgdata', fresh], {
      identity: home.identity,
      env: { LC_ALL: 'C' },
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, data);
}

/**
 * The built-in locale, which PostgreSQL has since 17, sorts by code point and knows all letters, the same on every
 * system; libc's decides little.
 */
const initdbOptions = (major: number) => [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  ...(major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
  '--locale=C',
  `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
];

const newPassword = (): string => randomBytes(24).toString('hex');
