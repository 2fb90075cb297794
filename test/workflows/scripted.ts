import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Activities } from '../../src/activities/index.ts';
import type { SequenceNews } from '../../src/adapters/walks.ts';
import { newId } from '../../src/db/new-id.ts';
import { type SequenceId, type StepId, sequenceWorkflowId } from '../../src/domain/ids.ts';
import type {
  NextStep,
  Personalised,
  SequenceEnd,
  SequenceEnded,
  SequenceOutcome,
  SequenceStatus,
  StepLine,
  StepResult,
  Why,
} from '../../src/domain/sequence.ts';
import { workerDeploymentOptions } from '../../src/workflow-bundle.ts';
import type * as workflows from '../../src/workflows/index.ts';
import * as signals from '../../src/workflows/signals.ts';

import { until } from '../support/until.ts';

type Change = Omit<Extract<SequenceNews, { kind: 'stateChanged' }>, 'kind'>;

export type History = temporal.api.history.v1.IHistory;

/** What `performStep` answers at one call; a function may do something meanwhile. */
export type Turn = StepResult | ((now: number) => StepResult | Promise<StepResult>);

type Written = Awaited<ReturnType<Activities['personalise']>>;

/** What the deeds of one walk answer. A call beyond the last turn ends the walk `internal_error`. */
export interface Script {
  personalise?: () => Written | Promise<Written>;
  turns: readonly Turn[];
}

interface StageOptions {
  address?: string;
  /** How many workflows the worker keeps in memory. */
  cached?: number;
}

