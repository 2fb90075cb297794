import { describe, expect, test } from 'vitest';
import { createKeyVault, keyFromSecret, type VaultKey } from '../../src/adapters/key-vault.ts';

const key = (id: string, byte: number): VaultKey => ({ id, key: Buffer.alloc(32, byte) });
const [first, second] = [key('2026-01', 1), key('2026-02', 2)];
const vault = createKeyVault([first]);
const SECRET = '{"smtp":"pässwörd 😀","imap":null}';

test.each(['', 'a', SECRET, 'x'.repeat(100_000)])('what was sealed is opened again', (plain) => {
  expect(vault.open(vault.seal(plain))).toBe(plain);
});

test('what is sealed names its key and holds none of the text', () => {
  const sealed = vault.seal(SECRET);
  expect(sealed.keyId).toBe('2026-01');
  const bytes = Buffer.from(sealed.data, 'base64');
  expect(bytes.includes('smtp')).toBe(false);
  expect(Object.values(sealed).join()).not.toContain('smtp');
});

test('the same text is never sealed to the same bytes twice', () => {
  const sealed = Array.from({ length: 1_000 }, () => vault.seal(SECRET));
  expect(new Set(sealed.map(({ iv }) => iv)).size).toBe(1_000);
  expect(new Set(sealed.map(({ data }) => data)).size).toBe(1_000);
});

describe('refused, naming the key and never the text:', () => {
  test('a key that is not configured', () => {
    expect(() => createKeyVault([second]).open(vault.seal(SECRET))).toThrow('"2026-01", which is not configured');
  });

  test('other bytes under the same key id', () => {
    const other = createKeyVault([key('2026-01', 9)]);
    expect(() => other.open(vault.seal(SECRET))).toThrow('key "2026-01" cannot be opened');
  });

  const flipped = (text: string) => {
    const bytes = Buffer.from(text, 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString('base64');
  };
  const sealed = vault.seal(SECRET);
  test.each([
    ['other data', { ...sealed, data: flipped(sealed.data) }],
    ['shorter data', { ...sealed, data: sealed.data.slice(0, 8) }],
    ['another tag', { ...sealed, tag: flipped(sealed.tag) }],
    ['another start', { ...sealed, iv: flipped(sealed.iv) }],
    ['the data of another text', { ...sealed, data: vault.seal(SECRET).data }],
  ])('%s', (_, tampered) => {
    expect(() => vault.open(tampered)).toThrow('key "2026-01" cannot be opened');
  });

  test('another key id, also where that key has the same bytes', () => {
    const twins = createKeyVault([first, { ...first, id: '2026-02' }]);
    expect(() => twins.open({ ...sealed, keyId: '2026-02' })).toThrow('key "2026-02" cannot be opened');
  });

  test('a tag cut short, which would be easier to guess', () => {
    const short = Buffer.from(sealed.tag, 'base64').subarray(0, 4).toString('base64');
    expect(() => vault.open({ ...sealed, tag: short })).toThrow();
  });
});

test('after a rotation the old is opened and told from the current, and the new key seals', () => {
  const old = vault.seal(SECRET);
  const rotated = createKeyVault([second, first]);
  expect(rotated.open(old)).toBe(SECRET);
  expect(rotated.isCurrent(old)).toBe(false);
  const renewed = rotated.seal(rotated.open(old));
  expect(renewed.keyId).toBe('2026-02');
  expect(rotated.isCurrent(renewed)).toBe(true);
  expect(createKeyVault([second]).open(renewed)).toBe(SECRET);
});

test('an installation’s own key is the same for the same secret, another for another, and not the secret', () => {
  const secret = Buffer.alloc(32, 7);
  expect(keyFromSecret(secret)).toEqual(keyFromSecret(Buffer.alloc(32, 7)));
  expect(keyFromSecret(secret).key).toHaveLength(32);
  expect(keyFromSecret(secret).key).not.toEqual(secret);
  expect(keyFromSecret(secret).key).not.toEqual(keyFromSecret(Buffer.alloc(32, 8)).key);
});
