import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openVault } from '../adapters/key-vault.ts';
import type { Vault } from '../adapters/vault.ts';
import type { Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { startLinkedInSimulator } from './linkedin/simulator.ts';
import { startMailbox } from './mailbox/mailbox.ts';
import { openDataFolder, writeSecret } from './servers/data-folder.ts';
import { startPostgres } from './servers/postgres.ts';
import { findTemporalCli } from './servers/temporal-cli.ts';
import { startTemporal } from './servers/temporal-server.ts';

/** The servers a fresh clone runs on; those that the environment names are used instead of ours. */
export interface Parts {
  dataDir: string;
  databaseUrl: string;
  temporalAddress: string;
  /** Null when Temporal is somebody else's. */
  temporalUi: string | null;
  secretKey: string;
  linkedInKey: string;
  /** What the simulator's callbacks are known by. */
  linkedInCallbackSecret: string;
  /** Opens every inbox of the local mailbox. */
  imapPassword: string;
  vault: Vault;
  mailbox: Awaited<ReturnType<typeof startMailbox>>;
  linkedIn: Awaited<ReturnType<typeof startLinkedInSimulator>>;
  /** In the order in which they may go: the simulator first, Postgres last. */
  stop(): Promise<void>;
}

/**
 * Starts what is missing, in the order in which the parts need each other; what was started is stopped when a later one
 * fails. `page`: where the API serves the page that shows them; null where no API runs beside them.
 */
export async function startParts(
  config: Config,
  log: (line: string) => void,
  { fast = false, page = null }: { fast?: boolean; page?: string | null } = {},
): Promise<Parts> {
  const dataDir = resolve(config.TOPO_DATA_DIR);
  openDataFolder(dataDir);
  const folder = (name: string) => {
    const path = join(dataDir, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  try {
    const databaseUrl =
      config.DATABASE_URL ??
      keep(await startPostgres({ dataDir, port: config.EMBEDDED_POSTGRES_PORT, fsync: !fast, log })).ownerUrl;
    await migrate(databaseUrl);
    const temporal =
      config.TEMPORAL_ADDRESS === undefined ? keep(await ownTemporal(config, folder('temporal'), log, fast)) : null;
    const imapPassword = secretIn(dataDir, 'imap-password');
    const mailbox = keep(
      await startMailbox({
        smtpPort: config.MAILBOX_SMTP_PORT,
        imapPort: config.MAILBOX_IMAP_PORT,
        imapPassword,
        pagePort: config.MAILBOX_PAGE_PORT,
        dir: folder('mailbox'),
        page,
        log,
      }),
    );
    const linkedInKey = secretIn(dataDir, 'linkedin-key');
    const linkedIn = keep(
      await startLinkedInSimulator({
        port: config.LINKEDIN_SIMULATOR_PORT,
        dir: folder('linkedin'),
        apiKey: linkedInKey,
        page,
        log,
      }),
    );
    const secretKey = config.SECRET_KEY ?? secretIn(dataDir, 'secret-key');
    return {
      dataDir,
      databaseUrl,
      temporalAddress: temporal?.address ?? config.TEMPORAL_ADDRESS ?? '',
      temporalUi: temporal?.uiUrl ?? null,
      secretKey,
      vault: openVault(config.CREDENTIALS_KEYS, secretKey),
      imapPassword,
      linkedInKey,
      linkedInCallbackSecret: config.LINKEDIN_CALLBACK_SECRET ?? secretIn(dataDir, 'linkedin-callback-secret'),
      mailbox,
      linkedIn,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownTemporal(config: Config, dir: string, log: (line: string) => void, inMemory: boolean) {
  const cli = await findTemporalCli({ cliPath: config.TEMPORAL_CLI_PATH, path: config.PATH, log });
  const ports = { port: config.EMBEDDED_TEMPORAL_PORT, uiPort: config.EMBEDDED_TEMPORAL_UI_PORT };
  return startTemporal({
    cli,
    ...ports,
    log,
    ...(inMemory ? { scratchDir: dir } : { dbFile: join(dir, 'temporal.db') }),
  });
}

/** 32 random bytes that stay the same from start to start. */
function secretIn(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  if (!existsSync(file)) writeSecret(file, randomBytes(32).toString('hex'));
  return readFileSync(file, 'utf8').trim();
}
