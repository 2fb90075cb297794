import { ApplicationFailure } from '@temporalio/activity';
import { MailboxAway, type OpenMailbox } from '../adapters/mailbox.ts';
import { createAnnouncer } from '../commands/announcer.ts';
import { openCredentials } from '../commands/credentials.ts';
import { wakeHeld } from '../commands/wake-held.ts';
import { disconnectAccount, loadAccount } from '../db/accounts.ts';
import { appNow } from '../db/clock.ts';
import { lockAccount } from '../db/locks.ts';
import { markFailing, type Reader, takeMailbox, workspaceOfMailbox } from '../db/mailboxes.ts';
import { readStatuses } from '../domain/account.ts';
import type { AccountId } from '../domain/ids.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { type InboxDeps, readInbox, TakenOver } from './read-inbox.ts';

/** Polling is the truth: the longest an inbox goes unread though the server gave no hint. */
const POLL_MS = 60_000;
/** Then the activity ends and begins anew, so that a new deployment and changed settings are taken up. */
const SHIFT_MS = 50 * 60_000;

/**
 * Watches one account's inbox: reads it, waits for a hint or a minute, reads again. Exactly one at a time counts, for
 * each takes the mailbox's next generation and only the newest may move the cursor. `gone`: nobody needs to read it any
 * more, until the account is connected again. Throws while the server is away; the cursor stays. Design 6, "Inbound".
 */
export function createWatchMailbox(deps: ActivityDeps, pollMs = POLL_MS) {
  const { announce } = createAnnouncer(deps);
  const inbox: InboxDeps = { ...deps, announce };

  return async function watchMailbox({ accountId }: { accountId: AccountId }): Promise<'again' | 'gone'> {
    const workspaceId = await deps.db.asSystem((tx) => workspaceOfMailbox(tx, accountId));
    if (!workspaceId) return 'gone';
    const caller = { workspaceId, actor: 'service' } as const;
    const account = await deps.db.inWorkspace(workspaceId, (tx) => loadAccount(tx, accountId));
    const reader = await deps.db.inWorkspace(workspaceId, (tx) => takeMailbox(tx, accountId));
    if (account.settings.channel !== 'email' || !readStatuses.includes(account.status) || !reader) return 'gone';
    const { host, port, tls, user } = account.settings.imap;
    const { imap: password } = openCredentials(deps.vault, account);

    const wasStale = reader.readAt === null || Date.now() - reader.readAt > deps.inboxFreshMs;
    return withHeartbeats(async (signal) => {
      let mailbox: OpenMailbox | undefined;
      try {
        mailbox = await deps.mailboxes.open({ host, port, tls, user, password }, signal);
        const until = Date.now() + SHIFT_MS;
        for (let isFirst = true; !signal.aborted && Date.now() < until; isFirst = false) {
          await readInbox(inbox, mailbox, reader);
          if (isFirst && wasStale) await wakeHeld(inbox, caller, accountId);
          await mailbox.changed(pollMs, signal);
        }
        return 'again';
      } catch (error) {
        return await afterFailure(deps, reader, error);
      } finally {
        await mailbox?.close();
      }
    });
  };
}

/** A refused login is a person's to mend; a server that is away is tried again. */
async function afterFailure(deps: ActivityDeps, reader: Reader, error: unknown): Promise<'again' | 'gone'> {
  const { accountId, workspaceId } = reader;
  if (error instanceof TakenOver) return 'again';
  if (!(error instanceof MailboxAway)) throw error;
  const { kind, message } = error;
  await deps.db.inWorkspace(workspaceId, (tx) => markFailing(tx, reader, message));
  deps.log.warn({ accountId, why: kind }, 'an inbox could not be read');
  if (kind !== 'authentication') throw ApplicationFailure.retryable('the mailbox could not be reached', 'MailboxAway');
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await lockAccount(tx, accountId);
    await disconnectAccount(tx, await loadAccount(tx, accountId), await appNow(tx));
  });
  return 'gone';
}
