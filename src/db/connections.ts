import { and, eq, gte } from 'drizzle-orm';
import type { AccountId, ContactId, WorkspaceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { connections } from './schema.ts';

/** Whether the contact accepted this account's invitation at `since` or later. */
export async function connectedSince(
  tx: Tx,
  accountId: AccountId,
  contactId: ContactId,
  since: number,
): Promise<boolean> {
  const rows = await tx
    .select({ at: connections.connectedAt })
    .from(connections)
    .where(
      and(
        eq(connections.accountId, accountId),
        eq(connections.contactId, contactId),
        gte(connections.connectedAt, since),
      ),
    );
  return rows.length > 0;
}

/** False when the connection was known already; then only its date is new. */
export async function rememberConnection(
  tx: Tx,
  workspaceId: WorkspaceId,
  accountId: AccountId,
  contactId: ContactId,
  now: number,
): Promise<boolean> {
  const written = await tx
    .insert(connections)
    .values({ workspaceId, accountId, contactId, connectedAt: now })
    .onConflictDoNothing()
    .returning({ at: connections.connectedAt });
  if (written.length > 0) return true;
  await tx
    .update(connections)
    .set({ connectedAt: now })
    .where(and(eq(connections.accountId, accountId), eq(connections.contactId, contactId)));
  return false;
}
