import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHttpLinkedIn } from '../../src/adapters/http-linkedin.ts';
import { type LinkedIn, LinkedInUnavailable } from '../../src/adapters/linkedin.ts';
import { providerIdOf } from '../../src/dev/linkedin/people.ts';
import { type LinkedInSimulator, startLinkedInSimulator } from '../../src/dev/linkedin/simulator.ts';
import { aFolder } from '../dev/servers/servers.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const account = { externalId: 'acc-1' };

describe('with the simulator', () => {
  let remove: () => void;
  let simulator: LinkedInSimulator;
  let linkedIn: LinkedIn;

  beforeEach(async () => {
    const { folder, ...rest } = aFolder();
    remove = rest.remove;
    simulator = await startLinkedInSimulator({ port: 0, dir: folder, apiKey: 'key' });
    linkedIn = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: PATIENCE_MS });
  });
  afterEach(async () => {
    await simulator.stop();
    remove();
  });

  test('a relation goes from none to pending to connected', async () => {
    expect(await linkedIn.relation(account, 'ann-example')).toBe('none');
    expect(await linkedIn.invite(account, 'ann-example', 'Hello Ann')).toEqual({
      kind: 'done',
      externalId: 'inv_000001',
      providerId: expect.any(String),
    });
    expect(await linkedIn.relation(account, 'ann-example')).toBe('pending');
    simulator.accept('acc-1', 'ann-example');
    expect(await linkedIn.relation(account, 'ann-example')).toBe('connected');
    expect(await linkedIn.relation({ externalId: 'acc-2' }, 'ann-example')).toBe('none');
  });

  test('a profile may be given by its address', async () => {
    await linkedIn.invite(account, 'https://www.linkedin.com/in/Ann-Example/?utm=1', null);
    expect(simulator.state().invitations).toMatchObject([{ accountId: 'acc-1', profile: 'ann-example', note: null }]);
    expect(await linkedIn.relation(account, 'ann-example')).toBe('pending');
  });

  test('a second invitation is already there, pending or accepted', async () => {
    await linkedIn.invite(account, 'ann-example', null);
    expect(await linkedIn.invite(account, 'ann-example', null)).toEqual({ kind: 'already' });
    simulator.accept('acc-1', 'ann-example');
    expect(await linkedIn.invite(account, 'ann-example', null)).toEqual({ kind: 'already' });
    expect(simulator.state().invitations).toHaveLength(1);
  });

  test('a message needs a connection, and is found again by its text', async () => {
    const text = 'Thank you, Ann.\n\nIs retention on your list?';
    expect(await linkedIn.sendMessage(account, 'ann-example', text)).toEqual({ kind: 'notConnected' });
    await linkedIn.invite(account, 'ann-example', null);
    simulator.accept('acc-1', 'ann-example');
    expect(await linkedIn.hasMessage(account, 'ann-example', text)).toBe(false);
    expect(await linkedIn.sendMessage(account, 'ann-example', text)).toEqual({
      kind: 'done',
      externalId: 'msg_000001',
      providerId: expect.any(String),
    });
    expect(await linkedIn.hasMessage(account, 'ann-example', text)).toBe(true);
    expect(await linkedIn.hasMessage(account, 'ann-example', `${text.replaceAll('\n', '\r\n')} `)).toBe(true);
    expect(await linkedIn.hasMessage(account, 'ann-example', 'Something else')).toBe(false);
    expect(await linkedIn.hasMessage(account, 'bob-example', text)).toBe(false);
  });

  test('a message is found behind more than a page of later ones', async () => {
    await linkedIn.invite(account, 'ann-example', null);
    simulator.accept('acc-1', 'ann-example');
    for (let index = 0; index < 120; index++) await linkedIn.sendMessage(account, 'ann-example', `Message ${index}`);
    expect(await linkedIn.hasMessage(account, 'ann-example', 'Message 0')).toBe(true);
  });

  test('an unknown profile is told as such, also one that is no profile at all', async () => {
    expect(await linkedIn.relation(account, 'missing-person')).toBe('unknownProfile');
    expect(await linkedIn.invite(account, 'missing-person', null)).toMatchObject({ kind: 'invalidProfile' });
    expect(await linkedIn.sendMessage(account, 'missing-person', 'x')).toMatchObject({ kind: 'invalidProfile' });
    for (const profile of ['', '..', '../invite/sent', 'a b', 'https://linkedin.com/company/acme'])
      expect(await linkedIn.relation(account, profile)).toBe('unknownProfile');
  });

  test('a note that is too long is refused', async () => {
    expect(await linkedIn.invite(account, 'ann-example', 'x'.repeat(301))).toEqual({
      kind: 'refused',
      detail: '400 errors/too_many_characters Too many characters',
    });
  });

  test('a lost login is an outcome of deeds, and comes with the error of questions', async () => {
    const lost = { externalId: 'disconnected-1' };
    expect(await linkedIn.invite(lost, 'ann-example', null)).toEqual({ kind: 'disconnected' });
    expect(await linkedIn.sendMessage(lost, 'ann-example', 'x')).toEqual({ kind: 'disconnected' });
    await expect(linkedIn.relation(lost, 'ann-example')).rejects.toMatchObject({
      name: 'LinkedInUnavailable',
      trouble: { kind: 'disconnected' },
    });
  });

  test('an invitation is pending until it is answered or taken back', async () => {
    await linkedIn.invite(account, 'ann-example', null);
    await linkedIn.invite(account, 'bob-example', null);
    await linkedIn.invite(account, 'eve-example', null);
    await linkedIn.invite({ externalId: 'acc-2' }, 'zoe-example', null);
    simulator.accept('acc-1', 'bob-example');
    expect(await linkedIn.pendingInvitations(account)).toEqual([
      { externalId: 'inv_000003', profile: 'eve-example' },
      { externalId: 'inv_000001', profile: 'ann-example' },
    ]);
    expect(await linkedIn.withdraw(account, 'inv_000001')).toEqual({ kind: 'done', externalId: 'inv_000001' });
    expect(await linkedIn.relation(account, 'ann-example')).toBe('none');
    for (const gone of ['inv_000001', 'inv_000002', 'inv_000004', 'nothing/../else'])
      expect(await linkedIn.withdraw(account, gone)).toEqual({ kind: 'already' });
    expect(await linkedIn.pendingInvitations(account)).toEqual([{ externalId: 'inv_000003', profile: 'eve-example' }]);
    expect(await linkedIn.invite(account, 'ann-example', null)).toMatchObject({ kind: 'done' });
  });

  test('an account is logged in, logged out or not there', async () => {
    expect(await linkedIn.accountStatus(account)).toBe('ok');
    simulator.disconnect('acc-1');
    expect(await linkedIn.accountStatus(account)).toBe('disconnected');
    expect(await linkedIn.withdraw(account, 'inv_000001')).toEqual({ kind: 'disconnected' });
    simulator.reconnect('acc-1');
    expect(await linkedIn.accountStatus(account)).toBe('ok');
    expect(await linkedIn.accountStatus({ externalId: 'missing-1' })).toBe('unknownAccount');
  });

  test('a person named by the provider’s id is found', async () => {
    expect(await linkedIn.publicId(account, providerIdOf('ann-example'))).toBe('ann-example');
    expect(await linkedIn.publicId(account, providerIdOf('missing-person'))).toBeNull();
  });

  test('a limit is an outcome of deeds, and comes with the error of questions', async () => {
    simulator.limit('acc-1', 7_200);
    const limited = { kind: 'rateLimited', retryAfterMs: 7_200_000 };
    expect(await linkedIn.invite(account, 'ann-example', null)).toEqual(limited);
    expect(await linkedIn.sendMessage(account, 'ann-example', 'x')).toEqual(limited);
    expect(await linkedIn.withdraw(account, 'inv_000001')).toEqual(limited);
    await expect(linkedIn.pendingInvitations(account)).rejects.toMatchObject({ trouble: limited });
    await expect(linkedIn.relation(account, 'ann-example')).rejects.toMatchObject({ trouble: limited });
    simulator.limit('acc-1', null);
    expect(await linkedIn.invite(account, 'ann-example', null)).toEqual({ kind: 'rateLimited', retryAfterMs: null });
    simulator.liftLimit('acc-1');
    expect(await linkedIn.invite(account, 'ann-example', null)).toMatchObject({ kind: 'done' });
  });

  test('a wrong key blames no account', async () => {
    const stranger = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'other', timeoutMs: PATIENCE_MS });
    await expect(stranger.invite(account, 'ann-example', null)).rejects.toMatchObject({
      fault: 'key refused',
      trouble: null,
    });
  });
});

