import { and, eq, lt, sql } from 'drizzle-orm';
import type { CampaignId, SequenceId } from '../domain/ids.ts';
import type { SequenceEnd, SequenceStatus } from '../domain/sequence.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import { campaignProgress, sequences } from './schema.ts';
import { endOf } from './sequences.ts';

/** What a workflow is behind on: the newest change, and where the sequence stands after it. */
export interface Tell {
  seq: number;
  /** The newest change it has heard of. */
  told: number;
  status: SequenceStatus;
  end: SequenceEnd | null;
}

export async function readTell(tx: Tx, id: SequenceId): Promise<Tell | null> {
  const [sequence] = await tx.select().from(sequences).where(eq(sequences.id, id));
  return sequence
    ? { seq: sequence.tellSeq, told: sequence.toldSeq, status: sequence.status, end: endOf({ sequence }) }
    : null;
}

/** The workflow has heard of everything up to `seq`. */
export const markSequenceTold = (tx: Tx, id: SequenceId, seq: number) =>
  tx
    .update(sequences)
    .set({ toldSeq: seq, repairAfter: null, repairs: 0 })
    .where(and(eq(sequences.id, id), lt(sequences.toldSeq, seq)));

export async function markStarted(tx: Tx, id: SequenceId): Promise<void> {
  await tx
    .update(sequences)
    .set({ startedAt: await appNow(tx), repairAfter: null, repairs: 0 })
    .where(eq(sequences.id, id));
}

/** A change the campaign's workflow must hear of. */
export const bumpCampaignTell = (tx: Tx, id: CampaignId, now: number) =>
  tx
    .update(campaignProgress)
    .set({ tellSeq: sql`${campaignProgress.tellSeq} + 1`, tellAt: now, repairAfter: null, repairs: 0 })
    .where(eq(campaignProgress.campaignId, id));

export async function readCampaignTell(tx: Tx, id: CampaignId): Promise<number> {
  const [row] = await tx
    .select({ seq: campaignProgress.tellSeq })
    .from(campaignProgress)
    .where(eq(campaignProgress.campaignId, id));
  return row?.seq ?? 0;
}

export const markCampaignTold = (tx: Tx, id: CampaignId, seq: number) =>
  tx
    .update(campaignProgress)
    .set({ toldSeq: seq, repairAfter: null, repairs: 0 })
    .where(and(eq(campaignProgress.campaignId, id), lt(campaignProgress.toldSeq, seq)));
