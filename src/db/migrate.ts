import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { sqlStateOf } from './errors.ts';
import { MISSING_RIGHT, prepareOwner, withRemedy } from './owner-rights.ts';

const folder = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Any number; the same in every process that migrates this product. */
const MIGRATION_LOCK = 7_067_016;

/**
 * Brings the database of `databaseUrl` (its owner's) to this build's schema. Processes that start together take turns
 * under an advisory lock, held on the very connection that migrates (drizzle's migrator itself races). Where the role
 * lacks a right, the error says which statements give it.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await prepareOwner(client);
    await runMigrations(drizzle(client), { migrationsFolder: folder });
  } catch (error) {
    throw sqlStateOf(error) === MISSING_RIGHT ? await withRemedy(client, error) : error;
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
