import { randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type { ActivityDeps } from '../../activities/deps.ts';
import { reconcileOnce } from '../../activities/repair.ts';
import { createImapMailboxes } from '../../adapters/imap-mailbox.ts';
import { openVault } from '../../adapters/key-vault.ts';
import { createSmtpMailer } from '../../adapters/smtp-mailer.ts';
import type { AccountDeps } from '../../commands/deps.ts';
import type { Config } from '../../config.ts';
import { migrate } from '../../db/migrate.ts';
import { createConductor } from '../clock/conductor.ts';
import { DEMO_PUBLIC_URL, startDemoEngine } from '../demo/engine.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startPostgres } from '../servers/postgres.ts';
import { findTemporalCli } from '../servers/temporal-cli.ts';
import { startTemporal } from '../servers/temporal-server.ts';

interface EngineOptions {
  /** Everything that is written goes below it. */
  dir: string;
  config: Config;
  /** The authority of the mail servers. */
  ca: string;
  log(line: string): void;
}

/**
 * PostgreSQL, Temporal and the engine, for mail servers that are not ours: the adapters as in the worker, only that they
 * find every host on this machine and trust one more authority. Certificates are checked.
 */
export async function startForeignMailEngine({ dir, config, ca, log }: EngineOptions) {
  const started: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const postgres = await startPostgres({ dataDir: dir, port: await freePort(), fsync: false, log });
    started.push(postgres.stop);
    await migrate(postgres.ownerUrl);
    const cli = await findTemporalCli({ cliPath: config.TEMPORAL_CLI_PATH, path: config.PATH, log });
    const ports = { port: await freePort(), uiPort: await freePort() };
    const temporal = await startTemporal({ cli, ...ports, headless: true, scratchDir: dir, log });
    started.push(temporal.stop);
    const secretKey = randomBytes(32).toString('hex');
    const engine = await startDemoEngine({
      databaseUrl: postgres.ownerUrl,
      temporalAddress: temporal.address,
      secretKey,
      vault: openVault(undefined, secretKey),
      mail: mailPorts([ca]),
    });
    started.push(engine.stop);
    const { db, walks, deps, skipper } = engine;
    const commands: AccountDeps = {
      ...deps,
      ...engine.commands,
      realMail: { publicUrl: DEMO_PUBLIC_URL },
      allowPrivateHosts: true, // *.test and *.example are private
    };
    const reconcile = () => reconcileOnce(deps, { sweeps: false });
    return { ...engine, commands, conductor: createConductor({ db, walks, reconcile, skipper }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type ForeignMailEngine = Awaited<ReturnType<typeof startForeignMailEngine>>;

/** The real adapters. Every host is on this machine; its certificate must still be for its name, from one of `ca` or a known authority. */
export function mailPorts(ca: readonly string[]): Pick<ActivityDeps, 'mailer' | 'mailboxes'> {
  const resolve = async (servername: string) => ({ address: LOOPBACK, servername });
  const lookup: LookupFunction = (_host, { all }, answer) =>
    all ? answer(null, [{ address: LOOPBACK, family: 4 }]) : answer(null, LOOPBACK, 4);
  return {
    mailer: createSmtpMailer({ resolve, ca }),
    mailboxes: createImapMailboxes({ lookup, ...(ca.length > 0 ? { ca: ca.join('\n') } : {}) }),
  };
}
