import { and, asc, eq, gt, inArray, isNotNull, lt, or } from 'drizzle-orm';
import type { EnrolmentWhy } from '../domain/campaign.ts';
import type { CampaignId, SequenceId, WorkspaceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { lockSequences } from './locks.ts';
import type { Tx } from './pool.ts';
import { campaignProgress, campaigns, sequences } from './schema.ts';

/** Which workspace a campaign belongs to: its workflow knows only its id. System role. */
export async function workspaceOfCampaign(tx: Tx, id: CampaignId): Promise<WorkspaceId | null> {
  const [row] = await tx.select({ workspaceId: campaigns.workspaceId }).from(campaigns).where(eq(campaigns.id, id));
  return row?.workspaceId ?? null;
}

export interface CampaignStanding {
  status: (typeof campaigns.$inferSelect)['status'];
  controlEpoch: number;
  fannedEpoch: number;
}

export async function campaignStanding(tx: Tx, id: CampaignId): Promise<CampaignStanding> {
  const [row] = await tx
    .select({
      status: campaigns.status,
      controlEpoch: campaigns.controlEpoch,
      fannedEpoch: campaignProgress.fannedEpoch,
    })
    .from(campaigns)
    .innerJoin(campaignProgress, eq(campaignProgress.campaignId, campaigns.id))
    .where(eq(campaigns.id, id));
  if (!row) throw new Error(`campaign ${id} is not in its workspace`);
  return row;
}

export const planEnrolment = (tx: Tx, id: CampaignId, nextEnrolmentAt: number | null, enrolmentWhy: EnrolmentWhy) =>
  tx.update(campaignProgress).set({ nextEnrolmentAt, enrolmentWhy }).where(eq(campaignProgress.campaignId, id));

/** The next page of open sequences to signal of `epoch`, soonest due first. Resume concerns those parked or told of the pause. */
export async function untoldOf(
  tx: Tx,
  id: CampaignId,
  epoch: number,
  paused: boolean,
  page: number,
): Promise<{ id: SequenceId }[]> {
  return tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(
      and(
        eq(sequences.campaignId, id),
        inArray(sequences.status, [...openStatuses]),
        lt(sequences.toldEpoch, epoch),
        paused ? undefined : or(isNotNull(sequences.parkedEpoch), gt(sequences.toldEpoch, 0)),
      ),
    )
    .orderBy(asc(sequences.nextAt), asc(sequences.id))
    .limit(page);
}

export async function markTold(tx: Tx, ids: readonly SequenceId[], epoch: number): Promise<void> {
  await lockSequences(tx, ids);
  await tx
    .update(sequences)
    .set({ toldEpoch: epoch })
    .where(and(inArray(sequences.id, [...ids]), lt(sequences.toldEpoch, epoch)));
}

export const markFannedOut = (tx: Tx, id: CampaignId, epoch: number) =>
  tx
    .update(campaignProgress)
    .set({ fannedEpoch: epoch })
    .where(and(eq(campaignProgress.campaignId, id), lt(campaignProgress.fannedEpoch, epoch)));
