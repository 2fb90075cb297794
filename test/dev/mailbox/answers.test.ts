import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutgoingEmail } from '../../../src/adapters/mailer.ts';
import type { AnswerAsked } from '../../../src/dev/mailbox/answer-asked.ts';
import type { Mailbox } from '../../../src/dev/mailbox/mailbox.ts';
import { aFolder } from '../servers/servers.ts';
import { openMailbox, PASSWORD, sendTo } from './sent-mail.ts';

const SAM = 'sam@sender.example';
let dir: string;
let remove: () => void;
let mailbox: Mailbox;
const web: Server[] = [];

beforeEach(async () => {
  ({ folder: dir, remove } = aFolder());
  mailbox = await openMailbox(dir);
});
afterEach(async () => {
  await mailbox.stop();
  for (const each of web.splice(0)) each.close();
  remove();
});

const send = (over?: Partial<OutgoingEmail>, to?: string) => sendTo(mailbox, over, to);
const restart = async () => {
  await mailbox.stop();
  mailbox = await openMailbox(dir);
};

const folder = (name: string, account = SAM) => {
  const found = mailbox.folders(account).find((each) => each.name === name);
  if (!found) throw new Error(`no folder ${name} of ${account}`);
  return found;
};
const rawInbox = (account = SAM) =>
  Promise.all(
    folder('INBOX', account)
      .messages()
      .map((each) => each.raw()),
  );
const subjects = async (account = SAM) =>
  (await Promise.all((await rawInbox(account)).map((raw) => PostalMime.parse(raw)))).map(({ subject }) => subject);

/** The answer to the only message, as its account's inbox holds it. */
async function answered(answer: AnswerAsked) {
  const done = await mailbox.answer('000001', answer);
  const raw = (await rawInbox()).at(-1) ?? Buffer.alloc(0);
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: 'utf8' });
  const header = (name: string) => mail.headers.find(({ key }) => key === name.toLowerCase())?.value;
  const part = (type: string) => String(mail.attachments.find(({ mimeType }) => mimeType === type)?.content ?? '');
  return { done, mail, header, part, source: raw.toString('latin1') };
}

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(new URL(path, mailbox.pageUrl), {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    headers: { Origin: new URL(mailbox.pageUrl).origin, ...headers },
  });
const read = async (path: string) => JSON.parse(await (await fetch(new URL(path, mailbox.pageUrl))).text());
const letter = (path: string) => read(`${path}/letter.json`);

const imap = (user: string, pass: string) =>
  new ImapFlow({ host: '127.0.0.1', port: mailbox.imapPort, secure: false, auth: { user, pass }, logger: false });

// ---- kinds

test('a reply is in the thread of the message, quotes it, and is from the contact by name', async () => {
  await send({ references: ['<zero@sender.example>'], inReplyTo: '<zero@sender.example>' });
  const { done, mail, header } = await answered({ kind: 'reply', text: 'Sounds good.\r\nSee you' });
  expect(done).toEqual({
    kind: 'delivered',
    answer: 'reply',
    account: SAM,
    uid: 1,
    messageId: expect.stringMatching(/^<[\w-]+@mailbox\.example>$/),
  });
  expect(mail).toMatchObject({
    from: { name: 'Ann Example', address: 'ann@acme.example' },
    to: [{ name: 'Sam Sender', address: SAM }],
    subject: 'Re: Hello Ann',
    inReplyTo: '<one@sender.example>',
    references: '<zero@sender.example> <one@sender.example>',
    messageId: done.kind === 'delivered' && done.messageId,
    returnPath: 'ann@acme.example',
    deliveredTo: SAM,
  });
  expect(mail.text).toMatch(
    /^Sounds good\.\nSee you\n\nOn .+, Sam Sender <sam@sender\.example> wrote:\n> Hello Ann, see https:\/\/sender\.example\/a\.\n/,
  );
  expect(header('Auto-Submitted')).toBeUndefined();
  expect(header('X-Topo-Time')).toBeUndefined();
});

