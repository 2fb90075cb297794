import { expect, test } from 'vitest';
import { Worker, NativeConnection } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { bundlePath } from '../support/engine.ts';
import { done, allDone, PAST, planned, quietRuntime } from './scripted.ts';
import { v7 } from 'uuid';
test.each([
  ['as is', {}, (x: any) => x],
  ['buildId', { buildId: 'topo-0.1.0' }, (x: any) => x],
  ['deployment', { workerDeploymentOptions: { version: { deploymentName: 'topo', buildId: '0.1.0' }, useWorkerVersioning: false } }, (x: any) => x],
  ['tuples', {}, (x: any) => ({ ...x, steps: x.steps.map((s: any) => [s.status, s.at]) })],
  ['no number/kind', {}, (x: any) => ({ ...x, steps: x.steps.map(({number, kind, ...s}: any) => s) })],
  ['compact text', {}, (x: any) => ({ ...x, steps: x.steps.map((s: any) => s.status).join(' ') })],
  ['no steps', {}, (x: any) => ({ ...x, steps: [] })],
])('size %s', async (name, options: any, change) => {
  quietRuntime();
  const turns = [...[1, 2, 3, 4].map((n) => done(n, PAST)), allDone];
  let i = 0;
  const native = await NativeConnection.connect({ address: inject('temporalAddress') });
  const taskQueue = `topo${Math.floor(Math.random()*9000)}`;
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle: { codePath: await bundlePath() }, ...options,
   activities: { personalise: async () => planned(PAST), performStep: async () => name === 'as is' || Object.keys(options).length ? turns[i++] : change(turns[i++]) } });
  const run = worker.run();
  const client = new Client({ connection: await Connection.connect({ address: inject('temporalAddress') }) });
  const id = v7();
  const h = await client.workflow.start('sequence', { workflowId: `sequence/${id}`, taskQueue, args: [{ sequenceId: id }] });
  await h.result().catch(e => console.log(String(e)));
  console.log('SIZE', name, (await h.describe()).historySize, (await h.fetchHistory()).events?.length);
  worker.shutdown(); await run; await native.close();
});
