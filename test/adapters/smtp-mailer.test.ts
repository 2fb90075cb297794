import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import type { OutgoingEmail, SendOutcome, SmtpSettings } from '../../src/adapters/mailer.ts';
import { createSmtpMailer, type SmtpTimeouts } from '../../src/adapters/smtp-mailer.ts';
import { headerText } from '../../src/domain/mail-header.ts';
import { rounds } from '../support/rounds.ts';
import { type Script, startScriptedSmtp } from '../support/scripted-smtp.ts';

const anEmail = (over: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  from: { name: 'Sam Sender', address: 'sam@sender.example' },
  to: { name: 'Ann Example', address: 'ann@acme.example' },
  subject: 'Hello Ann',
  text: 'Hello Ann,\n.\nsee https://sender.example/u/token',
  html: '<p>Hello Ann</p>',
  messageId: '<0190a1b2-0000-7000-8000-000000000001.0190a1b2-0000-7000-8000-000000000002@sender.example>',
  inReplyTo: null,
  references: [],
  unsubscribeUrl: 'https://sender.example/u/token',
  ...over,
});

const settingsFor = (port: number, over: Partial<SmtpSettings> = {}): SmtpSettings => ({
  host: '127.0.0.1',
  port,
  secure: false,
  requireTls: false,
  user: null,
  password: null,
  ...over,
});

const envelope = { from: 'sam@sender.example', to: 'ann@acme.example' };
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Attempt {
  outcome: SendOutcome;
  asked: string[];
  server: Awaited<ReturnType<typeof startScriptedSmtp>>;
}

async function attempt(
  script: Script,
  {
    permit = async () => true,
    settings = {},
    timeouts = {},
    email = {},
    signal,
  }: {
    permit?: () => Promise<boolean>;
    settings?: Partial<SmtpSettings>;
    timeouts?: Partial<SmtpTimeouts>;
    email?: Partial<OutgoingEmail>;
    signal?: AbortSignal;
  } = {},
): Promise<Attempt> {
  const server = await startScriptedSmtp(script);
  stops.push(server.stop);
  const mailer = createSmtpMailer({ timeouts });
  const { raw } = await mailer.compose(anEmail(email));
  const asked: string[] = [];
  const outcome = await mailer.send(
    settingsFor(server.port, settings),
    envelope,
    raw,
    () => {
      asked.push(`after ${server.commands.at(-1)}, ${server.bodyBytes()} bytes of body`);
      return permit();
    },
    signal,
  );
  return { outcome, asked, server };
}

const BIG = { email: { text: 'A line that is sent many times over.\n'.repeat(200_000) } };
const LOGIN = { settings: { user: 'sam', password: 'secret' } };
const PIPELINING = '250-mail.example\r\n250-PIPELINING\r\n250 AUTH PLAIN';
const cut = { kind: 'cutBeforeBody' };
const late = { ...cut, detail: 'not done within 50 ms' };
const unknown = { kind: 'unknown' };
const accepted = { kind: 'accepted', answer: '250 2.0.0 Ok: queued as 4F1A' };
const answered = (stage: string, code: number, enhanced: string | null, text: string) => ({
  kind: 'answered',
  stage,
  code,
  enhanced,
  text,
});

type Row = readonly [what: string, script: Script, outcome: object, how?: Parameters<typeof attempt>[1]];

