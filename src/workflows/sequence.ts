import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { SequenceInput, SequenceOutcome } from '../domain/sequence.ts';
import { forgetNews, newNotes } from './notes.ts';
import { newView } from './operator-view.ts';
import * as signals from './signals.ts';

const { personalise, performStep } = proxyActivities<Activities>({
  startToCloseTimeout: '12 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED', // unset, an operator's cancel would leave a running send behind
});

/**
 * One contact's sequence: it waits, `performStep` decides and acts. Started with `{ sequenceId }` alone; only
 * continue-as-new hands notes on. Design 3.
 */
export async function sequence({ sequenceId }: SequenceInput, notes = newNotes()): Promise<SequenceOutcome> {
  const view = newView(notes);
  // Handlers only note, in any order, however often. All stand before the first await.
  setHandler(signals.ended, (end) => {
    notes.end ??= end;
  });
  setHandler(signals.stateChanged, ({ seq }) => {
    notes.changed ||= seq > notes.seq;
    notes.seq = Math.max(notes.seq, seq);
  });
  setHandler(signals.taskSettled, ({ taskId }) => {
    notes.settled.push(taskId);
  });
  setHandler(signals.connectionAccepted, () => {
    notes.accepted = true;
  });
  setHandler(signals.campaignPaused, ({ epoch }) => {
    notes.paused = Math.max(notes.paused, epoch);
    view.refresh();
  });
  setHandler(signals.campaignResumed, ({ epoch }) => {
    notes.resumed = Math.max(notes.resumed, epoch);
    view.refresh();
  });

  const wait = async (at: number, woken = () => false) => {
    const awake = () => notes.end !== undefined || notes.changed || woken();
    if (at === Number.POSITIVE_INFINITY)
      await condition(awake); // no timer
    else await condition(awake, Math.max(1, Math.ceil(at - Date.now())), { summary: view.summary() }); // whole, at least 1 ms
  };

  const writing = new CancellationScope();
  const written = await Promise.race([
    writing
      .run(() => personalise({ sequenceId, now: Date.now() }))
      .catch(nullWhenCanceled(() => notes.end !== undefined)),
    condition(() => notes.end !== undefined).then(() => null),
  ]);
  if (!written) writing.cancel();
  else if ('end' in written) return view.conclude(written.end);
  else {
    view.planned(written);
    await wait(written.next.at);
  }

  while (!notes.end) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof sequence>({ sequenceId }, notes);
    forgetNews(notes); // Postgres was told before us, so performStep sees what we forget
    const result = await performStep.executeWithOptions({ summary: view.activity() }, [
      { sequenceId, now: Date.now() },
    ]);
    view.show(result);
    switch (result.kind) {
      case 'done':
        if (!result.next) return view.conclude(notes.end ?? { status: 'COMPLETED', reason: 'no_more_steps' });
        await wait(result.next.at);
        break;
      case 'deferred':
        await wait(result.until);
        break;
      case 'held':
        await wait(Number.POSITIVE_INFINITY, () => notes.resumed > result.epoch); // the only way to park
        break;
      case 'waitingForUser':
        await wait(Number.POSITIVE_INFINITY, () => notes.settled.includes(result.taskId));
        break;
      case 'waitingForLead':
        await wait(result.until, () => notes.accepted);
        break;
      case 'ended':
        return view.conclude(result.end);
    }
  }
  return view.conclude(notes.end);
}

/** A `personalise` that we canceled ourselves, since the end came first, is no failure. */
const nullWhenCanceled =
  (expected: () => boolean) =>
  (error: unknown): null => {
    if (expected() && isCancellation(error)) return null;
    throw error;
  };
