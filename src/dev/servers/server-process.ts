import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { type Identity, markOf, type ProcessMark } from './processes.ts';
import { recordServer } from './run-file.ts';

export interface ServerProgram {
  command: string;
  args: readonly string[];
  /** Its whole environment: none of our settings and secrets. */
  env: Record<string, string>;
  identity?: Identity | undefined;
  /** Where its output goes. That of the run before is kept as `….previous`. */
  logFile: string;
  /** The run file, claimed before. */
  run: string;
}

/**
 * Starts a server in a process group of its own: Ctrl-C in the terminal is for us, who stop the servers once the work
 * in progress is done. It outlives us when we are killed; the run file tells the next start.
 */
export function spawnServer({ command, args, env, identity, logFile, run }: ServerProgram): Promise<ProcessMark> {
  const output = openLog(logFile);
  const umask = process.umask(0o077); // what the server writes, only its user reads
  const child = spawn(command, args, {
    ...identity,
    env,
    cwd: '/', // the folder we stand in may be closed to another user
    detached: true,
    stdio: ['ignore', output, output],
  });
  process.umask(umask);
  closeSync(output);

  const server = child.pid === undefined ? undefined : markOf(child.pid);
  if (server) recordServer(run, server); // before anything is awaited, so that no kill of ours goes unnoted
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    if (server) {
      child.unref(); // our own end does not wait for the server's
      child.once('spawn', () => resolve(server));
    } else {
      // It was gone before it could be looked at.
      child.once('exit', () => reject(new Error(`${command} did not start. Its last words:\n${lastWords(logFile)}`)));
    }
  });
}

/** The end of what a server wrote. */
export const lastWords = (logFile: string): string => readFileSync(logFile, 'utf8').trim().slice(-2000);

function openLog(file: string): number {
  if (existsSync(file)) renameSync(file, `${file}.previous`);
  return openSync(file, 'w', 0o600);
}
