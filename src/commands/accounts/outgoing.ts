import type { SmtpSettings } from '../../adapters/mailer.ts';
import type { Vault } from '../../adapters/vault.ts';
import type { AccountRow } from '../../db/rows.ts';
import type { EmailSettings } from '../../domain/accounts/account.ts';
import { openCredentials } from './credentials.ts';

/** What opens an account's SMTP server, password included: in memory only for as long as it is used. */
export const smtpOf = (
  vault: Vault,
  { settings: { smtp }, credentials }: Pick<AccountRow, 'credentials'> & { settings: EmailSettings },
): SmtpSettings => ({
  host: smtp.host,
  port: smtp.port,
  secure: smtp.tls === 'implicit',
  requireTls: smtp.tls === 'starttls',
  user: smtp.user,
  password: openCredentials(vault, { credentials }).smtp,
});

/** Clocks of two machines differ by seconds; virtual time runs ahead by hours. */
const VIRTUAL_FROM_MS = 600_000;

/** Where the business clock runs ahead of the real one, the local mailbox shows when a message was meant to arrive. */
export const virtualTimeHeader = (now: number) =>
  now - Date.now() > VIRTUAL_FROM_MS ? { headers: { 'X-Topo-Time': new Date(now).toISOString() } } : {};
