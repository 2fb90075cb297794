import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { lockWalk } from '../../db/locks.ts';
import type { Scene } from '../../db/scene.ts';
import { sequences } from '../../db/schema.ts';
import { loadWalk } from '../../db/walks.ts';
import type { SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Announcement, Caller, CommandDeps } from '../deps.ts';
import { archiveFinished } from './archive-finished.ts';

export type News = Extract<Announcement, { sequenceId: unknown }>['news'];

/**
 * Runs `work` on one sequence behind its locks, in one transaction, by the caller's hand; then its workflow is told. `work` answers the news
 * beside its result (undefined: it looks for itself; null: there is none). Refuses what is not in the caller's workspace.
 */
export async function onSequence<T>(
  { db, announce }: CommandDeps,
  { workspaceId, actor }: Caller,
  id: SequenceId,
  work: (scene: Scene) => Promise<{ result: T; news?: News | null }>,
): Promise<T> {
  const { result, news, walk } = await db.inWorkspace(workspaceId, async (tx) => {
    const [keys] = await tx.select({ contactId: sequences.contactId }).from(sequences).where(eq(sequences.id, id));
    if (!keys) throw new Refusal('not_found', { noun: 'sequence', id });
    await lockWalk(tx, { id, ...keys });
    const now = await appNow(tx);
    const walk = await loadWalk(tx, id);
    return { ...(await work({ tx, walk, now, actor })), walk };
  });
  if (news !== null) announce({ workspaceId, sequenceId: id, ...(news ? { news } : {}) });
  if (walk.sequence.endedAt !== null) await archiveFinished(db, workspaceId, walk.sequence.templateId);
  return result;
}
