import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { type OrganisationContext, workspaces } from '../../db/schema.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * Replaces what the writer of AI variables is told about the workspace's company. A blank text is no text. Sequences
 * enrolled from now on are written from it.
 */
export const editContext = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  given: Readonly<Record<keyof OrganisationContext, string>>,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const context: OrganisationContext = Object.fromEntries(
      Object.entries(given).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]])),
    );
    await tx.update(workspaces).set({ context }).where(eq(workspaces.id, workspaceId));
    const data = { texts: Object.keys(context).length };
    await record(tx, { workspaceId, kind: 'context_edited', at: await appNow(tx), actor, data });
  });
