import { eq } from 'drizzle-orm';
import { stillNeeds } from '../../db/account-needs.ts';
import { moveAccount, recordOfAccount } from '../../db/accounts.ts';
import { lockSlotsOf } from '../../db/locks.ts';
import { restartMailbox } from '../../db/mailboxes.ts';
import { slots } from '../../db/schema.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { endInPages } from '../sequences/end-in-pages.ts';
import { onAccount } from './on-account.ts';

/**
 * Removes an account for good: its passwords are erased, its slots are free, and the open sequences that still need it
 * end FAILED `account_unavailable`, in pages. The campaigns keep it in their lists, for their history. Removing twice is
 * one removal; the second finishes what the first could not. Design 6.
 */
export async function removeAccount(deps: CommandDeps, caller: Caller, id: AccountId): Promise<{ ended: number }> {
  const channel = await onAccount(deps, caller, id, async (tx, account, now) => {
    if (account.status === 'REMOVED') return account.channel;
    await moveAccount(tx, account, 'REMOVED', { credentials: null });
    await restartMailbox(tx, id);
    await lockSlotsOf(tx, id);
    await tx.delete(slots).where(eq(slots.accountId, id));
    await recordOfAccount({ tx, now, actor: caller.actor }, account, 'account_removed');
    return account.channel;
  });
  const end = { status: 'FAILED', reason: 'account_unavailable' } as const;
  return { ended: await endInPages(deps, caller, stillNeeds(id, channel), end) };
}
