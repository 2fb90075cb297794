import { defineConfig } from 'vitest/config';
import { MOST_CPU_SECONDS } from './test/support/cpu-budget.ts';
import { startCpuMeter } from './test/support/cpu-meter.ts';
import { PATIENCE_MS } from './test/support/patience.ts';
import { TallyReporter } from './test/support/tally-reporter.ts';

const tally = new TallyReporter({
  startMeter: startCpuMeter,
  mostCpuSeconds: MOST_CPU_SECONDS,
  fail() {
    process.exitCode = 1;
  },
});

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks', // a Temporal worker cannot live in a thread beside another
    isolate: false, // modules hold no state between files, and loading them anew was a third of the run
    maxWorkers: 3, // files wait for servers more than they compute
    // Every wait inside has a patience of its own; this is for what waits for nothing and does not end: no test takes
    // as long as the whole suite may.
    testTimeout: 4 * PATIENCE_MS,
    hookTimeout: 4 * PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    teardownTimeout: 30_000,
    env: { TZ: 'UTC' },
    reporters: ['default', tally],
  },
});
