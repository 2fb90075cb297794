import { and, asc, eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { pointsOfContacts } from '../../db/contact-points.ts';
import { forget, takeContactWhole } from '../../db/erasure.ts';
import { record } from '../../db/events.ts';
import { lockSequences, lockTasksOf } from '../../db/locks.ts';
import { endFromOutside } from '../../db/moves.ts';
import type { Tx } from '../../db/pool.ts';
import type { Scene } from '../../db/scene.ts';
import { leads, sequences, tasks } from '../../db/schema.ts';
import { suppress } from '../../db/suppressions.ts';
import { settleTask } from '../../db/tasks.ts';
import { loadWalk } from '../../db/walks.ts';
import type { ContactId, SequenceId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { failWaitingLeads } from '../leads/fail-waiting-leads.ts';
import { archiveFinished } from '../sequences/archive-finished.ts';

const end = { status: 'STOPPED_EARLY', reason: 'contact_erased' } as const;

interface Ended {
  sequenceId: SequenceId;
  templateId: TemplateId;
}

/**
 * Forgets a person: what is known of them, what was said to them and by them. Their open sequence ends, every address
 * and profile of theirs stays on the suppression list, so that they are never contacted again whoever imports them. A contact has
 * one open sequence at most, so that fact, end and clearing are one transaction, behind the locks that every message
 * passes: what is not begun by then is not begun. Erasing twice is one erasure. Returns how many sequences it ended.
 */
export async function eraseContact(deps: CommandDeps, caller: Caller, id: ContactId): Promise<{ ended: number }> {
  const { workspaceId } = caller;
  const { contactId, ended } = await deps.db.inWorkspace(workspaceId, (tx) => erase(tx, caller, id));
  for (const { sequenceId, templateId } of ended) {
    deps.announce({ workspaceId, sequenceId });
    await archiveFinished(deps.db, workspaceId, templateId);
  }
  await failWaitingLeads(deps, caller, eq(leads.contactId, contactId), 'suppressed');
  return { ended: ended.length };
}

async function erase(tx: Tx, caller: Caller, asked: ContactId): Promise<{ contactId: ContactId; ended: Ended[] }> {
  const { workspaceId, actor } = caller;
  const contact = await takeContactWhole(tx, asked);
  if (!contact) throw new Refusal('not_found', { noun: 'contact', id: asked });
  const { id } = contact;
  const found = await tx
    .select({ id: sequences.id })
    .from(sequences)
    .where(eq(sequences.contactId, id))
    .orderBy(asc(sequences.id));
  const ids = found.map((sequence) => sequence.id);
  await lockSequences(tx, ids);
  await lockTasksOf(tx, ids);
  const now = await appNow(tx);
  const ended: Ended[] = [];
  for (const sequenceId of ids) {
    const walk = await loadWalk(tx, sequenceId);
    const { templateId, endedAt } = walk.sequence;
    const scene: Scene = { tx, walk, now, actor };
    if (endedAt === null && (await endFromOutside(scene, end))) ended.push({ sequenceId, templateId });
    await dismissTasks(scene);
  }
  for (const { kind, key: value } of (await pointsOfContacts(tx, [id])).get(id) ?? [])
    await suppress({ tx, now, actor }, { workspaceId, kind, value, reason: 'asked_by_user' });
  await forget(tx, contact, now);
  const key = `contact_erased/${id}`;
  await record(tx, { workspaceId, kind: 'contact_erased', at: now, actor, key, contactId: id });
  return { contactId: id, ended };
}

/** Nobody could do them any more: whom they are about is not known. */
async function dismissTasks(scene: Scene): Promise<void> {
  const { tx, walk } = scene;
  const open = await tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.sequenceId, walk.sequence.id), eq(tasks.status, 'OPEN')))
    .orderBy(asc(tasks.id));
  for (const task of open) await settleTask(scene, task, 'DISMISSED');
}
