import { expect, test } from 'vitest';
import { checkHabits, checkNewAccount } from '../../../src/domain/accounts/account-settings.ts';
import { checkHost, isPrivateHost } from '../../../src/domain/accounts/host.ts';
import { dotted, type Problem, problemText } from '../../../src/domain/problem.ts';

const server = { host: 'mail.example.com', port: 465, tls: 'implicit', user: 'sam', password: 'secret word' } as const;
const account = {
  address: 'sam@acme.example',
  senderName: 'Sam Sender',
  senderJobTitle: null,
  signature: null,
  zone: 'Europe/Paris',
  dailyCap: 50,
  gapSeconds: 60,
  smtp: server,
  imap: { ...server, port: 993 },
  filesSent: false,
};
const embedded = { allowPrivateHosts: true };
const standard = { allowPrivateHosts: false };
const places = (problems: readonly Problem[]) => problems.map(({ path }) => dotted(path));

test('everything that is wrong is listed at once, each with its place', () => {
  const problems = checkNewAccount(
    {
      ...account,
      address: 'sam@acme.example, eve@acme.example',
      senderName: 'Sam\r\nBcc: eve@acme.example',
      zone: 'Paris',
      dailyCap: 10_001,
      gapSeconds: -1,
      smtp: { ...server, host: 'mail.example.com:465', port: 0, password: null },
      imap: { ...server, tls: 'none', user: null },
    },
    standard,
  );
  expect(places(problems)).toEqual([
    'address',
    'sender_name',
    'timezone',
    'daily_cap',
    'gap_seconds',
    'smtp.host',
    'smtp.port',
    'smtp.password',
    'imap.tls',
    'imap.user',
  ]);
  for (const problem of problems) expect(problemText(problem)).not.toContain('secret word');
});

test('a cap of 0 and 10,000 and a gap of a day are fine', () => {
  expect(checkHabits({ dailyCap: 0, gapSeconds: 0 })).toEqual([]);
  expect(checkHabits({ dailyCap: 10_000, gapSeconds: 86_400 })).toEqual([]);
  expect(places(checkHabits({ dailyCap: 0.5, gapSeconds: Number.NaN }))).toEqual(['daily_cap', 'gap_seconds']);
});

test.each(['example.com', 'mail.example.org', 'acme.example', 'acme.test', 'acme.invalid', 'host.localhost'])(
  'an address in %s is for the embedded runtime only',
  (domain) => {
    const given = { ...account, address: `sam@${domain}` };
    expect(checkNewAccount(given, embedded)).toEqual([]);
    expect(places(checkNewAccount(given, standard))).toEqual(['address']);
  },
);

test('without encryption only a private host is spoken to, and only by the embedded runtime', () => {
  const bare = (host: string) => ({ ...account, smtp: { ...server, tls: 'none', host } as const });
  expect(checkNewAccount(bare('127.0.0.1'), embedded)).toEqual([]);
  expect(places(checkNewAccount(bare('mail.example.com'), embedded))).toEqual(['smtp.tls']);
  expect(places(checkNewAccount(bare('127.0.0.1'), standard))).toEqual(['address', 'smtp.host', 'smtp.tls']);
});

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '8.8.8.8', // public, and without a certificate of its own
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  'mail.0x7f',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'fe80::1',
  'localhost',
  'LOCALHOST',
  'db.localhost',
  'postgres',
  'printer.local',
  'metadata.google.internal',
  'box.home.arpa',
  'mail.acme.test',
  'mail.example.com.',
  'user@mail.example.com',
  'mail.example.com/x',
  'mail.example.com:25',
  'mail example.com',
  'mail.example.com\n',
  'mäil.example.com',
  '-mail.example.com',
  '',
])('%j is no host to connect to outside the embedded runtime', (host) => {
  expect(checkHost(host, standard)).toMatch(/^must be /);
});

test.each(['mail.example.com', 'smtp.mail.example.org', 'xn--mil-qla.example.net'])('%s is', (host) => {
  expect(checkHost(host, standard)).toBeNull();
  expect(isPrivateHost(host)).toBe(false);
});

test.each(['127.0.0.1', 'localhost', 'mailserver', '::1', 'mail.example.com'])(
  'the embedded runtime takes %s',
  (host) => {
    expect(checkHost(host, embedded)).toBeNull();
  },
);

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '::1',
  'fd00::1',
  'localhost',
  'mailserver',
  'mail.test',
])('%s is one of our own', (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each([
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '8.8.8.8',
  '2606:4700::1111',
  'mail.example.com',
  '10.example.com',
])('%s is not', (host) => {
  expect(isPrivateHost(host)).toBe(false);
});
