import { and, eq, inArray } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { rememberConnection } from '../../db/connections.ts';
import { takeContact } from '../../db/contact-merges.ts';
import { contactKnownBy } from '../../db/contact-points.ts';
import { record } from '../../db/events.ts';
import { settleInvitation } from '../../db/invitations.ts';
import { lockSequences } from '../../db/locks.ts';
import { bumpTell, changeSequence, deriveStatus, moveStep } from '../../db/moves.ts';
import type { Scene } from '../../db/scene.ts';
import { sequences } from '../../db/schema.ts';
import { currentStep, jitterKey, loadWalk } from '../../db/walks.ts';
import { linkedInPoint } from '../../domain/contact-point.ts';
import type { AccountId } from '../../domain/ids.ts';
import { planStep } from '../../domain/schedule.ts';
import { openStatuses } from '../../domain/sequence.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * A contact accepted an account's invitation; a message step that waits for it goes at the next permitted instant, also
 * when the connection had been known before and given up. Told twice, or of somebody we do not know, it changes nothing.
 * `profile` is normalised, or the provider's own id. Design 5.
 */
export async function recordConnectionAccepted(
  { db, announce }: CommandDeps,
  { workspaceId }: Caller,
  { accountId, profile }: { accountId: AccountId; profile: string },
): Promise<void> {
  const sequenceId = await db.inWorkspace(workspaceId, async (tx) => {
    const known = await contactKnownBy(tx, linkedInPoint(profile));
    const contact = known === null ? null : await takeContact(tx, known);
    if (contact === null || contact.erasedAt !== null) return null;
    const contactId = contact.id;
    const [open] = await tx
      .select({ id: sequences.id })
      .from(sequences)
      .where(
        and(
          eq(sequences.contactId, contactId),
          eq(sequences.linkedinAccountId, accountId),
          inArray(sequences.status, [...openStatuses]),
        ),
      );
    if (open) await lockSequences(tx, [open.id]);
    const now = await appNow(tx);
    const isNew = await rememberConnection(tx, workspaceId, accountId, contactId, now);
    const isAnswer = await settleInvitation(tx, { accountId, contactId }, 'ACCEPTED', now);
    const woken = open ? await stopWaiting({ tx, walk: await loadWalk(tx, open.id), now, actor: 'contact' }) : false;
    if (isNew || isAnswer || woken)
      await record(tx, {
        workspaceId,
        kind: 'connection_accepted',
        at: now,
        actor: 'contact',
        contactId,
        ...(open ? { sequenceId: open.id } : {}),
        data: { account: accountId },
      });
    return open && woken ? open.id : null;
  });
  if (sequenceId) announce({ workspaceId, sequenceId, news: { kind: 'connectionAccepted' } });
}

async function stopWaiting(scene: Scene): Promise<boolean> {
  const { tx, walk, now } = scene;
  const step = currentStep(walk);
  if (walk.sequence.endedAt !== null || step?.kind !== 'linkedin_message' || step.status !== 'WAITING') return false;
  await moveStep(tx, step, 'PENDING');
  const { at, why } = planStep(now, null, walk.content.schedule, jitterKey(walk, step.position));
  await changeSequence(scene, { nextAt: at, nextWhy: why });
  await deriveStatus(scene);
  await bumpTell(scene);
  return true;
}
