import type { EventData, EventKind } from '../domain/event.ts';
import { type Actor, record } from './events.ts';
import type { Tx } from './pool.ts';
import type { Walk } from './walks.ts';

/** What stands together whenever a sequence moves: one transaction that holds its locks, one instant, one hand. */
export interface Scene {
  tx: Tx;
  /** As it stands behind the locks; what moves changes it in memory too. */
  walk: Walk;
  /** Of all that happens here, epoch ms. */
  now: number;
  /** Whose deed it is. */
  actor: Actor;
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
