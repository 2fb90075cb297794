import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/db/new-id.ts';
import { accounts, callbacks } from '../../src/db/schema.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import { CALLBACK_SECRET, startApi, type TestApi } from '../support/api.ts';
import { aHouse, type House } from '../support/scenario.ts';

let api: TestApi;
let house: House;
beforeAll(async () => {
  api = await startApi();
  house = await aHouse(api.db);
});
afterAll(() => api.close());

/** As Unipile tells of an acceptance; `who` makes it another one. */
const relationWith = (who: string, account = 'account-1') => ({
  event: 'new_relation',
  account_id: account,
  account_type: 'LINKEDIN',
  webhook_name: 'topo',
  user_full_name: 'Ada Example',
  user_provider_id: 'ACoAAB12345678',
  user_public_identifier: who,
  user_profile_url: `https://www.linkedin.com/in/${who}/`,
});

interface Call {
  account?: string;
  secret?: string | null;
  body?: unknown;
  raw?: string;
  type?: string;
  at?: TestApi;
}

const call = ({ account, secret = CALLBACK_SECRET, body, raw, type = 'application/json', at = api }: Call = {}) =>
  at.app.inject({
    method: 'POST',
    url: `/hooks/linkedin/${account ?? house.linkedInAccount}`,
    headers: { 'content-type': type, ...(secret === null ? {} : { 'unipile-auth': secret }) },
    payload: raw ?? JSON.stringify(body ?? relationWith('ada-example')),
  });

const kept = (accountId: AccountId = house.linkedInAccount) =>
  api.db.asSystem((tx) => tx.select().from(callbacks).where(eq(callbacks.accountId, accountId)));

describe('a callback of the provider', () => {
  test('is answered once it is kept, and handed on to be handled afterwards; told again it is kept once', async () => {
    const body = relationWith('grace-example');
    const answer = await call({ body });
    expect([answer.statusCode, answer.json()]).toEqual([200, { kept: 1 }]);
    const all = await kept();
    expect(all).toMatchObject([{ event: { kind: 'connected', profile: 'grace-example' }, handledAt: null }]);
    expect(api.kept).toEqual(all.map(({ id, workspaceId }) => ({ id, workspaceId })));

    const again = await Promise.all([call({ body }), call({ body }), call({ body })]);
    expect(again.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(again.map((one) => one.json())).toEqual([{ kept: 0 }, { kept: 0 }, { kept: 0 }]);
    expect(await kept()).toEqual(all);
    expect(api.kept).toHaveLength(1);
  });

  test('that arrives many times at once is kept once', async () => {
    const body = relationWith('barbara-example');
    const answers = await Promise.all(Array.from({ length: 10 }, () => call({ body })));
    const counts = answers.map((answer) => answer.json().kept);
    expect(counts.sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'is read as JSON also when its content type is %s: the provider names one only when told to',
    async (type) => {
      const answer = await api.app.inject({
        method: 'POST',
        url: `/hooks/linkedin/${house.linkedInAccount}`,
        headers: { 'unipile-auth': CALLBACK_SECRET, ...(type && { 'content-type': type }) },
        payload: Buffer.from(JSON.stringify(relationWith(`untyped-${type?.length ?? 0}-example`))),
      });
      expect([answer.statusCode, answer.json()]).toEqual([200, { kept: 1 }]);
    },
  );

  test('of a kind that we do not know is answered, and nothing of it kept', async () => {
    const before = await kept();
    const answer = await call({ body: { event: 'message_read', account_id: 'account-1' } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { kept: 0 }]);
    expect(await kept()).toEqual(before);
  });

  test('of another account than its address is refused', async () => {
    const answer = await call({ body: relationWith('mary-example', 'account-2') });
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'rule_refused']);
  });

  test.each([
    ['is none', { body: { event: 'new_relation' } }, 400, 'invalid_request'],
    ['is no object', { body: [1] }, 400, 'invalid_request'],
    ['is empty', { raw: '' }, 400, 'invalid_request'],
    ['is broken', { raw: '{"event":' }, 400, 'invalid_request'],
    ['is no JSON', { raw: 'event=new_relation', type: 'text/plain' }, 400, 'invalid_request'],
    ['is too long', { raw: JSON.stringify({ event: 'x'.repeat(300_000) }) }, 413, 'body_too_large'],
  ])('whose body %s is refused in words that repeat nothing of it', async (_how, asked, status, code) => {
    const answer = await call(asked);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.body).not.toMatch(/Ada|new_relation|x{10}/);
  });
});

describe('a stranger', () => {
  test.each([
    ['with another secret', 'another secret'],
    ['with part of the secret', CALLBACK_SECRET.slice(0, -1)],
    ['without a secret', null],
    ['with an empty secret', ''],
  ])('%s is refused before anything is read or asked', async (_how, secret) => {
    const before = api.transactions();
    for (const asked of [{}, { raw: '{"broken' }, { account: newId() }, { account: 'nonsense' }]) {
      const answer = await call({ ...asked, secret });
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthenticated']);
    }
    expect(api.transactions()).toBe(before);
  });

  test('who goes on guessing is told to wait; the provider is heard all the same', async () => {
    const few = await startApi({ limits: { badTokens: 3, requests: 1_000 } });
    try {
      const { linkedInAccount: account } = await aHouse(few.db);
      const guess = () => call({ account, secret: 'a guess', at: few });
      for (let n = 0; n < 3; n++) expect((await guess()).statusCode).toBe(401);
      const answer = await guess();
      expect([answer.statusCode, answer.json().code]).toEqual([429, 'too_many_requests']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await call({ account, at: few })).statusCode).toBe(200);
    } finally {
      await few.close();
    }
  });
});

describe('no callback is taken', () => {
  const nothing = { code: 'not_found', detail: expect.any(String) };

  test('for an account that is none, or no LinkedIn account, or removed', async () => {
    const gone = await aHouse(api.db);
    await api.db.asSystem((tx) =>
      tx.update(accounts).set({ status: 'REMOVED' }).where(eq(accounts.id, gone.linkedInAccount)),
    );
    for (const account of [newId(), 'nonsense', '%00', house.emailAccount, gone.linkedInAccount]) {
      const answer = await call({ account });
      expect([answer.statusCode, answer.json()], account).toEqual([404, expect.objectContaining(nothing)]);
    }
    expect(await kept(gone.linkedInAccount)).toEqual([]);
  });

  test('where no secret is configured', async () => {
    const deaf = await startApi({ deps: { linkedInCallbacks: null } });
    try {
      const { linkedInAccount: account } = await aHouse(deaf.db);
      const answer = await call({ account, at: deaf });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
      expect(deaf.transactions()).toBe(0);
    } finally {
      await deaf.close();
    }
  });

  test('by another method', async () => {
    const answer = await api.app.inject({ method: 'PUT', url: `/hooks/linkedin/${house.linkedInAccount}` });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

test('neither the log nor a refusal holds what was told', () => {
  expect(JSON.stringify(api.lines)).not.toMatch(/example|Ada|ACoAAB/);
});
