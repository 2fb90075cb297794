import { and, asc, gt, inArray, type SQL } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { lockWalks } from '../../db/locks.ts';
import { endFromOutside } from '../../db/moves.ts';
import { sequences } from '../../db/schema.ts';
import { loadWalk } from '../../db/walks.ts';
import type { SequenceId } from '../../domain/ids.ts';
import { openStatuses, type SequenceEnd } from '../../domain/sequence.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { archiveFinished } from './archive-finished.ts';

const PAGE = 200;

/**
 * Ends every open sequence that `which` selects, in pages, each a transaction in lock order (contacts, then sequences,
 * by ascending id). The fact that withdraws permission is committed before: the fence refuses what a page has not reached
 * yet. Returns how many were ended. Design 3.
 */
export async function endInPages(
  { db, announce }: CommandDeps,
  caller: Caller,
  which: SQL,
  end: SequenceEnd,
): Promise<number> {
  const { workspaceId, actor } = caller;
  const templates = new Set<(typeof sequences.$inferSelect)['templateId']>();
  let count = 0;
  let from: SequenceId | undefined;
  for (;;) {
    const ended: SequenceId[] = [];
    const after = from;
    const page: { id: SequenceId }[] = await db.inWorkspace(workspaceId, async (tx) => {
      ended.length = 0;
      const found = await tx
        .select({ id: sequences.id, contactId: sequences.contactId })
        .from(sequences)
        .where(and(which, inArray(sequences.status, [...openStatuses]), after && gt(sequences.id, after)))
        .orderBy(asc(sequences.id))
        .limit(PAGE);
      if (found.length === 0) return found;
      await lockWalks(tx, found);
      const now = await appNow(tx);
      for (const { id } of found) {
        const walk = await loadWalk(tx, id);
        if (walk.sequence.endedAt !== null) continue; // it ended while we waited for its lock
        await endFromOutside({ tx, walk, now, actor }, end);
        templates.add(walk.sequence.templateId);
        ended.push(id);
      }
      return found;
    });
    for (const sequenceId of ended) announce({ workspaceId, sequenceId });
    count += ended.length;
    from = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  for (const templateId of templates) await archiveFinished(db, workspaceId, templateId);
  return count;
}
