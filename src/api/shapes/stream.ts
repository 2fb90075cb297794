import type { EventRow } from '../../db/event-reads.ts';
import type { EventKind } from '../../domain/event.ts';
import { isId } from '../../domain/ids.ts';

/** One line of the stream: what happened, and to which. `clock_moved`: virtual time went forward. */
export interface ChangeHeard {
  kind: EventKind | 'clock_moved';
  ids: Readonly<Record<string, string>>;
}

export function changeHeard({ kind, templateId, campaignId, contactId, sequenceId, data }: EventRow): ChangeHeard {
  const concerned = { template: templateId, campaign: campaignId, contact: contactId, sequence: sequenceId };
  const ids = Object.entries({ ...data, ...concerned }).flatMap(([noun, id]) =>
    typeof id === 'string' && isId(id) ? [[noun, id] as const] : [],
  );
  return { kind, ids: Object.fromEntries(ids) };
}
