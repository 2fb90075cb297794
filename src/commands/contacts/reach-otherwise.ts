import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { takeContact } from '../../db/contact-merges.ts';
import { record } from '../../db/events.ts';
import { contacts } from '../../db/schema.ts';
import { suppressionsOfContacts } from '../../db/suppressions.ts';
import type { ContactId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isAboutPoint } from '../../domain/suppression.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * A person says that the contact may be reached at another address or profile, though mail to one failed or was called
 * spam: those entries hold that mailbox only from now on. Refused where nothing of the kind stands, and where somebody
 * wished to be left alone, which no choice of ours takes back.
 */
export const reachOtherwise = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  asked: ContactId,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const contact = await takeContact(tx, asked);
    if (!contact) throw new Refusal('not_found', { noun: 'contact', id: asked });
    const { id } = contact;
    const entries = (await suppressionsOfContacts(tx, [id])).get(id) ?? [];
    const wish = entries.find(({ reason }) => !isAboutPoint(reason));
    if (wish)
      throw new Refusal('wrong_state', `contact ${id} is never contacted again (${wish.reason}), by no address at all`);
    if (entries.length === 0)
      throw new Refusal('wrong_state', `contact ${id} is not suppressed: they can be reached as they are`);
    const now = await appNow(tx);
    await tx.update(contacts).set({ reachableSince: now }).where(eq(contacts.id, id));
    await record(tx, { workspaceId, kind: 'contact_reachable', at: now, actor, contactId: id });
  });
