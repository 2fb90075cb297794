import type { EventData, EventKind } from '../domain/event.ts';
import type { CampaignId, ContactId, SequenceId, TemplateId, WorkspaceId } from '../domain/ids.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { events } from './schema.ts';

/** Who did it: `member:<id>`, `token:<id>`, `contact`, or `service` for the engine itself. */
export type Actor = `member:${string}` | `token:${string}` | 'contact' | 'service';

export interface EventEntry {
  workspaceId: WorkspaceId;
  kind: EventKind;
  at: number;
  actor: Actor;
  /** Given for inbound events: a second telling of the same one is refused by the unique key. */
  key?: string;
  templateId?: TemplateId;
  campaignId?: CampaignId;
  contactId?: ContactId;
  sequenceId?: SequenceId;
  data?: EventData;
}

/** Writes lines of the timeline; false when `key` says that this was told before (nothing is written then). */
export async function record(tx: Tx, ...entries: EventEntry[]): Promise<boolean> {
  if (entries.length === 0) return true;
  const written = await tx
    .insert(events)
    .values(entries.map((entry) => ({ id: newId<(typeof events.$inferSelect)['id']>(), ...entry })))
    .onConflictDoNothing()
    .returning({ id: events.id });
  return written.length === entries.length;
}
