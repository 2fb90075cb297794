import type { Vault } from '../../adapters/vault.ts';
import type { AccountRow } from '../../db/rows.ts';
import type { EmailCredentials, Sealed } from '../../domain/accounts/account.ts';

/** An email account's passwords, in memory only for as long as a connection is opened. */
export const openCredentials = (vault: Vault, { credentials }: Pick<AccountRow, 'credentials'>): EmailCredentials =>
  credentials === null ? { smtp: null, imap: null } : JSON.parse(vault.open(credentials));

/** null where no server wants a password. */
export const sealCredentials = (vault: Vault, { smtp, imap }: EmailCredentials): Sealed | null =>
  smtp === null && imap === null ? null : vault.seal(JSON.stringify({ smtp, imap } satisfies EmailCredentials));
