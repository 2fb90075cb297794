import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * A Chromium for the browser tests: the one that CHROMIUM_PATH names, else one on the PATH, else Debian's, installed
 * where we may. A text instead of a path says why there is none; only the browser tests fail then.
 */
export function findChromium(
  env: Readonly<Record<string, string | undefined>>,
): { path: string } | { problem: string } {
  if (env.CHROMIUM_PATH)
    return isProgram(env.CHROMIUM_PATH)
      ? { path: env.CHROMIUM_PATH }
      : { problem: `CHROMIUM_PATH=${env.CHROMIUM_PATH} is no program` };
  const path = onPath(env) ?? (install() ? onPath(env) : undefined);
  return path === undefined
    ? { problem: 'the browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH' }
    : { path };
}

const onPath = ({ PATH = '' }: Readonly<Record<string, string | undefined>>): string | undefined =>
  PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** As root on Debian only: elsewhere it is not ours to change the machine. */
function install(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log('Installing Chromium for the browser tests, needed once …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
      env,
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
