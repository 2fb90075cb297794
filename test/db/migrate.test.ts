import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { migrate, newestMigration } from '../../src/db/migrate.ts';
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let url: string;
let name: string;

beforeEach(async () => {
  database = await emptyDatabase();
  url = database.url;
  name = new URL(url).pathname.slice(1);
});
afterEach(() => database.drop());

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

/** A role of its own, beside the one that owns everything. It goes with the test, after the database. */
async function aRole(attributes: string): Promise<string> {
  const role = `role_${randomUUID().replaceAll('-', '')}`;
  await query(url, `create role ${role} ${attributes}`);
  onTestFinished(async () => void (await query(inject('postgresUrl'), `drop role ${role}`)));
  return role;
}

test('an owner who does not inherit what the owner of the schema may, as on PostgreSQL 15, installs, and again', async () => {
  const house = await aRole('nologin');
  await query(
    url,
    `grant ${house} to current_user with inherit false, set true;
     grant create on database ${name} to ${house};
     alter schema public owner to ${house}`,
  );
  await migrate(url);
  await migrate(url);
  expect(await applied()).toHaveLength(files.length);
  expect(await query(url, "select has_schema_privilege('topo_app', 'public', 'usage') as may_look")).toEqual([
    { may_look: true },
  ]);
});

describe('a role that neither owns the database nor may create roles', () => {
  let guest: string;
  let guestUrl: string;
  beforeEach(async () => {
    guest = await aRole("login password 'hush-hush'");
    guestUrl = Object.assign(new URL(url), { username: guest, password: 'hush-hush' }).href;
  });

  test('is told which statements give it what it lacks, and they suffice', async () => {
    const refusal = await migrate(guestUrl).then(String, String);
    const statements = [...refusal.matchAll(/^ {4}(.+;)$/gm)].map(([, statement]) => statement);
    expect(statements).toHaveLength(4);
    await query(url, statements.join('\n'));
    await migrate(guestUrl);
    await migrate(guestUrl);
    expect(await query(guestUrl, 'select from drizzle.__drizzle_migrations')).toHaveLength(files.length);
    expect(
      await query(guestUrl, "select pg_has_role('topo_app', 'set') can_become, pg_has_role('topo_app', 'usage') has"),
    ).toEqual([{ can_become: true, has: false }]);
  });

  test('reads the cause from the program, reached by a link, and no query and no password', async () => {
    await query(
      url,
      `grant create on database ${name} to ${guest};
       grant topo_app, topo_system to ${guest} with inherit false, set true`,
    );
    const link = join(mkdtempSync(join(inject('scratchFolder'), 'migrate-')), 'current');
    symlinkSync(fileURLToPath(new URL('../../', import.meta.url)), link);
    const ended = await new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), join(link, 'src', 'migrate.ts')],
        { env: { DATABASE_URL: guestUrl } },
        (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `role "${guest}" lacks rights in database "${name}". Either it owns the database and may create roles, or an administrator, connected to that database, says:
    grant usage, create on schema public to ${guest} with grant option;
  because: permission denied for schema public (42501)
`,
    });
  });
});
