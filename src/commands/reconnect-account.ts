import { moveAccount, recordOfAccount } from '../db/accounts.ts';
import type { AccountRow } from '../db/walks.ts';
import type { AccountId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { AccountDeps, Caller } from './deps.ts';
import { refuseChangedMeanwhile } from './edit-account.ts';
import { onAccount, readAccount } from './on-account.ts';
import { testStored } from './test-account.ts';
import { wakeHeld } from './wake-held.ts';

/**
 * A DISCONNECTED account whose servers let us in again is CONNECTED, and its sequences are told to look again. LinkedIn
 * is connected at its provider and has nothing to ask here: what it refuses next disconnects it again. Reconnecting one
 * that is connected changes nothing.
 */
export async function reconnectAccount(deps: AccountDeps, caller: Caller, id: AccountId): Promise<void> {
  const before = await readAccount(deps, caller, id);
  if (isDisconnected(before)) await testStored(deps, before);
  await onAccount(deps, caller, id, async (tx, account, now) => {
    if (!isDisconnected(account)) return;
    refuseChangedMeanwhile(before, account);
    await moveAccount(tx, account, 'CONNECTED', { disconnectedAt: null });
    await recordOfAccount(tx, account, 'account_connected', now, caller.actor, { channel: account.channel });
  });
  await wakeHeld(deps, caller, id);
}

/** false: it is connected already. */
function isDisconnected({ id, status }: AccountRow): boolean {
  if (status === 'PAUSED' || status === 'REMOVED')
    throw new Refusal('wrong_state', `account ${id} is ${status}: only a DISCONNECTED one is reconnected`);
  return status === 'DISCONNECTED';
}
