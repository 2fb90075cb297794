// `npm run check`: everything that can be said about the code without running the service. Each part prints a line; all
// parts run, also after a failure; the exit code is 1 when any of them failed. Leaves nothing behind.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const AT_ONCE = 2;
const GIVE_UP_AFTER_MS = 300_000;

/** Whoever stops us stops the parts too, and the copy of the migrations goes in any case. */
const remains = new Set();
process.on('exit', () => {
  for (const remove of remains) remove();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** What each part finds wrong; an empty text when all is well. The slow ones first, so that the rest runs beside them. */
const parts = [
  ['arrows between folders', () => run('vitest', ['run', '--config', 'vitest.arrows.config.ts', '--reporter', 'dot'])],
  ['types', () => run('tsc', ['--noEmit'])],
  ['types of the page', () => run('tsc', ['--noEmit', '-p', 'src/web'])],
  ['migrations are what the schema says', () => migrations()],
  ['lint and format', () => run('biome', ['check', '--error-on-warnings', '.'])],
  ['nothing is there that nobody uses', () => run('knip', [])],
  ['docs/states.md is what the domain says', () => run('tsx', ['scripts/states.ts', '--check'])],
  ['docs/settings.md is what the configuration says', () => run('tsx', ['scripts/settings.ts', '--check'])],
  ['the documents name files that are there', () => papers()],
  ['package-lock.json names no registry', () => lockfile()],
];

const waiting = [...parts];
let failed = 0;

async function takeTurns() {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const [name, check] = part;
    const begun = performance.now();
    const wrong = await check().catch((error) => `${error.stack ?? error}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
    console.log(`${wrong === '' ? 'ok  ' : 'FAIL'} ${seconds} s  ${name}`);
    if (wrong === '') continue;
    failed += 1;
    console.log(`${wrong.trimEnd()}\n`.replaceAll(/^(?=.)/gm, '       '));
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(failed === 0 ? `All is well (${seconds} s).` : `${failed} of ${parts.length} failed (${seconds} s).`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a program of node_modules to its end; its output when it fails. */
async function run(program, args, cwd = root) {
  const { status, output } = await outputOf(program, args, cwd);
  return status === 0 ? '' : output || `${program} ended with ${status}`;
}

function outputOf(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'node_modules', '.bin', program), args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      timeout: GIVE_UP_AFTER_MS,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: 'true' },
    });
    const stop = () => child.kill();
    remains.add(stop);
    child.on('close', () => remains.delete(stop));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: code ?? signal, output }));
  });
}

/** Generates into a copy: whatever appears there is missing here. The generator writes below its own folder only. */
async function migrations() {
  const copy = mkdtempSync(join(tmpdir(), 'topo-migrations-'));
  remains.add(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(join(root, 'drizzle'), join(copy, 'drizzle'), { recursive: true });
  writeFileSync(
    join(copy, 'drizzle.config.ts'),
    `import config from ${JSON.stringify(join(root, 'drizzle.config.ts'))};
     const schema = [config.schema].flat().map((path) => ${JSON.stringify(`${root}/`)} + path);
     export default { ...config, schema, out: 'drizzle' };`,
  );
  const damage = await run('drizzle-kit', ['check'], copy);
  if (damage !== '') return damage;
  const { status, output } = await outputOf('drizzle-kit', ['generate', '--name=missing'], copy);
  const missing = differences(join(root, 'drizzle'), join(copy, 'drizzle'));
  if (missing.length > 0) return `${missing.join('\n')}\nRun: npm run db:generate`;
  // It ends with 0 also when it could not read what it should: only its own word counts.
  return status === 0 && output.includes('No schema changes') ? '' : output;
}

/** What the second folder has beyond the first, the statements of a new migration included. */
function differences(folder, copy) {
  const files = readdirSync(copy, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    const name = path.slice(copy.length + 1);
    if (textOf(join(folder, name)) === text) return [];
    return [`drizzle/${name} is not up to date`, ...(name.endsWith('.sql') ? [text] : [])];
  });
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Every `path/to/file.ts` of a document, from the root or from src; decisions tell of their day and may outlive a file. */
async function papers() {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const pages = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];
  const named = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:tsx?|mjs|json|md|csv))`/g)].map(
      ([, path]) => [page, path],
    ),
  );
  const gone = named.filter(([, path]) => !['', 'src', 'src/web'].some((from) => existsSync(join(root, from, path))));
  return gone.map(([page, path]) => `${page} names ${path}, which is not there`).join('\n');
}

/** Where a package comes from is the installing machine's setting: `resolved` would nail it to the author's. */
async function lockfile() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const named = Object.entries(packages).filter(([, entry]) => typeof entry.resolved === 'string');
  if (named.length === 0) return '';
  const some = named.slice(0, 5).map(([path, { resolved }]) => `${path}: ${resolved}`);
  return `${named.length} packages have "resolved":\n${some.join('\n')}\nInstall with the .npmrc of this repository.`;
}
