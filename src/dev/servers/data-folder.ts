import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Identity } from './processes.ts';

export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Makes the folder of the embedded runtime's data, open to nobody else: mode 700.
 *
 * For root it is 711. PostgreSQL refuses to run as root, so it runs as `nobody`, who must be able to pass through to
 * the folder of its own (700) inside. Passing is all that 711 allows: others can list nothing, and what lies in here
 * is 600 or 700 itself, which `writeSecret` sees to.
 */
export function openDataFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(path);
  if (mode & 0o002) throw new Error(`Everybody may write to ${path}. Set TOPO_DATA_DIR to a folder of its own.`);
  if (isRoot() && uid === 0 && !(mode & 0o001)) chmodSync(path, (mode & 0o777) | 0o011);
}

/** Writes a file that only its owner can read, whole or not at all. */
export function writeSecret(file: string, text: string): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, file);
}

/** The first folder on the way to `path` that `who` cannot pass; undefined when the way is open. */
export function closedFolder(path: string, who: Identity): string | undefined {
  return wayTo(realpathSync(path)).find((folder) => {
    const { mode, uid, gid } = statSync(folder);
    const needed = uid === who.uid ? 0o100 : gid === who.gid ? 0o010 : 0o001;
    return !(mode & needed);
  });
}

/** From the root down to `path` itself. */
const wayTo = (path: string): string[] => (dirname(path) === path ? [path] : [...wayTo(dirname(path)), path]);