/** A message that our own mailer would not compose, as if it had come by SMTP. */
async function stored(headers: string[], { returnPath = SAM } = {}) {
  const own = [
    `Return-Path: <${returnPath}>`,
    'Delivered-To: <ann@acme.example>',
    'X-Received-At: 2026-11-02T10:00:00.000Z',
  ];
  await writeFile(join(dir, '000001.eml'), [...own, ...headers, '', 'Hello'].join('\r\n'));
  await restart();
}

test('a reply goes where Reply-To asks, and the subject of a reply gets no second Re', async () => {
  await stored([`From: <${SAM}>`, 'Reply-To: <desk@sender.example>', 'Subject: RE: Hello']);
  await mailbox.answer('000001', { kind: 'reply', text: 'Yes' });
  expect(await subjects('desk@sender.example')).toEqual(['RE: Hello']);
  expect(await subjects()).toEqual([]);
});

test('no machine answers a message with an empty return path, but a person may', async () => {
  await stored([`From: <${SAM}>`, 'Subject: Hello'], { returnPath: '' });
  for (const answer of [
    { kind: 'bounce', severity: 'hard' },
    { kind: 'outOfOffice', returnsOn: null },
    { kind: 'complaint' },
  ] as const)
    await expect(mailbox.answer('000001', answer)).rejects.toThrow('000001 has an empty return path');
  await mailbox.answer('000001', { kind: 'reply', text: 'Yes' });
  expect(await subjects()).toEqual(['Re: Hello']);
});

test('a message without one-click unsubscribing offers none', async () => {
  await stored([`From: <${SAM}>`, 'List-Unsubscribe: <mailto:stop@sender.example>, <http://127.0.0.1:1/u>']);
  await expect(mailbox.answer('000001', { kind: 'unsubscribe' })).rejects.toThrow('has no "List-Unsubscribe-Post');
  expect((await letter('/messages/000001')).why_no_unsubscribe).toBe(
    'The message offers no unsubscribing by one click',
  );
});

test('an out-of-office answer says that a machine wrote it, and names the day', async () => {
  await send();
  const { mail, header, source } = await answered({ kind: 'outOfOffice', returnsOn: '2027-01-05' });
  expect(header('Auto-Submitted')).toBe('auto-replied');
  expect(source).toMatch(/^Return-Path: <>\r\n/);
  expect(mail).toMatchObject({
    from: { address: 'ann@acme.example' },
    subject: 'Automatic reply: Hello Ann',
    inReplyTo: '<one@sender.example>',
    references: '<one@sender.example>',
  });
  expect(mail.text).toContain('will be back on 5 January 2027.');
  const unsaid = await answered({ kind: 'outOfOffice', returnsOn: null });
  expect(unsaid.mail.text).not.toMatch(/\d{4}/);
});

test.each([
  ['hard', '5.1.1', '550'],
  ['soft', '4.2.2', '452'],
] as const)(
  'a %s bounce is a delivery status with %s and the headers of what came back',
  async (severity, status, code) => {
    await send();
    const { mail, header, part, source } = await answered({ kind: 'bounce', severity });
    expect(source).toMatch(/^Return-Path: <>\r\n/);
    expect(mail.from?.address).toBe('MAILER-DAEMON@mailbox.example');
    expect(header('Content-Type')).toMatch(/^multipart\/report; report-type=delivery-status; boundary=/);
    expect(part('message/delivery-status')).toContain(
      '\n\nOriginal-Recipient: rfc822; ann@acme.example\nFinal-Recipient: rfc822; ann@acme.example\nAction: failed\n' +
        `Status: ${status}\nRemote-MTA: dns; mailbox.example\nDiagnostic-Code: smtp; ${code} ${status} `,
    );
    expect(part('text/rfc822-headers')).toMatch(/^Message-ID: <one@sender\.example>$/m);
    expect(source.match(/[^\r]\n/)).toBeNull();
    expect(source).not.toContain('see https://sender.example/a'); // the headers, not the body
  },
);

