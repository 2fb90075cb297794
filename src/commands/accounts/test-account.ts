import type { LinkedInUnavailable } from '../../adapters/linkedin.ts';
import type { AccountRow } from '../../db/rows.ts';
import type { EmailCredentials, EmailSettings, LinkedInSettings } from '../../domain/accounts/account.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Problem } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AccountDeps, Caller } from '../deps.ts';
import { openCredentials } from './credentials.ts';
import { readAccount, refuseRemoved } from './on-account.ts';

type Servers = Pick<AccountDeps, 'mailer' | 'mailboxes'>;

/** Long enough for a slow server, short enough for somebody who waits in front of a page. */
const TIMEOUT_MS = 30_000;

/** Asks both servers of a connected account anew, or LinkedIn's provider; changes nothing. Refuses with what they said and its place. */
export async function testAccount(deps: AccountDeps, caller: Caller, id: AccountId): Promise<void> {
  const account = await readAccount(deps, caller, id);
  refuseRemoved(account);
  await testStored(deps, account);
}

/** Asks whatever an account, as it is stored, goes out through. */
export async function testStored(deps: AccountDeps, account: AccountRow): Promise<void> {
  const { settings } = account;
  if (settings.channel === 'email') await testServers(deps, settings, openCredentials(deps.vault, account));
  else await testLinkedIn(deps, settings);
}

/** Asks the provider whether its account is there, and signed in to LinkedIn. Never within a transaction. */
export async function testLinkedIn(
  { linkedIn }: Pick<AccountDeps, 'linkedIn'>,
  { externalId }: LinkedInSettings,
): Promise<void> {
  const status = await linkedIn.accountStatus({ externalId }).catch(unavailable);
  const what = linkedInProblem(status, externalId);
  if (what !== null) throw failed([{ path: ['external_id'], what }]);
}

function linkedInProblem(
  status: 'ok' | 'disconnected' | 'unknownAccount' | LinkedInUnavailable,
  externalId: string,
): string | null {
  switch (status) {
    case 'ok':
      return null;
    case 'unknownAccount':
      return `is not known to the LinkedIn provider, got ${JSON.stringify(externalId)}`;
    case 'disconnected':
      return 'is not signed in to LinkedIn any more: sign it in again at the provider, then try again';
  }
  if (status.trouble?.kind === 'disconnected') return linkedInProblem('disconnected', externalId);
  if (status.trouble) return 'could not be asked about: the provider wants fewer questions; try again later';
  return status.fault === 'key refused'
    ? 'could not be asked about: the provider refused the key of this installation (LINKEDIN_API_KEY)'
    : `could not be asked about: the LinkedIn provider did not answer (${status.fault}); try again`;
}

/** By its name: commands know ports as types only. */
function unavailable(error: unknown): LinkedInUnavailable {
  if (isUnavailable(error)) return error;
  throw error;
}

const isUnavailable = (error: unknown): error is LinkedInUnavailable =>
  error instanceof Error && error.name === 'LinkedInUnavailable';

/** Both tested something else than what would stand then. */
export function refuseChangedMeanwhile(tested: AccountRow, { id, settings, credentials }: AccountRow): void {
  const isSame = JSON.stringify([tested.settings, tested.credentials]) === JSON.stringify([settings, credentials]);
  if (!isSame) throw new Refusal('version_conflict', `somebody else changed the servers of account ${id} meanwhile`);
}

/** Opens SMTP and IMAP side by side, up to and including the login, and sends nothing. Never within a transaction. */
export async function testServers(
  { mailer, mailboxes }: Servers,
  { smtp, imap }: EmailSettings,
  passwords: EmailCredentials,
): Promise<void> {
  const problems = await Promise.all([
    testSmtp(mailer, smtp, passwords.smtp),
    testImap(mailboxes, imap, passwords.imap),
  ]);
  const found = problems.flat();
  if (found.length > 0) throw failed(found);
}

const failed = (problems: readonly Problem[]) =>
  new Refusal('invalid', 'the connection test failed; nothing was changed', problems);

async function testSmtp(
  mailer: Servers['mailer'],
  { tls, ...server }: EmailSettings['smtp'],
  password: string | null,
): Promise<Problem[]> {
  const settings = { ...server, secure: tls === 'implicit', requireTls: tls === 'starttls', password };
  const result = await mailer.verify(settings, AbortSignal.timeout(TIMEOUT_MS)).catch(tooSlow);
  if (result.kind === 'ok') return [];
  const places = {
    host: 'host',
    port: 'port',
    tls: 'tls',
    login: server.user === null ? 'user' : 'password',
    server: 'host',
  } as const;
  return [{ path: ['smtp', places[result.at]], what: result.detail }];
}

/** `verify` throws nothing but the reason of an abort. */
function tooSlow(error: unknown) {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  const detail = `did not come to an end within ${TIMEOUT_MS / 1000} s`;
  return { kind: 'refused', at: 'server', detail } as const;
}

async function testImap(
  mailboxes: Servers['mailboxes'],
  server: EmailSettings['imap'],
  password: string | null,
): Promise<Problem[]> {
  try {
    const mailbox = await mailboxes.open({ ...server, password }, AbortSignal.timeout(TIMEOUT_MS));
    await mailbox.close();
    return [];
  } catch (error) {
    if (!isAway(error)) throw error;
    const places = {
      authentication: server.user === null ? 'user' : 'password',
      tls: 'tls',
      away: 'host',
    } as const;
    return [{ path: ['imap', places[error.kind]], what: error.message }];
  }
}

/** `MailboxAway` by its name: commands know ports as types only. */
const isAway = (error: unknown): error is Error & { kind: 'authentication' | 'tls' | 'away' } =>
  error instanceof Error && error.name === 'MailboxAway';
