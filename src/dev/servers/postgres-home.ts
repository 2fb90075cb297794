import { chownSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedFolder, isRoot } from './data-folder.ts';
import type { Identity } from './processes.ts';

/** Where PostgreSQL's own files lie, and as whom it runs: undefined is ourselves. */
export interface PostgresHome {
  path: string;
  identity: Identity | undefined;
}

/** `nobody` exists on practically every Linux, so no user has to be created. */
const NOBODY: Identity = { uid: 65534, gid: 65534 };

/**
 * The folder `<dataDir>/postgres`, mode 700, belonging to the user PostgreSQL runs as. Root starts it as `nobody`, or as
 * the folder's owner when an ordinary user made it.
 *
 * A checkout below a home folder of mode 700 is closed to `nobody`. Rather than ask root to open its home, the folder
 * is then made where the system keeps such data, and `<dataDir>/postgres` is a link to it: without the link (somebody
 * removed the data folder) the next start begins anew in another folder.
 */
export function openPostgresHome(dataDir: string, log: (line: string) => void): PostgresHome {
  const path = join(dataDir, 'postgres');
  if (!existsSync(path)) makeHome(dataDir, path, log);
  const { uid, gid } = statSync(path);

  if (!isRoot()) {
    if (uid === process.getuid?.()) return { path: realpathSync(path), identity: undefined };
    throw new Error(
      `${path} belongs to user ${uid}, who made it. Start as that user (65534: as root), or set TOPO_DATA_DIR.`,
    );
  }
  if (uid === 0) chownSync(path, NOBODY.uid, NOBODY.gid);
  const identity = uid === 0 ? NOBODY : { uid, gid };
  const closed = closedFolder(path, identity);
  if (closed === undefined) return { path: realpathSync(path), identity };
  throw new Error(
    `PostgreSQL runs as user ${identity.uid}, not as root, and cannot pass ${closed} on the way to ${path}. ` +
      `Open it (chmod o+x ${closed}), or set TOPO_DATA_DIR to a folder outside of it.`,
  );
}

function makeHome(dataDir: string, path: string, log: (line: string) => void): void {
  rmSync(path, { force: true }); // a link whose target is gone
  const closed = isRoot() ? closedFolder(dataDir, NOBODY) : undefined;
  if (closed === undefined) return void mkdirSync(path, { mode: 0o700 });

  const elsewhere = ['/var/lib', '/var/tmp', tmpdir()].find(
    (folder) => existsSync(folder) && !closedFolder(folder, NOBODY),
  );
  if (elsewhere === undefined) {
    throw new Error(
      `PostgreSQL does not run as root, and other users cannot pass ${closed}. Open it (chmod o+x ${closed}).`,
    );
  }
  const home = mkdtempSync(join(elsewhere, 'topo-sequences-'));
  symlinkSync(home, path);
  log(`Other users cannot pass ${closed}, so PostgreSQL keeps its data in ${home}; ${path} is a link to it.`);
}
