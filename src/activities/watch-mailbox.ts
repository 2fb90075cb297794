import { ApplicationFailure } from '@temporalio/activity';
import { MailboxAway, type OpenMailbox } from '../adapters/mailbox.ts';
import { wakeHeld } from '../commands/accounts/wake-held.ts';
import { createAnnouncer } from '../commands/announcer.ts';
import { disconnectAccount, loadAccount } from '../db/accounts.ts';
import { appNow } from '../db/clock.ts';
import { lockAccount } from '../db/locks.ts';
import { markFailing, type Reader, takeMailbox, workspaceOfMailbox } from '../db/mailboxes.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow } from '../db/rows.ts';
import { readStatuses } from '../domain/accounts/account.ts';
import type { AccountId } from '../domain/ids.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { openInbox } from './open-inbox.ts';
import { type InboxDeps, newPasses, readInbox, TakenOver } from './read-inbox.ts';
import { lookForSample } from './sent-folder.ts';
import { tellWithoutRow } from './without-row.ts';

/** Polling is the truth: the longest an inbox goes unread though the server gave no hint. */
const POLL_MS = 60_000;
/** Then the activity ends and begins anew, so that a new deployment and changed settings are taken up. */
const SHIFT_MS = 50 * 60_000;

/**
 * Watches one account's inbox: reads it, waits for a hint or a minute, reads again; beside that, it looks whether what we
 * send is filed under our ids. Exactly one at a time counts, for each takes the mailbox's next generation and only the
 * newest may move the cursor. `gone`: nobody needs to read it any more, until the account is connected again. Throws while
 * the server is away; the cursor stays. Design 6, "Inbound".
 */
export function createWatchMailbox(deps: ActivityDeps, pollMs = POLL_MS) {
  const { announce } = createAnnouncer(deps);
  const inbox: InboxDeps = { ...deps, announce };

  return async function watchMailbox({ accountId }: { accountId: AccountId }): Promise<'again' | 'gone'> {
    const workspaceId = await deps.db.asSystem((tx) => workspaceOfMailbox(tx, accountId));
    if (!workspaceId) {
      tellWithoutRow(deps.log, { accountId }); // an account that is removed keeps its mailbox's row
      return 'gone';
    }
    const taken = await deps.db.inWorkspace(workspaceId, (tx) => take(tx, accountId));
    if (!taken) return 'gone';
    return withHeartbeats((signal) => watch({ deps, inbox, pollMs, signal, ...taken }));
  };
}

/** The account is read after its mailbox was taken: whoever changes its servers from here on fences this reader. */
async function take(tx: Tx, accountId: AccountId): Promise<Taken | null> {
  const reader = await takeMailbox(tx, accountId);
  const account = await loadAccount(tx, accountId);
  return reader && account.settings.channel === 'email' && readStatuses.includes(account.status)
    ? { reader, account }
    : null;
}

interface Taken {
  reader: Reader;
  account: AccountRow;
}

interface Watch extends Taken {
  deps: ActivityDeps;
  inbox: InboxDeps;
  pollMs: number;
  signal: AbortSignal;
}

async function watch({ deps, inbox, pollMs, signal, reader, account }: Watch): Promise<'again' | 'gone'> {
  const { workspaceId, accountId } = reader;
  const caller = { workspaceId, actor: 'service' } as const;
  let isStale = reader.readAt === null || Date.now() - reader.readAt > deps.inboxFreshMs;
  let mailbox: OpenMailbox | undefined;
  try {
    mailbox = await openInbox(deps, account, signal);
    const passes = newPasses(signal);
    const until = Date.now() + SHIFT_MS;
    while (!signal.aborted && Date.now() < until) {
      if ((await readInbox(inbox, mailbox, reader, passes)) && isStale) {
        await wakeHeld(inbox, caller, accountId);
        isStale = false;
      }
      await lookForSample(deps, reader, account, signal);
      await mailbox.changed(pollMs, signal);
    }
    return 'again';
  } catch (error) {
    return await afterFailure(deps, reader, error, signal);
  } finally {
    await mailbox?.close();
  }
}

/** A refused login is a person's to mend; what else fails is told as failing and tried again. */
async function afterFailure(
  deps: ActivityDeps,
  reader: Reader,
  error: unknown,
  signal: AbortSignal,
): Promise<'again' | 'gone'> {
  const { accountId, workspaceId } = reader;
  if (error instanceof TakenOver) return 'again';
  const away = error instanceof MailboxAway ? error : null;
  const why = away ? away.kind : 'failed';
  // Another error's message may hold what somebody wrote.
  if (!signal.aborted) await tellFailing(deps, reader, away?.message ?? 'the inbox could not be read', error);
  deps.log.warn({ accountId, why }, 'an inbox could not be read');
  if (!away) throw error;
  if (why !== 'authentication') throw ApplicationFailure.retryable('the mailbox could not be reached', 'MailboxAway');
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await lockAccount(tx, accountId);
    await disconnectAccount(tx, await loadAccount(tx, accountId), await appNow(tx));
  });
  return 'gone';
}

/** Where it is the database that failed, this fails too, and what failed first is what counts. */
async function tellFailing(deps: ActivityDeps, reader: Reader, failure: string, first: unknown): Promise<void> {
  try {
    await deps.db.inWorkspace(reader.workspaceId, (tx) => markFailing(tx, reader, failure));
  } catch (error) {
    throw first instanceof MailboxAway ? error : first;
  }
}
