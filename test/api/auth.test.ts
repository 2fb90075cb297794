import fc from 'fast-check';
import Fastify from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { requireTokens } from '../../src/api/auth.ts';
import { newId } from '../../src/db/new-id.ts';
import { revokeToken } from '../../src/db/tokens.ts';
import type { TokenId, WorkspaceId } from '../../src/domain/ids.ts';
import { scopes } from '../../src/domain/scope.ts';
import { looksLikeToken, tokenOf } from '../../src/domain/token.ts';
import { listRoutes, startApi, type TestApi } from '../support/api.ts';
import { aTemplate, aToken, aWorkspace } from '../support/builders.ts';

let api: TestApi;
let workspaceId: WorkspaceId;
let good: { token: string; tokenId: TokenId; bearer: { authorization: string } };

beforeAll(async () => {
  api = await startApi();
  workspaceId = await aWorkspace(api.db);
  good = await aToken(api.db, workspaceId, { scopes: ['sequences:read'] });
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

let addresses = 0;
/** Nobody has asked from there yet. */
const anAddress = () => `10.1.${Math.floor(++addresses / 250)}.${addresses % 250}`;

const ask = (authorization: string | undefined, remoteAddress = anAddress()) =>
  api.app.inject({
    url: '/v1/sequence-templates',
    remoteAddress,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });

describe('without a good token', () => {
  test('no header: 401, and how to ask', async () => {
    const answer = await ask(undefined);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="topo"');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:topo:problem:unauthenticated',
      title: 'A valid token is needed',
      status: 401,
      detail: 'send a token: Authorization: Bearer topo_…',
      code: 'unauthenticated',
      request_id: answer.headers['x-request-id'],
    });
  });

  test('five hundred broken tokens are each a 401, and none costs a query', async () => {
    const { token } = good;
    const at = fc.nat(token.length - 1);
    const broken = fc.oneof(
      fc
        .tuple(at, fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }))
        .map(([place, other]) => token.slice(0, place) + other + token.slice(place + 1)),
      at.map((place) => token.slice(0, place)),
      at.map((place) => token.slice(0, place) + token.slice(place + 1)),
      fc.string({ minLength: 1, maxLength: 200 }).map((more) => token + more),
      fc.constantFrom(
        'topo_xxxxxxxxxxxx',
        'null',
        'undefined',
        'eyJhbGciOiJub25lIn0.e30.',
        `sk_live_${'a'.repeat(40)}`,
      ),
      fc.base64String({ minLength: 4, maxLength: 100 }),
      fc.string({ unit: fc.constantFrom(...'0aZ'), minLength: 38, maxLength: 38 }).map((digits) => `topo_${digits}`),
    );
    const scheme = fc.constantFrom('Bearer ', 'bearer ', 'BEARER ', 'Basic ', 'Token ', 'Bearer', '');
    const fault = fc
      .tuple(scheme, broken)
      .map(([first, text]) => first + text)
      // What Node would not let through as a header value, or what is the good token after all.
      .filter((header) => /^[\x20-\x7e]*$/.test(header) && !looksLikeToken(header.trim().replace(/^bearer +/i, '')));
    const before = api.transactions();
    for (const header of fc.sample(fault, 500)) {
      const answer = await ask(header);
      expect(answer.statusCode, header).toBe(401);
      expect(answer.headers['www-authenticate'], header).toMatch(/^Bearer realm="topo"/);
    }
    expect(api.transactions()).toBe(before);
  });

  test('a well-formed token that nobody was given: 401, after one look', async () => {
    const before = api.transactions();
    const answer = await ask(`Bearer ${tokenOf('0'.repeat(32))}`);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="topo", error="invalid_token"');
    expect(api.transactions() - before).toBe(1);
  });

  test('a revoked token is a 401 two seconds later at the latest', async () => {
    const { bearer, tokenId } = await aToken(api.db, workspaceId);
    vi.useFakeTimers({ toFake: ['Date'] });
    expect((await ask(bearer.authorization)).statusCode).toBe(200);
    await api.db.inWorkspace(workspaceId, (tx) => revokeToken(tx, tokenId));
    vi.setSystemTime(Date.now() + 2_000);
    expect((await ask(bearer.authorization)).statusCode).toBe(401);
  });

  test('an expired token is a 401', async () => {
    const { bearer } = await aToken(api.db, workspaceId, { expiresAt: Date.now() - 1 });
    expect((await ask(bearer.authorization)).statusCode).toBe(401);
  });

  test('revoked, expired and unknown are told alike', async () => {
    const expired = await aToken(api.db, workspaceId, { expiresAt: Date.now() - 1 });
    const strip = (body: string) => body.replace(/"request_id":"[^"]+"/, '');
    const unknown = await ask(`Bearer ${tokenOf('1'.repeat(32))}`);
    expect(strip((await ask(expired.bearer.authorization)).body)).toBe(strip(unknown.body));
    expect(strip((await ask('Bearer nonsense')).body)).toBe(strip(unknown.body));
  });

  test('a token in the address or the body opens nothing', async () => {
    const { token } = good;
    for (const name of ['token', 'access_token', 'authorization'])
      expect((await api.app.inject({ url: `/v1/sequence-templates?${name}=${token}` })).statusCode).toBe(401);
    expect(
      (await api.app.inject({ url: '/v1/sequence-templates', headers: { cookie: `session=${token}` } })).statusCode,
    ).toBe(401);
  });
});

