import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isTemporalReady } from './adapters/temporal-client.ts';
import { createThreadedCsvReader } from './adapters/threaded-csv-reader.ts';
import { createApp } from './api/app.ts';
import type { DevTools, Site, VirtualTime } from './api/deps.ts';
import { createAnnouncer } from './commands/announcer.ts';
import { createCallbackQueue } from './commands/inbound/handle-callback.ts';
import { type Config, readConfig } from './config.ts';
import { runAsProgram } from './program.ts';
import { openRuntime, openWriter, type Runtime, refuseVirtualTime } from './wiring.ts';

/** The API: its parts in order, then it listens until it is told to stop. */
export async function serve(
  config: Config,
  virtualTime: (runtime: Runtime) => VirtualTime | null = () => null,
  dev: DevTools | null = null,
): Promise<void> {
  const runtime = openRuntime(config, 'api', { statementTimeoutMs: 5_000, acquireTimeoutMs: 2_000 });
  const {
    log,
    db,
    temporal,
    client,
    walks,
    unsubscribeLinks,
    mailer,
    mailboxes,
    vault,
    linkedIn,
    linkedInCallbacks,
    replyReader,
    allowPrivateHosts,
    realMail,
  } = runtime;
  await refuseVirtualTime(config, db);
  const announcer = createAnnouncer({ db, walks, log });
  const { announce } = announcer;
  const callbacks = createCallbackQueue({ db, announce, linkedIn, replyReader, log });
  const app = await createApp({
    db,
    log,
    site: siteOf(config, temporal.namespace),
    unsubscribeLinks,
    announce,
    mailer,
    csvReader: createThreadedCsvReader(),
    writer: openWriter(config, log),
    mailboxes,
    vault,
    linkedIn,
    linkedInCallbacks,
    handleCallback: callbacks.push,
    allowPrivateHosts,
    realMail,
    isTemporalReady: () => isTemporalReady(client, temporal.namespace),
    virtualTime: virtualTime(runtime),
    dev,
  });
  const stop = async () => {
    await app.close();
    await callbacks.settled();
    await announcer.settled();
    await client.connection.close();
    await db.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
  const address = await app.listen({ port: config.PORT, host: config.HOST });
  log.info({ address }, 'API listens');
}

/** `npm run build`, or `npm start`, has put the page beside us; without it the API serves alone. */
function siteOf({ PUBLIC_URL, TEMPORAL_UI_URL }: Config, namespace: string): Site {
  const webRoot = fileURLToPath(new URL('../dist/web', import.meta.url));
  return {
    webRoot: existsSync(webRoot) ? webRoot : null,
    publicUrl: PUBLIC_URL ?? null,
    temporalUi: TEMPORAL_UI_URL ? `${TEMPORAL_UI_URL.replace(/\/$/, '')}/namespaces/${namespace}/workflows` : null,
  };
}

await runAsProgram(import.meta.url, () => serve(readConfig()));
