import { eq } from 'drizzle-orm';
import { recordOfAccount } from '../../db/accounts.ts';
import { forgetSent, restartMailbox } from '../../db/mailboxes.ts';
import type { AccountRow } from '../../db/rows.ts';
import { accounts } from '../../db/schema.ts';
import type { EmailSettings, ServerSettings } from '../../domain/accounts/account.ts';
import {
  type AccountHabits,
  checkExternalId,
  checkHabits,
  checkServers,
  type InvitationHabits,
  type ServerInput,
} from '../../domain/accounts/account-settings.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AccountDeps, Caller } from '../deps.ts';
import { passwordsOf, settingsOf } from './connect-account.ts';
import { refuseInUse } from './connect-linkedin-account.ts';
import { openCredentials, sealCredentials } from './credentials.ts';
import { onAccount, readAccount, refuseRemoved } from './on-account.ts';
import { connectAgain } from './reconnect-account.ts';
import { refuseChangedMeanwhile, testLinkedIn, testServers } from './test-account.ts';
import { wakeHeld } from './wake-held.ts';

/** Of a server, too, only what is given changes. */
interface ServersChange {
  smtp?: Partial<ServerInput> | undefined;
  imap?: Partial<ServerInput> | undefined;
  filesSent?: boolean | undefined;
}

/** Only what is given, and is not so already, changes. */
export interface AccountChange {
  habits: Partial<AccountHabits & InvitationHabits>;
  /** Of an email account. */
  servers: ServersChange;
  /** Of a LinkedIn account: how the provider names it now. */
  externalId?: string | undefined;
}

/** What an account would go out through. */
interface Connection extends Pick<AccountRow, 'settings' | 'credentials'> {
  /** Asks it, where it is not what stands already. */
  test(): Promise<void>;
  isNew: boolean;
  /** By their names, for the timeline. */
  changed: readonly string[];
}

/**
 * Changes an account. New servers or passwords, or another account at LinkedIn's provider, are asked first, outside of
 * any transaction, and stored only when nobody else changed them meanwhile; a DISCONNECTED account whose new ones answer
 * is CONNECTED with that.
 */
export async function editAccount(
  deps: AccountDeps,
  caller: Caller,
  id: AccountId,
  change: AccountChange,
): Promise<void> {
  const before = await readAccount(deps, caller, id);
  refuseRemoved(before);
  const { habits } = change;
  const wanted = wantedConnection(deps, before, change);
  const problems = [...checkHabits(habits), ...strangeTo(before, change), ...(wanted?.problems ?? [])];
  if (problems.length > 0) throw new Refusal('invalid', `account ${id} cannot be changed like this`, problems);
  const connection = wanted?.connection ?? null;
  if (connection?.isNew) await connection.test();

  const isBack = await onAccount(deps, caller, id, async (tx, account, now) => {
    refuseRemoved(account);
    if (connection) refuseChangedMeanwhile(before, account);
    const stored = connection ? { settings: connection.settings, credentials: connection.credentials } : {};
    const others = otherHabits(account, habits);
    const changed = [...namesOf(others), ...(connection?.changed ?? [])];
    if (changed.length === 0) return false;
    await tx
      .update(accounts)
      .set({ ...others, ...stored })
      .where(eq(accounts.id, id));
    if (connection) await forgetSent(tx, id);
    if (connection && isOtherInbox(account, connection)) await restartMailbox(tx, id);
    await recordOfAccount({ tx, now, actor: caller.actor }, account, 'account_edited', {
      changed: changed.join(', '),
    });
    if (account.status !== 'DISCONNECTED' || !connection?.isNew) return false;
    await connectAgain(tx, account, now, caller.actor);
    return true;
  });
  if (isBack) await wakeHeld(deps, caller, id);
}

const namesOf = (change: object): string[] =>
  Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** Those that are not as they are already. */
const otherHabits = (account: AccountRow, habits: AccountChange['habits']): AccountChange['habits'] => {
  const stored: Readonly<Record<string, unknown>> = account;
  return Object.fromEntries(Object.entries(habits).filter(([name, value]) => value !== stored[name]));
};

/** What only the other channel has. */
function strangeTo({ channel }: AccountRow, { habits, servers, externalId }: AccountChange): Problem[] {
  const { invitationsPerDay, invitationsPerWeek, withdrawAfterDays, signature } = habits;
  const { smtp, imap, filesSent } = servers;
  const [others, what] =
    channel === 'email'
      ? [
          {
            invitations_per_day: invitationsPerDay,
            invitations_per_week: invitationsPerWeek,
            withdraw_after_days: withdrawAfterDays,
            external_id: externalId,
          },
          'is of LinkedIn accounts: this is an email account',
        ]
      : [{ signature, smtp, imap, files_sent: filesSent }, 'is of email accounts: this is a LinkedIn account'];
  return namesOf(others).map((name) => ({ path: [name], what }));
}

/** UIDs and the day it was read last mean nothing in another inbox. */
function isOtherInbox({ settings: before }: AccountRow, { settings: after }: Connection): boolean {
  if (before.channel !== 'email' || after.channel !== 'email') return false;
  const { host, port, user } = before.imap;
  return after.imap.host !== host || after.imap.port !== port || after.imap.user !== user;
}

/** Null: it stays what it is. Else what it would be, and what is wrong with that. */
function wantedConnection(
  deps: AccountDeps,
  account: AccountRow,
  { servers, externalId }: AccountChange,
): { connection: Connection; problems: Problem[] } | null {
  const { settings, credentials } = account;
  if (settings.channel === 'email') {
    // Servers that are given as they are already are asked all the same: a person may want to know.
    const filesSent = servers.filesSent === settings.filesSent ? undefined : servers.filesSent;
    const others = { ...servers, filesSent };
    return namesOf(others).length === 0 ? null : serversAfter(deps, account, settings, others);
  }
  if (externalId === undefined || externalId === settings.externalId) return null;
  const after = { ...settings, externalId };
  const test = async () => {
    await refuseInUse(deps, externalId);
    await testLinkedIn(deps, after);
  };
  const connection = { settings: after, credentials, isNew: true, test, changed: ['externalId'] };
  return { connection, problems: checkExternalId(externalId) };
}

function serversAfter(
  deps: AccountDeps,
  account: AccountRow,
  { smtp, imap, filesSent }: EmailSettings,
  change: ServersChange,
): { connection: Connection; problems: Problem[] } {
  const stored = openCredentials(deps.vault, account);
  const servers = {
    smtp: serverAfter(smtp, stored.smtp, change.smtp ?? {}),
    imap: serverAfter(imap, stored.imap, change.imap ?? {}),
    filesSent: change.filesSent ?? filesSent,
  };
  const [settings, passwords] = [settingsOf(servers), passwordsOf(servers)];
  const connection = {
    settings,
    credentials: sealCredentials(deps.vault, passwords),
    isNew: change.smtp !== undefined || change.imap !== undefined,
    test: () => testServers(deps, settings, passwords),
    changed: namesOf(change),
  };
  return { connection, problems: checkServers(servers, deps) };
}

/** A stored password is never handed to another server, or for another user: it is asked for again. */
function serverAfter(before: ServerSettings, password: string | null, change: Partial<ServerInput>): ServerInput {
  const after = { ...before, ...change };
  const isSame = after.host === before.host && after.port === before.port && after.user === before.user;
  return { ...after, password: change.password === undefined ? (isSame ? password : null) : change.password };
}
