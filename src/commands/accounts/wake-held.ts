import { and, asc, eq, gt, inArray, or } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { lockSequences } from '../../db/locks.ts';
import { bumpTell } from '../../db/moves.ts';
import { sequences } from '../../db/schema.ts';
import type { AccountId, SequenceId } from '../../domain/ids.ts';
import { openStatuses, type Why } from '../../domain/sequence.ts';
import type { Caller, CommandDeps } from '../deps.ts';

const PAGE = 200;
const waitsForAccount: Why[] = ['held', 'account_cap', 'inbox_stale'];

/**
 * Tells the open sequences that wait for an account to look again, in pages: one that was paused or disconnected put
 * them off by a day, one whose inbox was not read by less. Called after the fact is committed; harmless to repeat.
 * Design 3.
 */
export async function wakeHeld(
  { db, announce }: CommandDeps,
  { workspaceId }: Caller,
  accountId: AccountId,
): Promise<void> {
  const isGiven = or(eq(sequences.emailAccountId, accountId), eq(sequences.linkedinAccountId, accountId));
  const isHeld = inArray(sequences.nextWhy, waitsForAccount);
  const waits = and(isGiven, isHeld, inArray(sequences.status, [...openStatuses]));
  for (let from: SequenceId | undefined, more = true; more; ) {
    const after = from;
    const page = await db.inWorkspace(workspaceId, async (tx) => {
      const found = await tx
        .select({ id: sequences.id })
        .from(sequences)
        .where(and(waits, after && gt(sequences.id, after)))
        .orderBy(asc(sequences.id))
        .limit(PAGE);
      const ids = found.map(({ id }) => id);
      await lockSequences(tx, ids);
      const now = await appNow(tx);
      const held = await tx
        .select()
        .from(sequences)
        .where(and(waits, inArray(sequences.id, ids)))
        .orderBy(asc(sequences.id));
      for (const sequence of held) await bumpTell({ tx, walk: { sequence }, now });
      return { found: ids, held };
    });
    for (const { id: sequenceId } of page.held) announce({ workspaceId, sequenceId });
    from = page.found.at(-1);
    more = page.found.length === PAGE;
  }
}
