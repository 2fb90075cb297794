import type { LinkedInAccountTrouble } from '../adapters/linkedin.ts';
import { disconnectAccount, loadAccount, restAccount } from '../db/accounts.ts';
import { attemptNow } from '../db/clock.ts';
import { lockAccount } from '../db/locks.ts';
import type { Db, Tx } from '../db/pool.ts';
import type { AccountRow } from '../db/rows.ts';
import { restUntil } from '../domain/accounts/account.ts';
import type { AccountId, WorkspaceId } from '../domain/ids.ts';
import type { Why } from '../domain/sequence.ts';

/** The provider did answer, but not to the question: the account rests, or has lost its login. */
export const noteTrouble = (
  db: Db,
  { workspaceId, accountId }: { workspaceId: WorkspaceId; accountId: AccountId },
  trouble: LinkedInAccountTrouble,
  workflowNow = 0,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    await lockAccount(tx, accountId);
    const account = await loadAccount(tx, accountId);
    const now = await attemptNow(tx, workflowNow);
    await settleTrouble(tx, account, trouble, now);
  });

/** Behind the account's lock; answers until when its sequences wait, and for what. */
export async function settleTrouble(
  tx: Tx,
  account: AccountRow,
  trouble: LinkedInAccountTrouble,
  now: number,
): Promise<{ until: number; why: Why }> {
  if (trouble.kind === 'disconnected') return { until: await disconnectAccount(tx, account, now), why: 'held' };
  const until = Math.max(restUntil(now), now + (trouble.retryAfterMs ?? 0));
  await restAccount(tx, account, until, now);
  return { until, why: 'account_cap' };
}
