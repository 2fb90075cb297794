import { z } from 'zod';
import { countNeeding } from '../../db/account-needs.ts';
import { findAccount } from '../../db/accounts.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { pathId } from '../shapes/primitives.ts';

const needed = z.object({ sequences: z.int() });

/** `GET /app/api/accounts/:id/needed`: asked before one is removed, how many open sequences that fails. */
export function accountNeedRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/app/api/accounts/:id/needed',
    { config: { scope: 'accounts:read' }, schema: { params: pathId<AccountId>(), response: { 200: needed } } },
    ({ caller, params: { id } }) =>
      db.inWorkspace(caller.workspaceId, async (tx) => {
        const account = await findAccount(tx, id);
        if (!account) throw new Refusal('not_found', { noun: 'account', id });
        return { sequences: await countNeeding(tx, id, account.channel) };
      }),
  );
}