/** A real worker on a task queue of its own that runs these deeds and nothing else, and a client. */
export async function openStage(activities: Partial<Activities>, options: StageOptions = {}) {
  const { address = inject('temporalAddress'), cached = 200 } = options;
  quietRuntime();
  const taskQueue = `stage-${randomUUID().slice(0, 8)}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    identity: 'stage',
    workerDeploymentOptions,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities,
    maxCachedWorkflows: cached,
    maxHeartbeatThrottleInterval: '50 milliseconds',
    shutdownGraceTime: '1 second',
  });
  const running = worker.run();
  return {
    taskQueue,
    client: new Client({ connection, identity: 'stage' }),
    async stop() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

/** The sequence workflow alone: each walk scripts its own deeds. */
export async function startStage(options: StageOptions = {}) {
  const scripts = new Map<string, { script: Script; calls: number; at: number[] }>();
  const scriptOf = (id: string) => {
    const found = scripts.get(id);
    if (!found) throw new Error(`nobody wrote a script for ${id}`);
    return found;
  };
  const deeds: Pick<Activities, 'personalise' | 'performStep'> = {
    async personalise({ sequenceId }) {
      return (await scriptOf(sequenceId).script.personalise?.()) ?? planned(PAST);
    },
    async performStep({ sequenceId, now }) {
      const play = scriptOf(sequenceId);
      play.at.push(now);
      const turn = play.script.turns[play.calls++] ?? ended({ status: 'FAILED', reason: 'internal_error' });
      return typeof turn === 'function' ? turn(now) : turn;
    },
  };
  const { client, taskQueue, stop } = await openStage(deeds, options);

  return {
    client,
    /** Not started yet. */
    walk(script: Script) {
      const sequenceId = newId<SequenceId>();
      const play = { script, calls: 0, at: [] };
      scripts.set(sequenceId, play);
      const workflowId = sequenceWorkflowId(sequenceId);
      const handle: WorkflowHandle<typeof workflows.sequence> = client.workflow.getHandle(workflowId);
      const start = { taskQueue, workflowId, args: [{ sequenceId }] satisfies [{ sequenceId: SequenceId }] };
      const walk = {
        sequenceId,
        handle,
        start: async () => void (await client.workflow.start<typeof workflows.sequence>('sequence', start)),
        /** Started together with news: it is there before the first task. */
        startTold: async (end: SequenceEnd) =>
          void (await client.workflow.signalWithStart<typeof workflows.sequence, [SequenceEnd]>('sequence', {
            ...start,
            signal: signals.ended,
            signalArgs: [end],
          })),
        /** Started with a first change of state (seq 1), so that it performs at once and has no first timer. */
        startAwake: async () =>
          void (await client.workflow.signalWithStart<typeof workflows.sequence, [Change]>('sequence', {
            ...start,
            signal: signals.stateChanged,
            signalArgs: [{ seq: 1, status: 'ACTIVE' }],
          })),
        tell: (news: SequenceNews) => tell(handle, news),
        /** How often `performStep` was called. */
        calls: () => play.calls,
        /** The workflow's time at each call of `performStep`. */
        callsAt: (): readonly number[] => play.at,
        called: (times: number) =>
          until(
            () => play.calls >= times,
            `call ${times} of performStep`,
            () => `call ${play.calls}`,
          ),
        outcome: (): Promise<SequenceOutcome> => handle.result(),
        history: (): Promise<History> => handle.fetchHistory(),
        heard: () => heard(handle),
        rests: () => rests(handle),
        /** The details that operators see. */
        details: async () =>
          (await handle.query<temporal.api.sdk.v1.IWorkflowMetadata>('__temporal_workflow_metadata')).currentDetails ??
          '',
      };
      return walk;
    },
    stop,
  };
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

/** Silent; somebody in this process may have been here before. */
export function quietRuntime(): void {
  try {
    const filter = makeTelemetryFilterString({ core: 'ERROR' });
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  } catch {
    return;
  }
}

function tell(handle: WorkflowHandle, news: SequenceNews): Promise<void> {
  switch (news.kind) {
    case 'taskSettled':
      return handle.signal(signals.taskSettled, { taskId: news.taskId });
    case 'connectionAccepted':
      return handle.signal(signals.connectionAccepted, {});
    case 'campaignPaused':
      return handle.signal(signals.campaignPaused, { epoch: news.epoch });
    case 'campaignResumed':
      return handle.signal(signals.campaignResumed, { epoch: news.epoch });
    case 'stateChanged':
      return handle.signal(signals.stateChanged, { seq: news.seq, status: news.status });
    case 'ended':
      return handle.signal(signals.ended, news.end);
  }
}

const DAY = 86_400_000;
/** Due long ago: a timer of 1 ms, which the server fires within about a second. */
export const PAST = Date.parse('2026-01-05T09:00:00Z');
/** Not due while any test runs. */
export const farAhead = (days = 30) => Date.now() + days * DAY;

/** Where one step of `of` stands: the ones before it are sent. */
export const lines = (number = 1, of = 5): StepLine[] =>
  Array.from({ length: of }, (_, index) => ({
    number: index + 1,
    kind: 'email',
    status: index + 1 < number ? 'SENT' : 'PENDING',
    at: index + 1 < number ? PAST : null,
  }));

const next = (number: number, at: number): NextStep => ({
  stepId: newId<StepId>(),
  number,
  kind: 'email',
  at,
  why: 'delay',
});

export const ids = { workspaceId: randomUUID(), campaignId: randomUUID(), templateId: randomUUID() };

export const planned = (at: number, status: SequenceStatus = 'ACTIVE', number = 1): Personalised => ({
  next: next(number, at),
  status,
  steps: lines(number),
  attributes: ids,
});

/** Step `number` is finished, the one after it is due at `at`. */
export const done = (number: number, at: number): StepResult => ({
  kind: 'done',
  next: next(number + 1, at),
  status: 'ACTIVE',
  steps: lines(number + 1),
});

export const allDone: StepResult = { kind: 'done', next: null, status: 'COMPLETED', steps: lines(6) };

export const deferred = (until: number, why: Why = 'account_cap', status: SequenceStatus = 'ACTIVE'): StepResult => ({
  kind: 'deferred',
  until,
  why,
  status,
  steps: lines(),
});

export const held = (epoch: number): StepResult => ({ kind: 'held', epoch, status: 'ACTIVE', steps: lines() });

export const waitingForUser = (taskId: Extract<StepResult, { kind: 'waitingForUser' }>['taskId']): StepResult => ({
  kind: 'waitingForUser',
  taskId,
  status: 'WAITING_FOR_USER',
  steps: lines(),
});

export const waitingForLead = (until: number): StepResult => ({
  kind: 'waitingForLead',
  until,
  status: 'WAITING_FOR_LEAD',
  steps: lines(),
});

export const ended = (end: SequenceEnd): SequenceEnded => ({ kind: 'ended', end, status: end.status, steps: lines() });

/** A promise and its key. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

// Histories.

/** As long as the history grows. */
const untilHistory = (handle: WorkflowHandle, isSo: (history: History) => boolean, what: string) => {
  let events = 0;
  return until(
    async () => {
      const history = await handle.fetchHistory();
      events = history.events?.length ?? 0;
      return isSo(history);
    },
    what,
    () => `${events} events`,
  );
};

/** Returns once the workflow has acted on everything it was sent so far. */
const heard = (handle: WorkflowHandle) => untilHistory(handle, isQuiet, 'a workflow that has heard everything');

/** As `heard`, and nothing it asked for is under way: it sleeps, or has ended. */
export const rests = (handle: WorkflowHandle) => untilHistory(handle, isAtRest, 'a workflow at rest');

/** No workflow task is pending: what came in since the last one would have asked for the next. */
function isQuiet({ events }: History): boolean {
  const all = events ?? [];
  const last = all.findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
  return last >= 0 && all.slice(last).every((event) => !event.workflowTaskScheduledEventAttributes);
}

const isAtRest = (history: History) =>
  isQuiet(history) &&
  countOf(history, 'activityTaskScheduledEventAttributes') ===
    countOf(history, 'activityTaskCompletedEventAttributes') + countOf(history, 'activityTaskCanceledEventAttributes');

/** Without the two kinds of event that virtual time adds (55 and 60); production has none of them. */
export const eventsOf = ({ events }: History) =>
  (events ?? []).filter(({ eventType }) => eventType !== 55 && eventType !== 60);

export const countOf = (history: History, attributes: keyof temporal.api.history.v1.IHistoryEvent): number =>
  eventsOf(history).filter((event) => event[attributes]).length;

/** The statuses that the search attribute took, in order. */
export const statusesShown = (history: History): string[] =>
  eventsOf(history).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const payload = upsert?.searchAttributes?.indexedFields?.SequenceStatus;
    return payload ? [textOf(payload)] : [];
  });

/** A payload's value, where it is one text or a list of one. */
export function textOf({ data }: { data?: Uint8Array | null }): string {
  const value: unknown = JSON.parse(Buffer.from(data ?? []).toString());
  return String(Array.isArray(value) ? value[0] : value);
}
