import { reconcileOnce } from '../activities/repair.ts';
import type { Walks } from '../adapters/walks.ts';
import type { ForwardReport } from '../api/deps.ts';
import { appNow, clockOffset, moveClockTo } from '../db/clock.ts';
import type { Db } from '../db/pool.ts';
import { busyCampaigns, busySequences, nextInstantOfAll, openWalks } from '../db/standing.ts';
import { campaignWorkflowId, sequenceWorkflowId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import { poll } from './poll.ts';
import type { Skipper } from './skipper.ts';

export interface Conductor {
  /** Moves the whole installation to `to` (epoch ms), or to the next instant at which anything acts. */
  forward(to: number | 'next'): Promise<ForwardReport>;
  /** Brings walks that were started since into the virtual present; the embedded runtime calls it every second. */
  keepUp(): Promise<void>;
}

export interface ConductorDeps {
  db: Db;
  walks: Walks;
  skipper: Skipper;
  log: Log;
  /** At the end of each round the simulated world acts; returns when what it asked for was told. */
  act?: (now: number) => Promise<void>;
  /** The longest a round may be, ms. */
  roundMs?: number;
  onRound?: (now: number) => void;
  /** How long a round may take on the real clock, ms. */
  patienceMs?: number;
}

const HOUR_MS = 3_600_000;
const SETTLE_MS = 2_000;
const AT_ONCE = 50;

/**
 * Virtual time: all open walks move together, in rounds. `app_now()` stands at the round's first instant until all is
 * quiet, then at its end, when the simulated world acts and the reconciler's function runs. Each walk left to itself
 * would keep its own clock, and caps and replies would compare different days. Design 4.
 */
export function createConductor({
  db,
  walks,
  skipper,
  log,
  act,
  onRound,
  roundMs = 6 * HOUR_MS,
  patienceMs = 60_000,
}: ConductorDeps): Conductor {
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time, in the order of asking. */
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const openIds = async () => {
    const open = await db.asSystem(openWalks);
    return [...open.campaigns.map(campaignWorkflowId), ...open.sequences.map(sequenceWorkflowId)];
  };

  /** Brings every open walk's clock to `instant`; walks that started on the way too. */
  const bringAll = async (instant: number): Promise<void> => {
    const arrived = new Set<string>();
    for (;;) {
      const behind = (await openIds()).filter((id) => !arrived.has(id));
      if (behind.length === 0) return;
      for (let from = 0; from < behind.length; from += AT_ONCE)
        await Promise.all(behind.slice(from, from + AT_ONCE).map((id) => skipper.skipTo(id, instant)));
      for (const id of behind) arrived.add(id);
    }
  };

  /** Until nothing that was due by `instant` is left to do. Throws, naming the first of them, when that takes too long. */
  const quiet = async (instant: number): Promise<void> => {
    let busy: string[] = [];
    const done = await poll(async () => {
      busy = await db.asSystem(async (tx) => [
        ...(await busySequences(tx, instant)),
        ...(await busyCampaigns(tx, instant)),
      ]);
      if (busy.length === 0) return true;
      await bringAll(instant); // what was enrolled meanwhile is still in the real present
      return undefined;
    }, patienceMs);
    if (!done)
      throw new Error(
        `virtual time waits in vain at ${new Date(instant).toISOString()} for ${busy.slice(0, 3).join(', ')}`,
      );
  };

  const round = async (end: number): Promise<void> => {
    await bringAll(end);
    await quiet(end);
    await db.asSystem((tx) => moveClockTo(tx, end));
    await act?.(end);
    await reconcileOnce({ db, walks, log });
    await quiet(end);
    onRound?.(end);
  };

  const forward = async (to: number | 'next'): Promise<ForwardReport> => {
    const from = await db.asSystem(appNow);
    const next = to === 'next' ? await db.asSystem((tx) => nextInstantOfAll(tx, from)) : to;
    if (next === null) return { from, to: from, rounds: 0 };
    const target = to === 'next' ? next + SETTLE_MS : next;
    let rounds = 0;
    for (let now = from; now < target; rounds++) {
      now = Math.min(target, (Math.floor(now / roundMs) + 1) * roundMs);
      await round(now);
    }
    return { from, to: await db.asSystem(appNow), rounds };
  };

  return {
    forward: (to) => exclusively(() => forward(to)),
    keepUp: () =>
      exclusively(async () => {
        if ((await db.asSystem(clockOffset)) === 0) return;
        await bringAll(await db.asSystem(appNow));
      }),
  };
}
