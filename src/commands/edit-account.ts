import { eq } from 'drizzle-orm';
import { moveAccount, recordOfAccount } from '../db/accounts.ts';
import { restartMailbox } from '../db/mailboxes.ts';
import { accounts } from '../db/schema.ts';
import type { AccountRow } from '../db/walks.ts';
import type { ServerSettings } from '../domain/account.ts';
import {
  type AccountHabits,
  type AccountServers,
  checkHabits,
  checkServers,
  type ServerInput,
} from '../domain/account-settings.ts';
import type { AccountId } from '../domain/ids.ts';
import { type FieldProblem, Refusal } from '../domain/refusal.ts';
import { passwordsOf, settingsOf } from './connect-account.ts';
import { openCredentials, sealCredentials } from './credentials.ts';
import type { AccountDeps, Caller } from './deps.ts';
import { onAccount, readAccount, refuseRemoved } from './on-account.ts';
import { testServers } from './test-account.ts';
import { wakeHeld } from './wake-held.ts';

/** Of a server, too, only what is given changes. */
export interface ServersChange {
  smtp?: Partial<ServerInput> | undefined;
  imap?: Partial<ServerInput> | undefined;
  filesSent?: boolean | undefined;
}

/** Only what is given changes. */
export interface AccountChange {
  habits: Partial<AccountHabits>;
  servers: ServersChange;
}

/**
 * Changes an account. New servers or passwords are asked first, outside of any transaction, and stored only when nobody
 * else changed them meanwhile; a DISCONNECTED account whose new ones answer is CONNECTED with that.
 */
export async function editAccount(
  deps: AccountDeps,
  caller: Caller,
  id: AccountId,
  { habits, servers }: AccountChange,
): Promise<void> {
  const before = await readAccount(deps, caller, id);
  refuseRemoved(before);
  const given = namesOf({ ...habits, ...servers });
  const isNew = servers.smtp !== undefined || servers.imap !== undefined;
  const after = isNew || servers.filesSent !== undefined ? serversAfter(deps, before, servers) : null;
  const problems = [...checkHabits(habits), ...(after ? after.problems : [])];
  if (problems.length > 0) throw new Refusal('invalid', `account ${id} cannot be changed like this`, problems);
  const wanted = after?.servers ?? null;
  if (wanted && isNew) await testServers(deps, settingsOf(wanted), passwordsOf(wanted));
  if (given.length === 0) return;

  const isBack = await onAccount(deps, caller, id, async (tx, account, now) => {
    refuseRemoved(account);
    if (wanted) refuseChangedMeanwhile(before, account);
    const stored = wanted
      ? { settings: settingsOf(wanted), credentials: sealCredentials(deps.vault, passwordsOf(wanted)) }
      : {};
    await tx
      .update(accounts)
      .set({ ...habits, ...stored })
      .where(eq(accounts.id, id));
    if (wanted && isOtherInbox(account, wanted)) await restartMailbox(tx, id);
    await recordOfAccount(tx, account, 'account_edited', now, caller.actor, { changed: given.join(', ') });
    if (account.status !== 'DISCONNECTED' || !isNew) return false;
    await moveAccount(tx, account, 'CONNECTED', { disconnectedAt: null });
    await recordOfAccount(tx, account, 'account_connected', now, caller.actor, { channel: account.channel });
    return true;
  });
  if (isBack) await wakeHeld(deps, caller, id);
}

const namesOf = (change: object): string[] =>
  Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));

/** UIDs and the day it was read last mean nothing in another inbox. */
function isOtherInbox({ settings }: AccountRow, { imap }: AccountServers): boolean {
  if (settings.channel !== 'email') return false;
  const { host, port, user } = settings.imap;
  return imap.host !== host || imap.port !== port || imap.user !== user;
}

/** What the servers would be, and what is wrong with that. */
function serversAfter(
  deps: AccountDeps,
  account: AccountRow,
  change: ServersChange,
): { servers: AccountServers | null; problems: FieldProblem[] } {
  const { settings } = account;
  if (settings.channel !== 'email')
    return { servers: null, problems: [{ path: 'address', problem: 'is a LinkedIn profile: it has no mail servers' }] };
  const stored = openCredentials(deps.vault, account);
  const servers = {
    smtp: serverAfter(settings.smtp, stored.smtp, change.smtp ?? {}),
    imap: serverAfter(settings.imap, stored.imap, change.imap ?? {}),
    filesSent: change.filesSent ?? settings.filesSent,
  };
  return { servers, problems: checkServers(servers, deps) };
}

/** A stored password is never handed to another server, or for another user: it is asked for again. */
function serverAfter(before: ServerSettings, password: string | null, change: Partial<ServerInput>): ServerInput {
  const after = { ...before, ...change };
  const isSame = after.host === before.host && after.port === before.port && after.user === before.user;
  return { ...after, password: change.password === undefined ? (isSame ? password : null) : change.password };
}

/** Both tested something else than what would stand then. */
export function refuseChangedMeanwhile(tested: AccountRow, { id, settings, credentials }: AccountRow): void {
  const isSame = JSON.stringify([tested.settings, tested.credentials]) === JSON.stringify([settings, credentials]);
  if (!isSame) throw new Refusal('version_conflict', `somebody else changed the servers of account ${id} meanwhile`);
}
