import { readdirSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutgoingEmail } from '../../../src/adapters/mailer.ts';
import type { Mailbox } from '../../../src/dev/mailbox/mailbox.ts';
import { freePort } from '../../../src/dev/servers/ports.ts';
import { aFolder, occupy } from '../servers/servers.ts';
import { openMailbox, sendTo } from './sent-mail.ts';

let dir: string;
let remove: () => void;
let mailbox: Mailbox;
const open = () => openMailbox(dir);

beforeEach(async () => {
  ({ folder: dir, remove } = aFolder());
  mailbox = await open();
});
afterEach(async () => {
  await mailbox.stop();
  remove();
});

const send = (over?: Partial<OutgoingEmail>, to?: string) => sendTo(mailbox, over, to);

const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, mailbox.pageUrl), init);
const read = async (path: string) => JSON.parse(await (await get(path)).text());
const listed = async (query = '') => (await read(`/letters.json${query}`)).items;

test('a message is kept byte for byte, and is in its file before the 250', async () => {
  const heard: string[][] = [];
  mailbox.onMessage(({ id }) => heard.push([id, ...readdirSync(dir)]));
  const { outcome, raw, sha256 } = await send();
  expect(outcome).toEqual({ kind: 'accepted', answer: '250 2.0.0 Ok: queued as 000001' });
  expect(await readdir(dir)).toEqual(['000001.eml']);
  expect(heard).toEqual([['000001', '000001.eml']]);
  const [message] = await mailbox.messages();
  expect(message).toMatchObject({
    id: '000001',
    envelope: { from: 'sam@sender.example', recipients: ['ann@acme.example'] },
    from: { name: 'Sam Sender', address: 'sam@sender.example' },
    to: [{ name: 'Ann Example', address: 'ann@acme.example' }],
    subject: 'Hello Ann',
    messageId: '<one@sender.example>',
    businessAt: null,
    sha256,
  });
  expect((await mailbox.raw('000001')).equals(raw)).toBe(true);
});

test('a restart reads everything back from the files, and numbers go on', async () => {
  await send();
  await send({
    messageId: '<two@sender.example>',
    inReplyTo: '<one@sender.example>',
    references: ['<one@sender.example>'],
  });
  const before = await mailbox.messages();
  await mailbox.stop();
  await writeFile(join(dir, '000003.tmp'), 'torn');
  await writeFile(join(dir, '000002x.eml'), 'not ours');
  mailbox = await open();
  expect(await mailbox.messages()).toEqual(before);
  await send({ messageId: '<three@sender.example>' });
  expect((await readdir(dir)).toSorted()).toEqual(['000001.eml', '000002.eml', '000002x.eml', '000003.eml']);
});

test('a thread is told by its references, and unrelated messages stay apart', async () => {
  await send();
  await send({
    messageId: '<two@sender.example>',
    inReplyTo: '<one@sender.example>',
    references: ['<one@sender.example>'],
  });
  await send({ messageId: '<three@sender.example>', inReplyTo: '<two@sender.example>' });
  await send({ messageId: '<other@sender.example>', subject: 'Hello Ann' });
  expect((await mailbox.messages()).map(({ threadId }) => threadId)).toEqual(['000001', '000001', '000001', '000004']);
  expect(await listed()).toMatchObject([
    { id: '000004', place: 1, thread: 1 },
    { id: '000003', place: 3, thread: 3 },
    { id: '000002', place: 2, thread: 3 },
    { id: '000001', place: 1, thread: 3 },
  ]);
  const { whole_thread } = await read('/messages/000002/letter.json');
  expect(whole_thread).toMatchObject([{ id: '000001' }, { id: '000002' }, { id: '000003' }]);
});

test('a scripted refusal answers RCPT until it is taken back', async () => {
  const accept = mailbox.refuse('Gone@acme.example', 550, '5.1.1 No such user here');
  const refused = { kind: 'answered', stage: 'rcpt', code: 550, enhanced: '5.1.1', text: 'No such user here' };
  expect((await send({}, 'gone@acme.example')).outcome).toEqual(refused);
  expect((await send()).outcome.kind).toBe('accepted');
  accept();
  expect((await send({}, 'gone@acme.example')).outcome.kind).toBe('accepted');
});

test('the list shows the newest first, the business time where one was sent, and finds people and subjects', async () => {
  await send({ subject: 'First' });
  await send({
    subject: 'Second',
    messageId: '<two@sender.example>',
    headers: { 'X-Topo-Time': '2027-01-05T09:30:00.000Z' },
  });
  const [second, first] = [{ subject: 'Second', at: '2027-01-05T09:30:00Z' }, { subject: 'First' }];
  expect(await listed()).toMatchObject([second, first]);
  expect(await listed('?q=SECOND')).toMatchObject([second]);
  expect(await listed('?q=ann%40acme')).toHaveLength(2);
  expect(await listed('?q=nobody')).toEqual([]);
});

