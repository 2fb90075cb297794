import { TestWorkflowEnvironment } from '@temporalio/testing';
import { runAsProgram } from '../../program.ts';

/**
 * A program of its own: `sdk-download.ts <folder> <version>`. The SDK downloads the Temporal CLI into the folder only on
 * the way to starting it, so it is started and stopped. Within our own process this would install the SDK's runtime,
 * which can be done once and is the worker's to configure.
 */
const [downloadDir = '', version = ''] = process.argv.slice(2);
const executable = { type: 'cached-download', downloadDir, version } as const;
await runAsProgram(import.meta.url, async () => {
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
});
