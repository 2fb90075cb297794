import { and, asc, eq, gt, max } from 'drizzle-orm';
import type { EventKind } from '../domain/event.ts';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { events } from './schema.ts';

export type EventRow = typeof events.$inferSelect;

export interface EventFilter {
  /** Only what was written after this one. */
  sinceOrdinal: number;
  kind?: EventKind | undefined;
  campaignId?: CampaignId | undefined;
  sequenceId?: SequenceId | undefined;
}

/**
 * The workspace's events in the order in which they were written, at most `size`. Ordinals are given out before the
 * commit: beside a busy engine a line may turn up a moment later than the one after it.
 */
export const listEvents = (tx: Tx, filter: EventFilter, size: number): Promise<EventRow[]> =>
  tx
    .select()
    .from(events)
    .where(
      and(
        gt(events.ordinal, filter.sinceOrdinal),
        filter.kind === undefined ? undefined : eq(events.kind, filter.kind),
        filter.campaignId === undefined ? undefined : eq(events.campaignId, filter.campaignId),
        filter.sequenceId === undefined ? undefined : eq(events.sequenceId, filter.sequenceId),
      ),
    )
    .orderBy(asc(events.ordinal))
    .limit(size);

/** The workspace's newest event's ordinal; 0 before the first. */
export async function newestOrdinal(tx: Tx): Promise<number> {
  const [row] = await tx.select({ ordinal: max(events.ordinal) }).from(events);
  return row?.ordinal ?? 0;
}
