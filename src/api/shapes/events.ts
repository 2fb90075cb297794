import { z } from 'zod';
import type { EventRow } from '../../db/event-reads.ts';
import { eventKinds } from '../../domain/event.ts';
import { printedId, printedInstant, printInstant } from './primitives.ts';

/** One line of the timeline; `data` holds plain facts, ids and enum values, no content. */
export const eventShape = z.object({
  id: printedId,
  /** Ascends in the order of writing. */
  ordinal: z.int(),
  kind: z.enum(eventKinds),
  at: printedInstant,
  actor: z.string(),
  template_id: printedId.nullable(),
  campaign_id: printedId.nullable(),
  contact_id: printedId.nullable(),
  sequence_id: printedId.nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type EventShown = z.output<typeof eventShape>;

export const showEvent = (event: EventRow): EventShown => ({
  id: event.id,
  ordinal: event.ordinal,
  kind: event.kind,
  at: printInstant(event.at),
  actor: event.actor,
  template_id: event.templateId,
  campaign_id: event.campaignId,
  contact_id: event.contactId,
  sequence_id: event.sequenceId,
  data: Object.fromEntries(Object.entries(event.data).map(showFact)),
});

/** Names as everywhere in JSON; an instant as every answer prints one. */
const showFact = ([name, value]: [string, EventRow['data'][string] | undefined]) =>
  [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name === 'until' && typeof value === 'number' ? printInstant(value) : (value ?? null),
  ] as const;

/** The answer of the event feed. */
export const eventFeed = z.object({
  items: z.array(eventShape),
  /** More were written after the last item. */
  has_more: z.boolean(),
  /** The workspace's newest, whatever was asked for; 0 before the first. */
  newest_ordinal: z.int(),
});
