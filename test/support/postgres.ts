import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { sqlStateOf } from '../../src/db/errors.ts';
import { until } from './until.ts';

export interface FreshDatabase {
  /** Of role `topo`, the owner. */
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Any number; the same in every test file. */
const CLONE_LOCK = 7_067_017;
const OBJECT_IN_USE = '55006';

/** A migrated, empty database of its own, cloned from the template in some 30 ms. One per test file is meant. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // Clones take turns: PostgreSQL refuses a template that somebody else is connected to. Without fsync, copying files
  // is quicker than the default, which writes every page to the log.
  await asOwner(async (client) => {
    await client.query('select pg_advisory_lock($1)', [CLONE_LOCK]);
    const template = inject('templateDatabase');
    await until(() => tryTo(client, `create database ${name} template ${template} strategy file_copy`), 'the clone');
  });
  return named(name);
}

function named(name: string): FreshDatabase {
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  return {
    url: url.href,
    drop: () => asOwner(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

/** False when the template is in use at the moment, by a person with a client for instance. */
async function tryTo(client: pg.Client, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    if (sqlStateOf(error) === OBJECT_IN_USE) return false;
    throw error;
  }
}

/** A database with nothing in it, not even our schema. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  await asOwner(async (client) => void (await client.query(`create database ${name}`)));
  return named(name);
}

async function asOwner(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
