import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { isDatabaseAway, sqlStateOf } from '../../src/db/errors.ts';
import { type Db, type DbOptions, openDb, type Tx } from '../../src/db/pool.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { aHouse, type House } from '../support/scenario.ts';

/* What every transaction of the product can rely on: a whole repetition after a deadlock, and an end to every wait. */

let database: FreshDatabase;
let db: Db;
let first: House;
let second: House;

const open = (also: Partial<DbOptions> = {}) =>
  openDb({
    url: database.url,
    size: 5,
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
    ...also,
  });

beforeAll(async () => {
  database = await freshDatabase();
  db = open();
  first = await aHouse(db);
  second = await aHouse(db);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Somebody who finds all connections of `taken` in use, once the pool's patience, by a clock of ours, is over. */
async function inVain(taken: Db): Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let isOver = false;
  const asked = taken
    .asSystem(async () => null)
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const answer = await asked;
  vi.useRealTimers();
  return answer;
}

/** Enough for the first statements of a transaction on a slow machine, and far less than the sleep that is to be ended. */
const A_SECOND_MS = 1_000;

/** Adds one to the length of a workspace's name, and holds its row until the transaction ends. */
const mark = (tx: Tx, { workspaceId }: House) =>
  tx.execute(sql`update workspaces set name = name || '+' where id = ${workspaceId}`);

const marksOf = async ({ workspaceId }: House) => {
  const { rows } = await db.asSystem((tx) =>
    tx.execute<{ name: string }>(sql`select name from workspaces where id = ${workspaceId}`),
  );
  return rows[0]?.name.replaceAll(/[^+]/g, '').length;
};

/** Each caller waits until all have come; later callers do not. */
function meetingOf(many: number) {
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come >= many) open();
    return all;
  };
}

test('two transactions that lock in opposite order both end, the victim repeated as a whole', async () => {
  const meeting = meetingOf(2);
  let runs = 0;
  const both = (one: House, other: House) =>
    db.asSystem(async (tx) => {
      runs += 1;
      await mark(tx, one);
      await meeting();
      await mark(tx, other);
    });
  await Promise.all([both(first, second), both(second, first)]);
  expect(runs).toBeGreaterThanOrEqual(3); // a deadlock there was
  expect([await marksOf(first), await marksOf(second)]).toEqual([2, 2]); // and nothing counted twice
});

test('a serialisation failure repeats the whole transaction, and no other failure does', async () => {
  const runsUntil = async (code: string, failures: number) => {
    let runs = 0;
    const work = db.asSystem(async (tx) => {
      runs += 1;
      if (runs <= failures) await tx.execute(sql.raw(`do $$ begin raise sqlstate '${code}'; end $$`));
    });
    const failed = await work.then(() => null, sqlStateOf);
    return { runs, failed };
  };
  expect(await runsUntil('40001', 2)).toEqual({ runs: 3, failed: null });
  expect(await runsUntil('40P01', 2)).toEqual({ runs: 3, failed: null });
  expect(await runsUntil('40001', 100)).toEqual({ runs: 6, failed: '40001' });
  expect(await runsUntil('23505', 1)).toEqual({ runs: 1, failed: '23505' });
});

test('a lock that does not come ends the transaction after lock_timeout, once', async () => {
  const impatient = open({ lockTimeoutMs: 100 });
  let runs = 0;
  await db.asSystem(async (tx) => {
    await mark(tx, first);
    const waiting = impatient.asSystem((other) => {
      runs += 1;
      return mark(other, first);
    });
    expect(await waiting.then(() => null, sqlStateOf)).toBe('55P03');
  });
  expect(runs).toBe(1);
  await impatient.close();
});

test('a statement that takes too long is ended after statement_timeout, once', async () => {
  const impatient = open({ statementTimeoutMs: A_SECOND_MS });
  let runs = 0;
  const slow = impatient.asSystem((tx) => {
    runs += 1;
    return tx.execute(sql`select pg_sleep(20)`);
  });
  expect(await slow.then(() => null, sqlStateOf)).toBe('57014');
  expect(runs).toBe(1);
  await impatient.close();
});

test('a transaction finds no connection when all are taken, and says so in time', async () => {
  const small = open({ size: 1 });
  await small.asSystem(async () => {
    expect(String(await inVain(small))).toMatch(/timeout exceeded when trying to connect/);
  });
  expect(await small.asSystem(async () => 1)).toBe(1);
  await small.close();
});

test('a connection forgets role and workspace with its transaction, also one that failed', async () => {
  const one = open({ size: 1 });
  const standing = async (tx: Tx) => {
    const { rows } = await tx.execute(
      sql`select current_user::text as role, current_setting('app.workspace') as workspace`,
    );
    return rows[0];
  };
  expect(await one.inWorkspace(first.workspaceId, standing)).toEqual({
    role: 'topo_app',
    workspace: first.workspaceId,
  });
  const failing = one.inWorkspace(first.workspaceId, () => Promise.reject(new Error('on purpose')));
  await expect(failing).rejects.toThrow('on purpose');
  expect(await one.asSystem(standing)).toEqual({ role: 'topo_system', workspace: '' });
  expect(await one.inWorkspace(second.workspaceId, standing)).toMatchObject({ workspace: second.workspaceId });
  await one.close();
});

test('what is not there in time, and no refusal of what was asked, counts as the database being away', async () => {
  const away = async (work: Promise<unknown>) =>
    isDatabaseAway(
      await work.then(
        () => null,
        (error: unknown) => error,
      ),
    );
  const one = open({ size: 1 });
  await one.asSystem(async () => expect(isDatabaseAway(await inVain(one))).toBe(true)); // all connections taken
  const hasty = open({ lockTimeoutMs: 100, statementTimeoutMs: A_SECOND_MS });
  await db.asSystem(async (tx) => {
    await mark(tx, first);
    expect(await away(hasty.asSystem((other) => mark(other, first)))).toBe(true); // a lock
  });
  expect(await away(hasty.asSystem((tx) => tx.execute(sql`select pg_sleep(20)`)))).toBe(true); // a statement
  const cut = one.asSystem(async (tx) => {
    await tx.execute(sql`set local role none`);
    await tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`);
  });
  expect(await away(cut)).toBe(true); // a connection, whose loss does not end the process either
  const nobody = open({ url: 'postgresql://topo@127.0.0.1:1/none' });
  expect(await away(nobody.asSystem(async () => 1))).toBe(true);
  expect(await away(one.asSystem((tx) => tx.execute(sql`select 1 / 0`)))).toBe(false);
  expect(await away(one.asSystem(() => Promise.reject(new Error('a fault of ours'))))).toBe(false);
  await Promise.all([one.close(), hasty.close(), nobody.close()]);
});
