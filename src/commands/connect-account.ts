import { and, eq, ne } from 'drizzle-orm';
import { recordOfAccount } from '../db/accounts.ts';
import { appNow } from '../db/clock.ts';
import { violates } from '../db/errors.ts';
import { newId } from '../db/new-id.ts';
import type { Tx } from '../db/pool.ts';
import { accounts, mailboxes, members } from '../db/schema.ts';
import type { EmailCredentials, EmailSettings } from '../domain/account.ts';
import {
  type AccountHabits,
  type AccountServers,
  checkNewAccount,
  type ServerInput,
} from '../domain/account-settings.ts';
import { normaliseEmail } from '../domain/contact.ts';
import type { AccountId, MemberId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { sealCredentials } from './credentials.ts';
import type { AccountDeps, Caller } from './deps.ts';
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
  const { workspaceId } = caller;
  const address = normal.email;
  const settings = settingsOf(account);
  const passwords = passwordsOf(account);

  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await ownerOf(tx, account.memberId);
    await refuseTaken(tx, address);
  });
  await testServers(deps, settings, passwords);

  const credentials = sealCredentials(deps.vault, passwords);
  const { senderName, senderJobTitle, signature, zone, dailyCap, gapSeconds } = account;
  const habits = { senderName, senderJobTitle, signature, zone, dailyCap, gapSeconds };
  try {
    return await deps.db.inWorkspace(workspaceId, async (tx) => {
      const memberId = await ownerOf(tx, account.memberId);
      const id = newId<AccountId>();
      const createdAt = await appNow(tx);
      const kept = { id, workspaceId, memberId, channel: 'email', address, settings, credentials } as const;
      await tx.insert(accounts).values({ ...kept, ...habits, status: 'CONNECTED', createdAt });
      await tx.insert(mailboxes).values({ accountId: id, workspaceId });
      await recordOfAccount(tx, { id, workspaceId }, 'account_connected', createdAt, caller.actor, {
        channel: 'email',
      });
      return id;
    });
  } catch (error) {
    throw violates(error, 'accounts_address') ? taken(address) : error; // somebody else was quicker
  }
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

async function ownerOf(tx: Tx, asked: MemberId | null): Promise<MemberId> {
  const known = await tx.select({ id: members.id }).from(members).orderBy(members.id);
  const owner = asked === null ? known[0]?.id : known.find(({ id }) => id === asked)?.id;
  if (!owner) throw new Refusal('not_found', `no member ${asked ?? 'in this workspace'}`);
  return owner;
}

async function refuseTaken(tx: Tx, address: string): Promise<void> {
  const [found] = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.channel, 'email'), eq(accounts.address, address), ne(accounts.status, 'REMOVED')));
  if (found) throw taken(address);
}

const taken = (address: string) =>
  new Refusal('wrong_state', `${JSON.stringify(address)} is connected already: edit it, or remove it first`);