test('the JSON gives the newest first, as many as asked for', async () => {
  await send({ subject: 'First' });
  await send({ subject: 'Second', messageId: '<two@sender.example>' });
  const body: unknown = await (await get('/messages.json')).json();
  expect(body).toMatchObject({ total: 2, messages: [{ subject: 'Second' }, { subject: 'First' }] });
  expect(await (await get('/messages.json?limit=1')).json()).toMatchObject({
    total: 2,
    messages: [{ subject: 'Second' }],
  });
  expect((await get('/messages.json?limit=0')).status).toBe(400);
});

test('what a message says is data here, never a page', async () => {
  const attack = '<script>alert(1)</script>';
  await send({ subject: attack, text: attack, html: attack });
  const types = { 'letter.json': 'application/json', html: 'text/plain', raw: 'text/plain' };
  for (const [part, type] of Object.entries(types)) {
    const { headers } = await get(`/messages/000001/${part}`);
    expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  }
  expect(await (await get('/messages/000001/html')).text()).toContain(attack);
});

test('a browser is sent on to the page, with what it looks for, and to the very message', async () => {
  await mailbox.stop();
  mailbox = await openMailbox(dir, { page: 'http://127.0.0.1:3000' });
  await send();
  const leads = async (path: string, method = 'GET') => {
    const { status, headers } = await get(path, { method, redirect: 'manual' });
    return [status, headers.get('location')];
  };
  expect(await leads('/')).toEqual([302, 'http://127.0.0.1:3000/dev/mailbox']);
  expect(await leads('/', 'HEAD')).toEqual([302, 'http://127.0.0.1:3000/dev/mailbox']);
  expect(await leads('/?q=ann%40acme&page=2')).toEqual([302, 'http://127.0.0.1:3000/dev/mailbox?q=ann%40acme&page=2']);
  expect(await leads('/messages/000001')).toEqual([302, 'http://127.0.0.1:3000/dev/mailbox?mail=%2Fmessages%2F000001']);
  expect(await leads('/messages/000002')).toEqual([404, null]);
});

test('where the page does not run, a browser is told so, and where the mail is', async () => {
  await send();
  for (const path of ['/', '/messages/000001']) {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(/does not run here: npm start runs it\.\n.*\/letters\.json/);
  }
});

test('a page of another site, pointed at the loopback by its name, gets nothing', async () => {
  const statusFor = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const done = (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode);
      };
      httpGet(new URL('/letters.json', mailbox.pageUrl), { headers: { host } }, done).on('error', reject);
    });
  expect(await statusFor('evil.test')).toBe(421);
  expect(await statusFor('127.0.0.1.evil.test')).toBe(421);
  expect(await statusFor('localhost:1080')).toBe(200);
});

test('other methods and other paths get nothing', async () => {
  await send();
  for (const path of ['/', '/letters.json', '/messages/000001/raw'])
    expect((await get(path, { method: 'POST' })).status).toBe(405);
  expect((await get('/letters.json', { method: 'HEAD' })).status).toBe(200);
  for (const path of ['/messages/000002', '/messages/../000001.eml', '/messages/000001/x', '/etc/passwd'])
    expect((await get(path)).status).toBe(404);
});

test('a taken port is named together with the setting that moves it', async () => {
  const port = await freePort();
  const free = await occupy(port);
  const settings = { smtpPort: 'MAILBOX_SMTP_PORT', imapPort: 'MAILBOX_IMAP_PORT', pagePort: 'MAILBOX_PAGE_PORT' };
  for (const [which, variable] of Object.entries(settings))
    await expect(openMailbox(dir, { [which]: port })).rejects.toThrow(new RegExp(`${port}.*${variable}`));
  free();
});

test('a message that cannot be stored is not accepted', async () => {
  await rm(dir, { recursive: true });
  expect((await send()).outcome).toMatchObject({ kind: 'answered', stage: 'body', code: 451 });
  expect(await mailbox.messages()).toEqual([]);
});

test('the file says who it was delivered to, whatever the headers say', async () => {
  await send();
  const file = await readFile(join(dir, '000001.eml'), 'latin1');
  expect(file).toMatch(
    /^Return-Path: <sam@sender\.example>\r\nDelivered-To: <ann@acme\.example>\r\nX-Received-At: \d{4}-/,
  );
});