const beforeTheBody: Row[] = [
  ['a cut instead of a greeting', { greeting: 'cut' }, cut],
  ['a server without room', { greeting: '421 4.3.2 busy' }, answered('connect', 421, '4.3.2', 'busy')],
  ['a server that refuses us', { greeting: '554 5.7.1 no' }, answered('connect', 554, '5.7.1', 'no')],
  ['nonsense for a greeting', { greeting: 'HTTP/1.1 400 Bad' }, cut],
  ['silence for a greeting', { greeting: 'silence' }, cut, { timeouts: { connect: 50 } }],
  ['a cut at EHLO', { ehlo: 'cut' }, cut],
  ['TLS required, not offered', {}, answered('connect', 502, null, 'no'), { settings: { requireTls: true } }],
  ['a wrong password', { auth: '535 5.7.8 wrong' }, answered('auth', 535, '5.7.8', 'wrong'), LOGIN],
  ['a cut at AUTH', { auth: 'cut' }, cut, LOGIN],
  ['a cut at MAIL', { mail: 'cut' }, cut],
  ['a login wanted at MAIL', { mail: '530 5.7.0 login' }, answered('mail', 530, '5.7.0', 'login')],
  ['a limit at MAIL', { mail: '450 4.7.0 slow down' }, answered('mail', 450, '4.7.0', 'slow down')],
  ['a cut at RCPT', { rcpt: 'cut' }, cut],
  ['silence at RCPT', { rcpt: 'silence' }, cut, { timeouts: { command: 50 } }],
  ['silence at RCPT, past the time for all', { rcpt: 'silence' }, late, { timeouts: { untilBody: 50 } }],
  ['a 4xx at RCPT', { rcpt: '450 4.2.0 later' }, answered('rcpt', 450, '4.2.0', 'later')],
  ['a 421 at RCPT', { rcpt: '421 4.3.2 closing' }, { kind: 'answered', code: 421, enhanced: '4.3.2' }],
  ['a 5xx at RCPT', { rcpt: '550 5.1.1 no such user' }, answered('rcpt', 550, '5.1.1', 'no such user')],
  ['a 5xx of two lines', { rcpt: '550-5.1.1 no\r\n550 5.1.1 user' }, answered('rcpt', 550, '5.1.1', 'no user')],
  ['a 5xx without an enhanced code', { rcpt: '550 no' }, answered('rcpt', 550, null, 'no')],
  ['a cut instead of 354', { data: 'cut' }, cut],
  ['a 4xx instead of 354', { data: '451 4.3.0 later' }, answered('data', 451, '4.3.0', 'later')],
  ['a 5xx instead of 354', { data: '554 5.5.1 no' }, answered('data', 554, '5.5.1', 'no')],
  ['a 250 instead of 354', { data: '250 ok' }, cut],
];

const afterItStarted: Row[] = [
  ['a cut in the body', { body: 'cut' }, unknown, BIG],
  ['a 552 in the body', { body: '552 5.3.4 too big' }, answered('body', 552, '5.3.4', 'too big'), BIG],
  ['a 250 before the body has ended', { body: '250 ok' }, unknown, BIG],
  ['a cut after the dot', { dot: 'cut' }, unknown],
  ['silence after the dot', { dot: 'silence' }, unknown, { timeouts: { answer: 50 } }],
  [
    'silence after the dot for longer than before it',
    { dot: 'silence' },
    { kind: 'unknown', detail: 'not done within 120 ms' },
    { timeouts: { command: 60, answer: 120 } },
  ],
  ['nonsense after the dot', { dot: 'what' }, unknown],
  ['a 354 after the dot', { dot: '354 go on' }, unknown],
  ['a 4xx after the dot', { dot: '451 4.7.1 later' }, answered('body', 451, '4.7.1', 'later')],
  ['a 421 after the dot', { dot: '421 4.3.2 closing' }, answered('body', 421, '4.3.2', 'closing')],
  ['a 5xx after the dot', { dot: '554 5.7.1 spam' }, answered('body', 554, '5.7.1', 'spam')],
  ['a 250 after the dot', {}, accepted],
  ['a 250 after a login', {}, accepted, LOGIN],
  ['a 250 for a big body', {}, accepted, BIG],
  ['a 250, then a cut', { quit: 'cut' }, accepted],
  ['a 250, and no goodbye', { quit: 'silence' }, accepted, { timeouts: { goodbye: 50 } }],
];

/** With PIPELINING, DATA leaves together with MAIL and RCPT. */
describe.each([
  ['one command at a time', {}],
  ['pipelined', { ehlo: PIPELINING }],
])('%s: the side of the gap is told for', (_, how) => {
  for (const [what, script, outcome, more] of beforeTheBody)
    test(`${what}: nobody was asked, no body left`, async () => {
      const seen = await attempt({ ...how, ...script }, more);
      expect(seen.outcome).toMatchObject(outcome);
      expect(seen.asked).toEqual([]);
      expect(seen.server.bodyBytes()).toBe(0);
    });

  for (const [what, script, outcome, more] of afterItStarted)
    test(`${what}: asked once, after 354 and before a byte`, async () => {
      const seen = await attempt({ ...how, ...script }, more);
      expect(seen.outcome).toMatchObject(outcome);
      expect(seen.asked).toEqual(['after DATA, 0 bytes of body']);
    });
});

