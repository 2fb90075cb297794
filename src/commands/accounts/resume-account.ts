import { moveAccount, recordOfAccount } from '../../db/accounts.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onAccount } from './on-account.ts';
import { wakeHeld } from './wake-held.ts';

/**
 * A paused account sends again, whoever paused it, and its sequences are told to look again. The guard of its reputation
 * counts anew from here. Resuming one that is connected changes nothing.
 */
export async function resumeAccount(deps: CommandDeps, caller: Caller, id: AccountId): Promise<void> {
  await onAccount(deps, caller, id, async (tx, account, now) => {
    if (account.status === 'CONNECTED') return;
    if (account.status !== 'PAUSED')
      throw new Refusal('wrong_state', `account ${id} is ${account.status}: only a PAUSED one is resumed`);
    await moveAccount(tx, account, 'CONNECTED', { restingUntil: null });
    await recordOfAccount({ tx, now, actor: caller.actor }, account, 'account_resumed');
  });
  await wakeHeld(deps, caller, id);
}
