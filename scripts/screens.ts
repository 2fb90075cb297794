/**
 * Takes the pictures in docs/screens: every page, light, dark and on a phone, of an installation of its own that lives
 * through two weeks first. `npm run screens`, or `npm run screens -- --only tasks,replies`.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { readConfig } from '../src/config.ts';
import { apart } from '../src/dev/environment.ts';
import { startParts } from '../src/dev/parts.ts';
import { onceAlsoOnSignal } from '../src/dev/signals.ts';
import { runAsProgram } from '../src/program.ts';
import { findChromium } from '../test/web/support/chromium.ts';
import { takePictures } from './screens-pages.ts';
import { openWorld, type World } from './screens-world.ts';

const say = (line: string) => console.log(line);

async function screens(only: readonly string[]): Promise<void> {
  const found = findChromium(process.env);
  if ('problem' in found) throw new Error(found.problem);
  const dataDir = mkdtempSync(join(tmpdir(), 'topo-screens-'));
  const parts = await startParts(await apart(readConfig(), dataDir), say, { fast: true });
  let world: World | undefined;
  const stop = onceAlsoOnSignal(async () => {
    await world?.stop();
    await parts.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  // Its own sandbox needs rights that containers and root do not give; what it opens here is our own page.
  const browser = await chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-GB'],
  });
  try {
    say('Two weeks pass.');
    const webRoot = join(dataDir, 'web'); // a copy: somebody may build the page anew meanwhile
    cpSync(fileURLToPath(new URL('../dist/web', import.meta.url)), webRoot, { recursive: true });
    world = await openWorld(parts, webRoot);
    const folder = fileURLToPath(new URL('../docs/screens', import.meta.url));
    mkdirSync(folder, { recursive: true });
    await takePictures(browser, world, { folder, only, say });
  } finally {
    await browser.close();
    await stop();
  }
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
await runAsProgram(import.meta.url, () => screens(values.only.split(',').filter((name) => name !== '')));
