import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { takeContact } from '../../db/contact-merges.ts';
import { contactKnownBy, learnPoints } from '../../db/contact-points.ts';
import { record } from '../../db/events.ts';
import { contacts } from '../../db/schema.ts';
import { normaliseEmail, normaliseProfile } from '../../domain/contact.ts';
import type { ContactPoint } from '../../domain/contact-point.ts';
import type { ContactId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface NewPoint {
  contactId: ContactId;
  kind: 'address' | 'profile';
  /** As somebody wrote it. */
  value: string;
}

/**
 * A further address or profile of a contact. It is written to only where there was none of its kind; else a person chooses
 * it. Refuses what somebody else is known by, and says who: two who are one are merged. A known one changes nothing.
 */
export const addPoint = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { contactId, kind, value }: NewPoint,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const point = pointIn(kind, value);
    const contact = await takeContact(tx, contactId);
    if (!contact || contact.erasedAt !== null) throw new Refusal('not_found', { noun: 'contact', id: contactId });
    const now = await appNow(tx);
    const isKnown = (await contactKnownBy(tx, point)) === contact.id;
    const taken = await learnPoints(tx, { workspaceId, contactId: contact.id, source: 'person', now }, [point]);
    if (taken.length > 0) {
      const owner = await contactKnownBy(tx, point);
      throw new Refusal('wrong_state', `${point.key} is contact ${owner}: merge the two if they are one person`);
    }
    if (isKnown) return;
    const column = kind === 'address' ? 'email' : 'profile';
    if (contact[column] === null)
      await tx
        .update(contacts)
        .set({ [column]: point.key })
        .where(eq(contacts.id, contact.id));
    await record(tx, {
      workspaceId,
      kind: 'contact_point_added',
      at: now,
      actor,
      contactId: contact.id,
      data: { pointKind: kind },
    });
  });

function pointIn(kind: NewPoint['kind'], value: string): ContactPoint {
  const refuse = (what: string) => new Refusal('invalid', what, [{ path: ['value'], what }]);
  if (kind === 'address') {
    const address = normaliseEmail(value);
    if (!address.ok) throw refuse(address.problem);
    return { kind, key: address.email };
  }
  const named = normaliseProfile(value);
  if (!named.ok) throw refuse(named.problem);
  return { kind, key: named.profile };
}