test('a complaint is an abuse report with the whole message inside', async () => {
  const { raw } = await send();
  const { header, part, source } = await answered({ kind: 'complaint' });
  expect(header('Content-Type')).toMatch(/^multipart\/report; report-type=feedback-report; boundary=/);
  expect(part('message/feedback-report')).toMatch(
    /^Feedback-Type: abuse\nUser-Agent: .+\nVersion: 1\nOriginal-Mail-From: <sam@sender\.example>\nOriginal-Rcpt-To: <ann@acme\.example>\n/,
  );
  expect(source).toContain(
    `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${raw.toString('latin1')}`,
  );
});

test('the time asked for is the Date, and is named where it is ahead of the real clock', async () => {
  await send();
  const [past, future] = [Date.parse('2020-02-29T10:00:00Z'), Date.parse('2090-02-28T10:00:00Z')];
  for (const asked of [
    { kind: 'reply', text: 'Yes' },
    { kind: 'bounce', severity: 'hard' },
  ] as const) {
    const before = await answered({ ...asked, at: past });
    expect([before.mail.date, before.header('X-Topo-Time')]).toEqual(['2020-02-29T10:00:00.000Z', undefined]);
    const ahead = await answered({ ...asked, at: future });
    expect([ahead.mail.date, ahead.header('X-Topo-Time')]).toEqual(Array(2).fill('2090-02-28T10:00:00.000Z'));
  }
});

test('nobody answers before the message was sent, in virtual time too', async () => {
  await send({ headers: { 'X-Topo-Time': '2090-01-05T09:30:00.000Z' } });
  const { header } = await answered({ kind: 'reply', text: 'Yes' });
  expect(header('X-Topo-Time')).toBe('2090-01-05T09:30:00.000Z');
});

test('an answer that makes no sense is refused with its value, and nothing is filed', async () => {
  await send();
  const asked = (answer: AnswerAsked, id = '000001') => mailbox.answer(id, answer);
  await expect(asked({ kind: 'reply', text: ' \r\n' })).rejects.toThrow('the text of the reply is empty');
  await expect(asked({ kind: 'outOfOffice', returnsOn: '2027-02-30' })).rejects.toThrow(/"2027-02-30".*expected a day/);
  await expect(asked({ kind: 'complaint', at: Number.NaN })).rejects.toThrow('at: NaN');
  await expect(asked({ kind: 'complaint' }, '000002')).rejects.toThrow('"000002"');
  expect(folder('INBOX').messages()).toEqual([]);
});

// ---- folders

test('answers survive a restart byte for byte, UIDs ascend and never change', async () => {
  await send();
  const answers = [1, 2, 3].map((n) => mailbox.answer('000001', { kind: 'reply', text: `Answer ${n}` }));
  await Promise.all(answers);
  const before = await rawInbox();
  const uidValidity = folder('INBOX').uidValidity;
  await restart();
  expect(await rawInbox()).toEqual(before);
  expect(folder('INBOX').uidValidity).toBe(uidValidity);
  await mailbox.answer('000001', { kind: 'complaint' });
  expect(
    folder('INBOX')
      .messages()
      .map(({ uid }) => uid),
  ).toEqual([1, 2, 3, 4]);
});

test('the UID of a file that was taken away is not given out again', async () => {
  await send();
  await answered({ kind: 'complaint' });
  await answered({ kind: 'complaint' });
  await rm(join(dir, 'accounts', 'sam%40sender.example', 'INBOX', '000002.eml'));
  await restart();
  expect(folder('INBOX').uidNext()).toBe(3);
  expect((await answered({ kind: 'complaint' })).done).toMatchObject({ uid: 3 });
});

test('a torn file and files that are not ours are no messages', async () => {
  await send();
  await answered({ kind: 'complaint' });
  const inbox = join(dir, 'accounts', 'sam%40sender.example', 'INBOX');
  await writeFile(join(inbox, '2.tmp'), 'X-Received-At: torn');
  await writeFile(join(inbox, '000009.eml'), 'Subject: not ours\r\n\r\n');
  await mkdir(join(dir, 'accounts', '%zz not an address'));
  await restart();
  expect(
    folder('INBOX')
      .messages()
      .map(({ uid }) => uid),
  ).toEqual([1]);
  expect(await readdir(inbox)).not.toContain('2.tmp');
  expect(folder('INBOX').uidNext()).toBe(10);
});

