import type { Walks } from '../../adapters/walks.ts';
import type { ForwardReport } from '../../api/deps.ts';
import { appNow, clockOffset, moveClockTo } from '../../db/clock.ts';
import type { Db } from '../../db/pool.ts';
import { busyCampaigns, busySequences, isOpen, nextInstantOfAll, workDone } from '../../db/standing.ts';
import { HOUR_MS } from '../../domain/durations.ts';
import { campaignWorkflowId, sequenceWorkflowId } from '../../domain/ids.ts';
import { poll } from '../poll.ts';
import type { Skipper } from './skipper.ts';

export interface Conductor {
  /** Moves the whole installation to `to` (epoch ms), or to the next instant at which anything acts. */
  forward(to: number | 'next'): Promise<ForwardReport>;
  /** Brings walks that are due, but were started in the real present, into the virtual present; the embedded runtime calls it every second. */
  keepUp(): Promise<void>;
}

export interface ConductorDeps {
  db: Db;
  walks: Walks;
  skipper: Skipper;
  /** One run of the reconciler, without its sweep: whoever is gone was found by being brought. */
  reconcile: () => Promise<unknown>;
  /** At the end of each round the simulated world acts; returns when what it asked for was told. */
  act?: (now: number) => Promise<void>;
  /** The end of the round that begins at `now`, epoch ms; every six hours unless told otherwise. */
  roundEnd?: (now: number) => number;
  onRound?: (now: number) => void;
  /** How long nothing at all may move while something is due, ms on the real clock. */
  patienceMs?: number;
}

const SETTLE_MS = 2_000;
const AT_ONCE = 50;
/** Of what stands still: enough to look it up. */
const NAMED = 3;

const everySixHours = (now: number) => (Math.floor(now / (6 * HOUR_MS)) + 1) * 6 * HOUR_MS;

/**
 * Virtual time: the walks move together, in rounds. `app_now()` stands at the round's first instant until all is quiet,
 * then at its end, when the simulated world acts and the reconciler's function runs. Each walk left to itself would keep
 * its own clock, and caps and replies would compare different days. A walk that has nothing to do in a round is left
 * where it is: what it does next goes by the later of its own clock and `app_now()`. Design 4.
 */
export function createConductor({
  db,
  walks,
  skipper,
  reconcile,
  act,
  onRound,
  roundEnd = everySixHours,
  patienceMs = 180_000,
}: ConductorDeps): Conductor {
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time, in the order of asking. */
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const busyAt = (instant: number) =>
    db.asSystem(async (tx) => ({
      campaigns: await busyCampaigns(tx, instant),
      sequences: await busySequences(tx, instant),
    }));

  /** Brings to `instant` whoever has still to act by then; one that is gone though open here starts again where Postgres stands. */
  const bring = async (
    { campaigns, sequences }: Awaited<ReturnType<typeof busyAt>>,
    instant: number,
  ): Promise<void> => {
    const moves = [
      ...campaigns.map((id) => async () => {
        if (!(await skipper.skipTo(campaignWorkflowId(id), instant))) await walks.startCampaign(id);
      }),
      ...sequences.map((id) => async () => {
        if (!(await skipper.skipTo(sequenceWorkflowId(id), instant)) && (await db.asSystem((tx) => isOpen(tx, id))))
          await walks.startSequence(id);
      }),
    ];
    for (let from = 0; from < moves.length; from += AT_ONCE)
      await Promise.all(moves.slice(from, from + AT_ONCE).map((move) => move()));
  };

  /** Until nothing that was due by `instant` is left to do. Throws, naming the first of them, when all stands still. */
  const quiet = async (instant: number): Promise<void> => {
    let waitsFor: string[] = [];
    const bringAll = async () => {
      const busy = await busyAt(instant);
      waitsFor = [...busy.campaigns.map((id) => `campaign ${id}`), ...busy.sequences.map((id) => `sequence ${id}`)];
      if (waitsFor.length === 0) return true;
      await bring(busy, instant); // also what was enrolled meanwhile and is still in the real present
      return undefined;
    };
    if (await poll(bringAll, patienceMs, { standing: () => db.asSystem(workDone) })) return;
    const named = waitsFor.slice(0, NAMED).join(', ');
    const others = waitsFor.length > NAMED ? ` and ${waitsFor.length - NAMED} more` : '';
    throw new Error(
      `virtual time stands still at ${new Date(instant).toISOString()}: for ${patienceMs / 1000} s nothing was enrolled, ` +
        `written, sent or told, though something is due for ${named}${others}`,
    );
  };

  const round = async (end: number): Promise<void> => {
    await quiet(end);
    await db.asSystem((tx) => moveClockTo(tx, end));
    await act?.(end);
    await reconcile();
    await quiet(end);
    onRound?.(end);
  };

  const forward = async (to: number | 'next'): Promise<ForwardReport> => {
    const from = await db.asSystem(appNow);
    const next = to === 'next' ? await db.asSystem((tx) => nextInstantOfAll(tx, from)) : to;
    if (next === null) return { from, to: from, rounds: 0 };
    const target = to === 'next' ? next + SETTLE_MS : next;
    await quiet(from); // a signal that lands while a clock is being skipped would delay its walk to the round's end
    let rounds = 0;
    for (let now = from; now < target; rounds++) {
      now = Math.min(target, roundEnd(now));
      await round(now);
    }
    return { from, to: await db.asSystem(appNow), rounds };
  };

  return {
    forward: (to) => exclusively(() => forward(to)),
    keepUp: () =>
      exclusively(async () => {
        if ((await db.asSystem(clockOffset)) === 0) return;
        const now = await db.asSystem(appNow);
        await bring(await busyAt(now), now);
      }),
  };
}
