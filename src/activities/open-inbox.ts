import type { OpenMailbox } from '../adapters/mailbox.ts';
import { openCredentials } from '../commands/accounts/credentials.ts';
import type { AccountRow } from '../db/rows.ts';
import type { ActivityDeps } from './deps.ts';

/** Opens an email account's mailbox with what the account holds. Throws MailboxAway, and for an account of another channel. */
export async function openInbox(
  { mailboxes, vault }: Pick<ActivityDeps, 'mailboxes' | 'vault'>,
  account: AccountRow,
  signal?: AbortSignal,
): Promise<OpenMailbox> {
  if (account.settings.channel !== 'email') throw new Error(`account ${account.id} has no mailbox`);
  return mailboxes.open({ ...account.settings.imap, password: openCredentials(vault, account).imap }, signal);
}
