import type { DeliveryState } from '../../src/domain/delivery.ts';
import type { Child } from './children.ts';
import type { Fate, Order } from './messages.ts';
import type { Enrolled, Server } from './office.ts';
import type { Scene } from './scene.ts';

/** What is known in the end of one message that was struck. */
export interface Seen {
  server: Server;
  /** How often the sink took it. */
  accepted: number;
  state: DeliveryState | null;
  /** A person is asked whether it was sent. */
  isAsked: boolean;
  /** For a while at least nobody knew whether it was sent. */
  wasUnconfirmed: boolean;
  /** From not knowing to knowing, virtual ms; null: it was never unknown, or it still is. */
  settledAfterMs: number | null;
  /** An attempt that was overtaken has begun a body all the same, or written over what was known. */
  strayed: boolean;
}

const MOST_ATTEMPTS = 30;

/** Makes the attempts at one sequence's first email, and looks at the ledger after each. */
export function witness(scene: Scene, sequence: Enrolled) {
  const { sink, office, child } = scene;
  let lostAt: number | null = null;
  let wasUnconfirmed = false;
  let settledAfterMs: number | null = null;
  let strayed = false;

  const look = async () => {
    const ledger = await office.ledger(sequence);
    const { state, settledAt } = ledger.delivery ?? { state: null, settledAt: null };
    if (state === 'UNCONFIRMED') {
      wasUnconfirmed = true;
      lostAt ??= settledAt;
    } else if (lostAt !== null && settledAt !== null) settledAfterMs ??= settledAt - lostAt;
    return ledger;
  };
  const order = (also: Partial<Order> = {}): Order => ({
    sequenceId: sequence.id,
    fault: null,
    answerMs: null,
    ...also,
  });
  /** One attempt, by the child at hand unless another is named. */
  const perform = async (also?: Partial<Order>, by?: Child): Promise<Fate> => {
    const fate = await (by ?? (await child())).perform(order(also));
    await look();
    return fate;
  };
  /** What an attempt that was overtaken must not change. */
  const mark = async () => {
    const { delivery, step } = await office.ledger(sequence);
    return JSON.stringify([sink.begun(sequence.email), delivery, step]);
  };

  return {
    sequence,
    perform,
    look,

    /**
     * Attempt after attempt, as the workflow would, with the clock moved over every wait: until the email is sent, a
     * person is asked, or the sequence has ended. What is answered on the way is the service's own affair.
     */
    async toTheEnd(): Promise<void> {
      let last: Fate = { kind: 'killed' };
      for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
        last = await perform();
        if (last.kind === 'failure') continue;
        if (last.kind === 'killed') throw new Error('a child that nobody struck is gone');
        const { result } = last;
        if ((await look()).step === 'SENT' || result.kind === 'waitingForUser' || result.kind === 'ended') return;
        if (result.kind === 'deferred') await office.moveTo(result.until);
      }
      throw new Error(`${MOST_ATTEMPTS} attempts came to no end; the last: ${JSON.stringify(last)}`);
    },

    /** Runs `work`, in which the world must stand still as far as this message goes. */
    async still(work: () => Promise<unknown>): Promise<void> {
      const before = await mark();
      await work();
      strayed ||= (await mark()) !== before;
    },

    async seen(): Promise<Seen> {
      await sink.quiet();
      const { delivery, isAsked } = await look();
      const accepted = sink.accepted(sequence.email).length;
      const state = delivery?.state ?? null;
      return { server: sequence.server, accepted, state, isAsked, wasUnconfirmed, settledAfterMs, strayed };
    },
  };
}

export type Witness = ReturnType<typeof witness>;
