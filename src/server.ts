import { fileURLToPath } from 'node:url';
import { isTemporalReady } from './adapters/temporal-client.ts';
import { createApp } from './api/app.ts';
import type { VirtualTime } from './api/deps.ts';
import { createAnnouncer } from './commands/announcer.ts';
import { type Config, readConfig } from './config.ts';
import { openRuntime, type Runtime, refuseVirtualTime } from './runtime.ts';

/** The API: its parts in order, then it listens until it is told to stop. */
export async function serve(
  config: Config,
  virtualTime: (runtime: Runtime) => VirtualTime | null = () => null,
): Promise<void> {
  const runtime = openRuntime(config, 'api', { statementTimeoutMs: 5_000, acquireTimeoutMs: 2_000 });
  const { log, db, temporal, client, walks, unsubscribeLinks, mailer, mailboxes, vault, allowPrivateHosts, realMail } =
    runtime;
  await refuseVirtualTime(config, db);
  const announcer = createAnnouncer({ db, walks, log });
  const app = await createApp({
    db,
    log,
    unsubscribeLinks,
    announce: announcer.announce,
    mailer,
    mailboxes,
    vault,
    allowPrivateHosts,
    realMail,
    isTemporalReady: () => isTemporalReady(client, temporal.namespace),
    virtualTime: virtualTime(runtime),
  });
  const stop = async () => {
    await app.close();
    await announcer.settled();
    await client.connection.close();
    await db.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
  const address = await app.listen({ port: config.PORT, host: config.HOST });
  log.info({ address }, 'API listens');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  serve(readConfig()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
