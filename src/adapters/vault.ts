import type { Sealed } from '../domain/accounts/account.ts';

/** Encrypts credentials at rest. */
export interface Vault {
  seal(plain: string): Sealed;
  /** Throws when the key is not configured any more, or the text was tampered with; the message names the key's id. */
  open(sealed: Sealed): string;
  /** Whether it was sealed with the current key. */
  isCurrent(sealed: Sealed): boolean;
}