test('a message above the size the server announced is refused as the server would', async () => {
  const { outcome, asked } = await attempt({ ehlo: '250-mail.example\r\n250 SIZE 100' });
  expect(outcome).toMatchObject({ kind: 'answered', stage: 'mail', code: 552, enhanced: '5.3.4' });
  expect(asked).toEqual([]);
});

test('where nobody listens, the cut is before the body', async () => {
  const server = await startScriptedSmtp();
  await server.stop();
  const mailer = createSmtpMailer();
  const { raw } = await mailer.compose(anEmail());
  const outcome = await mailer.send(settingsFor(server.port), envelope, raw, () => Promise.reject(new Error('asked')));
  expect(outcome).toMatchObject({ kind: 'cutBeforeBody' });
});

describe('after a 354', () => {
  test('a refused permission drops the connection: no body, no dot, no RSET, no QUIT', async () => {
    for (const ehlo of [PIPELINING, '250 mail.example']) {
      const { outcome, asked, server } = await attempt({ ehlo }, { permit: async () => false });
      await server.closed;
      expect(outcome).toEqual({ kind: 'permissionWithdrawn' });
      expect(asked).toHaveLength(1);
      expect(server.bodyBytes()).toBe(0);
      expect(server.commands.at(-1)).toBe('DATA');
    }
  });

  test('a permission that comes too late, to a process that was stopped meanwhile, begins no body', async () => {
    const { outcome, server } = await attempt({}, { timeouts: { permission: -1 } });
    await server.closed;
    expect(outcome).toEqual({ kind: 'cutBeforeBody', detail: 'the permission came too late' });
    expect(server.bodyBytes()).toBe(0);
  });

  test('a permission that cannot be asked for drops the connection and throws its own error', async () => {
    const failure = new Error('the database is away');
    const server = await startScriptedSmtp();
    stops.push(server.stop);
    const mailer = createSmtpMailer();
    const { raw } = await mailer.compose(anEmail());
    await expect(mailer.send(settingsFor(server.port), envelope, raw, () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
    await server.closed;
    expect(server.bodyBytes()).toBe(0);
    expect(server.commands.at(-1)).toBe('DATA');
  });

  test('a cut while permission is asked for waits for the answer, and nothing has left', async () => {
    const server = await startScriptedSmtp();
    stops.push(server.stop);
    const controller = new AbortController();
    const mailer = createSmtpMailer();
    const { raw } = await mailer.compose(anEmail());
    let settled = false;
    const outcome = await mailer.send(
      settingsFor(server.port),
      envelope,
      raw,
      async () => {
        controller.abort();
        await server.closed;
        settled = true;
        return true;
      },
      controller.signal,
    );
    expect(outcome).toEqual({ kind: 'cutBeforeBody', detail: 'aborted' });
    expect(settled).toBe(true);
    expect(server.bodyBytes()).toBe(0);
  });

  test('an abort after the body left is an unknown', async () => {
    const controller = new AbortController();
    const { outcome } = await attempt(
      { dot: 'silence' },
      { permit: async () => setImmediate(() => controller.abort()) !== null, signal: controller.signal },
    );
    expect(outcome).toEqual({ kind: 'unknown', detail: 'aborted' });
  });
});

test('an abort beforehand opens no connection', async () => {
  const { outcome, server } = await attempt({}, { signal: AbortSignal.abort() });
  expect(outcome).toEqual({ kind: 'cutBeforeBody', detail: 'aborted' });
  expect(server.commands).toEqual([]);
});

test.each([
  ['STARTTLS', {}, { requireTls: true }],
  ['STARTTLS that was only offered', {}, {}],
  ['TLS from the first byte', { secure: true }, { secure: true }],
])('a certificate nobody vouches for ends the attempt before the login: %s', async (_, options, settings) => {
  const logins: string[] = [];
  const server = new SMTPServer({
    ...options,
    logger: false,
    disableReverseLookup: true,
    onAuth: ({ method }, _session, done) => {
      logins.push(method);
      done(null, { user: 'sam' });
    },
  });
  server.on('error', () => undefined);
  const port = await listening(server);
  const mailer = createSmtpMailer();
  const { raw } = await mailer.compose(anEmail());
  const asked = () => Promise.reject(new Error('asked'));
  const outcome = await mailer.send(settingsFor(port, { ...LOGIN.settings, ...settings }), envelope, raw, asked);
  expect(outcome).toEqual({ kind: 'cutBeforeBody', detail: expect.stringContaining('certificate') });
  expect(logins).toEqual([]);
});

describe('with a resolver', () => {
  test('the connection goes to the address it gave, and a host it refuses is never asked', async () => {
    const server = await startScriptedSmtp();
    stops.push(server.stop);
    const asked: string[] = [];
    const mailer = createSmtpMailer({
      resolve: async (host) => {
        asked.push(host);
        if (host !== 'mail.example.test') throw new Error('a private network');
        return { address: '127.0.0.1', servername: host };
      },
    });
    const { raw } = await mailer.compose(anEmail());
    const send = (host: string) => mailer.send(settingsFor(server.port, { host }), envelope, raw, async () => true);
    expect(await send('mail.example.test')).toEqual(accepted);
    const before = server.commands.length;
    expect(await send('127.0.0.1')).toEqual({ kind: 'cutBeforeBody', detail: 'a private network' });
    expect(asked).toEqual(['mail.example.test', '127.0.0.1']);
    expect(server.commands).toHaveLength(before);
  });

  test('the certificate must be for the host that was named', async () => {
    const fixture = (name: string) => readFileSync(new URL(`../support/tls/${name}`, import.meta.url), 'utf8');
    const [key, cert] = [fixture('smtp.key'), fixture('smtp.crt')];
    for (const secure of [true, false]) {
      const server = new SMTPServer({
        key,
        cert,
        secure,
        logger: false,
        authOptional: true,
        disableReverseLookup: true,
        onData: (stream, _session, done) => stream.resume().on('end', () => done()),
      });
      server.on('error', () => undefined);
      const port = await listening(server);
      const mailer = createSmtpMailer({
        ca: [cert],
        resolve: async (servername) => ({ address: '127.0.0.1', servername }),
      });
      const { raw } = await mailer.compose(anEmail());
      const send = (host: string) =>
        mailer.send(settingsFor(port, { host, secure, requireTls: !secure }), envelope, raw, async () => true);
      expect(await send('mail.example.test')).toMatchObject({ kind: 'accepted' });
      expect(await send('other.example.test')).toMatchObject({
        kind: 'cutBeforeBody',
        detail: expect.stringContaining('altnames'),
      });
    }
  });
});

describe('composing refuses', () => {
  const addresses = [
    '',
    'ann',
    'ann@',
    '@acme.example',
    'ann@acme',
    'ann@acme.',
    'ann@.example',
    'ann@acme..example',
    'ann..b@acme.example',
    '.ann@acme.example',
    'ann@acme.example\r\nBcc: eve@evil.test',
    'ann@acme.example, eve@evil.test',
    'ann@acme.example eve@evil.test',
    'ann@acme.example;eve@evil.test',
    'ann@acme.example\0',
    'ann@acme.example\u2028',
    ' ann@acme.example',
    'ann@acme.example ',
    '<ann@acme.example>',
    'Ann <ann@acme.example>',
    '"ann"@acme.example',
    '"ann@evil.test"@acme.example',
    'ann(comment)@acme.example',
    'ann@[127.0.0.1]',
    'ann@127.0.0.1',
    'team:ann@acme.example;',
    'ann@evil.test@acme.example',
    'änn@acme.example',
    'ann@äcme.example',
    'ann@acme.example>',
    'ann@-acme.example',
    'ann@acme-.example',
    'ann\\@acme.example',
    `${'a'.repeat(65)}@acme.example`,
    `ann@${'a'.repeat(64)}.example`,
    `ann@${'acme.'.repeat(60)}example`,
    ':'.repeat(10_000),
    `${'a.'.repeat(5_000)}@acme.example`,
  ];

  test.each(addresses)('the recipient %j', async (address) => {
    await expect(createSmtpMailer().compose(anEmail({ to: { name: '', address } }))).rejects.toThrow(
      'to.address: must be exactly one',
    );
  });

  const bad: [string, Partial<OutgoingEmail>][] = [
    ['from.address', { from: { name: 'Sam', address: 'sam@sender.example\r\nX-Evil: 1' } }],
    ['messageId', { messageId: '<a@b.example>\r\nBcc: eve@evil.test' }],
    ['messageId', { messageId: '<a@b.example> <c@d.example>' }],
    ['inReplyTo', { inReplyTo: '<a@b.example>\nBcc: eve@evil.test' }],
    ['references', { references: ['<a@b.example>', 'eve'] }],
    ['unsubscribeUrl', { unsubscribeUrl: 'https://sender.example/u\r\nBcc: eve@evil.test' }],
    ['unsubscribeUrl', { unsubscribeUrl: 'https://sender.example/>, <mailto:eve@evil.test' }],
    ['unsubscribeUrl', { unsubscribeUrl: 'javascript:alert(1)' }],
    ['subject', { subject: ' \u2028 ' }],
    ['text', { text: ' ' }],
    ['html', { html: '' }],
    ['headers', { headers: { Bcc: 'eve@evil.test' } }],
    ['headers', { headers: { 'X-Topo': 'a\r\nBcc: eve@evil.test' } }],
    ['headers', { headers: { 'X-Topo:evil\r\nBcc': 'eve@evil.test' } }],
  ];
  test.each(bad)('a bad %s, naming the field and not its value', async (field, over) => {
    const refusal = createSmtpMailer().compose(anEmail(over));
    await expect(refusal).rejects.toMatchObject({ name: 'InvalidEmail', message: expect.stringMatching(`^${field}:`) });
    await expect(refusal).rejects.not.toThrow(/evil/);
  });

  test('an envelope whose recipient is not the one the message names, before any connection', async () => {
    const server = await startScriptedSmtp();
    stops.push(server.stop);
    const mailer = createSmtpMailer();
    const { raw } = await mailer.compose(anEmail({ to: { name: '<eve@evil.test>', address: 'ann@acme.example' } }));
    for (const to of [
      'eve@evil.test',
      'ann@acme.example, eve@evil.test',
      'ann@acme.example>\r\nRCPT TO:<eve@evil.test',
    ])
      await expect(mailer.send(settingsFor(server.port), { ...envelope, to }, raw, async () => true)).rejects.toThrow(
        'envelope.to',
      );
    expect(server.commands).toEqual([]);
  });
});

/** Starts a real SMTP server and gives its port. */
async function listening(server: SMTPServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A real SMTP server that keeps what it was given. */
async function startSink() {
  const inbox = new Map<string, { recipients: string[]; raw: Buffer }>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        inbox.set(createHash('sha256').update(raw).digest('hex'), { recipients, raw });
        done();
      });
    },
  });
  return { port: await listening(server), inbox };
}

