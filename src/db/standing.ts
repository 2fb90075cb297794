import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, lte, min, ne, or, sql } from 'drizzle-orm';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import { campaignProgress, campaigns, contacts, deliveries, sequences } from './schema.ts';

/*
 * What the conductor of virtual time asks the rows, over all workspaces (system role): who has still to act up to an
 * instant (nobody: all is quiet), how far the work has come, and what comes next.
 */

const open = inArray(sequences.status, [...openStatuses]);

/** Open sequences that have still to act at or before `instant`, or to hear of something; empty when all is quiet. */
export async function busySequences(tx: Tx, instant: number): Promise<SequenceId[]> {
  const acts = and(
    open,
    ne(sequences.status, 'WAITING_FOR_USER'),
    isNull(sequences.parkedEpoch),
    or(isNull(sequences.nextAt), lte(sequences.nextAt, instant)),
  );
  const returns = and(
    eq(sequences.status, 'WAITING_FOR_LEAD'),
    ne(sequences.nextWhy, 'waiting_for_connection'),
    isNull(sequences.parkedEpoch),
    lte(contacts.awayUntil, instant),
  );
  const hears = or(lt(sequences.toldSeq, sequences.tellSeq), and(open, isNull(sequences.startedAt)));
  const sends = sql`exists (select 1 from ${deliveries} where ${deliveries.sequenceId} = ${sequences.id} and ${deliveries.state} in ('CLAIMED', 'DATA_STARTED'))`;
  const rows = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .innerJoin(contacts, eq(contacts.id, sequences.contactId))
    .where(or(acts, returns, hears, sends))
    .orderBy(asc(sequences.nextAt), asc(sequences.id));
  return rows.map(({ id }) => id);
}

export async function isOpen(tx: Tx, id: SequenceId): Promise<boolean> {
  const rows = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(and(eq(sequences.id, id), open));
  return rows.length > 0;
}

/** Running campaigns that have still to enrol at or before `instant`, or to hear of something. */
export async function busyCampaigns(tx: Tx, instant: number): Promise<CampaignId[]> {
  const rows = await tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .innerJoin(campaignProgress, eq(campaignProgress.campaignId, campaigns.id))
    .where(
      or(
        and(
          eq(campaigns.status, 'RUNNING'),
          or(lte(campaignProgress.nextEnrolmentAt, instant), isNull(campaignProgress.enrolmentWhy)),
        ),
        and(inArray(campaigns.status, ['RUNNING', 'PAUSED']), lt(campaignProgress.fannedEpoch, campaigns.controlEpoch)),
        lt(campaignProgress.toldSeq, campaignProgress.tellSeq),
      ),
    )
    .orderBy(asc(campaigns.id));
  return rows.map(({ id }) => id);
}

/** The next instant after `now` at which a sequence or a campaign acts by itself; null when none will. */
export async function nextInstantOfAll(tx: Tx, now: number): Promise<number | null> {
  const [step] = await tx
    .select({ at: min(sequences.nextAt) })
    .from(sequences)
    .where(
      and(open, ne(sequences.status, 'WAITING_FOR_USER'), isNull(sequences.parkedEpoch), gt(sequences.nextAt, now)),
    );
  const [enrolment] = await tx
    .select({ at: min(campaignProgress.nextEnrolmentAt) })
    .from(campaignProgress)
    .innerJoin(campaigns, eq(campaigns.id, campaignProgress.campaignId))
    .where(
      and(
        eq(campaigns.status, 'RUNNING'),
        isNotNull(campaignProgress.nextEnrolmentAt),
        gt(campaignProgress.nextEnrolmentAt, now),
      ),
    );
  const instants = [step?.at, enrolment?.at].filter((at) => typeof at === 'number');
  return instants.length === 0 ? null : Math.min(...instants);
}

/**
 * All that walks and campaigns have done so far, in a text that differs whenever one of them came further. Attempts are
 * left out: one that fails again and again brings nothing further.
 */
export async function workDone(tx: Tx): Promise<string> {
  const { rows } = await tx.execute<{ done: string }>(sql`
    select concat(
      (select (count(*), count(started_at), count(ended_at), sum(position), sum(extract(epoch from next_at)),
               sum(parked_epoch), sum(told_epoch), sum(told_seq)) from sequences),
      (select (count(*), count(finished_at), sum(content_version)) from sequence_steps),
      (select (count(*), count(data_started_at), count(settled_at)) from deliveries),
      (select (sum(fanned_epoch), sum(told_seq), sum(extract(epoch from next_enrolment_at))) from campaign_progress)
    ) as done`);
  return rows[0]?.done ?? '';
}
