// Builds the page into dist/web when what it is made of has changed since: its own files, the files of ours it imports,
// and the packages. `npm start`, `npm test` and the image call it; a second call costs a few milliseconds.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'dist', 'web');
const stampFile = join(target, '.made-of');
const stamp = hashOf([
  ...filesBelow('src/web'),
  ...filesBelow('src/domain'),
  'examples/template.json',
  'package-lock.json',
  'scripts/build-web.mjs',
]);

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) await make();

/** Into a folder beside, then renamed: whoever serves the old one meanwhile serves it whole. */
async function make() {
  console.error('Building the page …');
  process.env.NODE_ENV = 'production'; // whoever runs us: a test run's would make React's slow and large one
  const { build } = await import('vite');
  const fresh = `${target}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    await build({ configFile: join(root, 'src/web/vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } });
    compress(join(fresh, 'assets'));
    writeFileSync(join(fresh, '.made-of'), stamp);
    const old = `${target}.old.${process.pid}`;
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Once, here, and not at every request. */
function compress(folder) {
  for (const file of readdirSync(folder))
    if (/\.(js|css|svg)$/.test(file)) {
      const path = join(folder, file);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
}

function filesBelow(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.sort())
    hash
      .update(`${path}\n`)
      .update(readFileSync(join(root, path)))
      .update('\n');
  return hash.digest('hex');
}
