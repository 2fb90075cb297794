import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closedFolder, openDataFolder, writeSecret } from '../../../src/dev/servers/data-folder.ts';

const somebodyElse = { uid: 65_533, gid: 65_533 };
/** Not in the run's scratch folder, which is closed to others when an ordinary user runs the tests. */
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'topo-open-')));
  chmodSync(folder, 0o711);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the first folder that another user cannot pass is named, however open those below it are', () => {
  const closed = join(folder, 'home');
  const below = join(closed, 'project', 'data');
  mkdirSync(below, { recursive: true });
  chmodSync(closed, 0o700);
  expect(closedFolder(below, somebodyElse)).toBe(closed);

  chmodSync(closed, 0o701);
  const { uid, gid } = statSync(below);
  expect(closedFolder(below, { uid, gid })).toBe(closedFolder(folder, { uid, gid }));
});

test('a data folder that everybody may write to is refused', () => {
  chmodSync(folder, 0o777);
  expect(() => openDataFolder(folder)).toThrow(`Everybody may write to ${folder}. Set TOPO_DATA_DIR`);
});

test('a secret is for its owner alone, also when it replaces one that was not', () => {
  const file = join(folder, 'secret');
  writeSecret(file, 'one');
  chmodSync(file, 0o644);
  writeSecret(file, 'two');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
