import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A part of the service in a process of its own. */
export interface Child {
  name: string;
  pid: number;
  /** Ends it at once, as a crash would. */
  kill(): void;
  /** Asks it to stop, waits for it, and ends it when it takes too long. Harmless to repeat. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  name: string;
  entry: URL;
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** It ended though nobody stopped it. */
  onLost(name: string, code: number | null): void;
}

const STOP_WITHIN_MS = 40_000; // above the worker's own grace of 30 s

/**
 * Starts an entry point in its own process group, so that Ctrl-C reaches only us and we stop the parts in order. Its
 * IPC channel ties it to us: it stops by itself when we are killed.
 */
export function startChild({ name, entry, env, logFile, onLost }: ChildOptions): Child {
  const out = openSync(logFile, 'a', 0o600);
  const child = fork(fileURLToPath(entry), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env,
    detached: true,
    stdio: ['ignore', out, out, 'ipc'],
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      resolve();
      if (!stopping) onLost(name, code);
    });
  });
  return {
    name,
    pid: child.pid ?? -1,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** In the child: stops it, as Ctrl-C would, when the process that started it is gone. */
export function stopWithParent(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
