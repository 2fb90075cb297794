import { defineConfig, mergeConfig } from 'vitest/config';
import tests from '../../vitest.config.ts';

/** `npx vitest run --config test/workflows/record.config.ts` records the histories that are not there yet. */
export default mergeConfig(
  { ...tests, test: { ...tests.test, include: [] } },
  defineConfig({ test: { include: ['test/workflows/record-histories.ts'], maxWorkers: 1, testTimeout: 300_000 } }),
);
