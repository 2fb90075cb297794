import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { pointsOfContacts } from '../../db/contact-points.ts';
import { record } from '../../db/events.ts';
import { sequences } from '../../db/schema.ts';
import { normaliseEmail } from '../../domain/contact.ts';
import type { SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { suppress } from '../contacts/suppress.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * The contact of this sequence wants nothing more, by any channel: whatever they are known by is suppressed, and `from`,
 * the address that the wish came from, whoever's it is. An open sequence ends FAILED `unsubscribed`. A second time changes
 * nothing. Design 6.
 */
export async function unsubscribe(
  deps: CommandDeps,
  caller: Caller,
  sequenceId: SequenceId,
  from: string | null = null,
): Promise<void> {
  const { workspaceId } = caller;
  const points = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const [row] = await tx
      .select({ id: sequences.contactId, campaignId: sequences.campaignId })
      .from(sequences)
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
    return (await pointsOfContacts(tx, [row.id])).get(row.id) ?? [];
  });
  const sender = from === null ? null : normaliseEmail(from);
  const entries = [...points, ...(sender?.ok ? [{ kind: 'address', key: sender.email } as const] : [])];
  await suppress(
    deps,
    { ...caller, actor: 'contact' },
    entries.map(({ kind, key }) => ({ kind, value: key, reason: 'unsubscribed' })),
  );
}
