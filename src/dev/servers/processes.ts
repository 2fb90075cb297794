import { execFile, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { poll } from '../poll.ts';

/** A process, told apart from a later one that was given the same number. */
export interface ProcessMark {
  pid: number;
  startedAt: string;
}

/** The user a server runs as, when it must not be ours. */
export interface Identity {
  uid: number;
  gid: number;
}

/** The mark of a running process. A zombie, which answers signals but is dead, has none: not every container reaps them. */
export function markOf(pid: number): ProcessMark | undefined {
  const found = existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
  return found === undefined || /^[ZX]/.test(found.state) ? undefined : { pid, startedAt: found.startedAt };
}

/** Whether the very process that was marked still runs. */
export const isRunning = (mark: ProcessMark): boolean => markOf(mark.pid)?.startedAt === mark.startedAt;

/** Asks a process to stop, each time more firmly, and returns once it is gone. */
export async function stopProcess(
  mark: ProcessMark,
  steps: readonly { signal: NodeJS.Signals; graceMs: number }[],
): Promise<void> {
  for (const { signal, graceMs } of steps) {
    if (isRunning(mark)) send(mark.pid, signal);
    if (await poll(() => !isRunning(mark) || undefined, graceMs)) return;
  }
  throw new Error(`Process ${mark.pid} still runs after ${steps.map(({ signal }) => signal).join(', ')}.`);
}

/** Runs a program to its end and returns what it printed. Throws with its last words when it fails. */
export function runToEnd(
  command: string,
  args: readonly string[],
  options: {
    identity?: Identity | undefined;
    env?: Record<string, string>;
    timeoutMs?: number;
    signal?: AbortSignal;
  } = {},
): Promise<string> {
  const { identity, env, timeoutMs = 0, signal } = options;
  // Folders our own may be closed to another user, and some programs insist on reading where they stand.
  const place = identity === undefined ? {} : { ...identity, cwd: '/' };
  return new Promise((resolve, reject) => {
    const ended = (error: Error | null, stdout: string, stderr: string) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim() || error.message, { cause: error }));
    };
    execFile(
      command,
      args,
      { ...place, ...(env && { env }), ...(signal && { signal }), timeout: timeoutMs, encoding: 'utf8' },
      ended,
    );
  });
}

/** The first executable of that name on `path`. */
export function findExecutable(name: string, path: string): string | undefined {
  const files = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (markOf(pid) !== undefined) throw error; // gone between look and signal is what we wanted
  }
}

interface Found {
  state: string;
  startedAt: string;
}

/** proc(5): the name in brackets may hold anything, so fields are counted behind the last bracket; 3 is state, 22 start. */
function fromProc(pid: number): Found | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): Found | undefined {
  const line = spawnSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  }).stdout?.trim();
  if (!line) return undefined;
  const [state = '', ...startedAt] = line.split(/\s+/);
  return { state, startedAt: startedAt.join(' ') };
}
