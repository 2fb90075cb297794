import { tellCampaign, tellSequence } from '../commands/announcer.ts';
import { archiveFinished } from '../commands/sequences/archive-finished.ts';
import { failureOf } from '../db/errors.ts';
import type { Db, Tx } from '../db/pool.ts';
import type { CampaignBehind, SequenceRef } from '../db/repairs.ts';
import * as repairs from '../db/repairs.ts';
import { markStarted } from '../db/tells.ts';
import type { Log } from '../domain/log.ts';
import type { RepairCounts } from '../domain/repair.ts';
import type { ActivityDeps } from './deps.ts';
import { sweepStuck } from './orphans.ts';

/*
 * The gaps that crashes and lost signals leave between Postgres and Temporal, each with how its rows are found and how
 * one of them is mended. Design 3.
 */

/** Mends one row; false: there was nothing to mend. */
type Mend<Row> = (row: Row) => Promise<boolean>;

/** Mends rows, each for itself; answers how many there were to mend. */
export type MendEach = <Row>(rows: readonly Row[], mend: Mend<Row>) => Promise<number>;

export interface Gap {
  name: keyof RepairCounts;
  /** Finds its rows, in a transaction of their own under the system role, and mends them. */
  close(db: Db, each: MendEach): Promise<number>;
}

export const gap = <Row>(name: Gap['name'], take: (tx: Tx) => Promise<readonly Row[]>, mend: Mend<Row>): Gap => ({
  name,
  close: async (db, each) => each(await db.asSystem(take), mend),
});

/** What fails is taken again after its back-off. Throws what `signal` was stopped with. */
export const mendEach =
  (log: Log, signal?: AbortSignal): MendEach =>
  async (rows, mend) => {
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

/** In the order in which they are closed. `sweeps`: open sequences are gone through as well, some at each run. */
export function gapsOf(deps: Pick<ActivityDeps, 'db' | 'walks'>, { sweeps }: { sweeps: boolean }): Gap[] {
  const { db, walks } = deps;
  const tell = ({ id, workspaceId }: SequenceRef) => tellSequence(deps, workspaceId, id);
  const tellControl = (campaign: CampaignBehind) => tellCampaign(deps, campaign);
  const sweep = (ref: SequenceRef) => sweepStuck(deps, ref);
  const start = async ({ id, workspaceId }: SequenceRef) => {
    await walks.startSequence(id);
    await db.inWorkspace(workspaceId, (tx) => markStarted(tx, id));
  };
  const revive = async (ref: SequenceRef) => {
    const isGone = !(await walks.isSequenceRunning(ref.id));
    if (isGone) await start(ref);
    return isGone;
  };
  const end = async (ref: SequenceRef) => {
    const isRunning = await walks.isSequenceRunning(ref.id);
    if (isRunning) await tell(ref);
    else await db.inWorkspace(ref.workspaceId, (tx) => repairs.markClosed(tx, ref.id));
    return isRunning;
  };

  return [
    gap('started', repairs.takeUnstarted, always(start)),
    gap('told', repairs.takeUntold, always(tell)),
    gap('ended', repairs.takeUnclosed, end),
    gap('revived', repairs.takeLate, revive),
    ...(sweeps ? [gap('revived', repairs.sweepOpen, revive)] : []),
    gap('campaigns', repairs.takeCampaignsBehind, always(tellControl)),
    gap('archived', repairs.finishingTemplates, ({ id, workspaceId }) => archiveFinished(db, workspaceId, id)),
    gap('stuck', repairs.stuckDeliveries, always(sweep)),
  ];
}

/** That a row was found says that there was something to mend. */
const always =
  <Row>(work: (row: Row) => Promise<void>): Mend<Row> =>
  async (row) => {
    await work(row);
    return true;
  };
