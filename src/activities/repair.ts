import type { Mailboxes } from '../adapters/mailbox.ts';
import { createAnnouncer, tellCampaign, tellSequence } from '../commands/announcer.ts';
import type { CommandDeps } from '../commands/deps.ts';
import { handleCallback } from '../commands/inbound/handle-callback.ts';
import { runImport } from '../commands/leads/run-import.ts';
import { archiveFinished } from '../commands/sequences/archive-finished.ts';
import { type TakenCallback, takeCallback } from '../db/callbacks.ts';
import { failureOf } from '../db/errors.ts';
import { abandonedImports } from '../db/imports.ts';
import { countUntended } from '../db/linkedin-polls.ts';
import { countStale } from '../db/mailboxes.ts';
import type { SequenceRef } from '../db/repairs.ts';
import * as repairs from '../db/repairs.ts';
import { markStarted } from '../db/tells.ts';
import type { RepairCounts } from '../domain/repair.ts';
import { lookUpAfterEnd } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { sweepStuck } from './orphans.ts';
import { tendLinkedIn } from './tend-linkedin.ts';

/**
 * One run of the reconciler: finds what fell between Postgres and Temporal and mends it. Rows are taken with SKIP LOCKED
 * and a back-off of their own, so two runs do not collide and one bad row does not hold up the rest. Design 3.
 */
export const createRepair = (deps: ActivityDeps) => () => withHeartbeats((signal) => reconcileOnce(deps, { signal }));

const STALE_ALARM_MS = 2 * 3_600_000;

// Mail servers may be slow: a run has 5 minutes in all, and its last look-up may take half of them.
const MOST_LOOK_UPS = 20;
const LOOK_UPS_MS = 120_000;
const OPENING_MS = 15_000;
/** What is left of an import then is for the next run. */
const IMPORTS_MS = 45_000;

/** A language model may be asked about each callback; what is left over comes later. */
const CALLBACKS_MS = 30_000;
/** By then it has failed for a quarter of an hour. */
const ALARM_AFTER_ATTEMPTS = 5;

type RepairDeps = Pick<ActivityDeps, 'db' | 'walks' | 'log' | 'mailboxes' | 'vault' | 'linkedIn' | 'replyReader'>;