const headersOf = ({ headers }: Email) => headers.map(({ originalKey }) => originalKey).toSorted();
const EXPECTED = [
  'Content-Type',
  'Date',
  'From',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'MIME-Version',
  'Message-ID',
  'Subject',
  'To',
];

const nasty = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\u2028',
  '\u2029',
  '\u0085',
  '\t',
  '\x7f',
  '\ud800',
  ',',
  ';',
  ':',
  '<',
  '>',
  '@',
  '"',
  '\\',
  '(',
  ')',
  '[',
  ']',
  '.',
  ' ',
  '  ',
  '\r\nBcc: eve@evil.test',
  '\r\n\r\n<html>',
  '\n.\r\nMAIL FROM:<eve@evil.test>',
  '=?utf-8?q?a=0D=0ABcc:_eve=40evil.test?=',
  '=?utf-8?b?ZXZlQGV2aWwudGVzdA==?=',
  '=?',
  '?=',
  'eve@evil.test',
  ', Eve <eve@evil.test>',
  '"Eve" <eve@evil.test>,',
  'Group: eve@evil.test;',
  'Søren',
  '山田 太郎',
  'Zoë',
  '😀',
  'é',
  '\u202e',
  '\ufeff',
  'x'.repeat(1200),
  'ü'.repeat(400),
  'Hello Ann',
  "O'Neil",
  'a=3Db',
  '{{x}}',
];
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 })),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

