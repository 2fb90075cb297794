import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed } from '../domain/accounts/account.ts';
import type { Vault } from './vault.ts';

export interface VaultKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

const IV_BYTES = 12; // the length that GCM is made for: NIST SP 800-38D, section 5.2.1.1

/** AES-256-GCM; seals with the first key and opens with any, so that a key is replaced without an outage. */
export function createKeyVault(keys: readonly [VaultKey, ...VaultKey[]]): Vault {
  const [current] = keys;
  return {
    seal(plain) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(current.id));
      const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      const text = (bytes: Buffer) => bytes.toString('base64');
      return { keyId: current.id, iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
    },
    open({ keyId, iv, tag, data }) {
      const found = keys.find(({ id }) => id === keyId);
      if (!found) throw new Error(`credentials are sealed with key ${JSON.stringify(keyId)}, which is not configured`);
      const bytes = (text: string) => Buffer.from(text, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', found.key, bytes(iv), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(keyId)).setAuthTag(bytes(tag));
      try {
        return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8');
      } catch {
        throw new Error(
          `credentials sealed with key ${JSON.stringify(keyId)} cannot be opened: changed, or another key`,
        );
      }
    },
    isCurrent: ({ keyId }: Sealed) => keyId === current.id,
  };
}

/** The key of an installation that configured none of its own, made of its SECRET_KEY (RFC 5869). */
export const keyFromSecret = (secret: Buffer): VaultKey => ({
  id: 'secret-key',
  key: Buffer.from(hkdfSync('sha256', secret, '', 'topo credentials', 32)),
});

/** The configured keys, and after them the one that SECRET_KEY makes: what was sealed before there were others stays readable. */
export function openVault(configured: string | undefined, secretKey: string): Vault {
  const keys = (configured?.split(',') ?? []).map((entry): VaultKey => {
    const [id = '', hex = ''] = entry.split(':');
    return { id, key: Buffer.from(hex, 'hex') };
  });
  const own = keyFromSecret(Buffer.from(secretKey, 'hex'));
  const [first, ...rest] = keys;
  return createKeyVault(first ? [first, ...rest, own] : [own]);
}
