import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { LOOPBACK } from '../../../src/dev/servers/ports.ts';

/** A folder of its own and the function that removes it. */
export function aFolder(): { folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(inject('scratchFolder'), 'dev-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The process number of the server that a run file names. */
export const serverIn = (run: string): number => Number(readFileSync(run, 'utf8').split('\n')[1]?.split(' ')[0]);

/** Runs a starter that is killed once its server is up. */
export async function startAndDie(kind: 'postgres' | 'temporal', options: object): Promise<void> {
  const program = fileURLToPath(new URL('die-after-start.ts', import.meta.url));
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  const child = spawn(process.execPath, ['--import', tsx, program, kind, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error('The starter ended before its server was up.');
}

/** Listens on `port` until the returned function is called. */
export async function occupy(port: number): Promise<() => void> {
  const server = createServer().listen({ port, host: LOOPBACK });
  await once(server, 'listening');
  return () => server.close();
}