test('the inboxes of two accounts are apart, whatever their addresses look like', async () => {
  const other = 'a/./%2e+b@sender.example';
  await send();
  await send({ from: { name: '', address: other }, subject: 'Other', messageId: '<two@sender.example>' });
  await mailbox.answer('000001', { kind: 'reply', text: 'To Sam' });
  await mailbox.answer('000002', { kind: 'reply', text: 'To the other' });
  for (const [account, subject] of [
    [SAM, 'Re: Hello Ann'],
    [other.toUpperCase(), 'Re: Other'],
  ] as const)
    expect(await subjects(account)).toEqual([subject]);
  expect((await readdir(join(dir, 'accounts'))).toSorted()).toEqual([
    'a%2F.%2F%252e%2Bb%40sender.example',
    'sam%40sender.example',
    'uid-validity',
  ]);
  await restart();
  expect(await subjects(other)).toEqual(['Re: Other']);
});

test('what an IMAP client files is kept as it is, even where it looks like our own first lines', async () => {
  const raw = Buffer.from('X-Answers: 000001 reply\r\nX-Received-At: never\r\nSubject: Odd\r\n\r\n\xff\r\n', 'latin1');
  await folder('Sent').append(raw, ['\\Seen', 'bad flag\r\n', '$Label1']);
  await restart();
  const [filed] = folder('Sent').messages();
  expect(await filed?.raw()).toEqual(raw);
  expect(filed).toMatchObject({ size: raw.length, flags: ['\\Seen', '$Label1'] });
});

test('whoever listens hears of a message once it can be read', async () => {
  await send();
  const heard: number[] = [];
  const hush = folder('INBOX').onChange(() => heard.push(folder('INBOX').messages().length));
  await answered({ kind: 'complaint' });
  hush();
  await answered({ kind: 'complaint' });
  expect(heard).toEqual([1]);
});

test('the next UID is never ahead of what can be read, so that a reader passes over nothing', async () => {
  const inbox = folder('INBOX');
  let filing = 3;
  const raw = Buffer.from('Subject: Hello\r\n\r\n');
  const filed = Array.from({ length: filing }, () => inbox.append(raw, []).finally(() => filing--));
  while (filing > 0) {
    expect(inbox.uidNext()).toBe(inbox.messages().length + 1);
    await new Promise(setImmediate);
  }
  expect(await Promise.all(filed)).toEqual([1, 2, 3]);
});

// ---- IMAP

test('an account logs in with its address, reads its answers, and files what it sent', async () => {
  const { raw } = await send();
  await mailbox.answer('000001', { kind: 'reply', text: 'Yes' });
  const client = imap(SAM, PASSWORD);
  await client.connect();
  const open = await client.mailboxOpen('INBOX');
  expect(open).toMatchObject({ exists: 1, uidNext: 2, uidValidity: BigInt(folder('INBOX').uidValidity) });
  const found = await client.fetchOne('1', { source: true }, { uid: true });
  expect(found ? found.source : null).toEqual((await rawInbox())[0]);
  const sent = (await client.list()).find(({ specialUse }) => specialUse === '\\Sent');
  expect(await client.append(sent?.path ?? '', raw, ['\\Seen'])).toMatchObject({ uid: 1 });
  await client.logout();
  await restart();
  const [filed] = folder('Sent').messages();
  expect(filed).toMatchObject({ uid: 1, flags: ['\\Seen'], size: raw.length });
  expect(await filed?.raw()).toEqual(raw);
  expect(folder('INBOX').messages()).toHaveLength(1);
});

