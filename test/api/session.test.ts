import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { events, members, sessions, signInCodes } from '../../src/db/schema.ts';
import { createSignInCode } from '../../src/db/sessions.ts';
import { createToken, revokeToken } from '../../src/db/tokens.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { MemberId, WorkspaceId } from '../../src/domain/ids.ts';
import { scopes as everyScope, type Scope } from '../../src/domain/scope.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { aMember, aToken, aWorkspace } from '../support/builders.ts';

let api: TestApi;
let workspaceId: WorkspaceId;
let memberId: MemberId;

beforeAll(async () => {
  api = await startApi();
  workspaceId = await aWorkspace(api.db);
  memberId = await aMember(api.db, workspaceId);
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

let addresses = 0;
const anAddress = () => `10.2.${Math.floor(++addresses / 250)}.${addresses % 250}`;

const signIn = (payload: object, remoteAddress = anAddress(), at = api) =>
  at.app.inject({ method: 'POST', url: '/app/api/session', payload, remoteAddress });

/** A session on a token of its own, and the header a browser sends. */
async function aSession({ scopes = everyScope, of = memberId }: { scopes?: readonly Scope[]; of?: MemberId } = {}) {
  const { token, tokenId } = await aToken(api.db, workspaceId, { memberId: of, scopes });
  const answer = await signIn({ token });
  expect(answer.statusCode).toBe(204);
  const [{ name, value } = { name: '', value: '' }] = answer.cookies;
  return { cookie: `${name}=${value}`, secret: value, token, tokenId };
}

const get = (url: string, headers: Record<string, string>, at = api) =>
  at.app.inject({ url, headers, remoteAddress: anAddress() });

describe('signing in', () => {
  test('makes a member’s token a cookie of thirty days that no script reads and no other site sends', async () => {
    const { token } = await aToken(api.db, workspaceId, { memberId });
    const answer = await signIn({ token });
    expect(answer.statusCode).toBe(204);
    expect(answer.cookies).toEqual([
      {
        name: 'topo_session',
        value: expect.stringMatching(/^[\w-]{43}$/),
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        expires: expect.any(Date),
      },
    ]);
    const [cookie] = answer.cookies;
    expect(Math.round(((cookie?.expires?.getTime() ?? 0) - Date.now()) / DAY_MS)).toBe(30);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('where browsers come by https, marks the cookie as this host’s, for https only', async () => {
    const site = { webRoot: null, publicUrl: 'https://topo.example', temporalUi: null };
    const behindTls = await startApi({ deps: { site } });
    const there = await aWorkspace(behindTls.db);
    const { token } = await aToken(behindTls.db, there, { memberId: await aMember(behindTls.db, there) });
    const [cookie] = (await signIn({ token }, anAddress(), behindTls)).cookies;
    expect(cookie).toMatchObject({ name: '__Host-topo_session', secure: true, path: '/' });

    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    expect((await get('/app/api/session', headers, behindTls)).statusCode).toBe(200);
    const leave = (origin: string) =>
      behindTls.app.inject({ method: 'DELETE', url: '/app/api/session', headers: { ...headers, origin } });
    expect((await leave('https://other.example')).statusCode).toBe(403);
    expect((await leave('https://topo.example')).statusCode).toBe(204);
    await behindTls.close();
  });

  test('tells who it is, where, with which scopes, and the time', async () => {
    const { cookie } = await aSession({ scopes: ['sequences:read', 'tasks:write'] });
    const before = Date.now();
    const answer = await get('/app/api/session', { cookie });
    const after = Date.now();
    expect(answer.json()).toEqual({
      member: { id: memberId, name: 'Sam Sender', email: `${memberId}@acme.example` },
      workspace: { id: workspaceId, name: 'Acme', zone: 'Europe/Paris' },
      scopes: ['sequences:read', 'tasks:write'],
      runtime: { embedded: false, temporal_ui: null },
      now: expect.any(Number),
    });
    expect(answer.json().now).toBeGreaterThanOrEqual(before);
    expect(answer.json().now).toBeLessThanOrEqual(after);
  });

  test('keeps neither token nor secret, but an event that says who', async () => {
    const { secret, tokenId } = await aSession();
    const rows = await api.db.asSystem((tx) => tx.select().from(sessions).where(eq(sessions.tokenId, tokenId)));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    const told = await api.db.asSystem((tx) => tx.select().from(events).where(eq(events.kind, 'signed_in')));
    expect(told.at(-1)).toMatchObject({ workspaceId, actor: `member:${memberId}`, data: { by: 'token' } });
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  test('is refused to a token that is mistyped, unknown, revoked or expired, and to one of a removed member, in the same words', async () => {
    const revoked = await aToken(api.db, workspaceId, { memberId });
    await api.db.asSystem((tx) => revokeToken(tx, revoked.tokenId));
    const expired = await aToken(api.db, workspaceId, { memberId, expiresAt: Date.now() - 1 });
    const gone = await aMember(api.db, workspaceId);
    const theirs = await aToken(api.db, workspaceId, { memberId: gone });
    await api.db.asSystem((tx) => tx.update(members).set({ removedAt: Date.now() }).where(eq(members.id, gone)));
    for (const token of ['topo_nonsense', revoked.token, expired.token, theirs.token]) {
      const answer = await signIn({ token });
      expect([answer.statusCode, answer.json().detail]).toEqual([401, 'That token is not valid or was revoked.']);
      expect(answer.cookies).toEqual([]);
    }
  });

  test('is refused to a service’s token', async () => {
    const { token } = await aToken(api.db, workspaceId);
    const answer = await signIn({ token });
    expect([answer.statusCode, answer.json().detail]).toEqual([
      401,
      "That token belongs to a service. Only a member's token signs in.",
    ]);
  });

  test('takes either a token or a code, not both and nothing else', async () => {
    for (const body of [{}, { token: 'a', code: 'b' }, { token: 1 }, { password: 'x' }])
      expect((await signIn(body)).statusCode).toBe(400);
  });

  test('reads 4 kB of a stranger, and no more', async () => {
    expect((await signIn({ token: 'x'.repeat(4_000) })).statusCode).toBe(400);
    expect((await signIn({ token: 'x'.repeat(4_200) })).statusCode).toBe(413);
  });

  test('after twenty bad tries from an address is a 429 for the next, yet a good one there goes through', async () => {
    const from = anAddress();
    for (let n = 0; n < 20; n++) expect((await signIn({ token: 'topo_nonsense' }, from)).statusCode).toBe(401);
    const answer = await signIn({ code: 'nonsense' }, from);
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const { token } = await aToken(api.db, workspaceId, { memberId });
    expect((await signIn({ token }, from)).statusCode).toBe(204);
  });
});

describe('a code', () => {
  const aCode = async () => {
    const { tokenId } = await aToken(api.db, workspaceId, { memberId });
    return { tokenId, code: await api.db.asSystem((tx) => createSignInCode(tx, { workspaceId, tokenId })) };
  };
  const TOO_OLD = 'This link was used or is too old. Run npm start again or paste a token.';

  test('signs in once, also when it is tried many times at once', async () => {
    const { code } = await aCode();
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn({ code })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, ...Array(7).fill(401)]);
    expect((await signIn({ code })).json().detail).toBe(TOO_OLD);
  });

  test('is good for ten minutes', async () => {
    const before = Date.now();
    const { code, tokenId } = await aCode();
    const after = Date.now();
    const [row] = await api.db.asSystem((tx) => tx.select().from(signInCodes).where(eq(signInCodes.tokenId, tokenId)));
    const madeAt = (row?.expiresAt ?? 0) - 10 * 60_000;
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(after);
    expect(JSON.stringify(row)).not.toContain(code);
    const passed = tokenIs(tokenId);
    await api.db.asSystem((tx) =>
      tx
        .update(signInCodes)
        .set({ expiresAt: Date.now() - 1 })
        .where(passed),
    );
    const answer = await signIn({ code });
    expect([answer.statusCode, answer.json().detail]).toEqual([401, TOO_OLD]);
  });

  test('is good for nothing once its token is revoked', async () => {
    const { code, tokenId } = await aCode();
    await api.db.asSystem((tx) => revokeToken(tx, tokenId));
    expect((await signIn({ code })).statusCode).toBe(401);
  });

  const tokenIs = (tokenId: Awaited<ReturnType<typeof aCode>>['tokenId']) => eq(signInCodes.tokenId, tokenId);
});

describe('the cookie', () => {
  test('stands for its token on every door, with that token’s scopes', async () => {
    const { cookie } = await aSession({ scopes: ['sequences:read'] });
    expect((await get('/v1/sequence-templates', { cookie })).statusCode).toBe(200);
    const answer = await get('/v1/tasks', { cookie });
    expect([answer.statusCode, answer.json().detail]).toEqual([403, 'this needs the scope tasks:read']);
  });

  test('changes something only from our own page', async () => {
    const { cookie } = await aSession();
    const change = (origin: string | undefined, host = 'topo.test:3000') =>
      api.app.inject({
        method: 'POST',
        url: '/v1/suppressions',
        headers: { cookie, host, ...(origin === undefined ? {} : { origin }) },
        payload: {},
      });
    for (const origin of [undefined, 'null', 'http://other.example', 'http://topo.test', 'https://topo.test:3000'])
      expect((await change(origin)).json().detail, origin).toBe(
        'a signed-in browser may change something only from our own page',
      );
    expect((await change('http://topo.test:3000')).statusCode).toBe(400); // it was let in, and its body looked at
  });

  test('counts for nothing beside a token: that one says who asks, and needs no origin', async () => {
    const { cookie } = await aSession();
    const elsewhere = await aWorkspace(api.db, { name: 'Elsewhere' });
    const { bearer } = await aToken(api.db, elsewhere, { memberId: await aMember(api.db, elsewhere) });
    expect((await get('/app/api/session', { cookie, ...bearer })).json().workspace.name).toBe('Elsewhere');
    const payload = {};
    const headers = { cookie, ...bearer };
    expect((await api.app.inject({ method: 'POST', url: '/v1/suppressions', headers, payload })).statusCode).toBe(400);
    expect((await get('/app/api/session', { cookie, authorization: 'Bearer nonsense' })).statusCode).toBe(401);
  });

  test('is dead within two seconds of its token, and with its member', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const leaving = await aMember(api.db, workspaceId);
    const [one, other] = [await aSession(), await aSession({ of: leaving })];
    for (const { cookie } of [one, other]) expect((await get('/app/api/counts', { cookie })).statusCode).toBe(200);
    await api.db.asSystem(async (tx) => {
      await revokeToken(tx, one.tokenId);
      await tx.update(members).set({ removedAt: Date.now() }).where(eq(members.id, leaving));
    });
    vi.setSystemTime(Date.now() + 2_000);
    for (const { cookie } of [one, other]) expect((await get('/app/api/counts', { cookie })).statusCode).toBe(401);
  });

  test('is dead after its thirty days', async () => {
    const { cookie, tokenId } = await aSession();
    const expiresAt = Date.now() - 1;
    await api.db.asSystem((tx) => tx.update(sessions).set({ expiresAt }).where(eq(sessions.tokenId, tokenId)));
    expect((await get('/app/api/session', { cookie })).json().detail).toBe('the session is over; sign in again');
  });

  test('is dead after signing out, which takes it out of the browser; other sessions live on', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [leaving, staying] = [await aSession(), await aSession()];
    const answer = await api.app.inject({
      method: 'DELETE',
      url: '/app/api/session',
      headers: { cookie: leaving.cookie, origin: 'http://localhost:80', host: 'localhost:80' },
    });
    expect(answer.statusCode).toBe(204);
    expect(answer.cookies).toMatchObject([{ name: 'topo_session', value: '', expires: new Date(0) }]);
    vi.setSystemTime(Date.now() + 2_000);
    expect((await get('/app/api/session', { cookie: leaving.cookie })).statusCode).toBe(401);
    expect((await get('/app/api/session', { cookie: staying.cookie })).statusCode).toBe(200);
  });

  test('made up, is a 401, and after twenty from an address a 429', async () => {
    const from = anAddress();
    const ask = (value: string) =>
      api.app.inject({ url: '/app/api/session', headers: { cookie: `topo_session=${value}` }, remoteAddress: from });
    for (let n = 0; n < 20; n++) expect((await ask('a'.repeat(n % 2 === 0 ? 43 : 5))).statusCode).toBe(401);
    expect((await ask('a'.repeat(43))).statusCode).toBe(429);
  });

  test('of a token’s own, used by two tabs, has that token’s one budget of requests', async () => {
    const small = await startApi({ limits: { badTokens: 20, requests: 3 } });
    const there = await aWorkspace(small.db);
    const of = await aMember(small.db, there);
    const { token } = await small.db.asSystem((tx) =>
      createToken(tx, { workspaceId: there, memberId: of, name: 'Test', scopes: everyScope }),
    );
    const cookies = await Promise.all(
      [1, 2].map(async () => {
        const [{ name, value } = { name: '', value: '' }] = (await signIn({ token }, anAddress(), small)).cookies;
        return `${name}=${value}`;
      }),
    );
    const statuses: number[] = [];
    for (const cookie of [...cookies, ...cookies])
      statuses.push((await get('/app/api/counts', { cookie }, small)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
    await small.close();
  });
});
