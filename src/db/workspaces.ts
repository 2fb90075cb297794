import { eq } from 'drizzle-orm';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { workspaces } from './schema.ts';

/** Who stands in every footer. */
export async function findSender(tx: Tx, id: WorkspaceId): Promise<{ legalName: string; postalAddress: string }> {
  const [row] = await tx
    .select({ legalName: workspaces.legalName, postalAddress: workspaces.postalAddress })
    .from(workspaces)
    .where(eq(workspaces.id, id));
  if (!row) throw new Error(`workspace ${id} does not exist`);
  return row;
}