describe('a good token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('may be presented with %s', async (scheme) => {
    expect((await ask(`${scheme} ${good.token}`)).statusCode).toBe(200);
  });

  test('says which workspace it is; nothing else does', async () => {
    const other = await aWorkspace(api.db);
    await aTemplate(api.db, other, { name: 'Theirs' });
    const headers = { ...good.bearer, 'x-workspace-id': other, 'x-topo-workspace': other };
    const answer = await api.app.inject({ url: '/v1/sequence-templates', headers });
    expect(answer.json().items).toEqual([]);
    expect((await api.app.inject({ url: `/v1/sequence-templates?workspace_id=${other}`, headers })).statusCode).toBe(
      400,
    );
  });

  test('with every scope but the one that is needed: 403, which names it', async () => {
    const { bearer } = await aToken(api.db, workspaceId, {
      scopes: scopes.filter((scope) => scope !== 'sequences:read'),
    });
    for (const url of [
      '/v1/sequence-templates',
      `/v1/sequence-templates/${newId()}`,
      '/v1/sequence-templates/abc',
      '/v1/sequence-templates?size=0',
    ]) {
      const answer = await api.app.inject({ url, headers: bearer });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'scope_missing', detail: 'this needs the scope sequences:read' });
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer realm="topo", error="insufficient_scope", scope="sequences:read"',
      );
    }
  });

  test('without any scope opens nothing', async () => {
    const { bearer } = await aToken(api.db, workspaceId, { scopes: [] });
    expect((await ask(bearer.authorization)).statusCode).toBe(403);
  });
});

test('a busy token is looked up once, also by requests that come together; a failed look-up is not remembered', async () => {
  let away = true;
  let looks = 0;
  const small = await startApi({
    wrap: (db) => ({
      ...db,
      asSystem(work) {
        looks++;
        return away ? Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) : db.asSystem(work);
      },
    }),
  });
  const { bearer } = await aToken(small.db, await aWorkspace(small.db));
  const get = async () => (await small.app.inject({ url: '/v1/sequence-templates', headers: bearer })).statusCode;
  expect(await Promise.all([get(), get()])).toEqual([503, 503]);
  away = false;
  looks = 0;
  expect(await Promise.all([get(), get(), get()])).toEqual([200, 200, 200]);
  expect(await get()).toBe(200);
  expect(looks).toBe(1);
  await small.close();
});

