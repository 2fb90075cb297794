import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import type { SuppressionRow } from '../../db/rows.ts';
import { removeSuppression } from '../../db/suppressions.ts';
import type { SuppressionId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** Takes an entry off the list: whom it covered may be contacted again. What it ended stays ended. Returns the entry. */
export const unsuppress = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  id: SuppressionId,
): Promise<SuppressionRow> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const removed = await removeSuppression(tx, id);
    if (!removed) throw new Refusal('not_found', { noun: 'suppression', id });
    const data = { suppression: id, suppressionKind: removed.kind, reason: removed.reason };
    await record(tx, { workspaceId, kind: 'suppression_removed', at: await appNow(tx), actor, data });
    return removed;
  });
