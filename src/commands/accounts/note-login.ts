import type { LinkedIn } from '../../adapters/linkedin.ts';
import { disconnectAccount, moveAccount, recordOfAccount } from '../../db/accounts.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onAccount } from './on-account.ts';

type Login = Awaited<ReturnType<LinkedIn['accountStatus']>>;

/**
 * What the provider says of an account's login: without one it is DISCONNECTED; with one that was, it is connected again.
 * Returns whether it came back, and then its sequences are to be woken. Design 6.
 */
export const noteLogin = (
  deps: Pick<CommandDeps, 'db'>,
  caller: Caller,
  id: AccountId,
  login: Login,
): Promise<boolean> =>
  onAccount(deps, caller, id, async (tx, account, now) => {
    if (account.status === 'REMOVED') return false;
    if (login !== 'ok') {
      await disconnectAccount(tx, account, now);
      return false;
    }
    if (account.status !== 'DISCONNECTED') return false;
    await moveAccount(tx, account, 'CONNECTED', { disconnectedAt: null });
    await recordOfAccount({ tx, now, actor: 'service' }, account, 'account_reconnected');
    return true;
  });