describe('every route', () => {
  test('but health, metrics, unsubscribe, sign-in and the description asks for a token', async () => {
    const open = new Set(['/healthz', '/readyz', '/metrics', '/u/:token', '/openapi.json', '/app/api/session']);
    const found: string[] = [];
    for (const [url, methods] of listRoutes(api.app))
      for (const method of methods) {
        const path = url.replaceAll(/:\w+/g, newId());
        const answer = await api.app.inject({ method, url: path, remoteAddress: anAddress() });
        if (answer.statusCode !== 401) found.push(url);
      }
    expect(new Set(found)).toEqual(new Set([...open].filter((url) => listRoutes(api.app).has(url))));
  });

  test('that declares neither a scope nor that it is public, or both, cannot be registered', () => {
    const app = Fastify().withTypeProvider<ZodTypeProvider>();
    const site = { webRoot: null, publicUrl: null, temporalUi: null };
    requireTokens(app, { db: api.db, site }, { badTokens: 20, requests: 10 });
    expect(() => app.get('/a', async () => 'open to all')).toThrow(
      'GET /a must declare either a scope or anyScope: true or public: true',
    );
    expect(() => app.get('/b', { config: {} }, async () => '')).toThrow('must declare');
    expect(() => app.get('/c', { config: { public: true, scope: 'sequences:read' } }, async () => '')).toThrow(
      'must declare',
    );
  });

  test('of the page refuses a service’s token, whatever its scopes', async () => {
    const service = await aToken(api.db, workspaceId);
    for (const [url, methods] of listRoutes(api.app))
      for (const method of methods) {
        if (!url.startsWith('/app/api/') || (url === '/app/api/session' && method === 'POST')) continue;
        const answer = await api.app.inject({ method, url: url.replaceAll(/:\w+/g, newId()), headers: service.bearer });
        expect(answer.statusCode, `${method} ${url}`).toBe(403);
      }
  });
});

describe('twenty bad tokens a minute', () => {
  test('and the next is a 429, with the seconds to wait; a minute later it is a 401 again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const from = anAddress();
    for (let n = 0; n < 20; n++) expect((await ask('Bearer nonsense', from)).statusCode).toBe(401);
    vi.setSystemTime(Date.now() + 15_000);
    const answer = await ask('Bearer nonsense', from);
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toMatchObject({ code: 'too_many_requests', status: 429 });
    expect(answer.headers['retry-after']).toBe('45');
    vi.setSystemTime(Date.now() + 45_000);
    expect((await ask('Bearer nonsense', from)).statusCode).toBe(401);
  });

  test('are counted exactly, also at once', async () => {
    const from = anAddress();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        ask(`Bearer ${n % 2 ? 'nonsense' : tokenOf(String(n % 10).repeat(32))}`, from),
      ),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(20);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(30);
  });

  test('count per address, lock out no good token, and cannot be blamed on others by a header', async () => {
    const [noisy, quiet] = [anAddress(), anAddress()];
    for (let n = 0; n < 21; n++) {
      const headers = { authorization: 'Bearer nonsense', 'x-forwarded-for': quiet };
      await api.app.inject({ url: '/v1/sequence-templates', headers, remoteAddress: noisy });
    }
    expect((await ask('Bearer nonsense', noisy)).statusCode).toBe(429);
    expect((await ask('Bearer nonsense', quiet)).statusCode).toBe(401);
    expect((await ask(good.bearer.authorization, noisy)).statusCode).toBe(200);
  });

  test('do not count requests without any', async () => {
    const from = anAddress();
    for (let n = 0; n < 30; n++) expect((await ask(undefined, from)).statusCode).toBe(401);
    expect((await ask('Bearer nonsense', from)).statusCode).toBe(401);
  });
});

test('a token that asks too often is told when to come back, exactly, and no other token is', async () => {
  const small = await startApi({ limits: { badTokens: 20, requests: 10 } });
  const workspace = await aWorkspace(small.db);
  const [one, two] = [await aToken(small.db, workspace), await aToken(small.db, workspace)];
  const get = (headers: { authorization: string }) => small.app.inject({ url: '/v1/sequence-templates', headers });
  const answers = await Promise.all(Array.from({ length: 25 }, () => get(one.bearer)));
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(10);
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  expect(refused).toHaveLength(15);
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await get(two.bearer)).statusCode).toBe(200);
  await small.close();
});
