import { moveAccount, recordOfAccount } from '../../db/accounts.ts';
import type { Actor } from '../../db/events.ts';
import type { Tx } from '../../db/pool.ts';
import type { AccountRow } from '../../db/rows.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AccountDeps, Caller, CommandDeps } from '../deps.ts';
import { onAccount, readAccount } from './on-account.ts';
import { refuseChangedMeanwhile, testStored } from './test-account.ts';
import { wakeHeld } from './wake-held.ts';

/**
 * A DISCONNECTED account that its servers, or LinkedIn's provider, let in again is CONNECTED, and its sequences are told
 * to look again. Reconnecting one that is connected changes nothing.
 */
export async function reconnectAccount(deps: AccountDeps, caller: Caller, id: AccountId): Promise<void> {
  const before = await readAccount(deps, caller, id);
  if (isDisconnected(before)) await testStored(deps, before);
  await onAccount(deps, caller, id, async (tx, account, now) => {
    if (!isDisconnected(account)) return;
    refuseChangedMeanwhile(before, account);
    await connectAgain(tx, account, now, caller.actor);
  });
  await wakeHeld(deps, caller, id);
}

/** As above, where the provider itself tells that the account is back: there is nobody left to ask. */
export async function accountIsBack(deps: CommandDeps, caller: Caller, id: AccountId): Promise<void> {
  const isNews = await onAccount(deps, caller, id, async (tx, account, now) => {
    if (account.status !== 'DISCONNECTED') return false;
    await connectAgain(tx, account, now, caller.actor);
    return true;
  });
  if (isNews) await wakeHeld(deps, caller, id);
}

/** Behind its lock. One that was paused when it was disconnected is paused again. */
export async function connectAgain(tx: Tx, account: AccountRow, now: number, actor: Actor): Promise<void> {
  await moveAccount(tx, account, 'CONNECTED', { disconnectedAt: null });
  await recordOfAccount({ tx, now, actor }, account, 'account_reconnected', { channel: account.channel });
}

/** false: it is connected already. */
function isDisconnected({ id, status }: AccountRow): boolean {
  if (status === 'PAUSED' || status === 'REMOVED')
    throw new Refusal('wrong_state', `account ${id} is ${status}: only a DISCONNECTED one is reconnected`);
  return status === 'DISCONNECTED';
}
