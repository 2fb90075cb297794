import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpLinkedIn } from '../../src/adapters/http-linkedin.ts';
import type { LinkedIn } from '../../src/adapters/linkedin.ts';
import { type LinkedInSimulator, startLinkedInSimulator } from '../../src/dev/linkedin-simulator.ts';
import { freePort } from '../../src/dev/ports.ts';
import { aFolder, occupy } from './servers.ts';

const account = { externalId: 'acc-1' };
let dir: string;
let remove: () => void;
let simulator: LinkedInSimulator;
let linkedIn: LinkedIn;

async function open() {
  simulator = await startLinkedInSimulator({ port: 0, dir, apiKey: 'key' });
  linkedIn = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: 5_000 });
}

beforeEach(async () => {
  ({ folder: dir, remove } = aFolder());
  await open();
});
afterEach(async () => {
  await simulator.stop();
  remove();
});

const press = (path: string, headers: Record<string, string>) =>
  fetch(new URL(path, simulator.url), { method: 'POST', headers, redirect: 'manual' });
const page = async () => (await fetch(simulator.url)).text();

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

test('acceptance is told to whoever listens, once', async () => {
  const heard: object[] = [];
  const hush = simulator.onAccepted((acceptance) => heard.push(acceptance));
  await linkedIn.invite(account, 'ann-example', null);
  expect(simulator.accept('acc-1', 'ann-example')).toBe(true);
  expect(simulator.accept('acc-1', 'ann-example')).toBe(false);
  expect(simulator.accept('acc-1', 'nobody-invited')).toBe(false);
  expect(heard).toEqual([{ accountId: 'acc-1', profile: 'ann-example', providerId: expect.stringMatching(/^ACo/) }]);
  hush();
  await linkedIn.invite(account, 'bob-example', null);
  simulator.accept('acc-1', 'bob-example');
  expect(heard).toHaveLength(1);
});

test('a declined person stays unconnected and may be invited again', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  expect(simulator.decline('acc-1', 'ann-example')).toBe(true);
  expect(await linkedIn.relation(account, 'ann-example')).toBe('none');
  expect(await linkedIn.invite(account, 'ann-example', null)).toMatchObject({ kind: 'done' });
});

test('the buttons answer for a person, and only from the page itself', async () => {
  await linkedIn.invite(account, 'ann-example', null);
  await linkedIn.invite(account, 'bob-example', null);
  const origin = new URL(simulator.url).origin;
  expect((await press('/invitations/inv_000001/accept', {})).status).toBe(403);
  expect((await press('/invitations/inv_000001/accept', { Origin: 'https://evil.test' })).status).toBe(403);
  expect((await press('/invitations/inv_000001/accept', { Origin: 'null' })).status).toBe(403);
  expect(await linkedIn.relation(account, 'ann-example')).toBe('pending');
  const accepted = await press('/invitations/inv_000001/accept', { Origin: origin });
  expect([accepted.status, accepted.headers.get('location')]).toEqual([303, '/']);
  expect((await press('/invitations/inv_000002/decline', { Origin: origin })).status).toBe(303);
  expect(simulator.state().invitations.map(({ status }) => status)).toEqual(['accepted', 'declined']);
  expect((await press('/invitations/inv_000009/accept', { Origin: origin })).status).toBe(404);
  expect((await fetch(new URL('/invitations/inv_000001/accept', simulator.url))).status).toBe(405);
});

test('the page shows people, notes and chats, escaped', async () => {
  expect(await page()).toContain('Nobody yet');
  await linkedIn.invite(account, 'ann-example', '<script>alert(1)</script>');
  await linkedIn.invite({ externalId: '<b>acc</b>' }, 'bob-example-4f2', null);
  const waiting = await page();
  expect(waiting).toContain('Ann Example');
  expect(waiting).toContain('Bob Example');
  expect(waiting).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(waiting).not.toContain('<b>');
  expect(waiting.match(/<button/g)).toHaveLength(4);
  simulator.accept('acc-1', 'ann-example');
  await linkedIn.sendMessage(account, 'ann-example', 'Is it <i>you</i>?');
  expect(await page()).toContain('Is it &lt;i&gt;you&lt;/i&gt;?');
  const { headers } = await fetch(simulator.url);
  expect(headers.get('referrer-policy')).toBe('same-origin'); // a browser sends Origin: null otherwise
  const policy = headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
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
