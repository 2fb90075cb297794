import type { EventData, EventKind } from '../domain/event.ts';
import { type Actor, record } from './events.ts';
import type { Tx } from './pool.ts';
import type { Walk } from './walks.ts';

/** What stands together in whatever is done and told: one transaction, one instant, one hand. */
export interface Act {
  tx: Tx;
  /** Of all that happens in it, epoch ms. */
  now: number;
  /** Whose deed it is. */
  actor: Actor;
}

/** An act on one sequence, whose locks its transaction holds. */
export interface Scene extends Act {
  /** As it stands behind the locks; what moves changes it in memory too. */
  walk: Walk;
}

/** The same scene where something in it is another's deed: a reply is its contact's, whoever tells of it. */
export const by = (actor: Actor, scene: Scene): Scene => ({ ...scene, actor });

/** A line of the sequence's timeline; false when `key` says that this was told before (nothing is written then). */
export const recordOfSequence = (
  { tx, walk: { sequence }, now, actor }: Scene,
  kind: EventKind,
  data: EventData = {},
  key?: string,
): Promise<boolean> =>
  record(tx, {
    workspaceId: sequence.workspaceId,
    kind,
    at: now,
    actor,
    ...(key === undefined ? {} : { key }),
    campaignId: sequence.campaignId,
    contactId: sequence.contactId,
    sequenceId: sequence.id,
    data,
  });
