import { openVault } from './adapters/key-vault.ts';
import { rotateCredentials } from './commands/accounts/rotate-credentials.ts';
import { BadEnvironment, type Config, readConfig } from './config.ts';
import { openDb } from './db/pool.ts';
import { runAsProgram } from './program.ts';

/**
 * Seals every stored credential with the newest key of `CREDENTIALS_KEYS`; afterwards the others may go. Harmless to
 * repeat, and beside a running service. Throws when some could not be opened; the rest is done then.
 */
export async function rotateKeys(config: Config, log: (line: string) => void): Promise<void> {
  const { DATABASE_URL, SECRET_KEY, CREDENTIALS_KEYS } = config;
  if (!DATABASE_URL || !SECRET_KEY) throw new BadEnvironment('the rotation needs DATABASE_URL and SECRET_KEY');
  const db = openDb({
    url: DATABASE_URL,
    size: 1,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    onIdleError: ({ message }) => log(`an idle database connection was lost: ${message}`),
  });
  try {
    const vault = openVault(CREDENTIALS_KEYS, SECRET_KEY);
    const { resealed, current, failed } = await rotateCredentials({ db, vault });
    log(`${resealed} credentials were sealed with the newest key; ${current} were already.`);
    if (failed.size > 0)
      throw new Error([...failed].map(([why, count]) => `${count} could not be sealed anew: ${why}`).join('\n'));
  } finally {
    await db.close();
  }
}

await runAsProgram(import.meta.url, () => rotateKeys(readConfig(), (line) => console.log(line)));
