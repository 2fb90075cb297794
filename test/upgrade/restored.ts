import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { prepareOwner } from '../../src/db/owner-rights.ts';
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts';

/*
 * An installation of an earlier commit, from a dump: `test/upgrade/{commit}/dump.sql`. Its schema is made by the
 * migrations that commit had, which were released and are the same for ever; its rows are in the dump.
 */

const drizzle = new URL('../../drizzle/', import.meta.url);

interface Journal {
  entries: readonly { when: number; tag: string }[];
}

/** Not migrated to what this build knows. Throws where a migration that the dump was made under has changed since. */
export async function restored(commit: string): Promise<FreshDatabase> {
  const dump = readFileSync(new URL(`${commit}/dump.sql`, import.meta.url), 'utf8');
  const migrations = migrationsBefore(dump);
  const database = await emptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await prepareOwner(client);
    for (const statements of migrations) await client.query(statements);
    await client.query(dump);
  } finally {
    await client.end();
  }
  return database;
}

/** The statements of those that the dump names by hash, in order. */
function migrationsBefore(dump: string): string[] {
  const { entries }: Journal = JSON.parse(readFileSync(new URL('meta/_journal.json', drizzle), 'utf8'));
  const made = [...dump.matchAll(/^ {2}\(\d+, '([0-9a-f]{64})', (\d+)\)/gm)];
  return made.map(([, hash, when]) => {
    const tag = entries.find((entry) => entry.when === Number(when))?.tag;
    const statements = readFileSync(new URL(`${tag}.sql`, drizzle), 'utf8');
    if (createHash('sha256').update(statements).digest('hex') !== hash)
      throw new Error(`migration ${tag} was released and has been edited since: a migration never is`);
    return statements;
  });
}
