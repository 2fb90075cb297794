import { and, asc, inArray, type SQL } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { moveLead } from '../../db/leads.ts';
import { lockLeads } from '../../db/locks.ts';
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
  const waiting = and(which, inArray(leads.status, ['PENDING_REVIEW', 'APPROVED']));
  for (let count = 0; ; ) {
    const page = await db.inWorkspace(workspaceId, async (tx) => {
      const found = await tx.select({ id: leads.id }).from(leads).where(waiting).orderBy(asc(leads.id)).limit(PAGE);
      const ids = found.map(({ id }) => id);
      await lockLeads(tx, ids);
      const failed = await tx
        .select()
        .from(leads)
        .where(and(waiting, inArray(leads.id, ids)))
        .orderBy(asc(leads.id));
      const now = await appNow(tx);
      for (const lead of failed) await moveLead(tx, lead, 'FAILED', { kind: 'lead_failed', actor, now, failure });
      return { found: ids.length, failed: failed.length };
    });
    count += page.failed;
    if (page.found < PAGE) return count;
  }
}
