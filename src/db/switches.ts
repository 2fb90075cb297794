import { eq } from 'drizzle-orm';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import { installation, workspaces } from './schema.ts';

/** The kill switch of the installation or of the workspace. */
export async function isSwitchedOff(tx: Tx, workspaceId: WorkspaceId): Promise<boolean> {
  const [row] = await tx
    .select({ everywhere: installation.sendingStopped, here: workspaces.sendingStopped })
    .from(installation)
    .innerJoin(workspaces, eq(workspaces.id, workspaceId));
  return row ? row.everywhere || row.here : true;
}
