import { moveAccount, recordOfAccount } from '../../db/accounts.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onAccount, refuseMove } from './on-account.ts';

/**
 * Nothing goes out from an account any more: once this has answered, no message body is started. Its sequences keep
 * their status, and look again when it is resumed. Pausing twice is one pause. Design 3.
 */
export const pauseAccount = (deps: CommandDeps, caller: Caller, id: AccountId): Promise<void> =>
  onAccount(deps, caller, id, async (tx, account, now) => {
    if (account.status === 'PAUSED') return;
    if (account.status === 'DISCONNECTED')
      throw new Refusal('wrong_state', `account ${id} is DISCONNECTED: nothing goes out from it`);
    refuseMove(account, 'PAUSED');
    await moveAccount(tx, account, 'PAUSED', { pausedWhy: 'by_user' });
    await recordOfAccount({ tx, now, actor: caller.actor }, account, 'account_paused');
  });
