import { pointsOfContacts } from '../../db/contact-points.ts';
import { findContact } from '../../db/contact-reads.ts';
import type { ContactId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { suppress } from './suppress.ts';

/** Never contact this person again, by whatever they are known. Returns how many open sequences that ended. */
export async function suppressContact(deps: CommandDeps, caller: Caller, id: ContactId): Promise<{ ended: number }> {
  const points = await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    const contact = await findContact(tx, id);
    if (!contact) throw new Refusal('not_found', { noun: 'contact', id });
    return (await pointsOfContacts(tx, [contact.id])).get(contact.id) ?? [];
  });
  const reason = 'asked_by_user';
  return suppress(
    deps,
    caller,
    points.map(({ kind, key: value }) => ({ kind, value, reason })),
  );
}
