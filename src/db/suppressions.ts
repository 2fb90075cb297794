import type { SuppressionReason } from '../domain/fence.ts';
import type { SuppressionId, WorkspaceId } from '../domain/ids.ts';
import type { SuppressionKind } from '../domain/suppression.ts';
import { type Actor, record } from './events.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { suppressions } from './schema.ts';

/** An address (normalised), a domain or a profile that must never be contacted again; the entry that stands keeps its reason. */
export async function suppress(
  tx: Tx,
  workspaceId: WorkspaceId,
  entry: { kind: SuppressionKind; value: string },
  reason: SuppressionReason,
  actor: Actor,
  now: number,
): Promise<void> {
  const written = await tx
    .insert(suppressions)
    .values({ id: newId<SuppressionId>(), workspaceId, ...entry, reason, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: suppressions.id });
  if (written[0])
    await record(tx, { workspaceId, kind: 'suppressed', at: now, actor, data: { suppression: written[0].id, reason } });
}
