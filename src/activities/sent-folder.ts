import { MailboxAway } from '../adapters/mailbox.ts';
import type { Claim } from '../db/claim.ts';
import { appNow } from '../db/clock.ts';
import { keepSentSample, noteSentSample, type Reader, sentSample } from '../db/mailboxes.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow } from '../db/rows.ts';
import { lookUpAt } from '../domain/delivery.ts';
import type { ActivityDeps } from './deps.ts';
import { openInbox } from './open-inbox.ts';

/*
 * What an account's Sent folder tells. That a message is not there proves something only where the provider is known to
 * file messages under our Message-IDs, so one that it has surely taken is looked for first. Design 6.
 */

export type SentDeps = Pick<ActivityDeps, 'mailboxes' | 'vault' | 'log'>;

/** Whether it holds the message; null: it could not be read, or there is none. Never within a transaction. */
export async function isInSentFolder(
  deps: SentDeps,
  account: AccountRow,
  messageId: string,
  signal?: AbortSignal,
): Promise<boolean | null> {
  try {
    const mailbox = await openInbox(deps, account, signal);
    try {
      return await mailbox.hasSent(messageId);
    } finally {
      await mailbox.close();
    }
  } catch (error) {
    if (!(error instanceof MailboxAway)) throw error;
    deps.log.warn({ accountId: account.id, why: error.kind }, 'the Sent folder could not be read');
    return null;
  }
}

/**
 * A message that was answered with 250, with its account's lock held: it is kept to be looked for, where the provider
 * alone can have filed it. Not where the account's servers changed while it was on its way, nor a second attempt's: the
 * first may have left it in Sent over other ones.
 */
export async function keepSample(tx: Tx, { delivery, account }: Claim, fresh: AccountRow): Promise<void> {
  const { settings } = account;
  const isSame = JSON.stringify(settings) === JSON.stringify(fresh.settings);
  if (settings.channel !== 'email' || !settings.filesSent || !isSame) return;
  if (delivery.messageId !== null && delivery.attempt === 1) await keepSentSample(tx, account.id, delivery.messageId);
}

/**
 * Looks for the message that is kept, once it had the time to be filed. On a connection of its own: a server that refuses
 * to be searched must not keep its inbox from being read.
 */
export async function lookForSample(
  deps: SentDeps & Pick<ActivityDeps, 'db'>,
  reader: Reader,
  account: AccountRow,
  signal: AbortSignal,
): Promise<void> {
  const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => deps.db.inWorkspace(reader.workspaceId, work);
  const due = await inWorkspace(async (tx) => {
    const sample = await sentSample(tx, reader);
    return sample && (lookUpAt(sample.settledAt, 0) ?? 0) <= (await appNow(tx)) ? sample : null;
  });
  if (!due || signal.aborted) return;
  const isThere = await isInSentFolder(deps, account, due.messageId, signal);
  await inWorkspace(async (tx) =>
    noteSentSample(tx, reader, due.messageId, isThere === true ? await appNow(tx) : null),
  );
}