describe('what a real server receives', () => {
  test('is what was composed, byte for byte, with both parts and the thread', async () => {
    const { port, inbox } = await startSink();
    const mailer = createSmtpMailer();
    const references = ['<one@sender.example>', '<two@sender.example>'];
    const email = anEmail({
      inReplyTo: '<two@sender.example>',
      references,
      headers: { 'X-Topo-Time': '2026-11-24T14:00:00.000Z' },
    });
    const { raw, sha256 } = await mailer.compose(email);
    const outcome = await mailer.send(settingsFor(port), envelope, raw, async () => true);
    expect(outcome.kind).toBe('accepted');
    const received = inbox.get(sha256);
    expect(received?.raw.equals(raw)).toBe(true);
    const parsed = await PostalMime.parse(raw);
    expect(parsed).toMatchObject({
      from: { name: 'Sam Sender', address: 'sam@sender.example' },
      to: [{ name: 'Ann Example', address: 'ann@acme.example' }],
      subject: 'Hello Ann',
      messageId: email.messageId,
      inReplyTo: '<two@sender.example>',
      references: '<one@sender.example> <two@sender.example>',
    });
    expect(parsed.text?.trimEnd()).toBe(email.text);
    expect(parsed.html?.trimEnd()).toBe(email.html);
    const header = (key: string) => parsed.headers.filter((each) => each.key === key).map(({ value }) => value);
    expect(header('list-unsubscribe')).toEqual([
      '<https://sender.example/u/token>, <mailto:sam@sender.example?subject=unsubscribe%20token>',
    ]);
    expect(header('list-unsubscribe-post')).toEqual(['List-Unsubscribe=One-Click']);
    expect(header('x-topo-time')).toEqual(['2026-11-24T14:00:00.000Z']);
    expect(raw.toString('latin1').split('\r\n')).toContain(`Message-ID: ${email.messageId}`);
  });

  test('has one recipient and the expected headers, whatever names and subject hold', async () => {
    const { port, inbox } = await startSink();
    const mailer = createSmtpMailer();
    const send = async ([fromName, toName, subject]: [string, string, string]) => {
      const email = anEmail({
        from: { name: fromName, address: 'sam@sender.example' },
        to: { name: toName, address: 'ann@acme.example' },
        subject: `Re: ${subject}`,
      });
      const { raw, sha256 } = await mailer.compose(email);
      const outcome = await mailer.send(settingsFor(port), envelope, raw, async () => true);
      expect(outcome.kind).toBe('accepted');
      const received = inbox.get(sha256);
      expect(received?.recipients).toEqual(['ann@acme.example']);
      const parsed = await PostalMime.parse(received?.raw ?? '');
      expect(headersOf(parsed)).toEqual(EXPECTED);
      expect(parsed.to).toEqual([{ address: 'ann@acme.example', name: headerText(toName, 300) }]);
      expect(parsed.from).toEqual({ address: 'sam@sender.example', name: headerText(fromName, 300) });
      expect(parsed.subject).toBe(headerText(`Re: ${subject}`, 800));
      expect(raw.every((byte) => byte < 0x80 && byte !== 0)).toBe(true);
      expect(
        Math.max(
          ...raw
            .toString('latin1')
            .split('\r\n')
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(998);
    };
    const batches = fc.array(fc.tuple(text, text, text), { minLength: 50, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => void (await Promise.all(batch.map(send)))),
      { numRuns: rounds(4, 12), endOnFailure: true },
    );
  });
});
