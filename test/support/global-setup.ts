import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { freePort } from '../../src/dev/servers/ports.ts';
import { startPostgres } from '../../src/dev/servers/postgres.ts';
import { findTemporalCli } from '../../src/dev/servers/temporal-cli.ts';
import { startTemporal } from '../../src/dev/servers/temporal-server.ts';
import { bundleWorkflows } from '../../src/workflow-bundle.ts';
import { findChromium } from '../web/support/chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of role `topo`, which owns everything, to a database of its own. Tests take theirs from `freshDatabase()`. */
    postgresUrl: string;
    /** The name of the migrated, empty database that `freshDatabase()` clones. */
    templateDatabase: string;
    /** Of the real Temporal server that all test files share; time skipping is on. */
    temporalAddress: string;
    /** The Temporal CLI, for tests that need a server of their own. */
    temporalCli: string;
    /** The workflow code, bundled once for the run: the path of a file. */
    workflowBundle: string;
    /** Why the page could not be built; the tests that look at it fail then. */
    page: { problem: string | null };
    /** The browser of the tests in test/web, or why there is none. */
    chromium: { path: string } | { problem: string };
    /** A folder that goes with the run. Servers whose run file lies in a folder inside go with it too. */
    scratchFolder: string;
  }
}

const TEMPLATE = 'topo_template';

/** What tests want of the shared Temporal server beyond what every embedded one gets: setting → JSON. */
const dynamicConfig: Readonly<Record<string, string>> = {};

/** Starts one real PostgreSQL and one real Temporal server for the whole run, in a folder that goes with them. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'topo-test-'));
  const letGo = watch(folder);
  const workflowBundle = join(folder, 'workflows.js');
  const page = await buildPage();
  const starts = await Promise.allSettled([databaseIn(folder), temporalIn(folder)]);
  const [database, temporal] = starts;

  const teardown = async () => {
    await Promise.all(starts.map((start) => (start.status === 'fulfilled' ? start.value.stop() : undefined)));
    const home = join(folder, 'postgres');
    if (existsSync(home)) rmSync(realpathSync(home), { recursive: true });
    rmSync(folder, { recursive: true });
    letGo();
  };
  if (database.status === 'rejected' || temporal.status === 'rejected') {
    await teardown();
    const reasons = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
    throw new Error(`There are no servers to test on.\n${reasons.join('\n')}`);
  }
  writeFileSync(workflowBundle, (await bundleWorkflows()).code);
  provide('postgresUrl', database.value.ownerUrl);
  provide('templateDatabase', TEMPLATE);
  provide('temporalAddress', temporal.value.address);
  provide('temporalCli', temporal.value.cli);
  provide('workflowBundle', workflowBundle);
  provide('page', page);
  provide('chromium', findChromium(process.env));
  provide('scratchFolder', folder);
  return teardown;
}

/** Also for who starts vitest by itself: the browser tests look at the page as it is in `src/web` now. */
async function buildPage(): Promise<{ problem: string | null }> {
  const script = fileURLToPath(new URL('../../scripts/build-web.mjs', import.meta.url));
  const built = promisify(execFile)(process.execPath, [script]);
  return built.then(
    () => ({ problem: null }),
    (error: Error) => ({ problem: error.message }),
  );
}

async function databaseIn(folder: string) {
  const postgres = await startPostgres({ dataDir: folder, port: await freePort(), fsync: false, log: console.log });
  const owner = new pg.Client({ connectionString: postgres.ownerUrl });
  await owner.connect();
  await owner.query(`create database ${TEMPLATE}`);
  await owner.end();
  const template = new URL(postgres.ownerUrl);
  template.pathname = TEMPLATE;
  await migrate(template.href);
  return postgres;
}

async function temporalIn(folder: string) {
  const cli = await findTemporalCli({
    cliPath: process.env.TEMPORAL_CLI_PATH,
    path: process.env.PATH,
    log: console.log,
  });
  const [port, uiPort] = [await freePort(), await freePort()];
  return { cli, ...(await startTemporal({ cli, port, uiPort, headless: true, scratchDir: folder, dynamicConfig })) };
}

/**
 * Cleans up after a run that was killed: a shell that waits for a line from us, and when there is none because we are
 * gone, ends the servers whose run files lie in the folder, then removes it. Returns the function that says the line.
 */
function watch(folder: string): () => void {
  const script = `
    read -r _ && exit
    for run in "$0"/*.run "$0"/*/*.run; do kill -QUIT "$(sed -n '2s/ .*//p' "$run")"; done
    sleep 2
    rm -rf "$(readlink -f "$0/postgres")" "$0"`;
  const shell = spawn('/bin/sh', ['-c', script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  return () => shell.stdin.end('done\n');
}
