import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appNow, attemptNow, clockOffset, moveClockTo } from '../../src/db/clock.ts';
import { type Db, openDb } from '../../src/db/pool.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { WorkspaceId } from '../../src/domain/ids.ts';
import { refusalOf } from '../support/database-refusal.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let database: FreshDatabase;
let db: Db;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({
    url: database.url,
    size: 3,
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
  });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** The business clock between two looks at Postgres' own, all in epoch ms. */
const clocks = () =>
  db.asSystem(async (tx) => {
    const { rows } = await tx.execute<{ before: number; now: number; after: number }>(
      sql.raw(
        `select ${['clock_timestamp()', 'app_now()', 'clock_timestamp()']
          .map((clock, n) => `extract(epoch from ${clock})::float8 * 1000 as ${['before', 'now', 'after'][n]}`)
          .join(', ')}`,
      ),
    );
    const [row] = rows;
    if (!row) throw new Error('no clock');
    return row;
  });

const move = (instant: number) => db.asSystem((tx) => moveClockTo(tx, instant));
const offset = () => db.asSystem(clockOffset);

/** Between two looks at the real clock it was exactly `ahead` of it. */
async function expectAhead(ahead: number) {
  const { before, now, after } = await clocks();
  expect(now - ahead).toBeGreaterThanOrEqual(before);
  expect(now - ahead).toBeLessThanOrEqual(after);
}

test('the business clock is the real one until it is moved, then runs on from where it was put', async () => {
  expect(await offset()).toBe(0);
  await expectAhead(0);

  const monday = Date.now() + 10 * DAY_MS;
  const { after: notBefore } = await clocks();
  await move(monday);
  const { before: notAfter } = await clocks();
  const ahead = await offset();
  expect(ahead).toBeGreaterThanOrEqual(Math.floor(monday - notAfter)); // it stood at monday at some moment of the move
  expect(ahead).toBeLessThanOrEqual(Math.ceil(monday - notBefore));
  await expectAhead(ahead);
  const now = await db.asSystem(appNow);
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
