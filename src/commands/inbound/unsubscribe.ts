import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { contacts, sequences } from '../../db/schema.ts';
import type { SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type SuppressionInput, suppress } from '../contacts/suppress.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * The contact of this sequence wants nothing more, by any channel: address and profile are suppressed, an open sequence
 * ends FAILED `unsubscribed`. A second time changes nothing. Design 6.
 */
export async function unsubscribe(deps: CommandDeps, caller: Caller, sequenceId: SequenceId): Promise<void> {
  const { workspaceId } = caller;
  const contact = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const [row] = await tx
      .select({ id: contacts.id, email: contacts.email, profile: contacts.profile, campaignId: sequences.campaignId })
      .from(sequences)
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .where(eq(sequences.id, sequenceId));
    if (!row) throw new Refusal('not_found', { noun: 'sequence', id: sequenceId });
    await record(tx, {
      workspaceId,
      kind: 'unsubscribed',
      at: await appNow(tx),
      actor: 'contact',
      key: `unsubscribed/${row.id}`,
      campaignId: row.campaignId,
      contactId: row.id,
      sequenceId,
    });
    return row;
  });
  await suppress(deps, { ...caller, actor: 'contact' }, entriesOf(contact));
}

function entriesOf({ email, profile }: { email: string | null; profile: string | null }): SuppressionInput[] {
  const reason = 'unsubscribed';
  return [
    ...(email === null ? [] : [{ kind: 'address' as const, value: email, reason } as const]),
    ...(profile === null ? [] : [{ kind: 'profile' as const, value: profile, reason } as const]),
  ];
}
