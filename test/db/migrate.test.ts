import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { migrate, newestMigration } from '../../src/db/migrate.ts';

/** A database with nothing in it, not even our schema. */
let name: string;
let url: string;

beforeEach(async () => {
  name = `empty_${randomUUID().replaceAll('-', '')}`;
  const empty = new URL(inject('postgresUrl'));
  empty.pathname = name;
  url = empty.href;
  await query(inject('postgresUrl'), `create database ${name}`);
});
afterEach(() => query(inject('postgresUrl'), `drop database ${name} with (force)`));

async function query(connectionString: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const applied = () => query(url, 'select hash, created_at from drizzle.__drizzle_migrations order by id');

const files = readdirSync(new URL('../../drizzle/', import.meta.url)).filter((file) => file.endsWith('.sql'));

test('processes that migrate an empty database side by side all succeed, and each migration is applied once', async () => {
  await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
  const rows = await applied();
  expect(rows).toHaveLength(files.length);
  expect(rows.at(-1)).toMatchObject({ created_at: String(newestMigration()) });
  expect(
    await query(
      url,
      'select count(*)::int as n from pg_tables where schemaname = $$public$$ and tablename = $$sequences$$',
    ),
  ).toEqual([{ n: 1 }]);
});

test('migrating again changes nothing', async () => {
  await migrate(url);
  const before = await applied();
  await migrate(url);
  await Promise.all([migrate(url), migrate(url)]);
  expect(await applied()).toEqual(before);
});

test('a database that cannot be reached is told as an error', async () => {
  const nowhere = new URL(url);
  nowhere.pathname = 'no_such_database';
  await expect(migrate(nowhere.href)).rejects.toThrow(/no_such_database/);
});
