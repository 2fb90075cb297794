import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import { LOOK_UPS } from '../domain/delivery.ts';
import { MINUTE_MS, SECOND_MS } from '../domain/durations.ts';
import type { CampaignId, SequenceId, TemplateId, WorkspaceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { appNow } from './clock.ts';
import { lockInstallation } from './locks.ts';
import type { Tx } from './pool.ts';
import { campaignProgress, campaigns, deliveries, installation, sequences, templates } from './schema.ts';

/*
 * What the reconciler looks for, over all workspaces (system role). "Behind" is 30 s: younger changes are being told
 * just now.
 */

export interface SequenceRef {
  id: SequenceId;
  workspaceId: WorkspaceId;
}

export interface CampaignBehind {
  campaignId: CampaignId;
  workspaceId: WorkspaceId;
  /** Of its newest pause or resume. */
  epoch: number;
}

const BEHIND_MS = 30 * SECOND_MS;
const PAGE = 200;

const isOpen = inArray(sequences.status, [...openStatuses]);

/** Takes the rows `which` selects, for 30 s · 2^repairs: a row that cannot be mended does not come back at once. */
async function take(tx: Tx, which: SQL | undefined, now: number): Promise<SequenceRef[]> {
  const free = or(isNull(sequences.repairAfter), lte(sequences.repairAfter, now));
  const rows = await tx
    .select({ id: sequences.id, workspaceId: sequences.workspaceId, repairs: sequences.repairs })
    .from(sequences)
    .where(and(which, free))
    .orderBy(asc(sequences.id))
    .limit(PAGE)
    .for('no key update', { skipLocked: true });
  for (const { id, repairs } of rows)
    await tx
      .update(sequences)
      .set({ repairAfter: now + BEHIND_MS * 2 ** Math.min(repairs, 7), repairs: repairs + 1 })
      .where(eq(sequences.id, id));
  return rows;
}

/** Enrolled, but the crash came before the start. */
export async function takeUnstarted(tx: Tx): Promise<SequenceRef[]> {
  const now = await appNow(tx);
  return take(tx, and(isOpen, isNull(sequences.startedAt), lt(sequences.enrolledAt, now - BEHIND_MS)), now);
}

/** Changed by a command whose signal was lost. */
export async function takeUntold(tx: Tx): Promise<SequenceRef[]> {
  const now = await appNow(tx);
  return take(tx, and(gt(sequences.tellSeq, sequences.toldSeq), lt(sequences.tellAt, now - BEHIND_MS)), now);
}

/** Ended here, and nobody has seen its workflow closed yet. */
export async function takeUnclosed(tx: Tx): Promise<SequenceRef[]> {
  const now = await appNow(tx);
  return take(
    tx,
    and(isNotNull(sequences.endedAt), isNull(sequences.closedAt), lt(sequences.endedAt, now - BEHIND_MS)),
    now,
  );
}

export const markClosed = async (tx: Tx, id: SequenceId) =>
  tx
    .update(sequences)
    .set({ closedAt: await appNow(tx), repairAfter: null, repairs: 0 })
    .where(eq(sequences.id, id));

/** A step that should have run: neither parked by a pause nor waiting for a person. */
const isLate = (by: number, now: number) =>
  and(isOpen, ne(sequences.status, 'WAITING_FOR_USER'), isNull(sequences.parkedEpoch), lt(sequences.nextAt, now - by));

/** Late by 2 min: its workflow may be gone. */
export async function takeLate(tx: Tx): Promise<SequenceRef[]> {
  const now = await appNow(tx);
  return take(tx, isLate(2 * MINUTE_MS, now), now);
}

/** The next 200 open sequences, by keyset over all of them, run after run: the lost ones that nothing else would show. */
export async function sweepOpen(tx: Tx): Promise<SequenceRef[]> {
  await lockInstallation(tx);
  const [state] = await tx.select({ sweptTo: installation.sweptTo }).from(installation);
  const after = state?.sweptTo ?? null;
  const rows = await tx
    .select({ id: sequences.id, workspaceId: sequences.workspaceId })
    .from(sequences)
    .where(and(isOpen, isNotNull(sequences.startedAt), after === null ? undefined : gt(sequences.id, after)))
    .orderBy(asc(sequences.id))
    .limit(PAGE);
  await tx.update(installation).set({ sweptTo: rows.length < PAGE ? null : (rows.at(-1)?.id ?? null) });
  return rows;
}

/** Campaigns whose workflow has not heard of a change, or has not fanned out its newest pause or resume. */
export async function takeCampaignsBehind(tx: Tx): Promise<CampaignBehind[]> {
  const now = await appNow(tx);
  const rows = await tx
    .select({
      campaignId: campaigns.id,
      workspaceId: campaigns.workspaceId,
      epoch: campaigns.controlEpoch,
      repairs: campaignProgress.repairs,
    })
    .from(campaignProgress)
    .innerJoin(campaigns, eq(campaigns.id, campaignProgress.campaignId))
    .where(
      and(
        lt(campaignProgress.tellAt, now - BEHIND_MS),
        or(isNull(campaignProgress.repairAfter), lte(campaignProgress.repairAfter, now)),
        or(
          gt(campaignProgress.tellSeq, campaignProgress.toldSeq),
          and(
            inArray(campaigns.status, ['RUNNING', 'PAUSED']),
            lt(campaignProgress.fannedEpoch, campaigns.controlEpoch),
          ),
        ),
      ),
    )
    .limit(PAGE)
    .for('no key update', { of: campaignProgress, skipLocked: true });
  for (const { campaignId, repairs } of rows)
    await tx
      .update(campaignProgress)
      .set({ repairAfter: now + BEHIND_MS * 2 ** Math.min(repairs, 7), repairs: repairs + 1 })
      .where(eq(campaignProgress.campaignId, campaignId));
  return rows;
}

export const finishingTemplates = (tx: Tx): Promise<{ id: TemplateId; workspaceId: WorkspaceId }[]> =>
  tx
    .select({ id: templates.id, workspaceId: templates.workspaceId })
    .from(templates)
    .where(eq(templates.status, 'FINISHING'));

/** Campaigns that must have a workflow. */
export const livingCampaigns = (tx: Tx): Promise<{ id: CampaignId }[]> =>
  tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(inArray(campaigns.status, ['RUNNING', 'PAUSED']));

/*
 * These two have no back-off of their own: mending one changes the row that was looked for. They come in any order, so
 * that rows which cannot be mended, however many, do not stay in front of the others.
 */

/**
 * Sequences with a message in flight for 15 min: an attempt takes 12 at most, so nobody is on it. Facts: reliability 3.
 * A call to LinkedIn stays in flight while its provider is away, or its sequence is held; the open sequence asks what
 * became of it when it goes on, and finding it late or lost is done elsewhere.
 */
export async function stuckDeliveries(tx: Tx): Promise<SequenceRef[]> {
  const before = (await appNow(tx)) - 15 * MINUTE_MS;
  const inFlight = inArray(deliveries.state, ['CLAIMED', 'DATA_STARTED']);
  const isOurs = or(isNotNull(deliveries.messageId), isNotNull(sequences.endedAt));
  return withDelivery(tx, and(inFlight, lt(deliveries.claimedAt, before), isOurs));
}

/** Ended, with a message that is still to be looked for. */
export async function unconfirmedAfterEnd(tx: Tx): Promise<SequenceRef[]> {
  const before = (await appNow(tx)) - 2 * MINUTE_MS;
  const unconfirmed = and(eq(deliveries.state, 'UNCONFIRMED'), lt(deliveries.lookUps, LOOK_UPS));
  return withDelivery(tx, and(unconfirmed, lt(deliveries.settledAt, before), isNotNull(sequences.endedAt)));
}

const withDelivery = (tx: Tx, which: SQL | undefined): Promise<SequenceRef[]> =>
  tx
    .select({ id: deliveries.sequenceId, workspaceId: deliveries.workspaceId })
    .from(deliveries)
    .innerJoin(sequences, eq(sequences.id, deliveries.sequenceId))
    .where(which)
    .orderBy(sql`random()`)
    .limit(PAGE);

/** Steps late by 15 min: an alarm. */
export async function countOverdue(tx: Tx): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(sequences)
    .where(isLate(15 * MINUTE_MS, await appNow(tx)));
  return row?.count ?? 0;
}

/** On the real clock: it says whether the reconciler itself is alive. */
export const markReconciled = (tx: Tx) => tx.update(installation).set({ reconciledAt: sql`clock_timestamp()` });
