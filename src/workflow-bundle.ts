import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** The workflow code as one bundle, made by the SDK's own bundler: what runs in the sandbox. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const extension = fileURLToPath(import.meta.url).slice(-3); // .ts from the sources, .js once compiled
  const workflowsPath = fileURLToPath(new URL(`./workflows/index${extension}`, import.meta.url));
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
}