/** The reconciler's function itself; the conductor of virtual time runs it too, for Schedules do not skip. */
export async function reconcileOnce(
  deps: RepairDeps,
  { signal, sweeps = true }: { signal?: AbortSignal; sweeps?: boolean } = {},
): Promise<RepairCounts> {
  const { db, walks, log } = deps;
  const counts: RepairCounts = {
    started: 0,
    told: 0,
    ended: 0,
    revived: 0,
    campaigns: 0,
    archived: 0,
    stuck: 0,
    lookedUp: 0,
    imports: 0,
    callbacks: 0,
    tended: 0,
    untended: 0,
    stale: 0,
    overdue: 0,
  };

  /** Each row for itself: what fails is taken again after its back-off. */
  const each: Each = async (rows, mend) => {
    let mended = 0;
    for (const row of rows) {
      signal?.throwIfAborted();
      try {
        if (await mend(row)) mended++;
      } catch (error) {
        log.warn(failureOf(error), 'a repair failed; it is tried again later');
      }
    }
    return mended;
  };
  const start = async ({ id, workspaceId }: SequenceRef) => {
    await walks.startSequence(id);
    await db.inWorkspace(workspaceId, (tx) => markStarted(tx, id));
    return true;
  };
  const revive = async (ref: SequenceRef) => !(await walks.isSequenceRunning(ref.id)) && start(ref);

  counts.started = await each(await db.asSystem(repairs.takeUnstarted), start);
  counts.told = await each(await db.asSystem(repairs.takeUntold), async ({ id, workspaceId }) => {
    await tellSequence(deps, workspaceId, id);
    return true;
  });
  counts.ended = await each(await db.asSystem(repairs.takeUnclosed), async (ref) => {
    const running = await walks.isSequenceRunning(ref.id);
    if (running) await tellSequence(deps, ref.workspaceId, ref.id);
    else await db.inWorkspace(ref.workspaceId, (tx) => repairs.markClosed(tx, ref.id));
    return running;
  });
  counts.revived = await each(await db.asSystem(repairs.takeLate), revive);
  if (sweeps) counts.revived += await each(await db.asSystem(repairs.sweepOpen), revive);
  counts.campaigns = await each(await db.asSystem(repairs.takeCampaignsBehind), async (campaign) => {
    await tellCampaign(deps, campaign);
    return true;
  });
  counts.archived = await each(await db.asSystem(repairs.finishingTemplates), ({ id, workspaceId }) =>
    archiveFinished(db, workspaceId, id),
  );

  counts.stuck = await each(await db.asSystem(repairs.stuckDeliveries), async (ref) => {
    await sweepStuck(deps, ref);
    return true;
  });
  counts.stale = await db.asSystem((tx) => countStale(tx, STALE_ALARM_MS));
  if (counts.stale > 0) log.error({ stale: counts.stale }, 'inboxes were not read for 2 hours: follow-ups wait');

  counts.untended = await db.asSystem((tx) => countUntended(tx, STALE_ALARM_MS));
  if (counts.untended > 0) log.error({ untended: counts.untended }, 'LinkedIn accounts were not reachable for 2 hours');

  counts.overdue = await db.asSystem(repairs.countOverdue);
  if (counts.overdue > 0) log.error({ overdue: counts.overdue }, 'steps are overdue by more than 15 minutes');
  await db.asSystem(repairs.markReconciled); // before what asks others: their servers say nothing about our health

  const { announce, settled } = createAnnouncer(deps);
  counts.callbacks = await lateCallbacks({ ...deps, announce }, each);
  counts.tended = await tendLinkedIn({ ...deps, announce }, signal);
  const enough = AbortSignal.any([AbortSignal.timeout(IMPORTS_MS), ...(signal ? [signal] : [])]);
  counts.imports = await each(await db.asSystem(abandonedImports), (job) => runImport({ db, announce }, job, enough));
  await settled();
  counts.lookedUp = await each(await db.asSystem(repairs.unconfirmedAfterEnd), boundedLookUp(deps));
  return counts;
}

type Each = <T>(rows: readonly T[], mend: (row: T) => Promise<boolean>) => Promise<number>;

/** Callbacks that failed, or died with their process; what there is no time for is taken by the next run. */
async function lateCallbacks(deps: RepairDeps & CommandDeps, each: Each): Promise<number> {
  const tooLate = AbortSignal.timeout(CALLBACKS_MS);
  const handle = async (callback: TakenCallback) => {
    const { id: callbackId, attempts } = callback;
    if (attempts >= ALARM_AFTER_ATTEMPTS) deps.log.error({ callbackId, attempts }, 'a callback cannot be handled');
    await handleCallback(deps, callback);
    return true;
  };
  let handled = 0;
  while (!tooLate.aborted) {
    const callback = await deps.db.asSystem(takeCallback);
    if (!callback) break;
    handled += await each([callback], handle);
  }
  return handled;
}

/** A run's look-ups: so many, for so long, at mailboxes that open soon or count as away. What is left over comes later. */
function boundedLookUp(deps: RepairDeps): (ref: SequenceRef) => Promise<boolean> {
  const tooLate = AbortSignal.timeout(LOOK_UPS_MS);
  const mailboxes: Mailboxes = {
    open: (settings) => deps.mailboxes.open(settings, AbortSignal.timeout(OPENING_MS)),
  };
  let looks = 0;
  return async (ref) => {
    if (looks >= MOST_LOOK_UPS || tooLate.aborted) return false;
    looks++;
    const wasDue = await lookUpAfterEnd({ ...deps, mailboxes }, ref);
    if (!wasDue) looks--;
    return wasDue;
  };
}
