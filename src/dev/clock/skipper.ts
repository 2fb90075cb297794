import { type Client, isGrpcServiceError } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

/** gRPC's NOT_FOUND and FAILED_PRECONDITION: no such workflow, or it has closed. */
const GONE = [5, 9];

/** A run's virtual time was `at` when the real clock showed `seen`; both go on at the same pace. */
interface Clock {
  runId: string;
  at: number;
  seen: number;
}

/** A workflow may have been started anew since: then its clock is the real one again. */
const TRUSTED_MS = 15_000;

/** One workflow's own clock on the time-skipping server. */
export interface Skipper {
  /** Fires whatever is due until `instant`, and returns when its clock stands there; false when it ended on the way. */
  skipTo(workflowId: string, instant: number): Promise<boolean>;
}

/**
 * Moves single workflows through the server's own time skipping (`frontend.WorkflowTimeSkippingEnabled`). The clock is
 * per execution; an activity in flight holds it. A skip that has arrived does not wait for activities: watch the rows.
 */
export function createSkipper(client: Client, namespace: string): Skipper {
  let skips = 0;
  const known = new Map<string, Clock>();
  const service = client.workflowService;

  const look = async (workflowId: string): Promise<Clock | null> => {
    const before = known.get(workflowId);
    if (before && Date.now() - before.seen < TRUSTED_MS) return before;
    known.delete(workflowId);
    return unlessGone(async () => {
      const { workflowExecutionInfo: info, workflowExtendedInfo } = await service.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      if (!info?.execution?.runId || info.closeTime) return null;
      const time = workflowExtendedInfo?.timeSkippingInfo?.currentTime;
      const clock = { runId: info.execution.runId, at: time ? tsToMs(time) : Date.now(), seen: Date.now() };
      known.set(workflowId, clock);
      return clock;
    });
  };

  /** Fires what is due on the way; null when that run is over. */
  const skip = (workflowId: string, { runId }: Clock, ms: number) =>
    unlessGone(async () => {
      const id = `skip-${process.pid}-${Date.now()}-${skips++}`;
      const workflowExecution = { workflowId, runId };
      await service.updateWorkflowExecutionOptions({
        namespace,
        workflowExecution,
        workflowExecutionOptions: {
          timeSkippingConfig: { enabled: true, fastForwardConfig: { id, duration: msToTs(ms) } },
        },
        updateMask: { paths: ['time_skipping_config'] },
      });
      await service.pollWorkflowExecutionTimeSkipping({ namespace, workflowExecution, fastForwardId: id });
      return true;
    });

  return {
    async skipTo(workflowId, instant) {
      for (;;) {
        const clock = await look(workflowId);
        if (!clock) return false;
        const ms = instant - (clock.at + Date.now() - clock.seen);
        if (ms <= 0) return true;
        if (await skip(workflowId, clock, ms)) {
          known.set(workflowId, { ...clock, at: instant, seen: Date.now() });
          return true;
        }
        known.delete(workflowId); // it ended, or runs again in another run: look anew
      }
    },
  };
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (isGrpcServiceError(error) && GONE.includes(error.code)) return null;
    throw error;
  }
}
