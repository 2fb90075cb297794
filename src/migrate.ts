import { BadEnvironment, readConfig } from './config.ts';
import { migrate } from './db/migrate.ts';
import { runAsProgram } from './program.ts';

/** Brings the database of `DATABASE_URL` (its owner's) to this build's schema. Harmless to repeat, and side by side. */
async function main(): Promise<void> {
  const { DATABASE_URL } = readConfig();
  if (!DATABASE_URL) throw new BadEnvironment('the migration needs DATABASE_URL, of the role that owns the database');
  await migrate(DATABASE_URL);
  console.log('The database is up to date.');
}

await runAsProgram(import.meta.url, main);
