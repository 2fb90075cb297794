import type { FaultPoint } from '../../src/activities/deps.ts';
import type { Fate } from './messages.ts';
import type { Scene } from './scene.ts';
import type { Turn } from './sink.ts';
import type { Witness } from './witness.ts';

/** Something that befalls the attempt to send one email, and what must be true of it in the end. */
export interface Strike {
  name: string;
  /** Strikes once; `turn` counts from 0 and lets a strike that has two ways take them by turns. */
  befall(scene: Scene, one: Witness, turn: number): Promise<void>;
  /** Nobody can know for a while whether the message was sent. */
  isUnclear: boolean;
  /** How that ends where absence from Sent proves nothing: a person is asked, or the attempt itself tells after all. */
  elsewhere: 'held' | 'settled';
  /** Needs an email that does not leave in one piece. */
  long?: boolean;
}

const never = { isUnclear: false, elsewhere: 'settled' } as const;
const unclear = { isUnclear: true, elsewhere: 'held' } as const;

// ---- SIGKILL, at each of the eight points. Facts: reliability 5a, X1

function expectKilled(fate: Fate): void {
  if (fate.kind !== 'killed') throw new Error(`nothing killed the attempt: ${JSON.stringify(fate)}`);
}

/** By its own hand, when it comes to the point. */
const killedAt = (point: FaultPoint): Pick<Strike, 'befall'> => ({
  befall: async ({ sink }, one) => {
    expectKilled(await one.perform({ fault: { point, action: 'kill' } }));
    await sink.quiet();
  },
});

/** The sender is killed while the sink reads: what the dead one's kernel still holds is lost, or by turns arrives. */
async function killedMidBody({ sink, child: atHand }: Scene, one: Witness, turn: number): Promise<void> {
  const child = await atHand();
  sink.at(one.sequence.email, 'body', async () => {
    await child.kill();
    return turn % 2 === 0 ? 'cut' : 'go on';
  });
  expectKilled(await one.perform());
  await sink.quiet();
}

async function killedBeforeAnswer({ sink, child: atHand }: Scene, one: Witness): Promise<void> {
  const child = await atHand();
  sink.at(one.sequence.email, 'accepted', async () => {
    await child.kill();
    return 'cut';
  });
  expectKilled(await one.perform());
  await sink.quiet();
}

export const kills: readonly Strike[] = [
  { name: 'before the claim', ...killedAt('before_claim'), ...never },
  { name: 'after the claim', ...killedAt('after_claim'), ...never },
  { name: 'after the 354', ...killedAt('body_asked'), ...never },
  { name: 'after the commit of DATA_STARTED', ...killedAt('data_started'), ...unclear },
  { name: 'in the middle of the body', befall: killedMidBody, ...unclear, long: true },
  { name: 'after the dot, before the 250', befall: killedBeforeAnswer, ...unclear },
  { name: 'after the 250, before the row', ...killedAt('accepted'), ...unclear },
  { name: 'after the row', ...killedAt('recorded'), ...never },
];

// ---- a server that answers nothing. X2

const SHORT_ANSWER_MS = 300;

const unanswered = (moment: 'whole' | 'accepted', turn: Turn): Pick<Strike, 'befall'> => ({
  befall: async ({ sink }, one) => {
    sink.at(one.sequence.email, moment, async () => turn);
    const fate = await one.perform({ answerMs: SHORT_ANSWER_MS });
    if (fate.kind === 'killed') throw new Error('the attempt did not survive');
    await sink.quiet();
  },
});

export const silences: readonly Strike[] = [
  { name: 'accepts and drops the connection', ...unanswered('accepted', 'cut'), ...unclear },
  { name: 'accepts and hangs', ...unanswered('accepted', 'silence'), ...unclear },
  { name: 'drops the connection and the message', ...unanswered('whole', 'cut'), ...unclear },
];

// ---- SIGSTOP, and SIGCONT when another attempt has taken over. X3

/** An attempt that stands still at the point, and what it says once it was woken. */
async function zombieAt(point: FaultPoint, { children }: Scene, { sequence }: Witness) {
  const zombie = await children.take();
  const fate = zombie.perform({ sequenceId: sequence.id, fault: { point, action: 'stop' }, answerMs: null });
  await Promise.race([
    zombie.stopped(),
    fate.then((met) => Promise.reject(new Error(`no stop: ${JSON.stringify(met)}`))),
  ]);
  return {
    async wake() {
      zombie.resume();
      await fate;
      await zombie.kill();
    },
  };
}

/** It wakes when everything is over; after the 354 its connection still stands, and only the fence is between. */
const wokenLate = (point: FaultPoint): Pick<Strike, 'befall'> => ({
  befall: async (scene, one) => {
    const zombie = await zombieAt(point, scene, one);
    await one.toTheEnd();
    await one.still(zombie.wake);
  },
});

/**
 * It wakes with the permission in its hand, which nobody can take back. The server has given up on it: its timeout is
 * some minutes (RFC 5321, section 4.5.3.2.7), and the last look into the Sent folder comes after 20.
 */
const wokenWithPermission: Pick<Strike, 'befall'> = {
  befall: async (scene, one) => {
    const zombie = await zombieAt('data_started', scene, one);
    await one.toTheEnd();
    await scene.sink.hangUp();
    await one.still(zombie.wake);
  },
};

/** It wakes while the other attempt waits for the answer to its body: the row is in flight, but not the zombie's. */
const wokenMeanwhile = (point: FaultPoint): Pick<Strike, 'befall'> => ({
  befall: async (scene, one) => {
    const zombie = await zombieAt(point, scene, one);
    const { email } = one.sequence;
    scene.sink.at(email, 'accepted', async () => {
      await zombie.wake();
      await one.look();
      return 'go on';
    });
    await one.perform();
  },
});

/** It had its 250 in hand: what it records is the truth, however late. */
const wokenWithAnswer: Pick<Strike, 'befall'> = {
  befall: async (scene, one) => {
    const zombie = await zombieAt('accepted', scene, one);
    await one.toTheEnd();
    await zombie.wake();
  },
};

export const zombies: readonly Strike[] = [
  { name: 'after the claim, woken when all is over', ...wokenLate('after_claim'), ...never },
  { name: 'after the 354, woken when all is over', ...wokenLate('body_asked'), ...never },
  { name: 'after the commit of DATA_STARTED, woken when all is over', ...wokenWithPermission, ...unclear },
  {
    name: 'after the claim, woken during the next body',
    ...wokenMeanwhile('after_claim'),
    isUnclear: true,
    elsewhere: 'settled',
  },
  {
    name: 'after the 354, woken during the next body',
    ...wokenMeanwhile('body_asked'),
    isUnclear: true,
    elsewhere: 'settled',
  },
  { name: 'with its 250 in hand', ...wokenWithAnswer, isUnclear: true, elsewhere: 'settled' },
];
