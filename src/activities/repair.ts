import type { Mailboxes } from '../adapters/mailbox.ts';
import { createAnnouncer } from '../commands/announcer.ts';
import type { CommandDeps } from '../commands/deps.ts';
import { handleCallback } from '../commands/inbound/handle-callback.ts';
import { runImport } from '../commands/leads/run-import.ts';
import { type TakenCallback, takeCallback } from '../db/callbacks.ts';
import { abandonedImports } from '../db/imports.ts';
import { countUntended } from '../db/linkedin-polls.ts';
import { countStale } from '../db/mailboxes.ts';
import type { Tx } from '../db/pool.ts';
import type { SequenceRef } from '../db/repairs.ts';
import * as repairs from '../db/repairs.ts';
import type { RepairCounts } from '../domain/repair.ts';
import { lookUpAfterEnd } from './confirm-sent.ts';
import type { ActivityDeps } from './deps.ts';
import { type Gap, gap, gapsOf, type MendEach, mendEach } from './gaps.ts';
import { withHeartbeats } from './heartbeats.ts';
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
  const { db, log } = deps;
  const counts = nothingYet();
  const each = mendEach(log, signal);
  const close = async (gap: Gap) => {
    counts[gap.name] += await gap.close(db, each);
  };

  for (const gap of gapsOf(deps, { sweeps })) await close(gap);
  for (const { name, count, what } of alarms) {
    counts[name] = await db.asSystem(count);
    if (counts[name] > 0) log.error({ [name]: counts[name] }, what);
  }
  await db.asSystem(repairs.markReconciled); // before what asks others: their servers say nothing about our health

  const { announce, settled } = createAnnouncer(deps);
  counts.callbacks = await lateCallbacks({ ...deps, announce }, each);
  counts.tended = await tendLinkedIn({ ...deps, announce }, signal);
  const enough = AbortSignal.any([AbortSignal.timeout(IMPORTS_MS), ...(signal ? [signal] : [])]);
  await close(gap('imports', abandonedImports, (job) => runImport({ db, announce }, job, enough)));
  await settled();
  await close(gap('lookedUp', repairs.unconfirmedAfterEnd, boundedLookUp(deps)));
  return counts;
}

const nothingYet = (): RepairCounts => ({
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
});

/** What no run can mend: somebody must hear of it. */
const alarms: { name: keyof RepairCounts; count: (tx: Tx) => Promise<number>; what: string }[] = [
  {
    name: 'stale',
    count: (tx) => countStale(tx, STALE_ALARM_MS),
    what: 'inboxes were not read for 2 hours: follow-ups wait',
  },
  {
    name: 'untended',
    count: (tx) => countUntended(tx, STALE_ALARM_MS),
    what: 'LinkedIn accounts were not reachable for 2 hours',
  },
  { name: 'overdue', count: repairs.countOverdue, what: 'steps are overdue by more than 15 minutes' },
];

/** Callbacks that failed, or died with their process; what there is no time for is taken by the next run. */
async function lateCallbacks(deps: RepairDeps & CommandDeps, each: MendEach): Promise<number> {
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
