import { and, eq, inArray } from 'drizzle-orm';
import { lockTemplate } from '../../db/locks.ts';
import type { Db } from '../../db/pool.ts';
import { sequences, templates } from '../../db/schema.ts';
import { moveTemplate } from '../../db/templates.ts';
import type { SequenceId, TemplateId, WorkspaceId } from '../../domain/ids.ts';
import { openStatuses } from '../../domain/sequence.ts';

/**
 * A FINISHING template with nothing open becomes ARCHIVED. A transaction of its own that locks the template and then
 * counts: counted within the transactions that end them, two last sequences would each see the other open. Design 2.
 */
export async function archiveFinished(db: Db, workspaceId: WorkspaceId, templateId: TemplateId): Promise<boolean> {
  return db.inWorkspace(workspaceId, async (tx) => {
    const finishing = () =>
      tx
        .select()
        .from(templates)
        .where(and(eq(templates.id, templateId), eq(templates.status, 'FINISHING')));
    if ((await finishing()).length === 0) return false;
    await lockTemplate(tx, templateId);
    const [template] = await finishing();
    const open = await tx
      .select({ id: sequences.id })
      .from(sequences)
      .where(and(eq(sequences.templateId, templateId), inArray(sequences.status, [...openStatuses])))
      .limit(1);
    if (!template || open.length > 0) return false;
    await moveTemplate(tx, template, 'ARCHIVED', 'service');
    return true;
  });
}

/** As `archiveFinished`, for the template of a sequence that has just ended. */
export async function archiveFinishedOf(db: Db, workspaceId: WorkspaceId, sequenceId: SequenceId): Promise<void> {
  const [sequence] = await db.inWorkspace(workspaceId, (tx) =>
    tx.select({ templateId: sequences.templateId }).from(sequences).where(eq(sequences.id, sequenceId)),
  );
  if (sequence) await archiveFinished(db, workspaceId, sequence.templateId);
}
