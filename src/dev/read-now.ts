import type { ActivityDeps } from '../activities/deps.ts';
import { openInbox } from '../activities/open-inbox.ts';
import { readInbox } from '../activities/read-inbox.ts';
import type { CommandDeps } from '../commands/deps.ts';
import { loadAccount } from '../db/accounts.ts';
import { takeMailbox, workspaceOfMailbox } from '../db/mailboxes.ts';
import type { AccountId } from '../domain/ids.ts';

/** Reads one account's inbox to its end, once: for simulated worlds, where a watcher's own time would be chance. */
export async function readNow(deps: ActivityDeps, { announce }: CommandDeps, accountId: AccountId): Promise<void> {
  const workspaceId = await deps.db.asSystem((tx) => workspaceOfMailbox(tx, accountId));
  if (!workspaceId) throw new Error(`account ${accountId} has no mailbox`);
  const account = await deps.db.inWorkspace(workspaceId, (tx) => loadAccount(tx, accountId));
  const reader = await deps.db.inWorkspace(workspaceId, (tx) => takeMailbox(tx, accountId));
  if (!reader) throw new Error(`account ${accountId} has no mailbox`);
  const mailbox = await openInbox(deps, account);
  try {
    if (!(await readInbox({ ...deps, announce }, mailbox, reader)))
      throw new Error(`a message of account ${accountId} could not be handled`);
  } finally {
    await mailbox.close();
  }
}
