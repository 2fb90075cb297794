import { type Enrolled, type Server, servers } from './office.ts';
import type { Scene } from './scene.ts';
import type { Strike } from './strikes.ts';
import { type Seen, witness } from './witness.ts';

/** How many of the messages that were struck … */
export interface Tally {
  runs: number;
  /** … the sink accepted more than once. */
  acceptedTwice: number;
  /** … are neither SENT and accepted nor held for a person. */
  lost: number;
  /** … were unconfirmed for a while, or still are. */
  unconfirmed: number;
  /** … are SENT and accepted once, their fate known within 20 minutes. */
  settled: number;
  /** … are UNCONFIRMED, with an open task that asks a person. */
  held: number;
  /** … were touched by an attempt that had been overtaken. */
  strayed: number;
}

/** The last look into the Sent folder is due after 20 virtual minutes; the seconds between are the test's own. Design 6. */
const SETTLED_WITHIN_MS = 21 * 60_000;

/** Servers of both kinds, by turns. */
const serverOf = (turn: number): Server => servers[turn % servers.length] ?? 'plain.example';

/** Every turn of so many. */
export const turnsOf = (runs: number): number[] => Array.from({ length: runs }, (_, turn) => turn);

/** Lets `strike` befall a message at each turn, has attempts made until nothing more is to come of them, and counts. */
export async function tallyOf(scene: Scene, strike: Strike, turns: readonly number[]): Promise<Tally> {
  const people = new Map<Server, Enrolled[]>();
  for (const server of servers) {
    const count = turns.filter((turn) => serverOf(turn) === server).length;
    people.set(server, await scene.office.enrol(count, server, { long: strike.long ?? false }));
  }
  const seen: Seen[] = [];
  for (const turn of turns) {
    const sequence = people.get(serverOf(turn))?.pop();
    if (!sequence) throw new Error(`nobody is left for turn ${turn}`);
    const one = witness(scene, sequence);
    await strike.befall(scene, one, Math.floor(turn / servers.length));
    await one.toTheEnd();
    seen.push(await one.seen());
  }
  return count(seen);
}

function count(seen: readonly Seen[]): Tally {
  const those = (is: (one: Seen) => boolean) => seen.filter(is).length;
  const isHeld = ({ state, isAsked }: Seen) => state === 'UNCONFIRMED' && isAsked;
  const isSent = ({ state, accepted }: Seen) => state === 'SENT' && accepted > 0;
  return {
    runs: seen.length,
    acceptedTwice: those(({ accepted }) => accepted > 1),
    lost: those((one) => !isSent(one) && !isHeld(one)),
    unconfirmed: those(({ wasUnconfirmed }) => wasUnconfirmed),
    settled: those((one) => isSent(one) && one.accepted === 1 && (one.settledAfterMs ?? 0) <= SETTLED_WITHIN_MS),
    held: those(isHeld),
    strayed: those(({ strayed }) => strayed),
  };
}

/** What must be counted: nothing twice, nothing lost, unconfirmed only what is; a person is asked only where Sent proves nothing. */
export function rightTally({ isUnclear, elsewhere }: Strike, turns: readonly number[]): Tally {
  const runs = turns.length;
  const held = elsewhere === 'held' ? turns.filter((turn) => serverOf(turn) === 'plain.example').length : 0;
  const unconfirmed = isUnclear ? runs : 0;
  return { runs, acceptedTwice: 0, lost: 0, unconfirmed, settled: runs - held, held, strayed: 0 };
}
