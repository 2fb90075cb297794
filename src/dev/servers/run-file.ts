import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, markOf, type ProcessMark } from './processes.ts';

/**
 * Beside each server's data lies a file that says who started it (line 1) and which process it is (line 2). After a
 * SIGKILL of the starter it tells the next start an orphan, which is ours to take over or to stop, from the server of
 * a neighbour, which is not.
 */
interface Run {
  launcher: ProcessMark | undefined;
  server: ProcessMark | undefined;
}

/**
 * Takes the run file for this process and returns the server that a dead starter left running. Throws when the starter
 * lives: `what` (a server's name) is then in use.
 */
export function claimRun(file: string, what: string): ProcessMark | undefined {
  try {
    write(file, markOf(process.pid), undefined, 'wx');
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const { launcher, server } = read(file);
  if (launcher && isRunning(launcher)) {
    throw new Error(`${what} is already in use by process ${launcher.pid} (${file}). Stop that one first.`);
  }
  const orphan = server && isRunning(server) ? server : undefined;
  write(file, markOf(process.pid), orphan, 'w');
  return orphan;
}

/** Notes which process the server is. To be called in the same breath as its start. */
export function recordServer(file: string, server: ProcessMark): void {
  write(file, markOf(process.pid), server, 'w');
}

/** Gives the run file up, once the server is gone. */
export const releaseRun = (file: string): void => rmSync(file, { force: true });

function write(
  file: string,
  launcher: ProcessMark | undefined,
  server: ProcessMark | undefined,
  flag: 'w' | 'wx',
): void {
  const lines = [launcher, server].map((mark) => (mark ? `${mark.pid} ${mark.startedAt}` : ''));
  writeFileSync(file, `${lines.join('\n')}\n`, { flag, mode: 0o600 });
}

function read(file: string): Run {
  const [launcher, server] = readFileSync(file, 'utf8').split('\n').map(parse);
  return { launcher, server };
}

function parse(line: string): ProcessMark | undefined {
  const found = /^(\d+) (.+)$/.exec(line);
  return found?.[1] && found[2] ? { pid: Number(found[1]), startedAt: found[2] } : undefined;
}
