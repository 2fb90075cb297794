import type { EmailCredentials, EmailSettings } from '../../domain/accounts/account.ts';
import {
  type AccountHabits,
  type AccountServers,
  checkNewAccount,
  type ServerInput,
} from '../../domain/accounts/account-settings.ts';
import { normaliseEmail } from '../../domain/contact.ts';
import type { AccountId, MemberId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AccountDeps, Caller } from '../deps.ts';
import { sealCredentials } from './credentials.ts';
import { refuseUnfit, storeAccount } from './new-account.ts';
import { testServers } from './test-account.ts';

export interface NewEmailAccount extends AccountHabits, AccountServers {
  address: string;
  /** Whose it is; null: the workspace's first member's. */
  memberId: MemberId | null;
}

/**
 * A new email account, CONNECTED. Every rule is checked and both servers are asked before anything is stored; the
 * passwords are kept encrypted and never shown again. An address is connected once in a workspace. Design 9.
 */
export async function connectAccount(deps: AccountDeps, caller: Caller, account: NewEmailAccount): Promise<AccountId> {
  const problems = checkNewAccount(account, deps);
  const normal = normaliseEmail(account.address);
  if (problems.length > 0 || !normal.ok) throw new Refusal('invalid', 'the account cannot be connected', problems);
  const { memberId } = account;
  const named = { channel: 'email', address: normal.email } as const;
  const settings = settingsOf(account);
  const passwords = passwordsOf(account);

  await refuseUnfit(deps, caller, memberId, named);
  await testServers(deps, settings, passwords);

  const credentials = sealCredentials(deps.vault, passwords);
  const { senderName, senderJobTitle, signature, zone, dailyCap, gapSeconds } = account;
  const habits = { senderName, senderJobTitle, signature, zone, dailyCap, gapSeconds };
  return storeAccount(deps, caller, memberId, { ...named, ...habits, settings, credentials });
}

/** What is stored in the clear. */
export const settingsOf = ({ smtp, imap, filesSent }: AccountServers): EmailSettings => ({
  channel: 'email',
  smtp: inTheClear(smtp),
  imap: inTheClear(imap),
  filesSent,
});

export const passwordsOf = ({ smtp, imap }: AccountServers): EmailCredentials => ({
  smtp: smtp.password,
  imap: imap.password,
});

const inTheClear = ({ host, port, tls, user }: ServerInput) => ({ host, port, tls, user });
