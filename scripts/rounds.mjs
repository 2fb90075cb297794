// Runs the tests that repeat something, as often as once convinced us: `npm test` repeats less. See test/support/rounds.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => join('test', String(file)))
  .filter((file) => file.endsWith('.test.ts') && readFileSync(join(root, file), 'utf8').includes('support/rounds.ts'));
const { status } = spawnSync(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...files], {
  cwd: root,
  env: { ...process.env, TOPO_ROUNDS: 'full' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
