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
const read = async (path: string) => (await get(path)).text();

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
  const list = await read('/');
  expect(list.match(/\d of 3(?=<)/g)).toEqual(['3 of 3', '2 of 3', '1 of 3']);
  expect(await read('/messages/000002')).toContain('href="/messages/000003"');
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
  const list = await read('/');
  expect(list.indexOf('Second')).toBeLessThan(list.indexOf('First'));
  expect(list).toContain('datetime="2027-01-05T09:30:00.000Z"');
  expect(await read('/?q=SECOND')).not.toContain('First');
  expect(await read('/?q=ann%40acme')).toContain('2 of 2 messages');
  expect(await read('/?q=nobody')).toContain('No message matches');
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

test('what a message says is escaped on every page, and its HTML lives in a sandbox', async () => {
  const attack = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'';
  await send({
    from: { name: attack, address: 'sam@sender.example' },
    to: { name: attack, address: 'ann@acme.example' },
    subject: attack,
    text: `${attack} https://evil.test/"onmouseover="alert(1)`,
    html: attack,
    headers: { 'X-Attack': attack },
  });
  for (const path of ['/', '/messages/000001', `/?q=${encodeURIComponent(attack)}`]) {
    const response = await get(path);
    const page = await response.text();
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/"onmouseover="/);
    expect(page).toContain('&lt;script&gt;');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
  }
  expect(await read('/messages/000001')).toMatch(
    /<iframe src="\/messages\/000001\/html" sandbox="allow-popups [a-z-]+"/,
  );
  const part = await get('/messages/000001/html');
  expect(part.headers.get('content-security-policy')).toMatch(
    /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
  );
  const source = await get('/messages/000001/raw');
  expect(source.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(source.headers.get('x-content-type-options')).toBe('nosniff');
});

test('links in the plain part are links, without the full stop behind them', async () => {
  await send();
  expect(await read('/messages/000001')).toContain(
    'href="https://sender.example/a" target="_blank" rel="noopener noreferrer">https://sender.example/a</a>.',
  );
});

test('a page of another site, pointed at the loopback by its name, gets nothing', async () => {
  const statusFor = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const done = (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode);
      };
      httpGet(mailbox.pageUrl, { headers: { host } }, done).on('error', reject);
    });
  expect(await statusFor('evil.test')).toBe(421);
  expect(await statusFor('127.0.0.1.evil.test')).toBe(421);
  expect(await statusFor('localhost:1080')).toBe(200);
});

test('other methods and other paths get nothing', async () => {
  await send();
  expect((await get('/', { method: 'POST' })).status).toBe(405);
  expect((await get('/', { method: 'HEAD' })).status).toBe(200);
  for (const path of ['/messages/000002', '/messages/../000001.eml', '/messages/000001/x', '/etc/passwd'])
    expect((await get(path)).status).toBe(404);
});

test('open pages hear of news', async () => {
  const response = await get('/events');
  const news = (async () => {
    for await (const chunk of response.body ?? [])
      if (Buffer.from(chunk).toString().includes('changed')) return 'heard';
    return 'silence';
  })();
  await send();
  expect(await news).toBe('heard');
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
