import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const folder = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Any number; the same in every process that migrates this product. */
const MIGRATION_LOCK = 7_067_016;

const roles = `
  do $$
  declare wanted text;
  begin
    foreach wanted in array array['topo_app', 'topo_system'] loop
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then null; -- another database of this server made it
      end;
      if current_setting('server_version_num')::int >= 160000 then
        execute format('grant %I to current_user with inherit false, set true', wanted);
      else
        execute format('grant %I to current_user', wanted);
      end if;
    end loop;
    -- The owner must not have what the roles may do, only be able to become one: a query without a role sees nothing.
    if current_setting('server_version_num')::int < 160000 then
      execute 'alter role current_user noinherit';
    end if;
  end $$`;

/**
 * Brings the database of `databaseUrl` (its owner's) to this build's schema. Processes that start together take turns
 * under an advisory lock, held on the very connection that migrates (drizzle's migrator itself races).
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(roles);
    await runMigrations(drizzle(client), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}

interface Journal {
  entries: { when: number }[];
}

/** When this build's newest migration was generated: what the database's newest must equal. Epoch ms. */
export function newestMigration(): number {
  const journal: Journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8'));
  return Math.max(...journal.entries.map(({ when }) => when));
}
