import { fileURLToPath } from 'node:url';
import { BadEnvironment, readConfig } from './config.ts';
import { migrate } from './db/migrate.ts';

/** Brings the database of `DATABASE_URL` (its owner's) to this build's schema. Harmless to repeat, and side by side. */
async function main(): Promise<void> {
  const { DATABASE_URL } = readConfig();
  if (!DATABASE_URL) throw new BadEnvironment('the migration needs DATABASE_URL, of the role that owns the database');
  await migrate(DATABASE_URL);
  console.log('The database is up to date.');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
