import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createKeyVault, openVault } from '../../../src/adapters/key-vault.ts';
import type { Vault } from '../../../src/adapters/vault.ts';
import { rotateCredentials } from '../../../src/commands/accounts/rotate-credentials.ts';
import { readConfig } from '../../../src/config.ts';
import { newId } from '../../../src/db/new-id.ts';
import { accounts } from '../../../src/db/schema.ts';
import type { AccountId } from '../../../src/domain/ids.ts';
import { rotateKeys } from '../../../src/rotate-keys.ts';
import { startDeeds } from '../../support/deeds.ts';
import { testDb } from '../../support/engine.ts';
import { accountOf } from '../../support/enrolled.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { aHouse } from '../../support/scenario.ts';

describe('the rotation of keys', () => {
  const old = { id: 'old', key: Buffer.alloc(32, 1) };
  const current = { id: 'new', key: Buffer.alloc(32, 2) };

  test('seals everything with the newest key, in pages, names the keys it lacks, and finds done what is done', async () => {
    const own = await startDeeds();
    const owner = await aHouse(own.db);
    const [oldVault, both] = [createKeyVault([old]), createKeyVault([current, old])];
    const lost = createKeyVault([{ id: 'lost', key: Buffer.alloc(32, 3) }]);
    const sealed = [
      ...Array.from({ length: 450 }, (_, n) => oldVault.seal(`password ${n}`)),
      both.seal('password 450'),
      lost.seal('password 451'),
      lost.seal('password 452'),
    ];
    const template = await accountOf(own, owner.emailAccount);
    await own.db.asSystem((tx) =>
      tx.insert(accounts).values(
        sealed.map((credentials, n) => ({
          ...template,
          id: newId<AccountId>(),
          address: `rotated${n}@acme.example`,
          credentials,
        })),
      ),
    );
    const lostKey = 'credentials are sealed with key "lost", which is not configured';
    const failed = new Map([[lostKey, 2]]);
    expect(await rotateCredentials({ db: own.db, vault: both })).toEqual({ resealed: 450, current: 1, failed });
    expect(await rotateCredentials({ db: own.db, vault: both })).toEqual({ resealed: 0, current: 451, failed });

    const onlyNew = createKeyVault([current]);
    const rows = await own.db.asSystem((tx) =>
      tx
        .select({ address: accounts.address, credentials: accounts.credentials })
        .from(accounts)
        .where(and(eq(accounts.channel, 'email'), sql`${accounts.credentials} ->> 'keyId' = 'new'`)),
    );
    expect(rows).toHaveLength(451);
    for (const { address, credentials } of rows)
      if (credentials)
        expect(`rotated${onlyNew.open(credentials).replace('password ', '')}@acme.example`).toBe(address);
    await own.stop();
  });

  test('as a command prints how many, and fails by name when a key is missing', async () => {
    const database = await freshDatabase();
    const db = testDb(database.url, 2);
    const owner = await aHouse(db);
    const setSealed = (vault: Vault) =>
      db.asSystem((tx) =>
        tx
          .update(accounts)
          .set({ credentials: vault.seal('x') })
          .where(eq(accounts.id, owner.emailAccount)),
      );
    const SECRET_KEY = 'ab'.repeat(32);
    const rotate = async (CREDENTIALS_KEYS: string) => {
      const lines: string[] = [];
      const config = readConfig({ DATABASE_URL: database.url, SECRET_KEY, CREDENTIALS_KEYS });
      await rotateKeys(config, (line) => lines.push(line)).catch((error: Error) => lines.push(error.message));
      return lines;
    };
    const told = (count: number, already: number) =>
      `${count} credentials were sealed with the newest key; ${already} were already.`;
    await setSealed(openVault(undefined, SECRET_KEY)); // before there were keys of their own
    expect(await rotate(`new:${'02'.repeat(32)}`)).toEqual([told(1, 0)]);
    expect(await rotate(`new:${'02'.repeat(32)}`)).toEqual([told(0, 1)]);
    expect(await rotate(`newer:${'03'.repeat(32)}`)).toEqual([
      told(0, 0),
      '1 could not be sealed anew: credentials are sealed with key "new", which is not configured',
    ]);
    await expect(rotateKeys(readConfig({}), () => undefined)).rejects.toThrow('DATABASE_URL and SECRET_KEY');
    await db.close();
    await database.drop();
  });
});
