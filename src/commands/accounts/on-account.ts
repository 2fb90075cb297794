import { findAccount } from '../../db/accounts.ts';
import { appNow } from '../../db/clock.ts';
import { lockAccount } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import type { AccountRow } from '../../db/rows.ts';
import { type AccountStatus, accountMoves } from '../../domain/accounts/account.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * Runs `work` on one account behind its lock, in one transaction: the lock waits for the claims under way and keeps out
 * new ones, so once this has committed no body starts against it. Refuses what is not in the caller's workspace. Design 3.
 */
export const onAccount = <T>(
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  id: AccountId,
  work: (tx: Tx, account: AccountRow, now: number) => Promise<T>,
): Promise<T> =>
  db.inWorkspace(workspaceId, async (tx) => {
    await lockAccount(tx, id);
    const account = found(await findAccount(tx, id), id);
    return work(tx, account, await appNow(tx));
  });

/** An account as it stands, without its lock: for what is asked of its servers, in no transaction. */
export const readAccount = async (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  id: AccountId,
): Promise<AccountRow> => found(await db.inWorkspace(workspaceId, (tx) => findAccount(tx, id)), id);

function found(account: AccountRow | null, id: AccountId): AccountRow {
  if (!account) throw new Refusal('not_found', { noun: 'account', id });
  return account;
}

/** Refuses what the table of moves does not hold. */
export function refuseMove({ id, status }: AccountRow, to: AccountStatus): void {
  if (!accountMoves[status].includes(to))
    throw new Refusal('wrong_state', `account ${id} is ${status}; from there it cannot become ${to}`);
}

export function refuseRemoved({ id, status }: AccountRow): void {
  if (status === 'REMOVED') throw new Refusal('wrong_state', `account ${id} is REMOVED`);
}
