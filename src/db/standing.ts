import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, lte, min, ne, or, sql } from 'drizzle-orm';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import { campaignProgress, campaigns, deliveries, sequences } from './schema.ts';

/*
 * What the conductor of virtual time asks the rows, over all workspaces (system role): which walks are open, whether all
 * is quiet up to an instant, and what comes next.
 */

const isOpen = inArray(sequences.status, [...openStatuses]);

export async function openWalks(tx: Tx): Promise<{ sequences: SequenceId[]; campaigns: CampaignId[] }> {
  const open = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(isOpen)
    .orderBy(asc(sequences.nextAt), asc(sequences.id));
  const living = await tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(inArray(campaigns.status, ['RUNNING', 'PAUSED']))
    .orderBy(campaigns.id);
  return { sequences: open.map(({ id }) => id), campaigns: living.map(({ id }) => id) };
}

/** Open sequences that have still to act at or before `instant`, or to hear of something; empty when all is quiet. */
export async function busySequences(tx: Tx, instant: number): Promise<SequenceId[]> {
  const acts = and(
    isOpen,
    ne(sequences.status, 'WAITING_FOR_USER'),
    isNull(sequences.parkedEpoch),
    or(isNull(sequences.nextAt), lte(sequences.nextAt, instant)),
  );
  const hears = or(lt(sequences.toldSeq, sequences.tellSeq), and(isOpen, isNull(sequences.startedAt)));
  const sends = sql`exists (select 1 from ${deliveries} where ${deliveries.sequenceId} = ${sequences.id} and ${deliveries.state} in ('CLAIMED', 'DATA_STARTED'))`;
  const rows = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(or(acts, hears, sends))
    .limit(20);
  return rows.map(({ id }) => id);
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
    .limit(20);
  return rows.map(({ id }) => id);
}

/** The next instant after `now` at which a sequence or a campaign acts by itself; null when none will. */
export async function nextInstantOfAll(tx: Tx, now: number): Promise<number | null> {
  const [step] = await tx
    .select({ at: min(sequences.nextAt) })
    .from(sequences)
    .where(
      and(isOpen, ne(sequences.status, 'WAITING_FOR_USER'), isNull(sequences.parkedEpoch), gt(sequences.nextAt, now)),
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
