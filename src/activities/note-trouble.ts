import type { LinkedInAccountTrouble } from '../adapters/linkedin.ts';
import { disconnectAccount, loadAccount, restAccount } from '../db/accounts.ts';
import { attemptNow } from '../db/clock.ts';
import { lockAccount } from '../db/locks.ts';
import type { Db } from '../db/pool.ts';
import { restUntil } from '../domain/accounts/account.ts';
import type { AccountId, WorkspaceId } from '../domain/ids.ts';

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
    if (trouble.kind === 'disconnected') await disconnectAccount(tx, account, now);
    else await restAccount(tx, account, Math.max(restUntil(now), now + (trouble.retryAfterMs ?? 0)), now);
  });
