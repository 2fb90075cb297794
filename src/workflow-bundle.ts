import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** The workflow code as one bundle, made by the SDK's own bundler: what runs in the sandbox. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const extension = fileURLToPath(import.meta.url).slice(-3); // .ts from the sources, .js once compiled
  const workflowsPath = fileURLToPath(new URL(`./workflows/index${extension}`, import.meta.url));
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
}

const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * What a worker calls its build. The SDK's own name, a checksum of 85 bytes in every other event, would be a fifth of a
 * history. No worker versioning: a change of commands goes behind `patched`, and old histories are replayed.
 */
export const workerDeploymentOptions = {
  version: { deploymentName: 'topo', buildId: version },
  useWorkerVersioning: false,
} as const;
