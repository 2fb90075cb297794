import { z } from 'zod';
import { listEvents, newestOrdinal } from '../../db/event-reads.ts';
import { eventKinds } from '../../domain/event.ts';
import type { CampaignId, SequenceId } from '../../domain/ids.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { eventFeed, showEvent } from '../shapes/events.ts';
import { idOfA, wholeNumber } from '../shapes/primitives.ts';

const query = z.strictObject({
  /** Only what was written after this one; 0 begins at the beginning. */
  since_ordinal: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
  kind: z.enum(eventKinds).optional(),
  campaign_id: idOfA<CampaignId>().optional(),
  sequence_id: idOfA<SequenceId>().optional(),
  size: wholeNumber(1, 1_000).default(100),
});

/** `GET /v1/events`: the timeline of the whole workspace in the order of writing, to be read on from the last ordinal seen. */
export function eventRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/events',
    { config: { scope: 'sequences:read' }, schema: { querystring: query, response: { 200: eventFeed } } },
    async ({ caller, query: { since_ordinal, kind, campaign_id, sequence_id, size } }) => {
      const filter = { sinceOrdinal: since_ordinal, kind, campaignId: campaign_id, sequenceId: sequence_id };
      const { items, newest } = await db.inWorkspace(caller.workspaceId, async (tx) => ({
        newest: await newestOrdinal(tx),
        items: await listEvents(tx, filter, size + 1),
      }));
      return { items: items.slice(0, size).map(showEvent), has_more: items.length > size, newest_ordinal: newest };
    },
  );
}
