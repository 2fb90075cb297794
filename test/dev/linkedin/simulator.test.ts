import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpLinkedIn } from '../../../src/adapters/http-linkedin.ts';
import type { LinkedIn } from '../../../src/adapters/linkedin.ts';
import { createLinkedInCallbacks } from '../../../src/adapters/linkedin-callbacks.ts';
import { providerIdOf } from '../../../src/dev/linkedin/people.ts';
import { type LinkedInSimulator, startLinkedInSimulator } from '../../../src/dev/linkedin/simulator.ts';
import { freePort } from '../../../src/dev/servers/ports.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { until } from '../../support/until.ts';
import { aFolder, occupy } from '../servers/servers.ts';

const account = { externalId: 'acc-1' };
let dir: string;
let remove: () => void;
let simulator: LinkedInSimulator;
let linkedIn: LinkedIn;
let logged: string[];

async function open(page?: string) {
  simulator = await startLinkedInSimulator({
    port: 0,
    dir,
    apiKey: 'key',
    page: page ?? null,
    log: (line) => logged.push(line),
    callbackWaitsMs: [5, 5],
  });
  linkedIn = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: PATIENCE_MS });
}

beforeEach(async () => {
  ({ folder: dir, remove } = aFolder());
  logged = [];
  await open();
});
afterEach(async () => {
  await simulator.stop();
  remove();
});

