import { describe, expect, test } from 'vitest';
import { resolveHost, UnreachableHost } from '../../src/adapters/reachable-host.ts';

/** A resolver that knows these names. */
const knowing = (names: Record<string, string[]>) => async (name: string) => {
  const found = names[name];
  if (!found) throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};
const nobody = knowing({});

/** What the public may not lead us to, as an address and as what a name resolves to. */
const notPublic = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%lo',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '4000::1',
];

describe('where only public servers are allowed', () => {
  test.each(notPublic)('%s is refused, also behind a name', async (address) => {
    await expect(resolveHost(address, { allowPrivate: false, lookup: nobody })).rejects.toThrow(
      `"${address}" leads to ${address}, `,
    );
    const lookup = knowing({ 'mail.example.com': [address] });
    await expect(resolveHost('mail.example.com', { allowPrivate: false, lookup })).rejects.toThrow(UnreachableHost);
  });

  test.each([
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '223.255.255.254',
    '2606:4700::1111',
    '2a00:1450::5',
  ])('%s is connected to', async (address) => {
    const lookup = knowing({ 'mail.example.com': [address] });
    expect(await resolveHost(address, { allowPrivate: false, lookup: nobody })).toEqual({
      address,
      servername: address,
    });
    expect(await resolveHost('mail.example.com', { allowPrivate: false, lookup })).toEqual({
      address,
      servername: 'mail.example.com',
    });
  });

  test('one private address among public ones is enough to refuse', async () => {
    const lookup = knowing({ 'mail.example.com': ['8.8.8.8', '192.168.0.1'] });
    await expect(resolveHost('mail.example.com', { allowPrivate: false, lookup })).rejects.toThrow(
      '"mail.example.com" leads to 192.168.0.1, a private network: only public servers are allowed',
    );
  });

  test('the real resolver’s localhost is refused', async () => {
    await expect(resolveHost('localhost', { allowPrivate: false })).rejects.toThrow('this very machine');
  });

  test('the name is asked once, so that a second answer cannot lead elsewhere', async () => {
    const answers = ['8.8.8.8', '127.0.0.1'];
    const lookup = async () => [{ address: answers.shift() ?? '', family: 4 }];
    expect((await resolveHost('rebinding.example.com', { allowPrivate: false, lookup })).address).toBe('8.8.8.8');
    expect(answers).toEqual(['127.0.0.1']);
  });
});

describe('whatever is allowed', () => {
  test.each([
    '',
    ' ',
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '127.0.0.0x1',
    '10.0.0.256',
    '１２７.０.０.１',
    '[::1]',
    '::ffff:127.0.0.1:25',
    'mail.example.com:587',
    'http://mail.example.com',
    'mail.example.com/path',
    'user@mail.example.com',
    'mail..example.com',
    '-mail.example.com',
    'mail.example.com\r\nRCPT TO:<eve@evil.test>',
    'mail.example.com\0.evil.test',
    'mail exämple.com',
    'mail%2eexample.com',
    `${'a'.repeat(64)}.example.com`,
    'a.'.repeat(130),
  ])('%j is no host name', async (host) => {
    for (const allowPrivate of [true, false])
      await expect(
        resolveHost(host, { allowPrivate, lookup: () => Promise.reject(new Error('asked')) }),
      ).rejects.toMatchObject({
        name: 'UnreachableHost',
        host,
        message: expect.stringContaining('is no host name'),
      });
  });

  test.each([
    ['a name in capitals, with its dot', 'Mail.Example.COM.', 'mail.example.com'],
    ['a name in other letters', 'mail.exämple.com', 'mail.xn--exmple-cua.com'],
  ])('%s is looked up as DNS has it', async (_, host, servername) => {
    const lookup = knowing({ [servername]: ['8.8.8.8'] });
    expect(await resolveHost(host, { allowPrivate: false, lookup })).toEqual({ address: '8.8.8.8', servername });
  });

  test('IPv4 comes before IPv6', async () => {
    const lookup = knowing({ 'mail.example.com': ['2606:4700::1111', '8.8.8.8'] });
    expect((await resolveHost('mail.example.com', { allowPrivate: false, lookup })).address).toBe('8.8.8.8');
  });

  test.each([
    ['does not exist', 'ENOTFOUND', 'does not exist: is it spelled right?'],
    ['cannot be asked', 'EAI_AGAIN', 'could not be looked up: EAI_AGAIN'],
  ])('a name that %s says so', async (_, code, why) => {
    const lookup = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code }));
    await expect(resolveHost('mail.example.com', { allowPrivate: true, lookup })).rejects.toThrow(
      `"mail.example.com" ${why}`,
    );
  });

  test('a name without an address says so', async () => {
    await expect(resolveHost('mail.example.com', { allowPrivate: true, lookup: async () => [] })).rejects.toThrow(
      'has no address',
    );
  });
});

test.each(['127.0.0.1', '::1', '10.0.0.1', 'localhost', 'db'])(
  '%s is connected to where private hosts are allowed',
  async (host) => {
    const lookup = knowing({ localhost: ['::1', '127.0.0.1'], db: ['172.18.0.2'] });
    expect((await resolveHost(host, { allowPrivate: true, lookup })).servername).toBe(host);
  },
);
