import { reconcileOnce } from '../activities/repair.ts';
import { readConfig } from '../config.ts';
import { serve } from '../server.ts';
import { stopWithParent } from './child.ts';
import { createConductor } from './conductor.ts';
import { createSkipper } from './skipper.ts';

const KEEP_UP_MS = 1_000;

stopWithParent();
await serve(readConfig(), (runtime) => {
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
});
process.channel?.unref();
