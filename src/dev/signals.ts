import { tellFailure } from '../program.ts';

/**
 * Makes `stop` run once, whoever asks first: the caller, or Ctrl-C, however often it is pressed. After a signal the
 * process ends with it; the servers that were started are not left behind.
 */
export function onceAlsoOnSignal(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const once = () => {
    stopping ??= stop();
    return stopping;
  };
  const end = () =>
    void once().then(
      () => process.exit(process.exitCode ?? 130),
      (error: unknown) => {
        console.error(tellFailure(error));
        process.exit(1);
      },
    );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  return once;
}
