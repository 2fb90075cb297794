import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks', // a Temporal worker cannot live in a thread beside another
    isolate: false, // modules hold no state between files, and loading them anew was a third of the run
    maxWorkers: 3, // files wait for servers more than they compute
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 45_000 } }, // how slow a machine may be, not how slow we are
    teardownTimeout: 30_000,
    env: { TZ: 'UTC' },
    reporters: ['default', new TallyReporter()],
  },
});
