import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { openSequencesOf, takeContact } from '../../db/contact-merges.ts';
import { pointRowsOf } from '../../db/contact-points.ts';
import { record } from '../../db/events.ts';
import { lockSequences } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import { contacts, sequences } from '../../db/schema.ts';
import { suppressionOfPoints } from '../../db/suppressions.ts';
import { currentStep, loadWalk } from '../../db/walks.ts';
import type { ContactId, ContactPointId, SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface ChosenPoint {
  contactId: ContactId;
  pointId: ContactPointId;
}

/**
 * A person says at which of a contact's addresses or profiles they are written to: new sequences, and the one that is open.
 * Refused while a message of it is under way, for nobody could say any more to whom that went; and for one that is
 * suppressed.
 */
export const choosePoint = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { contactId, pointId }: ChosenPoint,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const contact = await takeContact(tx, contactId);
    if (!contact) throw new Refusal('not_found', { noun: 'contact', id: contactId });
    const point = (await pointRowsOf(tx, contact.id)).find(({ id }) => id === pointId);
    if (!point) throw new Refusal('not_found', { noun: 'contact point', id: pointId });
    if (point.kind === 'provider_id')
      throw new Refusal('wrong_state', 'a provider’s id is not written to: choose an address or a profile');
    const reason = await suppressionOfPoints(tx, [point]);
    if (reason !== null) throw new Refusal('wrong_state', `${point.key} is never written to (${reason})`);
    const open = (await openSequencesOf(tx, [contact.id])).map(({ id }) => id);
    await lockSequences(tx, open);
    for (const id of open) await refuseUnderWay(tx, id);
    const isAddress = point.kind === 'address';
    await tx
      .update(contacts)
      .set(isAddress ? { email: point.key } : { profile: point.key })
      .where(eq(contacts.id, contact.id));
    for (const id of open)
      await tx
        .update(sequences)
        .set(isAddress ? { emailPoint: pointId } : { profilePoint: pointId })
        .where(eq(sequences.id, id));
    const told = { workspaceId, kind: 'contact_point_chosen', at: await appNow(tx), actor } as const;
    const data = { point: pointId, pointKind: point.kind };
    const [sequenceId] = open;
    await record(tx, { ...told, contactId: contact.id, ...(sequenceId && { sequenceId }), data });
  });

async function refuseUnderWay(tx: Tx, id: SequenceId): Promise<void> {
  const step = currentStep(await loadWalk(tx, id));
  if (step?.status === 'SENDING' || step?.status === 'UNCONFIRMED')
    throw new Refusal('wrong_state', `a message of sequence ${id} is under way: choose again once it is settled`);
}
