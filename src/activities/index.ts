import type { ActivityDeps } from './deps.ts';
import { createEnrolBatch } from './enrol-batch.ts';
import { createFanOut } from './fan-out.ts';
import { createPerformStep } from './perform-step.ts';
import { createPersonalise } from './personalise.ts';
import { createRepair } from './repair.ts';
import { createWatchMailbox } from './watch-mailbox.ts';

/** The deeds, with what they need of the world. */
export const createActivities = (deps: ActivityDeps) => ({
  personalise: createPersonalise(deps),
  performStep: createPerformStep(deps),
  enrolBatch: createEnrolBatch(deps),
  fanOut: createFanOut(deps),
  repair: createRepair(deps),
});

export type Activities = ReturnType<typeof createActivities>;

/** Those that hold their place for hours, for a task queue of their own. */
export const createWatchActivities = (deps: ActivityDeps) => ({ watchMailbox: createWatchMailbox(deps) });

export type WatchActivities = ReturnType<typeof createWatchActivities>;
