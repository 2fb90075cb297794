import { eq } from 'drizzle-orm';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { type OrganisationContext, workspaces } from './schema.ts';

export type WorkspaceRow = typeof workspaces.$inferSelect;

export async function readWorkspace(tx: Tx, id: WorkspaceId): Promise<WorkspaceRow> {
  const [row] = await tx.select().from(workspaces).where(eq(workspaces.id, id));
  if (!row) throw new Error(`workspace ${id} does not exist`);
  return row;
}

/** Who stands in every footer. */
export async function findSender(tx: Tx, id: WorkspaceId): Promise<{ legalName: string; postalAddress: string }> {
  const [row] = await tx
    .select({ legalName: workspaces.legalName, postalAddress: workspaces.postalAddress })
    .from(workspaces)
    .where(eq(workspaces.id, id));
  if (!row) throw new Error(`workspace ${id} does not exist`);
  return row;
}

/** What its templates' AI variables are written from: the workspace's own name and words. Design 7. */
export async function findOrganisation(tx: Tx, id: WorkspaceId): Promise<OrganisationContext & { name: string }> {
  const [row] = await tx
    .select({ name: workspaces.name, context: workspaces.context })
    .from(workspaces)
    .where(eq(workspaces.id, id));
  if (!row) throw new Error(`workspace ${id} does not exist`);
  return { ...row.context, name: row.name };
}
