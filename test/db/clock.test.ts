import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appNow, attemptNow, clockOffset, moveClockTo } from '../../src/db/clock.ts';
import { type Db, openDb } from '../../src/db/pool.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { WorkspaceId } from '../../src/domain/ids.ts';
import { refusalOf } from '../support/database-refusal.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let db: Db;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({
    url: database.url,
    size: 3,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 5_000,
    acquireTimeoutMs: 5_000,
    onIdleError: () => undefined,
  });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** How far the business clock is from Postgres' own, in ms. */
const ahead = () =>
  db.asSystem(async (tx) => {
    const { rows } = await tx.execute<{ ahead: number }>(
      sql`select extract(epoch from app_now() - clock_timestamp())::float8 * 1000 as ahead`,
    );
    return rows[0]?.ahead ?? Number.NaN;
  });

const move = (instant: number) => db.asSystem((tx) => moveClockTo(tx, instant));
const offset = () => db.asSystem(clockOffset);

test('the business clock is the real one until it is moved, then runs on from where it was put', async () => {
  expect(await offset()).toBe(0);
  expect(Math.abs(await ahead())).toBeLessThan(50);

  const monday = Date.now() + 10 * DAY_MS;
  await move(monday);
  const now = await db.asSystem(appNow);
  expect(now).toBeGreaterThanOrEqual(monday);
  expect(now).toBeLessThan(monday + 5_000);
  expect(Math.abs((await ahead()) - (await offset()))).toBeLessThan(50);
  const inWorkspace = await db.inWorkspace('00000000-0000-7000-8000-000000000000' as WorkspaceId, appNow);
  expect(inWorkspace).toBeGreaterThanOrEqual(now); // everybody's clock
});

test('it goes on within a transaction, unlike now(), so that what is read after a lock is not the past', async () => {
  await db.asSystem(async (tx) => {
    const before = await appNow(tx);
    await tx.execute(sql`select pg_sleep(0.02)`);
    expect(await appNow(tx)).toBeGreaterThanOrEqual(before + 20);
  });
});

test('it never goes back: an earlier instant is left unheard, a smaller offset refused', async () => {
  await move(Date.now() + 20 * DAY_MS);
  const before = await offset();
  await move(Date.now() + 5 * DAY_MS);
  await move(0);
  expect(await offset()).toBe(before);
  for (const smaller of [sql`offset_ms - 1`, sql`0`]) {
    const back = db.asSystem((tx) => tx.execute(sql`update installation set offset_ms = ${smaller}`));
    expect(await refusalOf(back)).toMatchObject({ message: expect.stringMatching(/^the clock never goes back/) });
  }
  expect(await offset()).toBe(before);
});

test("an attempt's now is the later of the workflow's and the business clock", async () => {
  await db.asSystem(async (tx) => {
    const now = await appNow(tx);
    expect(await attemptNow(tx, now - DAY_MS)).toBeGreaterThanOrEqual(now);
    expect(await attemptNow(tx, now + DAY_MS)).toBe(now + DAY_MS);
  });
});

test('clocks moved side by side end at the latest', async () => {
  const latest = Date.now() + 40 * DAY_MS;
  await Promise.all([latest - DAY_MS, latest, latest - 2 * DAY_MS].map(move));
  expect(await db.asSystem(appNow)).toBeGreaterThanOrEqual(latest);
});
