import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, inject, test } from 'vitest';
import { tokens } from '../../src/db/schema.ts';
import { findToken, hashToken, revokeToken } from '../../src/db/tokens.ts';
import { ensureDevToken, seed } from '../../src/dev/seed.ts';
import { scopes } from '../../src/domain/scope.ts';
import { testDb, testVault } from '../support/engine.ts';
import { freshDatabase } from '../support/postgres.ts';

test('the token of the example workspace stays from start to start, gets the scopes that came since, and is made anew once revoked', async () => {
  const database = await freshDatabase();
  const db = testDb(database.url);
  const folder = mkdtempSync(join(inject('scratchFolder'), 'dev-token-'));
  const parts = { mailbox: { smtpPort: 1, imapPort: 2 }, imapPassword: 'opens every inbox', vault: testVault };
  const seeded = await seed(db, parts);
  const row = async (token: string) => db.asSystem((tx) => findToken(tx, hashToken(token)));

  const token = await ensureDevToken(db, seeded, folder);
  const made = await row(token);
  expect(made).toMatchObject({ scopes: [...scopes], memberId: expect.any(String) });
  expect(readFileSync(join(folder, 'dev-token'), 'utf8')).toBe(`${token}\n`);
  expect(statSync(join(folder, 'dev-token')).mode & 0o077).toBe(0);

  const id = made?.id;
  if (!id) throw new Error('the token is not there');
  await db.asSystem((tx) =>
    tx
      .update(tokens)
      .set({ scopes: ['sequences:read'] })
      .where(eq(tokens.id, id)),
  );
  expect(await ensureDevToken(db, seeded, folder)).toBe(token);
  expect(await row(token)).toMatchObject({ scopes: [...scopes] });

  await db.asSystem((tx) => revokeToken(tx, id));
  const another = await ensureDevToken(db, seeded, folder);
  expect(another).not.toBe(token);
  expect(await row(another)).toMatchObject({ scopes: [...scopes] });
  await db.close();
  await database.drop();
});
