// Makes `npm start`, `npm test`, `npm run demo` and `npm run check` work as the first command in a fresh clone: runs
// `npm ci` when node_modules is not what package-lock.json says. Plain Node, for nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.topo-install');
const lock = join(root, '.topo-install.lock');
const LEAST_NODE = [20, 11];

refuseOldNode();
const lockfile = readFileSync(join(root, 'package-lock.json'));
// The platform too: packages with programs in them differ, and a folder may be shared with a container.
const platform = `${process.platform}-${process.arch}\n`;
const stamp = `${createHash('sha256').update(lockfile).digest('hex')} ${platform}`;

if (!isUpToDate()) {
  takeLock();
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  if (!isUpToDate()) install();
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  fail(`Topo Sequences needs Node ${LEAST_NODE.join('.')} or newer, 22 recommended. This is ${process.versions.node}.`);
}

function isUpToDate() {
  return stampNow() === stamp;
}

function stampNow() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
}

function install() {
  if (!isInstalledByHand()) {
    console.error('Installing the packages of package-lock.json, needed once …');
    // Under `npm start` the npm that runs us is named. Development packages and platform binaries are wanted also where
    // the user's settings leave them out: tsx is one, PostgreSQL the other.
    const npm = process.env.npm_execpath ?? '';
    const [command, ...first] = npm.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm'];
    const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const stdio = ['ignore', 'ignore', 'inherit'];
    const { status, error } = spawnSync(command, [...first, 'ci', ...options], { cwd: root, stdio });
    if (status !== 0)
      fail(`npm ci failed (${error?.message ?? 'see above'}). Mend that and try again; it needs the network.`);
  }
  writeFileSync(stampFile, stamp);
}

/**
 * Whether somebody ran npm themselves: npm writes what it installed into node_modules/.package-lock.json, last of all.
 * Optional packages may be absent, for most are another platform's; so a folder from another platform does not count.
 */
function isInstalledByHand() {
  if (stampNow() !== '' && !stampNow().endsWith(platform)) return false;
  try {
    const installed = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    const wanted = Object.entries(JSON.parse(lockfile.toString('utf8')).packages).filter(([path]) => path !== '');
    return wanted.every(([path, { version, integrity, optional }]) => {
      const found = installed[path];
      if (found === undefined) return optional === true;
      return found.version === version && found.integrity === integrity && existsSync(join(root, path));
    });
  } catch {
    return false;
  }
}

/** One installation at a time: a folder can be made by one process only. The lock of a dead process is taken over. */
function takeLock() {
  let told = false;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) breakLock();
    else {
      if (!told) console.error('Waiting for the installation that another process has begun …');
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

function isAbandoned(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    if (pid > 0) return !isAlive(pid);
  } catch {
    // not written yet, or gone
  }
  const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - made > 5_000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Renamed first: of two that find it abandoned, one succeeds. The slower must not take the lock the faster then made. */
function breakLock() {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (isAbandoned(aside)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, lock);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
