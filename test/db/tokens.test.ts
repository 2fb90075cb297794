import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { moveClockTo } from '../../src/db/clock.ts';
import type { Db } from '../../src/db/pool.ts';
import { tokens } from '../../src/db/schema.ts';
import { createToken, findToken, hashToken, revokeToken, useToken } from '../../src/db/tokens.ts';
import type { TokenId, WorkspaceId } from '../../src/domain/ids.ts';
import { looksLikeToken } from '../../src/domain/token.ts';
import { openApiDb } from '../support/api.ts';
import { aMember, aToken, aWorkspace } from '../support/builders.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let db: Db;
let workspaceId: WorkspaceId;

beforeAll(async () => {
  database = await freshDatabase();
  db = openApiDb(database.url);
  workspaceId = await aWorkspace(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(() => {
  vi.useRealTimers();
});

const find = (token: string) => db.asSystem((tx) => findToken(tx, hashToken(token)));
const rowOf = async (id: TokenId) => {
  const [row] = await db.asSystem((tx) => tx.select().from(tokens).where(eq(tokens.id, id)));
  if (!row) throw new Error('no such token');
  return row;
};

test('a new token is told once; what is stored is its SHA-256 and what a person recognises it by', async () => {
  const memberId = await aMember(db, workspaceId);
  const { token, row } = await db.asSystem((tx) =>
    createToken(tx, { workspaceId, memberId, name: 'Lead import', scopes: ['sequences:read'] }),
  );
  expect(looksLikeToken(token)).toBe(true);
  expect(JSON.stringify(row)).not.toContain(token.slice(5, -4));
  expect(row).toMatchObject({
    workspaceId,
    memberId,
    name: 'Lead import',
    scopes: ['sequences:read'],
    hash: hashToken(token),
    shown: `topo_…${token.slice(-4)}`,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  });
  expect(await find(token)).toEqual(row);
});

test('no two tokens are alike', async () => {
  const made = await db.asSystem(async (tx) => {
    const texts: string[] = [];
    for (let n = 0; n < 20; n++)
      texts.push((await createToken(tx, { workspaceId, memberId: null, name: 'Test', scopes: [] })).token);
    return texts;
  });
  expect(new Set(made).size).toBe(20);
});

test('a token of another workspace’s member cannot be made', async () => {
  const memberId = await aMember(db, await aWorkspace(db));
  await expect(aToken(db, workspaceId, { memberId })).rejects.toThrow();
});

test('a revoked token is not found, from the commit on; revoking it again says so', async () => {
  const { token, tokenId } = await aToken(db, workspaceId);
  expect(await db.inWorkspace(workspaceId, (tx) => revokeToken(tx, tokenId))).toBe(true);
  expect(await find(token)).toBeNull();
  expect(await db.inWorkspace(workspaceId, (tx) => revokeToken(tx, tokenId))).toBe(false);
});

test('another workspace cannot revoke it', async () => {
  const { token, tokenId } = await aToken(db, workspaceId);
  const other = await aWorkspace(db);
  expect(await db.inWorkspace(other, (tx) => revokeToken(tx, tokenId))).toBe(false);
  expect(await find(token)).not.toBeNull();
});

test('a token expires by the real clock: virtual time, years ahead, does not touch it', async () => {
  const late = await aToken(db, workspaceId, { expiresAt: Date.now() - 1_000 });
  const soon = await aToken(db, workspaceId, { expiresAt: Date.now() + 60_000 });
  await db.asSystem((tx) => moveClockTo(tx, Date.parse('2040-01-01T00:00:00Z')));
  expect(await find(late.token)).toBeNull();
  expect(await find(soon.token)).not.toBeNull();
});

test('its use is written down at most once a minute, however many use it at once', async () => {
  const { token, tokenId } = await aToken(db, workspaceId);
  vi.useFakeTimers({ toFake: ['Date'] });
  const start = Date.now();
  const use = () => db.asSystem((tx) => useToken(tx, hashToken(token)));
  await Promise.all([use(), use(), use()]);
  expect((await rowOf(tokenId)).lastUsedAt).toBe(start);

  vi.setSystemTime(start + 59_999);
  await use();
  expect((await rowOf(tokenId)).lastUsedAt).toBe(start);

  vi.setSystemTime(start + 60_000);
  await use();
  expect((await rowOf(tokenId)).lastUsedAt).toBe(start + 60_000);
});
