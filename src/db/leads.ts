import { eq } from 'drizzle-orm';
import type { EventKind } from '../domain/event.ts';
import type { LeadFailure } from '../domain/lead.ts';
import { type LeadStatus, leadMoves } from '../domain/lead.ts';
import { type Actor, record } from './events.ts';
import type { Tx } from './pool.ts';
import { leads } from './schema.ts';

export type LeadRow = typeof leads.$inferSelect;

/** Moves a lead, with its row locked by the caller. */
export async function moveLead(
  tx: Tx,
  lead: LeadRow,
  to: Exclude<LeadStatus, 'ENROLLED'>,
  { kind, actor, now, failure = null }: { kind: EventKind; actor: Actor; now: number; failure?: LeadFailure | null },
): Promise<void> {
  if (!leadMoves[lead.status].includes(to)) throw new Error(`lead ${lead.id}: no move from ${lead.status} to ${to}`);
  await tx.update(leads).set({ status: to, failure, updatedAt: now }).where(eq(leads.id, lead.id));
  await record(tx, {
    workspaceId: lead.workspaceId,
    kind,
    at: now,
    actor,
    campaignId: lead.campaignId,
    contactId: lead.contactId,
    data: { lead: lead.id, ...(failure === null ? {} : { reason: failure }) },
  });
}

export const failLead = (tx: Tx, lead: LeadRow, failure: LeadFailure, now: number) =>
  moveLead(tx, lead, 'FAILED', { kind: 'lead_failed', actor: 'service', now, failure });
