import { and, asc, inArray, type SQL } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { moveLead } from '../../db/leads.ts';
import { leads } from '../../db/schema.ts';
import type { LeadFailure } from '../../domain/lead.ts';
import type { Caller, CommandDeps } from '../deps.ts';

const PAGE = 200;

/** Fails the leads that still wait for review or enrolment, in pages. Returns how many. */
export async function failWaitingLeads(
  { db }: CommandDeps,
  { workspaceId, actor }: Caller,
  which: SQL,
  failure: LeadFailure,
): Promise<number> {
  for (let count = 0; ; ) {
    const page = await db.inWorkspace(workspaceId, async (tx) => {
      const waiting = await tx
        .select()
        .from(leads)
        .where(and(which, inArray(leads.status, ['PENDING_REVIEW', 'APPROVED'])))
        .orderBy(asc(leads.id))
        .limit(PAGE)
        .for('update');
      const now = await appNow(tx);
      for (const lead of waiting) await moveLead(tx, lead, 'FAILED', { kind: 'lead_failed', actor, now, failure });
      return waiting.length;
    });
    count += page;
    if (page < PAGE) return count;
  }
}
