import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { poll } from '../poll.ts';
import { assertPortFree, isListening, LOOPBACK } from './ports.ts';
import { isRunning, type ProcessMark, stopProcess } from './processes.ts';
import { claimRun, releaseRun } from './run-file.ts';
import { lastWords, spawnServer } from './server-process.ts';

export interface TemporalOptions {
  /** The Temporal CLI, as `findTemporalCli` found it. */
  cli: string;
  port: number;
  uiPort: number;
  /** Where the histories are kept, in a folder that is there. Without it they end with the server. */
  dbFile?: string;
  /** The folder of log and run file when there is no `dbFile`. Default: one that goes with the server. */
  scratchDir?: string;
  /** True for no web page. Default false. */
  headless?: boolean;
  /** The server's own settings, beyond those every embedded server gets: name → JSON. */
  dynamicConfig?: Readonly<Record<string, string>>;
  log?(line: string): void;
}

export interface EmbeddedTemporal {
  /** Host and port for clients and workers; the namespace is `default`. */
  address: string;
  /** Null when headless. */
  uiUrl: string | null;
  /** Returns once the server is gone. Harmless to repeat. */
  stop(): Promise<void>;
}

/** What operators can search by (design 3). Ours alone: never personal data. */
const searchAttributes = ['WorkspaceId', 'CampaignId', 'TemplateId', 'SequenceStatus'];

const everyServer = {
  'frontend.WorkflowTimeSkippingEnabled': 'true', // virtual time, for whoever asks for it
  'frontend.enableServerVersionCheck': 'false', // calls home
};

const READY_WITHIN_MS = 180_000; // how slow a machine may be; a server that ends says so at once
const KILL = [{ signal: 'SIGKILL', graceMs: 5_000 }] as const; // in memory there is nothing to put away
const STOP = [{ signal: 'SIGTERM', graceMs: 10_000 }, ...KILL] as const;

/**
 * Starts a real Temporal server with its web page on 127.0.0.1 and returns once its namespace can be worked with. With
 * a `dbFile`, a server that a killed starter left behind on it is stopped first. Throws when a port is in use.
 */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const { port, uiPort, headless = false, log = () => undefined } = options;
  const { base, removeScratch } = placeOf(options);
  const run = `${base}.run`;
  let server = claimRun(run, 'The embedded Temporal server');
  let isHeld = true;
  const stop = async () => {
    if (server) await stopProcess(server, options.dbFile === undefined ? KILL : STOP);
    if (isHeld) releaseRun(run); // once: the next start's is none of ours
    isHeld = false;
    removeScratch();
  };
  try {
    if (server) {
      log(`Stopping the Temporal server left running as process ${server.pid}.`);
      await stopProcess(server, STOP);
      server = undefined;
    }
    await assertPortFree(port, 'EMBEDDED_TEMPORAL_PORT');
    if (!headless) await assertPortFree(uiPort, 'EMBEDDED_TEMPORAL_UI_PORT');
    const logFile = `${base}.log`;
    server = await spawnServer({ command: options.cli, args: argumentsOf(options), env: { TZ: 'UTC' }, logFile, run });
    await untilReady(server, port, logFile);
    return { address: `${LOOPBACK}:${port}`, uiUrl: headless ? null : `http://${LOOPBACK}:${uiPort}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Run file and log lie beside the histories, if there are any. */
function placeOf({ dbFile, scratchDir }: TemporalOptions): { base: string; removeScratch(): void } {
  if (dbFile !== undefined) return { base: resolve(dbFile), removeScratch: () => undefined };
  if (scratchDir !== undefined) return { base: resolve(scratchDir, 'temporal'), removeScratch: () => undefined };
  const scratch = mkdtempSync(join(tmpdir(), 'topo-temporal-'));
  return { base: join(scratch, 'temporal'), removeScratch: () => rmSync(scratch, { recursive: true, force: true }) };
}

function argumentsOf({ port, uiPort, headless, dbFile, dynamicConfig }: TemporalOptions): string[] {
  const several = (flag: string, values: string[]) => values.flatMap((value) => [flag, value]);
  const config = Object.entries({ ...everyServer, ...dynamicConfig });
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--log-level', 'warn'],
    ...(headless ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(dbFile === undefined ? [] : ['--db-filename', resolve(dbFile)]),
    // Twice as fast as the default, and safe: a write-ahead log loses nothing when the process is killed.
    ...(dbFile === undefined ? [] : several('--sqlite-pragma', ['journal_mode=wal', 'synchronous=normal'])),
    ...several(
      '--search-attribute',
      searchAttributes.map((name) => `${name}=Keyword`),
    ),
    ...several(
      '--dynamic-config-value',
      config.map(([key, value]) => `${key}=${value}`),
    ),
  ];
}

async function untilReady(server: ProcessMark, port: number, logFile: string): Promise<void> {
  const state = await poll(async () => {
    if (!isRunning(server)) return 'ended';
    return (await isListening(port)) && (await answers(`${LOOPBACK}:${port}`)) ? 'ready' : undefined;
  }, READY_WITHIN_MS);
  if (state !== 'ready') throw new Error(`Temporal did not start. Its last words:\n${lastWords(logFile)}`);
}

/** The port opens before the namespace and the search attributes are there. */
async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      return searchAttributes.every((name) => name in customAttributes);
    } finally {
      await connection.close();
    }
  } catch {
    return false; // not yet, and if never, the server's own words say why
  }
}
