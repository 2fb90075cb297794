import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { ActivityDeps } from './activities/deps.ts';
import { withoutMessages } from './activities/failures.ts';
import { createActivities, createWatchActivities } from './activities/index.ts';
import { watchQueueOf } from './domain/ids.ts';
import { bundleWorkflows, workerDeploymentOptions } from './workflow-bundle.ts';

interface WorkersOptions
  extends Pick<WorkerOptions, 'maxConcurrentActivityTaskExecutions' | 'maxCachedWorkflows' | 'shutdownGraceTime'> {
  connection: NativeConnection;
  namespace?: string;
  taskQueue: string;
  deps: ActivityDeps;
  /** Made anew unless given. */
  workflowBundle?: WorkerOptions['workflowBundle'];
}

export interface Workers {
  /** Until they are shut down and what was in flight is done. */
  run(): Promise<void>;
  shutdown(): void;
}

/** How many inboxes one process watches. */
const MOST_WATCHERS = 500;

/**
 * The two workers of a process: one walks and acts; the other watches inboxes, on a task queue of its own, so that the
 * watchers, who hold their place for hours, leave room for the senders.
 */
export async function createWorkers({
  connection,
  taskQueue,
  deps,
  workflowBundle,
  ...options
}: WorkersOptions): Promise<Workers> {
  const common = {
    connection,
    workerDeploymentOptions,
    interceptors: { activity: [withoutMessages(deps.log)] },
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  const walking = await Worker.create({
    ...options,
    ...common,
    taskQueue,
    workflowBundle: workflowBundle ?? (await bundleWorkflows()),
    activities: createActivities(deps),
  });
  const watching = await Worker.create({
    ...common,
    taskQueue: watchQueueOf(taskQueue),
    activities: createWatchActivities(deps),
    maxConcurrentActivityTaskExecutions: MOST_WATCHERS,
    shutdownGraceTime: 0, // a watcher has nothing to finish: it is told to stop at once
  });
  return {
    async run() {
      await Promise.all([walking.run(), watching.run()]);
    },
    shutdown() {
      walking.shutdown();
      watching.shutdown();
    },
  };
}