const press = (path: string, fields: Record<string, string>, headers: Record<string, string> = ownOrigin()) =>
  fetch(new URL(path, simulator.url), {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
const ownOrigin = () => ({ Origin: new URL(simulator.url).origin });
const shown = async () => JSON.parse(await (await fetch(new URL('/people.json', simulator.url))).text());

test('what happened survives a restart, and a torn last line does not', async () => {
  await linkedIn.invite(account, 'ann-example', 'Hello Ann');
  await linkedIn.invite(account, 'bob-example', null);
  simulator.accept('acc-1', 'ann-example');
  await linkedIn.sendMessage(account, 'ann-example', 'Thank you');
  const before = simulator.state();
  expect(before.invitations.map(({ profile, status }) => [profile, status])).toEqual([
    ['ann-example', 'accepted'],
    ['bob-example', 'pending'],
  ]);
  expect(before.messages.map(({ text }) => text)).toEqual(['Hello Ann', 'Thank you']);
  await simulator.stop();
  await appendFile(join(dir, 'happenings.jsonl'), '{"kind":"invited","id":"inv_0000');
  await open();
  expect(simulator.state()).toEqual(before);
  await linkedIn.invite(account, 'eve-example', null);
  expect((await readFile(join(dir, 'happenings.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(6);
  await simulator.stop();
  await open();
  expect(simulator.state().invitations).toHaveLength(3);
});

test('a declined person stays unconnected and may be invited again', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  expect(simulator.decline('acc-1', 'ann-example')).toBe(true);
  expect(await linkedIn.relation(account, 'ann-example')).toBe('none');
  expect(await linkedIn.invite(account, 'ann-example', null)).toMatchObject({ kind: 'done' });
});

test('an invitation that was taken back cannot be accepted, and may be sent again', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  await linkedIn.withdraw(account, 'inv_000001');
  expect(simulator.accept('acc-1', 'ann-example')).toBe(false);
  expect((await shown()).people).toMatchObject([{ invitation: { status: 'withdrawn' } }]);
  expect(await linkedIn.invite(account, 'ann-example', null)).toMatchObject({ kind: 'done' });
});

test('a person is answered for, and only by who names this very address as the Origin', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  await linkedIn.invite(account, 'bob-example', null);
  const ann = { invitation: 'inv_000001' };
  for (const headers of [{}, { Origin: 'https://evil.test' }, { Origin: 'null' }])
    expect((await press('/accept', ann, headers)).status).toBe(403);
  expect(await linkedIn.relation(account, 'ann-example')).toBe('pending');
  expect((await press('/accept', ann)).status).toBe(204);
  expect((await press('/decline', { invitation: 'inv_000002' })).status).toBe(204);
  expect(simulator.state().invitations.map(({ status }) => status)).toEqual(['accepted', 'declined']);
  expect((await press('/accept', { invitation: 'inv_000009' })).status).toBe(404);
  expect((await press('/nothing', ann)).status).toBe(404);
  expect((await fetch(new URL('/accept', simulator.url))).status).toBe(405);
});

test('who is connected replies', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  const ann = { account: 'acc-1', profile: 'ann-example' };
  expect((await press('/reply', { ...ann, text: 'Hello' })).status).toBe(409);
  simulator.accept('acc-1', 'ann-example');
  expect((await press('/reply', { ...ann, text: ' Hello\r\nyou <b> ' })).status).toBe(204);
  expect((await press('/reply', { ...ann, text: ' ' })).status).toBe(422);
  expect((await press('/reply', { ...ann, text: 'x'.repeat(8_001) })).status).toBe(422);
  expect(simulator.state().replies.map(({ text }) => text)).toEqual(['Hello\nyou <b>']);
  expect(await linkedIn.hasMessage(account, 'ann-example', 'Hello\nyou <b>')).toBe(false); // not ours
});

test('a limit and a lost login are pressed, survive a restart, and are lifted', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  await press('/limit', { account: 'acc-1', retryAfter: '600' });
  await press('/disconnect', { account: 'acc-1' });
  await simulator.stop();
  await open();
  expect((await shown()).accounts).toContainEqual({
    id: 'acc-1',
    is_logged_in: false,
    limit: { retry_after_seconds: 600 },
  });
  expect(await linkedIn.invite(account, 'bob-example', null)).toEqual({ kind: 'disconnected' });
  await press('/reconnect', { account: 'acc-1' });
  expect(await linkedIn.invite(account, 'bob-example', null)).toEqual({ kind: 'rateLimited', retryAfterMs: 600_000 });
  await press('/limit', { account: 'acc-1', retryAfter: '' });
  expect(await linkedIn.invite(account, 'bob-example', null)).toEqual({ kind: 'rateLimited', retryAfterMs: null });
  await press('/lift-limit', { account: 'acc-1' });
  expect(await linkedIn.invite(account, 'bob-example', null)).toMatchObject({ kind: 'done' });
  expect((await press('/limit', { account: 'nobody' })).status).toBe(404);
});

test('people are shown with notes and chats, who was last first', async () => {
  expect(await shown()).toEqual({
    accounts: [{ id: 'local-account', is_logged_in: true, limit: null }],
    people: [],
  });
  await linkedIn.invite(account, 'ann-example', 'Hello <b>Ann</b>');
  await linkedIn.invite({ externalId: 'acc-2' }, 'bob-example-4f2', null);
  simulator.accept('acc-1', 'ann-example');
  await until(() => Date.now() > (simulator.state().invitations[1]?.at ?? 0)); // what comes is later than Bob
  await linkedIn.sendMessage(account, 'ann-example', 'Is it you?');
  expect((await shown()).people).toMatchObject([
    {
      account: 'acc-1',
      name: 'Ann Example',
      invitation: { status: 'accepted', note: 'Hello <b>Ann</b>' },
      messages: [
        { text: 'Hello <b>Ann</b>', is_ours: true },
        { text: 'Is it you?', is_ours: true },
      ],
    },
    { account: 'acc-2', name: 'Bob Example', invitation: { status: 'pending', note: null }, messages: [] },
  ]);
});

test('a browser is sent on to the page, and told where that does not run', async () => {
  const alone = await fetch(simulator.url);
  expect(alone.status).toBe(404);
  expect(await alone.text()).toMatch(/does not run here: npm start runs it\.\n.*\/people\.json/);
  await simulator.stop();
  await open('http://127.0.0.1:3000');
  const { status, headers } = await fetch(simulator.url, { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, 'http://127.0.0.1:3000/dev/linkedin']);
  expect((await fetch(simulator.url, { method: 'POST' })).status).toBe(405);
});

describe('callbacks', () => {
  const callbacks = createLinkedInCallbacks({ secret: 'a secret of the tests' });
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  /** A door for callbacks that answers with these statuses in turn, the last one for ever; what came to it. */
  async function aDoor(...statuses: number[]) {
    const heard: { body: unknown; authentic: boolean }[] = [];
    const server = createServer(async (request, response) => {
      const body: unknown = JSON.parse(await text(request));
      heard.push({ body, authentic: callbacks.isAuthentic(request.headers) });
      response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = `http://127.0.0.1:${port}/`;
    simulator.callBackTo(async (accountId) =>
      accountId === 'acc-1' ? { url, secret: 'a secret of the tests' } : null,
    );
    return { heard, told: () => heard.flatMap(({ body }) => callbacks.parse(body)) };
  }

  test('tell of acceptances, messages of both sides, and logins, as the provider does', async () => {
    const { heard, told } = await aDoor(200);
    await linkedIn.invite(account, 'ann-example', 'Hello Ann');
    simulator.accept('acc-1', 'ann-example');
    await simulator.calledBack();
    simulator.reply('acc-1', 'ann-example', 'Hello');
    await simulator.calledBack();
    simulator.disconnect('acc-1');
    simulator.disconnect('acc-1');
    await simulator.calledBack();
    simulator.reconnect('acc-1');
    await simulator.calledBack();
    expect(heard.every(({ authentic }) => authentic)).toBe(true);
    expect(told()).toHaveLength(5);
    const ann = providerIdOf('ann-example');
    expect(told()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'connected', account: 'acc-1', profile: 'ann-example' }),
        expect.objectContaining({ kind: 'message', text: 'Hello Ann', isOurs: true, profile: ann }),
        expect.objectContaining({ kind: 'message', text: 'Hello', isOurs: false, profile: ann }),
      ]),
    );
    expect(told().filter(({ kind }) => kind === 'accountStatus')).toMatchObject([
      { status: 'disconnected' },
      { status: 'ok' },
    ]);
  });

  test('of an account for which nobody has set them up go nowhere', async () => {
    const { heard } = await aDoor(200);
    await linkedIn.invite({ externalId: 'acc-2' }, 'ann-example', null);
    simulator.accept('acc-2', 'ann-example');
    await simulator.calledBack();
    expect(heard).toEqual([]);
    expect(logged).toEqual([]);
  });

  test('are told once where they are taken, and again where they are not', async () => {
    const { heard } = await aDoor(503, 202, 200);
    await linkedIn.invite(account, 'ann-example', null);
    simulator.accept('acc-1', 'ann-example');
    await simulator.calledBack();
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await linkedIn.sendMessage(account, 'ann-example', 'Thank you');
    await simulator.calledBack();
    expect(heard).toHaveLength(4);
    expect(logged).toEqual([]);
  });

  test('are given up in the end, in words that name nobody', async () => {
    const { heard } = await aDoor(500);
    await linkedIn.invite(account, 'ann-example', null);
    simulator.accept('acc-1', 'ann-example');
    await simulator.calledBack();
    expect(heard).toHaveLength(3);
    expect(logged).toEqual(['A LinkedIn callback of acc-1 was not taken: it was answered with 500.']);
  });

  test('that are waiting do not hold up a stop', async () => {
    await simulator.stop();
    simulator = await startLinkedInSimulator({ port: 0, dir, apiKey: 'key', callbackWaitsMs: [3_600_000] });
    linkedIn = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: PATIENCE_MS });
    const { heard } = await aDoor(500);
    await linkedIn.invite(account, 'ann-example', null);
    simulator.accept('acc-1', 'ann-example');
    await until(() => heard.length === 1);
    await simulator.stop();
    expect(heard).toHaveLength(1);
    await open();
  });
});

test('requests that make no sense are refused in the provider’s words', async () => {
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new URL(`/api/v1/${path}`, simulator.url), {
      headers: { 'X-API-KEY': 'key' },
      ...init,
    });
    return [response.status, await response.json()];
  };
  expect(await ask('users/ann-example')).toMatchObject([400, { type: 'errors/invalid_parameters' }]);
  expect(await ask('users/ann-example?account_id=a', { headers: {} })).toMatchObject([
    401,
    { type: 'errors/missing_credentials' },
  ]);
  expect(await ask('users/invite', { method: 'POST', body: '{' })).toMatchObject([400, {}]);
  expect(await ask('nothing')).toMatchObject([404, {}]);
  expect(await ask('chats/bm90aGluZw/messages')).toMatchObject([404, {}]);
});

test('a taken port is named together with the setting that moves it', async () => {
  const port = await freePort();
  const free = await occupy(port);
  const starting = startLinkedInSimulator({ port, dir, apiKey: 'key' });
  await expect(starting).rejects.toThrow(new RegExp(`${port}.*LINKEDIN_SIMULATOR_PORT`));
  free();
});
