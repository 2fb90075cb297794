import { reconcileOnce } from '../activities/repair.ts';
import { readConfig } from '../config.ts';
import { runAsProgram } from '../program.ts';
import { serve } from '../server.ts';
import type { Runtime } from '../wiring.ts';
import { createConductor } from './clock/conductor.ts';
import { createSkipper } from './clock/skipper.ts';
import { createDevTools } from './dev-tools.ts';
import { stopWithParent } from './servers/child.ts';

const KEEP_UP_MS = 1_000;

stopWithParent();
await runAsProgram(import.meta.url, async () => {
  const config = readConfig();
  const dev = createDevTools({
    mailbox: `http://127.0.0.1:${config.MAILBOX_PAGE_PORT}/`,
    linkedIn: `http://127.0.0.1:${config.LINKEDIN_SIMULATOR_PORT}/`,
  });
  await serve(config, virtualTime, dev);
});
process.channel?.unref();

function virtualTime(runtime: Runtime) {
  const { db, walks, log, client, temporal } = runtime;
  const conductor = createConductor({
    db,
    walks,
    reconcile: () => reconcileOnce(runtime, { sweeps: false }),
    skipper: createSkipper(client, temporal.namespace),
  });
  const keepUp = () => {
    conductor
      .keepUp()
      .catch((error: unknown) =>
        log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'virtual time could not keep up'),
      )
      .finally(() => setTimeout(keepUp, KEEP_UP_MS).unref());
  };
  keepUp();
  return conductor;
}
