import { type Client, isGrpcServiceError } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

/** gRPC's NOT_FOUND and FAILED_PRECONDITION: no such workflow, or it has closed. */
const GONE = [5, 9];

/** One workflow's own clock on the time-skipping server. */
export interface Skipper {
  /** Its virtual time, epoch ms; null when it runs no more. */
  clockOf(workflowId: string): Promise<number | null>;
  /** Fires whatever is due until `instant`, and returns when its clock stands there; false when it ended on the way. */
  skipTo(workflowId: string, instant: number): Promise<boolean>;
}

/**
 * Moves single workflows through the server's own time skipping (`frontend.WorkflowTimeSkippingEnabled`). The clock is
 * per execution; an activity in flight holds it. A skip that has arrived does not wait for activities: watch the rows.
 */
export function createSkipper(client: Client, namespace: string): Skipper {
  let skips = 0;
  /** Its virtual time was `at` when the real clock showed `seen`; both go on at the same pace. */
  const known = new Map<string, { at: number; seen: number }>();
  const service = client.workflowService;

  const clockOf = async (workflowId: string): Promise<number | null> => {
    const clock = known.get(workflowId);
    if (clock) return clock.at + Date.now() - clock.seen;
    return unlessGone(workflowId, async () => {
      const { workflowExecutionInfo, workflowExtendedInfo } = await service.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      if (workflowExecutionInfo?.closeTime) return null;
      const time = workflowExtendedInfo?.timeSkippingInfo?.currentTime;
      const at = time ? tsToMs(time) : Date.now();
      known.set(workflowId, { at, seen: Date.now() });
      return at;
    });
  };

  const unlessGone = async <T>(workflowId: string, call: () => Promise<T>): Promise<T | null> => {
    try {
      return await call();
    } catch (error) {
      if (isGrpcServiceError(error) && GONE.includes(error.code)) {
        known.delete(workflowId);
        return null;
      }
      throw error;
    }
  };

  return {
    clockOf,
    async skipTo(workflowId, instant) {
      const at = await clockOf(workflowId);
      if (at === null) return false;
      const ms = instant - at;
      if (ms <= 0) return true;
      const id = `skip-${process.pid}-${Date.now()}-${skips++}`;
      const workflowExecution = { workflowId };
      const arrived = await unlessGone(workflowId, async () => {
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
      if (arrived) known.set(workflowId, { at: instant, seen: Date.now() });
      return arrived ?? false;
    },
  };
}
