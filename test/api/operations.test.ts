import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { markReconciled } from '../../src/db/repairs.ts';
import { openApiDb, startApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let isTemporalReady: () => Promise<boolean>;
beforeAll(async () => {
  api = await startApi({ deps: { isTemporalReady: () => isTemporalReady() } });
});
afterAll(() => api.close());
beforeEach(() => {
  isTemporalReady = async () => true;
});
afterEach(() => {
  vi.useRealTimers();
});

const get = (url: string, { app } = api) => app.inject({ url });

async function expectNotReady(part: string, of = api) {
  const answer = await get('/readyz', of);
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.json()).toMatchObject({ code: 'unavailable', detail: `not ready: ${part}` });
  expect(answer.json().errors.map(({ path }: { path: string }) => path)).toEqual([part]);
}

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: api.database.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

test('a process that lives says so, without asking anybody', async () => {
  const before = api.transactions();
  const answer = await get('/healthz');
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  expect(api.transactions()).toBe(before);
});

describe('readiness', () => {
  test('is given when Postgres and Temporal answer and the schema is this build’s', async () => {
    const answer = await get('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ready' }]);
  });

  test('fails by name when Temporal is away, or even throws', async () => {
    isTemporalReady = async () => false;
    await expectNotReady('temporal');
    isTemporalReady = () => Promise.reject(new Error('14 UNAVAILABLE'));
    await expectNotReady('temporal');
  });

  test('fails by name when Postgres is away; the process still lives', async () => {
    const nowhere = openApiDb('postgresql://topo:topo@127.0.0.1:1/topo');
    const alone = await startApi({ deps: { db: nowhere } });
    await expectNotReady('postgres', alone);
    expect((await get('/healthz', alone)).statusCode).toBe(200);
    await nowhere.close();
    await alone.close();
  });

  test('fails while a migration is missing; a database ahead of this build is none of its business', async () => {
    await asOwner('update drizzle.__drizzle_migrations set created_at = created_at - 1');
    await expectNotReady('migrations');
    await asOwner('update drizzle.__drizzle_migrations set created_at = created_at + 2');
    expect((await get('/readyz')).statusCode).toBe(200);
  });

  test('gives the reconciler five minutes from the start, and from each of its runs', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 4 * 60_000);
    expect((await get('/readyz')).statusCode).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    await expectNotReady('reconciler');
    await api.db.asSystem(markReconciled); // by the database's clock, which is not six minutes ahead
    await expectNotReady('reconciler');
    vi.setSystemTime(Date.now() - 2 * 60_000);
    expect((await get('/readyz')).statusCode).toBe(200);
  });
});

test('metrics count answers by route, never by address', async () => {
  await get('/healthz?name=Ada');
  await get('/not/a/route/ada@lead.example');
  const answer = await get('/metrics');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.body).toContain('topo_http_request_seconds_count{method="GET",route="/healthz",status="200"}');
  expect(answer.body).toContain('route="none",status="404"');
  expect(answer.body).not.toMatch(/ada/i);
});
