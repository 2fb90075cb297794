import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import type { SmtpSettings } from '../../src/adapters/mailer.ts';
import { createSmtpMailer } from '../../src/adapters/smtp-mailer.ts';
import { startScriptedSmtp } from '../support/scripted-smtp.ts';

const fixture = (name: string) => readFileSync(new URL(`../support/tls/${name}`, import.meta.url), 'utf8');
const key = fixture('smtp.key');
/** For mail.example.test, signed by itself. */
const valid = { key, cert: fixture('smtp.crt') };
const expired = { key, cert: fixture('smtp-expired.crt') };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A real server; its one login is sam, "secret". */
async function smtp(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'sam' && password === 'secret'
        ? done(null, { user: 'sam' })
        : done(new Error('Invalid user or password')),
    ...options,
  });
  server.on('error', () => undefined); // the client breaks off where it should
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Says one thing to everybody who connects, or nothing. */
const saying = (greeting: string) =>
  listening(
    createServer((socket) => {
      socket.on('error', () => undefined).resume();
      if (greeting !== '') socket.write(greeting);
    }),
  );

async function unused(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const plain = { hideSTARTTLS: true, allowInsecureAuth: true };

function check(
  port: number,
  over: Partial<SmtpSettings> = {},
  { trust = true, name = 'mail.example.test', connect = 20_000 } = {},
) {
  const mailer = createSmtpMailer({
    resolve: async () => ({ address: '127.0.0.1', servername: name }),
    ca: trust ? [valid.cert, expired.cert] : [],
    timeouts: { connect },
  });
  const settings = { host: name, port, secure: false, requireTls: false, user: 'sam', password: 'secret', ...over };
  return mailer.verify(settings);
}

const nobody = { user: null, password: null };
const starttls = { requireTls: true };
const implicit = { secure: true };

test.each<[string, () => Promise<number>, Partial<SmtpSettings>]>([
  ['STARTTLS and a login', () => smtp(valid), starttls],
  ['STARTTLS that was only offered', () => smtp(valid), {}],
  ['TLS from the start and a login', () => smtp({ ...valid, secure: true }), implicit],
  ['no encryption, and a login', () => smtp(plain), {}],
  [
    'no encryption, and a login that it offers and does not demand',
    () => smtp({ ...plain, authOptional: true }),
    nobody,
  ],
  [
    'no encryption, and no login at all',
    () => smtp({ ...plain, authOptional: true, disabledCommands: ['AUTH'] }),
    nobody,
  ],
  [
    'no login, and nothing known about that recipient',
    async () => scripted({ rcpt: '550 5.1.10 no mail is taken there' }),
    nobody,
  ],
])('a server in order is fine: %s', async (_, server, settings) => {
  expect(await check(await server(), settings)).toEqual({ kind: 'ok' });
});

type Row = [
  string,
  () => Promise<number>,
  Partial<SmtpSettings>,
  at: string,
  words: RegExp,
  how?: Parameters<typeof check>[2],
];

test.each<Row>([
  ['nothing listens', unused, {}, 'port', /^nothing listens at mail\.example\.test:\d+/],
  ['another certificate', () => smtp(valid), starttls, 'tls', /is for another host/, { name: 'other.example.test' }],
  [
    'another certificate, at once',
    () => smtp({ ...valid, secure: true }),
    implicit,
    'tls',
    /is for another host/,
    { name: 'other.example.test' },
  ],
  ['a self-signed certificate', () => smtp(valid), starttls, 'tls', /is self-signed/, { trust: false }],
  ['an expired certificate', () => smtp(expired), starttls, 'tls', /has expired/],
  [
    'no STARTTLS',
    () => smtp({ ...plain, disabledCommands: ['STARTTLS'] }),
    starttls,
    'tls',
    /does not offer STARTTLS .*465/,
  ],
  ['plain text where TLS was asked for', () => smtp(plain), implicit, 'tls', /does not speak TLS from the start.*587/],
  [
    'TLS where plain text was asked for',
    () => smtp({ ...valid, secure: true }),
    {},
    'tls',
    /said nothing: it may expect TLS/,
    { connect: 200 },
  ],
  ['no TLS and no word', () => saying(''), implicit, 'port', /does not answer/, { connect: 200 }],
  [
    'a wrong password',
    () => smtp(valid),
    { ...starttls, password: 'wrong' },
    'login',
    /not accepted \(it said: 535 Invalid user/,
  ],
  ['a missing password', () => smtp(valid), { ...starttls, password: null }, 'login', /password for "sam" is missing/],
  ['a login is wanted', () => smtp(plain), nobody, 'login', /wants a login/],
  [
    'a login is wanted by a server that says so of the recipient',
    async () => scripted({ rcpt: '454 4.7.1 <postmaster@example.com>: Relay access denied' }),
    nobody,
    'login',
    /wants a login.*Relay access denied/,
  ],
  ['no login is offered', () => smtp({ ...plain, disabledCommands: ['AUTH'] }), {}, 'login', /offers no login/],
  ['a web server', () => saying('HTTP/1.1 400 Bad Request\r\n\r\n'), {}, 'server', /does not speak SMTP/],
  ['an IMAP server', () => saying('* OK IMAP4rev1 ready\r\n'), {}, 'server', /does not speak SMTP.*outgoing/],
  [
    'a server that refuses us',
    () => saying('554 5.7.1 blocked\r\n'),
    {},
    'server',
    /refused us \(it said: 554 blocked\)/,
  ],
  [
    'a server that cannot check logins now',
    async () => scripted({ auth: '454 4.7.0 later' }),
    {},
    'server',
    /cannot be checked now/,
  ],
  ['a server that breaks off', async () => scripted({ ehlo: 'cut' }), {}, 'server', /broke off/],
])('what is wrong is told with its place: %s', async (_, server, settings, at, words, how) => {
  expect(await check(await server(), settings, how)).toEqual({
    kind: 'refused',
    at,
    detail: expect.stringMatching(words),
  });
});

async function scripted(script: Parameters<typeof startScriptedSmtp>[0]): Promise<number> {
  const server = await startScriptedSmtp(script);
  stops.push(server.stop);
  return server.port;
}

test('a host that may not be connected to is told in the resolver’s words, without a connection', async () => {
  const mailer = createSmtpMailer({
    resolve: () => Promise.reject(new Error('"db" leads to 10.0.0.1, a private network')),
  });
  const settings = { host: 'db', port: await unused(), secure: false, requireTls: false, user: null, password: null };
  expect(await mailer.verify(settings)).toEqual({
    kind: 'refused',
    at: 'host',
    detail: '"db" leads to 10.0.0.1, a private network',
  });
});

test('a host that does not exist is told', async () => {
  const settings = { host: 'no-such-host.invalid', port: 25, secure: false, requireTls: false, ...nobody };
  expect(await createSmtpMailer().verify(settings)).toMatchObject({ kind: 'refused', at: 'host' });
});

test('no password is ever told', async () => {
  const told = await check(await smtp(valid), { ...starttls, password: 'a-secret-of-sam' });
  expect(JSON.stringify(told)).not.toContain('a-secret-of-sam');
});

test('an abort ends the check and throws its reason', async () => {
  const port = await saying('');
  const controller = new AbortController();
  const reason = new Error('enough');
  const mailer = createSmtpMailer();
  const checked = mailer.verify(
    { host: '127.0.0.1', port, secure: false, requireTls: false, ...nobody },
    controller.signal,
  );
  controller.abort(reason);
  await expect(checked).rejects.toBe(reason);
});
