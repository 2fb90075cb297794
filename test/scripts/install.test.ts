import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';

let project: string;
const at = (...names: string[]) => join(project, ...names);

beforeEach(() => {
  project = mkdtempSync(join(inject('scratchFolder'), 'install-'));
  mkdirSync(at('scripts'));
  copyFileSync(fileURLToPath(new URL('../../scripts/install.mjs', import.meta.url)), at('scripts', 'install.mjs'));
  writeFileSync(at('package-lock.json'), '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}');
  anNpm("mkdirSync('node_modules')");
});
afterEach(() => rmSync(project, { recursive: true }));

/** In npm's place: notes its arguments, then does `deed`. */
const anNpm = (deed: string) =>
  writeFileSync(
    at('npm-cli.js'),
    `const { appendFileSync, mkdirSync, rmSync } = require('node:fs');
    appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
    rmSync('node_modules', { recursive: true, force: true });
    ${deed}`,
  );
const calls = () => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trim().split('\n') : []);

async function install(...flags: string[]) {
  const env = { ...process.env, npm_execpath: at('npm-cli.js') };
  const child = spawn(process.execPath, [...flags, at('scripts', 'install.mjs')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { said: await text(child.stderr), code: await code };
}

test('a fresh clone is installed by npm ci, and only once', async () => {
  expect(await install()).toMatchObject({ code: 0 });
  expect(await install()).toEqual({ code: 0, said: '' });
  expect(calls()).toEqual([expect.stringMatching(/^ci --include=dev/)]);
});

test('a changed lockfile is installed again', async () => {
  await install();
  writeFileSync(at('package-lock.json'), '{"packages":{"":{},"node_modules/b":{"version":"1.0.0"}}}');
  await install();
  expect(calls()).toHaveLength(2);
});

test('of two at once, one installs and the other waits for it', async () => {
  const results = await Promise.all([install(), install(), install()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(calls()).toHaveLength(1);
});

test('the lock of a process that is gone holds nobody up', async () => {
  mkdirSync(at('.topo-install.lock'));
  writeFileSync(at('.topo-install.lock', 'pid'), '999999999');
  expect(await install()).toMatchObject({ code: 0 });
  expect(existsSync(at('.topo-install.lock'))).toBe(false);
});

test('what somebody installed by hand is left alone', async () => {
  mkdirSync(at('node_modules', 'a'), { recursive: true });
  writeFileSync(at('node_modules', '.package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  expect(await install()).toEqual({ code: 0, said: '' });
  expect(calls()).toEqual([]);
});

test('what was installed on another platform is installed again', async () => {
  await install();
  writeFileSync(at('node_modules', '.topo-install'), 'some-hash other-arch\n');
  await install();
  expect(calls()).toHaveLength(2);
});

test('a failed installation is reported, and the next one tries again', async () => {
  anNpm("console.error('no network'); process.exit(1)");
  const { code, said } = await install();
  expect(code).toBe(1);
  expect(said).toMatch(/no network\n(.|\n)*npm ci failed/);
  anNpm("mkdirSync('node_modules')");
  expect(await install()).toMatchObject({ code: 0 });
});

test('an old Node is told which one is needed', async () => {
  writeFileSync(at('old.cjs'), "Object.defineProperty(process.versions, 'node', { value: '18.19.0' })");
  const { code, said } = await install('--require', at('old.cjs'));
  expect(code).toBe(1);
  expect(said.trim()).toBe('Topo Sequences needs Node 20.11 or newer, 22 recommended. This is 18.19.0.');
});