describe('with a server that answers as told', () => {
  const PROFILE = { provider_id: 'ACo1', is_relationship: false, network_distance: 'SECOND_DEGREE' };
  const CONNECTED = { ...PROFILE, is_relationship: true };
  const ANN = 'ACoAAABexampleBcDeFgHiJkLmNo';
  type Handler = (request: IncomingMessage, response: ServerResponse) => void;
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const reply =
    (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
    (_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  const refusal = (status: number, type: string, headers = {}) =>
    reply(status, { title: 'Title', detail: 'Ann Example said no', type: `errors/${type}`, status }, headers);

  /** A provider whose routes are these; the rest is an empty list. */
  async function against(routes: Record<string, Handler>, { timeoutMs = PATIENCE_MS } = {}): Promise<LinkedIn> {
    return createHttpLinkedIn({ baseUrl: await listening(routes), apiKey: 'a-secret-key', timeoutMs });
  }

  async function listening(routes: Record<string, Handler>): Promise<string> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.replace('/api/v1/', '');
      const handler = routes[`${request.method} ${path}`] ?? reply(200, { items: [], cursor: null });
      request.resume().on('end', () => handler(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}`;
  }

  test.each([
    [401, 'disconnected_account', { kind: 'disconnected' }],
    [401, 'expired_credentials', { kind: 'disconnected' }],
    [403, 'account_restricted', { kind: 'disconnected' }],
    [429, 'too_many_requests', { kind: 'rateLimited', retryAfterMs: null }],
    [500, 'too_many_requests', { kind: 'rateLimited', retryAfterMs: null }],
    [422, 'limit_exceeded', { kind: 'rateLimited', retryAfterMs: null }],
    [422, 'connection_limit_reached', { kind: 'rateLimited', retryAfterMs: null }],
    [422, 'cannot_resend_yet', { kind: 'rateLimited', retryAfterMs: null }],
    [422, 'already_invited_recently', { kind: 'already' }],
    [422, 'already_connected', { kind: 'already' }],
    [422, 'action_already_performed', { kind: 'already' }],
    [401, 'invalid_account', { kind: 'disconnected' }],
    [422, 'invalid_recipient', { kind: 'invalidProfile', detail: '422 errors/invalid_recipient Title' }],
    [422, 'cannot_invite_attendee', { kind: 'invalidProfile', detail: '422 errors/cannot_invite_attendee Title' }],
    [400, 'too_many_characters', { kind: 'refused', detail: '400 errors/too_many_characters Title' }],
    [422, 'user_unreachable', { kind: 'invalidProfile', detail: '422 errors/user_unreachable Title' }],
    [404, 'resource_not_found', { kind: 'invalidProfile', detail: '404 errors/resource_not_found Title' }],
    [422, 'blocked_recipient', { kind: 'refused', detail: '422 errors/blocked_recipient Title' }],
    [403, 'feature_not_subscribed', { kind: 'refused', detail: '403 errors/feature_not_subscribed Title' }],
  ])('an invitation answered with %i %s', async (status, type, outcome) => {
    const linkedIn = await against({
      'GET users/ann': reply(200, PROFILE),
      'POST users/invite': refusal(status, type),
    });
    expect(await linkedIn.invite(account, 'ann', null)).toEqual(outcome);
  });

  test('a message to somebody who is no longer connected', async () => {
    const routes = {
      'GET users/ann': reply(200, CONNECTED),
      'POST chats': refusal(422, 'no_connection_with_recipient'),
    };
    expect(await (await against(routes)).sendMessage(account, 'ann', 'x')).toEqual({ kind: 'notConnected' });
  });

  test('Retry-After is kept, in seconds or as a date', async () => {
    const limited = (value: string) =>
      against({ 'GET users/ann': refusal(429, 'too_many_requests', { 'Retry-After': value }) });
    expect(await (await limited('120')).invite(account, 'ann', null)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: 120_000,
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2030-03-19T09:00:00Z') });
    expect(await (await limited('Tue, 19 Mar 2030 10:00:00 GMT')).invite(account, 'ann', null)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: 3_600_000,
    });
    vi.useRealTimers();
    expect(await (await limited('soon')).invite(account, 'ann', null)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: null,
    });
    for (const value of ['999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])
      expect(await (await limited(value)).invite(account, 'ann', null), 'no account rests for ever').toEqual({
        kind: 'rateLimited',
        retryAfterMs: 7 * 86_400_000,
      });
  });

  test('a pending invitation is found in the list where the profile does not tell, on whatever page', async () => {
    const routes: Record<string, Handler> = {
      'GET users/ann': reply(200, PROFILE),
      'GET users/invite/sent': (request, response) => {
        const cursor = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('cursor') ?? 0);
        const invited = cursor === 3 ? 'ACo1' : `other-${cursor}`;
        reply(200, { items: [{ id: `inv-${cursor}`, invited_user_id: invited }], cursor: String(cursor + 1) })(
          request,
          response,
        );
      },
    };
    expect(await (await against(routes)).relation(account, 'ann')).toBe('pending');
  });

  test('a list without an end is left after ten pages', async () => {
    let pages = 0;
    const routes: Record<string, Handler> = {
      'GET users/ann': reply(200, PROFILE),
      'GET users/invite/sent': (request, response) => {
        pages += 1;
        reply(200, { items: [], cursor: 'more' })(request, response);
      },
    };
    expect(await (await against(routes)).relation(account, 'ann')).toBe('none');
    expect(pages).toBe(10);
  });

  const faults: [string, Handler, string][] = [
    ['a 500', reply(500, 'oops'), 'server error'],
    ['a 503', reply(503, {}), 'server error'],
    ['HTML', reply(200, '<html>Ann Example</html>'), 'answer not understood'],
    ['an error with status 200', reply(200, { error: 'Ann Example' }), 'answer not understood'],
    ['an empty answer', reply(204, ''), 'answer not understood'],
    ['a redirect', reply(302, '', { Location: 'http://127.0.0.1:1/steal' }), 'answer not understood'],
    ['two megabytes', reply(200, `{"provider_id":"${'x'.repeat(2_000_000)}"}`), 'answer not understood'],
    ['a cut', (_: IncomingMessage, response: ServerResponse) => void response.destroy(), 'network'],
    [
      'half an answer',
      (_: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, { 'Content-Length': '99' }).write('{', () => response.destroy()),
      'network',
    ],
  ];
  const asks: [string, (linkedIn: LinkedIn) => Promise<unknown>][] = [
    ['GET users/ann-example', (linkedIn) => linkedIn.relation(account, 'ann-example')],
    ['GET users/ann-example', (linkedIn) => linkedIn.invite(account, 'ann-example', 'Hello Ann')],
    ['GET users/ann-example', (linkedIn) => linkedIn.sendMessage(account, 'ann-example', 'Hello Ann')],
    ['GET users/ann-example', (linkedIn) => linkedIn.hasMessage(account, 'ann-example', 'Hello Ann')],
    ['GET users/invite/sent', (linkedIn) => linkedIn.pendingInvitations(account)],
    ['DELETE users/invite/sent/inv-1', (linkedIn) => linkedIn.withdraw(account, 'inv-1')],
    ['GET accounts/acc-1', (linkedIn) => linkedIn.accountStatus(account)],
    [`GET users/${ANN}`, (linkedIn) => linkedIn.publicId(account, ANN)],
  ];
  test.each(faults)('%s is a fault to be tried again, in words that name nobody', async (_what, handler, fault) => {
    for (const [route, ask] of asks) {
      const linkedIn = await against({ [route]: handler });
      const error: unknown = await ask(linkedIn).catch((thrown: unknown) => thrown);
      expect(error, route).toBeInstanceOf(LinkedInUnavailable);
      expect(error).toMatchObject({ fault, message: `LinkedIn is unavailable: ${fault}` });
      expect(inspect(error, { depth: 9 })).not.toMatch(/Ann|ann-example|a-secret-key/);
    }
  });

  test('the key follows no redirect', async () => {
    const seen: string[] = [];
    const elsewhere: Handler = (request, response) => {
      seen.push(String(request.headers['x-api-key']));
      reply(200, PROFILE)(request, response);
    };
    const url = await listening({ 'GET elsewhere': elsewhere });
    const linkedIn = await against({ 'GET users/ann': reply(307, '', { Location: `${url}/api/v1/elsewhere` }) });
    await expect(linkedIn.relation(account, 'ann')).rejects.toMatchObject({ fault: 'answer not understood' });
    expect(seen).toEqual([]);
  });

  test('silence ends with the time allowed, also in the middle of an answer', async () => {
    const silent: Handler = () => undefined;
    const half: Handler = (_request, response) => void response.writeHead(200).write('{');
    for (const handler of [silent, half]) {
      const linkedIn = await against({ 'GET users/ann': handler }, { timeoutMs: 50 });
      await expect(linkedIn.relation(account, 'ann')).rejects.toMatchObject({ fault: 'timeout' });
    }
  });

  test('nobody there is a network fault', async () => {
    const linkedIn = await against({});
    for (const stop of stops.splice(0)) await stop();
    await expect(linkedIn.relation(account, 'ann')).rejects.toMatchObject({ fault: 'network' });
  });

  test('the key travels in its header, and the message as a form', async () => {
    const seen: (string | undefined)[] = [];
    const routes: Record<string, Handler> = {
      'GET users/ann': reply(200, CONNECTED),
      'POST chats': (request, response) => {
        seen.push(String(request.headers['x-api-key']), request.headers['content-type']?.split(';')[0]);
        reply(201, { object: 'ChatStarted', chat_id: 'chat-1', message_id: null })(request, response);
      },
    };
    expect(await (await against(routes)).sendMessage(account, 'ann', 'x')).toEqual({
      kind: 'done',
      externalId: 'chat-1',
      providerId: expect.any(String),
    });
    expect(seen).toEqual(['a-secret-key', 'multipart/form-data']);
  });

  test('pending invitations come newest first from every page, and no more than a thousand', async () => {
    const sent = (cursor: number) => ({ id: `inv-${cursor}`, invited_user_public_id: 'Ann-Example' });
    const routes = (last: number): Record<string, Handler> => ({
      'GET users/invite/sent': (request, response) => {
        const url = new URL(request.url ?? '', 'http://localhost');
        expect([url.searchParams.get('account_id'), url.searchParams.get('limit')]).toEqual(['acc-1', '100']);
        const cursor = Number(url.searchParams.get('cursor') ?? 0);
        const next = cursor === last ? null : String(cursor + 1);
        reply(200, { object: 'InvitationList', items: [sent(cursor)], cursor: next })(request, response);
      },
    });
    expect(await (await against(routes(2))).pendingInvitations(account)).toEqual([
      { externalId: 'inv-0', profile: 'ann-example' },
      { externalId: 'inv-1', profile: 'ann-example' },
      { externalId: 'inv-2', profile: 'ann-example' },
    ]);
    expect(await (await against(routes(99))).pendingInvitations(account)).toHaveLength(10);
  });

  test.each([undefined, null, '', ANN, 'a b'])('a pending invitation to %j has no public id', async (told) => {
    const items = [{ id: 'inv-1', invited_user_id: ANN, invited_user_public_id: told }];
    const linkedIn = await against({ 'GET users/invite/sent': reply(200, { items }) });
    expect(await linkedIn.pendingInvitations(account)).toEqual([{ externalId: 'inv-1', profile: null }]);
  });

  test('one pending invitation in a form we do not know makes the list not understood', async () => {
    const linkedIn = await against({ 'GET users/invite/sent': reply(200, { items: [{ id: 7 }] }) });
    await expect(linkedIn.pendingInvitations(account)).rejects.toMatchObject({ fault: 'answer not understood' });
  });

  test.each([
    [200, { object: 'InvitationCanceled' }, { kind: 'done', externalId: 'inv/1' }],
    [404, { type: 'errors/resource_not_found' }, { kind: 'already' }],
    [422, { type: 'errors/action_already_performed' }, { kind: 'already' }],
    [401, { type: 'errors/disconnected_account' }, { kind: 'disconnected' }],
    [429, { type: 'errors/too_many_requests' }, { kind: 'rateLimited', retryAfterMs: null }],
    [403, { type: 'errors/x', title: 'No' }, { kind: 'refused', detail: '403 errors/x No' }],
  ])('a withdrawal answered with %i %j', async (status, body, outcome) => {
    const asked: string[] = [];
    const routes: Record<string, Handler> = {
      'DELETE users/invite/sent/inv%2F1': (request, response) => {
        asked.push(new URL(request.url ?? '', 'http://localhost').search, String(request.headers['x-api-key']));
        reply(status, body)(request, response);
      },
    };
    expect(await (await against(routes)).withdraw(account, 'inv/1')).toEqual(outcome);
    expect(asked).toEqual(['?account_id=acc-1', 'a-secret-key']);
  });

  const sources = (...statuses: string[]) =>
    reply(200, { id: 'acc-1', sources: statuses.map((status) => ({ status })) });
  test.each<[string, Handler, string]>([
    ['of one product', sources('OK'), 'ok'],
    ['without products', sources(), 'ok'],
    ['of which one product stopped', sources('OK', 'STOPPED'), 'ok'],
    ['still connecting one product', sources('CONNECTING', 'OK'), 'ok'],
    ['without a login', sources('OK', 'CREDENTIALS'), 'disconnected'],
    ['of which all stopped', sources('STOPPED', 'ERROR'), 'disconnected'],
    ['without permission', sources('PERMISSIONS'), 'disconnected'],
    ['that the provider calls disconnected', refusal(401, 'disconnected_account'), 'disconnected'],
    ['that the provider does not know', refusal(404, 'resource_not_found'), 'unknownAccount'],
  ])('the status of an account %s', async (_what, handler, status) => {
    expect(await (await against({ 'GET accounts/acc-1': handler })).accountStatus(account)).toBe(status);
  });

  test.each<[string, Handler, string]>([
    ['still connecting', sources('CONNECTING'), 'account in trouble'],
    ['behind a limit', refusal(429, 'too_many_requests'), 'account in trouble'],
    ['asked for with a wrong key', refusal(401, 'missing_credentials'), 'key refused'],
    ['in a form we do not know', reply(200, { sources: 'OK' }), 'answer not understood'],
  ])('the status of an account %s is asked again later', async (_what, handler, fault) => {
    await expect((await against({ 'GET accounts/acc-1': handler })).accountStatus(account)).rejects.toMatchObject({
      name: 'LinkedInUnavailable',
      fault,
    });
  });

  test('a provider’s id is asked for as it is, and a public id not at all', async () => {
    const linkedIn = await against({
      [`GET users/${ANN}`]: reply(200, { ...PROFILE, public_identifier: 'Ann-Example' }),
    });
    expect(await linkedIn.publicId(account, ANN)).toBe('ann-example');
    expect(await linkedIn.publicId(account, 'Bob-Example')).toBe('bob-example');
  });

  test('a person without a public id, or who is gone, has none', async () => {
    const nameless = await against({ [`GET users/${ANN}`]: reply(200, { ...PROFILE, public_identifier: ANN }) });
    expect(await nameless.publicId(account, ANN)).toBeNull();
    const gone = await against({ [`GET users/${ANN}`]: refusal(404, 'resource_not_found') });
    expect(await gone.publicId(account, ANN)).toBeNull();
  });
});
