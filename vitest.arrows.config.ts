import { defineConfig } from 'vitest/config';

/** For `npm run check`: the arrows alone, without servers. `npm test` runs them too. */
export default defineConfig({
  test: { include: ['test/arrows.test.ts'], testTimeout: 60_000, env: { TZ: 'UTC' } },
});
