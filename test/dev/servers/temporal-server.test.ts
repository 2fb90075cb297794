import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { freePort } from '../../../src/dev/servers/ports.ts';
import { markOf } from '../../../src/dev/servers/processes.ts';
import { type EmbeddedTemporal, startTemporal } from '../../../src/dev/servers/temporal-server.ts';
import { aFolder, occupy, serverIn, startAndDie } from './servers.ts';

const { folder, remove } = aFolder();
const dbFile = join(folder, 'temporal.db');
const run = `${dbFile}.run`;
const cli = inject('temporalCli');
let port: number;
let uiPort: number;
let running: EmbeddedTemporal | undefined;

const start = async () => {
  running = await startTemporal({ cli, port, uiPort, dbFile });
  return running;
};

beforeAll(async () => {
  [port, uiPort] = [await freePort(), await freePort()];
});
afterEach(() => running?.stop());
afterAll(remove);

test('a server is ready to be searched by our attributes, shows its page, and keeps its histories to itself', async () => {
  const { address, uiUrl } = await start();
  const attributes = await withClient(address, async ({ connection }) => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(customAttributes);
  });
  expect(attributes).toEqual(expect.arrayContaining(['WorkspaceId', 'CampaignId', 'TemplateId', 'SequenceStatus']));
  expect((await fetch(uiUrl ?? '')).status).toBe(200);
  expect(readdirSync(folder).filter((name) => statSync(join(folder, name)).mode & 0o077)).toEqual([]);
});

test('a second start knows the workflows of the first, and a stop leaves no process', async () => {
  const first = await start();
  await startWorkflow(first.address, 'kept');
  const server = serverIn(run);
  await first.stop();
  expect(markOf(server)).toBeUndefined();
  expect(existsSync(run)).toBe(false);

  const second = await start();
  expect(await statusOf(second.address, 'kept')).toBe('RUNNING');
});

test('a server whose starter was killed is stopped first, and its workflows go on', async () => {
  await startAndDie('temporal', { cli, port, uiPort, dbFile });
  const orphan = serverIn(run);
  await startWorkflow(`127.0.0.1:${port}`, 'left behind');
  const { address } = await start();
  expect(markOf(orphan)).toBeUndefined();
  expect(await statusOf(address, 'left behind')).toBe('RUNNING');
});

test('histories in use are refused', async () => {
  await start();
  const other = { port: await freePort(), uiPort: await freePort() };
  await expect(startTemporal({ cli, ...other, dbFile })).rejects.toThrow(`in use by process ${process.pid}`);
});

test('a busy port is refused by its number and the setting that changes it', async () => {
  const leave = await occupy(port);
  await expect(start()).rejects.toThrow(new RegExp(`Port ${port} .*EMBEDDED_TEMPORAL_PORT`));
  leave();
  const leaveUi = await occupy(uiPort);
  await expect(start()).rejects.toThrow(new RegExp(`Port ${uiPort} .*EMBEDDED_TEMPORAL_UI_PORT`));
  leaveUi();
});

test('a program that is no Temporal server is reported in its own words', async () => {
  await expect(startTemporal({ cli: '/bin/ls', port, uiPort, headless: true })).rejects.toThrow(
    /did not start(.|\n)*unrecognized option/,
  );
});

const startWorkflow = (address: string, workflowId: string) =>
  withClient(address, ({ workflow }) => workflow.start('nobodyRunsIt', { workflowId, taskQueue: 'nobody' }));

const statusOf = (address: string, workflowId: string) =>
  withClient(address, async ({ workflow }) => (await workflow.getHandle(workflowId).describe()).status.name);

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