test.each([
  [SAM, 'wrong'],
  [SAM, ''],
  ['no address', PASSWORD],
])('a login of %j with the password %j is refused', async (user, password) => {
  const client = imap(user, password);
  client.on('error', () => undefined);
  await expect(client.connect()).rejects.toMatchObject({ authenticationFailed: true });
});

// ---- unsubscribe

/** A web server on the loopback that notes what it was asked. */
async function aWebServer(status: number, headers: Record<string, string> = {}) {
  const asked: { method: string; path: string; body: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '' } = request;
    asked.push({ method, path, body: Buffer.concat(chunks).toString(), headers: request.headers });
    response.writeHead(status, headers).end('You are <b>unsubscribed</b>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  web.push(server);
  const address = server.address();
  return { asked, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}

test('unsubscribing is one POST, as a mail program makes it', async () => {
  const { asked, url } = await aWebServer(200);
  await send({ unsubscribeUrl: `${url}/u/token` });
  const done = await mailbox.answer('000001', { kind: 'unsubscribe' });
  expect(done).toEqual({ kind: 'posted', url: `${url}/u/token`, status: 200, text: 'You are <b>unsubscribed</b>' });
  expect(asked).toMatchObject([
    {
      method: 'POST',
      path: '/u/token',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  ]);
  expect(asked[0]?.headers).not.toHaveProperty('cookie');
});

test('unsubscribing follows no redirect', async () => {
  const target = await aWebServer(200);
  const { asked, url } = await aWebServer(307, { Location: `${target.url}/elsewhere` });
  await send({ unsubscribeUrl: `${url}/u/token` });
  expect(await mailbox.answer('000001', { kind: 'unsubscribe' })).toMatchObject({ status: 307 });
  expect([asked.length, target.asked.length]).toEqual([1, 0]);
});

test.each([
  'https://sender.example/u/token',
  'http://127.0.0.1.example.com/u',
  'http://127.0.0.1@sender.example/u',
  'http://192.168.0.1/u',
  'http://0.0.0.0/u',
  'http://[::ffff:10.0.0.1]/u',
])('unsubscribing does not call %s, which is another machine', async (unsubscribeUrl) => {
  await send({ unsubscribeUrl });
  await expect(mailbox.answer('000001', { kind: 'unsubscribe' })).rejects.toThrow(/is not on this machine/);
});

test('unsubscribing says where nobody answers', async () => {
  const { url } = await aWebServer(200);
  for (const each of web.splice(0)) each.close();
  await send({ unsubscribeUrl: `${url}/u` });
  await expect(mailbox.answer('000001', { kind: 'unsubscribe' })).rejects.toThrow(/\/u did not answer: .*ECONNREFUSED/);
});

// ---- HTTP

test('an answer is told, and stands in the thread of the message', async () => {
  await send();
  const response = await post('/messages/000001/answers/reply', { text: 'Sounds good' });
  expect([response.status, await response.json()]).toEqual([
    200,
    { text: 'Reply: delivered to the inbox of sam@sender.example as UID 1.', detail: null, failed: false },
  ]);
  const { whole_thread } = await letter('/messages/000001');
  expect(whole_thread).toMatchObject([
    { path: '/messages/000001', id: '000001', kind: null, place: 1, thread: 2 },
    { path: '/inbox/sam%40sender.example/1', id: null, kind: 'reply', place: 2, thread: 2 },
  ]);
  expect(await letter('/inbox/sam%40sender.example/1')).toMatchObject({
    text: expect.stringMatching(/^Sounds good/),
    inbox: { account: SAM, uid: 1 },
    whole_thread,
  });
  expect(await read('/letters.json')).toMatchObject({ total_count: 2 });
  expect(await read('/messages.json')).toMatchObject({ total: 1 });
});

test.each([
  ['out-of-office', { returnsOn: '2027-01-05' }, 'outOfOffice'],
  ['out-of-office', { returnsOn: '' }, 'outOfOffice'],
  ['bounce', { severity: 'hard' }, 'bounce'],
  ['bounce', { severity: 'soft' }, 'bounce'],
  ['complaint', {}, 'complaint'],
])('%s with %j answers, and the answer stays in the thread', async (asked, fields, kind) => {
  await send();
  expect((await post(`/messages/000001/answers/${asked}`, fields)).status).toBe(200);
  await restart();
  expect((await letter('/messages/000001')).whole_thread).toMatchObject([
    { kind: null },
    { kind, place: 2, thread: 2 },
  ]);
});

test('where the SMTP dialogue named others than the headers do, a message tells whom', async () => {
  await stored([`From: <${SAM}>`, 'To: <other@acme.example>']);
  expect(await letter('/messages/000001')).toMatchObject({
    recipients: [{ name: '', address: 'other@acme.example' }],
    delivered_to: ['ann@acme.example'],
  });
});

test('of unsubscribing it is told what was answered', async () => {
  const { url } = await aWebServer(200);
  await send({ unsubscribeUrl: `${url}/u` });
  const response = await post('/messages/000001/answers/unsubscribe', {});
  expect(await response.json()).toEqual({
    text: `${url}/u answered 200.`,
    detail: 'You are <b>unsubscribed</b>',
    failed: false,
  });
});

test('only who names this very address as the Origin answers, which no page of another site can', async () => {
  await send();
  const path = '/messages/000001/answers/reply';
  for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1', ''])
    expect((await post(path, { text: 'Yes' }, { Origin: origin })).status).toBe(403);
  expect((await fetch(new URL(path, mailbox.pageUrl), { method: 'POST', body: 'text=Yes' })).status).toBe(403);
  expect(folder('INBOX').messages()).toEqual([]);
  expect((await fetch(new URL(path, mailbox.pageUrl))).status).toBe(405);
  expect((await post('/messages/000009/answers/reply', { text: 'Yes' })).status).toBe(404);
  expect((await post('/messages/000001/answers/nothing', {})).status).toBe(404);
});

test.each([
  ['out-of-office', { returnsOn: '2027-02-30' }, /^Nothing was sent: .*"2027-02-30"/],
  ['reply', { text: 'x'.repeat(100_001) }, /^Nothing was sent: .*100001 characters/],
  ['bounce', { severity: 'other' }, /^Nothing was sent: severity is "other"/],
])('%s that cannot be sent is refused with the reason', async (kind, fields, reason) => {
  await send();
  const response = await post(`/messages/000001/answers/${kind}`, fields);
  expect([response.status, await response.json()]).toEqual([
    422,
    { text: expect.stringMatching(reason), detail: null, failed: true },
  ]);
  expect(folder('INBOX').messages()).toEqual([]);
});

test('hostile text in a reply stays text', async () => {
  await send();
  const attack = '</textarea><script>alert(1)</script>\r\nBcc: eve@evil.test\r\n\r\n.\r\nFrom \0 \u202e 你好';
  await post('/messages/000001/answers/reply', { text: attack });
  const [raw = Buffer.alloc(0)] = await rawInbox();
  const mail = await PostalMime.parse(raw);
  expect(mail.bcc).toBeUndefined();
  expect(mail.attachments).toEqual([]);
  expect(mail.html).toBeUndefined();
  expect(mail.text).toContain('</textarea><script>alert(1)</script>\nBcc: eve@evil.test\n\n.\nFrom \0 \u202e 你好');
  expect((await letter('/inbox/sam%40sender.example/1')).text).toBe(mail.text);
});

test('whatever an IMAP client put into an inbox, the others are shown', async () => {
  await send();
  await mailbox.answer('000001', { kind: 'reply', text: 'Yes' });
  const nested = Array.from(
    { length: 1_000 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  );
  await folder('INBOX').append(Buffer.from(nested.join('')), []);
  const subject = '(cannot be shown)';
  expect((await read('/letters.json')).items).toMatchObject([{ subject }, { kind: 'reply' }, { id: '000001' }]);
  expect(await letter('/inbox/sam%40sender.example/2')).toMatchObject({ subject });
  expect(await letter('/messages/000001')).toMatchObject({ place: 1, thread: 2 });
});
