import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createImapMailboxes, type ImapOptions } from '../../src/adapters/imap-mailbox.ts';
import { type ImapSettings, MailboxAway, type OpenMailbox } from '../../src/adapters/mailbox.ts';
import type { ImapFolder } from '../../src/dev/mailbox/imap-folder.ts';
import { freePort } from '../../src/dev/servers/ports.ts';
import {
  aMail,
  CERTIFICATE,
  memoryFolder,
  PASSWORD,
  type ServerOptions,
  serveFolders,
  serveScript,
  speakTo,
  type TestServer,
  USER,
} from '../support/imap.ts';
import { until } from '../support/until.ts';

const LONG_MS = 3_600_000;

const afterwards: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of afterwards.splice(0).reverse()) await clean();
});

const started = async (server: Promise<TestServer>) => {
  const { stop } = await server;
  afterwards.push(stop);
  return server;
};

const settingsFor = (port: number, over: Partial<ImapSettings> = {}): ImapSettings => ({
  host: '127.0.0.1',
  port,
  tls: 'none',
  user: USER,
  password: PASSWORD,
  ...over,
});

async function opened(settings: ImapSettings, options: ImapOptions = {}, signal?: AbortSignal) {
  const mailbox = await createImapMailboxes(options).open(settings, signal);
  afterwards.push(mailbox.close);
  return mailbox;
}

/** An account with these folders, opened. */
async function aMailbox({
  folders = [],
  timeouts = {},
  ...over
}: Partial<ServerOptions> & Pick<ImapOptions, 'timeouts'> = {}) {
  const inbox = memoryFolder('INBOX', { uidValidity: 7 });
  const server = await started(serveFolders({ ...over, folders: [inbox, ...folders] }));
  return { inbox, server, mailbox: await opened(settingsFor(server.port), { timeouts }) };
}

const sentFolder = (name = 'Sent') => memoryFolder(name, { specialUse: '\\Sent' });

/** How a call failed; what is not MailboxAway fails the test. */
const awayOf = async (call: Promise<unknown>): Promise<{ kind: string; detail: string }> => {
  const error = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof MailboxAway) return { kind: error.kind, detail: error.message };
  throw error;
};

describe('reading', () => {
  test('what came after the cursor is read, in order, and nothing else', async () => {
    const { inbox, mailbox } = await aMailbox();
    for (const subject of ['one', 'two', 'three']) inbox.receive(aMail(subject));
    expect(await mailbox.after(0)).toEqual([1, 2, 3]);
    expect(await mailbox.after(1)).toEqual([2, 3]);
    expect(await mailbox.after(3)).toEqual([]); // a server answers 4:* with 3
    expect(await mailbox.after(9)).toEqual([]);
  });

  test('an empty inbox holds nothing', async () => {
    const { mailbox } = await aMailbox();
    expect(await mailbox.after(0)).toEqual([]);
    expect(await mailbox.since(0)).toEqual([]);
    expect(await mailbox.fetch(1, 1_000)).toBeNull();
  });

  test('the numbering of the UIDs is shown', async () => {
    const { mailbox } = await aMailbox();
    expect(mailbox.uidValidity).toBe(7);
  });

  test('no message since the instant is missed, whatever zone the server counts its days in', async () => {
    const { inbox, mailbox } = await aMailbox();
    inbox.receive(aMail('last week'), { receivedAt: Date.UTC(2026, 9, 30, 12) });
    // To a server at UTC-8 the tenth at 02:00 is the ninth, and SINCE compares days.
    inbox.receive(aMail('the ninth'), { receivedAt: Date.UTC(2026, 10, 9) });
    inbox.receive(aMail('the tenth'), { receivedAt: Date.UTC(2026, 10, 10, 2) });
    expect(await mailbox.since(Date.UTC(2026, 10, 10, 2))).toEqual([2, 3]);
  });

  test('a message is fetched to the byte', async () => {
    const { inbox, mailbox } = await aMailbox();
    const text = `${aMail('Grüße {3}')}é ) "\r\nA1 OK no answer\r\n`;
    inbox.receive(text);
    expect(await mailbox.fetch(1, 10_000)).toEqual({ kind: 'mail', source: Buffer.from(text) });
  });

  test('reading marks nothing as read', async () => {
    const { inbox, mailbox, server } = await aMailbox();
    inbox.receive(aMail('one'));
    inbox.receive(aMail('two'));
    await mailbox.fetch(1, 10_000);

    const person = await speakTo(server.port);
    await person.ask('1', `LOGIN ${USER} ${PASSWORD}`);
    await person.ask('2', 'SELECT INBOX');
    await person.ask('3', 'FETCH 2 BODY[]'); // as a mail client that shows it
    expect(await person.ask('4', 'FETCH 1:* FLAGS')).toBe(
      '* 1 FETCH (FLAGS ())\r\n* 2 FETCH (FLAGS (\\Seen))\r\n4 OK done',
    );
    person.close();
  });

  test('of a message that is too large the first 256 KB are downloaded, and no more', async () => {
    const { inbox, mailbox } = await aMailbox();
    const text = `${aMail('large')}${'x'.repeat(300_000)}`;
    inbox.receive(text);
    const head = Buffer.from(text).subarray(0, 256 * 1024);
    expect(await mailbox.fetch(1, text.length - 1)).toEqual({ kind: 'tooLarge', head });
    expect(await mailbox.fetch(1, text.length)).toMatchObject({ kind: 'mail' });
  });

  test('a message larger than its server says is too large', async () => {
    const { inbox, mailbox } = await aMailbox();
    inbox.receive('x'.repeat(1_001), { size: 10 });
    expect(await mailbox.fetch(1, 1_000)).toMatchObject({ kind: 'tooLarge' });
  });
});

describe('waiting', () => {
  test('a message that comes wakes', async () => {
    const { inbox, mailbox } = await aMailbox({ timeouts: { idle: LONG_MS, command: 2 * LONG_MS } });
    await mailbox.after(0);
    const woken = mailbox.changed(LONG_MS);
    await until(() => inbox.watchers() === 1, 'IDLE');
    inbox.receive(aMail('one'));
    await woken;
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('what was read is no news', async () => {
    const { inbox, mailbox } = await aMailbox({ timeouts: { idle: LONG_MS, command: 2 * LONG_MS } });
    await mailbox.after(0);
    inbox.receive(aMail('one'));
    await mailbox.changed(LONG_MS);
    expect(await mailbox.after(0)).toEqual([1]);
    const stop = new AbortController();
    const waited = mailbox.changed(LONG_MS, stop.signal);
    await until(() => inbox.watchers() === 1, 'IDLE');
    stop.abort();
    await waited;
  });

  test('a message that came before the wait wakes', async () => {
    const { inbox, mailbox } = await aMailbox();
    await mailbox.after(0);
    inbox.receive(aMail('one'));
    await mailbox.changed(LONG_MS);
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('a message the server told of between reading and waiting wakes', async () => {
    const { inbox, mailbox } = await aMailbox();
    inbox.receive(aMail('one'));
    await mailbox.after(0);
    inbox.receive(aMail('two'));
    await mailbox.fetch(1, 10_000); // its answer says there are two now
    await mailbox.changed(LONG_MS);
    expect(await mailbox.after(1)).toEqual([2]);
  });

  test('a message that came while the server searched, and is missing from its answer, wakes', async () => {
    const inbox = memoryFolder('INBOX');
    let isSurprise = false;
    const surprising: ImapFolder = {
      ...inbox,
      messages: () => {
        const before = [...inbox.messages()];
        if (isSurprise) inbox.receive(aMail('one'));
        isSurprise = false;
        return before;
      },
    };
    const server = await started(serveFolders({ folders: [surprising] }));
    const mailbox = await opened(settingsFor(server.port));
    isSurprise = true;
    expect(await mailbox.after(0)).toEqual([]);
    await mailbox.changed(LONG_MS);
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('a message that comes while the Sent folder is searched wakes', async () => {
    const inbox = memoryFolder('INBOX');
    const sent = sentFolder();
    sent.receive(aMail('sent', { 'Message-ID': '<one@sender.example>' }));
    const surprising: ImapFolder = {
      ...sent,
      messages: () => {
        if (inbox.messages().length === 0) inbox.receive(aMail('one'));
        return sent.messages();
      },
    };
    const server = await started(serveFolders({ folders: [inbox, surprising] }));
    const mailbox = await opened(settingsFor(server.port), { timeouts: { idle: LONG_MS, command: 2 * LONG_MS } });
    expect(await mailbox.after(0)).toEqual([]);
    expect(await mailbox.hasSent('<one@sender.example>')).toBe(true);
    await mailbox.changed(LONG_MS);
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('without IDLE it asks again and again', async () => {
    const { inbox, mailbox } = await aMailbox({ without: ['IDLE'], timeouts: { poll: 5 } });
    await mailbox.after(0);
    const woken = mailbox.changed(LONG_MS);
    inbox.receive(aMail('one'));
    await woken;
    expect(inbox.watchers()).toBe(0);
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('when nothing comes it ends with the time, however many IDLEs that takes', async () => {
    const { inbox, mailbox } = await aMailbox({ timeouts: { idle: 5 } });
    await mailbox.changed(50);
    inbox.receive(aMail('one'));
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test('an abort ends the wait, and the mailbox is still good', async () => {
    const { inbox, mailbox } = await aMailbox({ timeouts: { idle: LONG_MS, command: 2 * LONG_MS } });
    const stop = new AbortController();
    const waited = mailbox.changed(LONG_MS, stop.signal);
    await until(() => inbox.watchers() === 1, 'IDLE');
    stop.abort();
    await waited;
    await mailbox.changed(LONG_MS, stop.signal);
    inbox.receive(aMail('one'));
    expect(await mailbox.after(0)).toEqual([1]);
    const woken = mailbox.changed(LONG_MS);
    inbox.receive(aMail('two'));
    await woken;
  });
});

describe('the Sent folder', () => {
  const ID = '<0190a1b2.7000@sender.example>';

  test.each([['Message-ID'], ['X-Google-Original-Message-ID']])('a message is found by its %s', async (header) => {
    const sent = sentFolder();
    const { inbox, mailbox } = await aMailbox({ folders: [sent] });
    inbox.receive(aMail('one'));
    sent.receive(aMail('another', { [header]: '<another@sender.example>' }));
    expect(await mailbox.hasSent(ID)).toBe(false);
    sent.receive(aMail('sent', { [header]: ID }));
    expect(await mailbox.hasSent(ID)).toBe(true);
    expect(await mailbox.after(0)).toEqual([1]); // of the inbox again
  });

  test('a message that only names the id is not taken for it', async () => {
    const sent = sentFolder();
    const { mailbox } = await aMailbox({ folders: [sent] });
    sent.receive(aMail('follow-up', { 'Message-ID': '<two@sender.example>', References: ID }));
    expect(await mailbox.hasSent(ID)).toBe(false);
  });

  test.each(['Sent', 'Sent Items', 'Sent Messages', 'Envoy&AOk-s', 'Gesendet', 'INBOX/Sent', '[Gmail]/Sent Mail'])(
    'without special use it is known by its name: %s',
    async (name) => {
      const sent = memoryFolder(name);
      const { mailbox } = await aMailbox({ folders: [memoryFolder('Drafts'), sent] });
      sent.receive(aMail('sent', { 'Message-ID': ID }));
      expect(await mailbox.hasSent(ID)).toBe(true);
    },
  );

  test('the server knows better than the names', async () => {
    const sent = sentFolder('Outgoing');
    const { mailbox } = await aMailbox({ folders: [memoryFolder('Sent'), sent], without: ['SPECIAL-USE'] });
    sent.receive(aMail('sent', { 'Message-ID': ID }));
    expect(await mailbox.hasSent(ID)).toBe(true);
  });

  test('without one, nobody can tell; where none can be made, nothing is filed', async () => {
    const { inbox, mailbox } = await aMailbox({ folders: [memoryFolder('Drafts')] });
    inbox.receive(aMail('one'));
    expect(await mailbox.hasSent(ID)).toBeNull();
    expect(await mailbox.fileSent(Buffer.from(aMail('sent')))).toBe(false);
    expect(await mailbox.after(0)).toEqual([1]);
  });

  test.each([
    ['Sent', ''],
    ['INBOX.Sent', 'INBOX.'],
  ])('where there is none yet, filing makes %s, once; looking makes nothing', async (name, prefix) => {
    const told: string[] = [];
    let appending = '';
    const before: Record<string, string> = {
      CAPABILITY: '* CAPABILITY IMAP4rev1 NAMESPACE\r\n',
      NAMESPACE: `* NAMESPACE (("${prefix}" ".")) NIL NIL\r\n`,
      LIST: '* LIST () "." INBOX\r\n',
      EXAMINE: '* 0 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n',
    };
    const { port } = await started(
      serveScript('* OK ready', (line, tag) => {
        const [, command = '', folder = ''] = line.split(' ');
        if (line === 'x') return `${appending} OK done\r\n`;
        if (['CREATE', 'SUBSCRIBE', 'APPEND'].includes(command)) told.push(`${command} ${folder}`);
        if (command !== 'APPEND') return `${before[command] ?? ''}${tag} OK done\r\n`;
        appending = tag;
        return '+ go on\r\n';
      }),
    );
    const mailbox = await opened(settingsFor(port));
    expect(await mailbox.hasSent(ID)).toBeNull();
    expect(told).toEqual([]);
    for (const _ of ['first', 'second']) expect(await mailbox.fileSent(Buffer.from('x'))).toBe(true);
    expect(told).toEqual([`CREATE ${name}`, `SUBSCRIBE ${name}`, `APPEND ${name}`, `APPEND ${name}`]);
  });

  test('what was filed is found, read, to the byte', async () => {
    const sent = sentFolder();
    const { inbox, mailbox } = await aMailbox({ folders: [sent] });
    inbox.receive(aMail('one'));
    const raw = Buffer.from(aMail('Grüße', { 'Message-ID': ID }));
    expect(await mailbox.fileSent(raw)).toBe(true);
    expect(await mailbox.hasSent(ID)).toBe(true);
    expect(sent.messages().map(({ flags }) => flags)).toEqual([['\\Seen']]);
    expect(await sent.messages()[0]?.raw()).toEqual(raw);
    expect(await mailbox.after(0)).toEqual([1]);
  });
});

describe('what a person who connects an account is told', () => {
  const refusal = (settings: ImapSettings, options: ImapOptions = {}) =>
    awayOf(createImapMailboxes(options).open(settings));
  const aServer = (over: Partial<ServerOptions> = {}) =>
    started(serveFolders({ folders: [memoryFolder('INBOX')], ...over }));
  const here: LookupFunction = (_host, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

  test('a wrong password', async () => {
    const { port } = await aServer();
    expect(await refusal(settingsFor(port, { password: 'wrong' }))).toEqual({
      kind: 'authentication',
      detail: `127.0.0.1:${port} refused the login: wrong user or password`,
    });
  });

  test('no user where the server wants one', async () => {
    const { port } = await aServer();
    expect(await refusal(settingsFor(port, { user: null, password: null }))).toEqual({
      kind: 'authentication',
      detail: `127.0.0.1:${port} wants a login`,
    });
  });

  test('a wrong port', async () => {
    const port = await freePort();
    expect(await refusal(settingsFor(port))).toEqual({
      kind: 'away',
      detail: `127.0.0.1:${port} refused the connection: is the port right?`,
    });
  });

  test('a wrong name', async () => {
    const nowhere: LookupFunction = (host, _options, done) =>
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), '', 0);
    expect(await refusal(settingsFor(993, { host: 'mail.example' }), { lookup: nowhere })).toEqual({
      kind: 'away',
      detail: 'mail.example:993 is not known by that name: is it spelt right?',
    });
  });

  test('an address that the look-up refuses', async () => {
    const { port } = await aServer();
    const strict: LookupFunction = (host, _options, done) => done(new Error(`${host} is a private address`), '', 0);
    expect(await refusal(settingsFor(port), { lookup: strict })).toEqual({
      kind: 'away',
      detail: `127.0.0.1:${port} is not connected to: 127.0.0.1 is a private address`,
    });
  });

  test('TLS with a server that speaks it later or never', async () => {
    const { port } = await aServer();
    expect(await refusal(settingsFor(port, { tls: 'implicit' }))).toEqual({
      kind: 'tls',
      detail: `127.0.0.1:${port} does not speak TLS from the first byte: try STARTTLS`,
    });
  });

  test('STARTTLS with a server that does not offer it', async () => {
    const { port } = await aServer();
    expect(await refusal(settingsFor(port, { tls: 'starttls' }))).toEqual({
      kind: 'tls',
      detail: `127.0.0.1:${port} does not offer STARTTLS: try TLS from the first byte`,
    });
  });

  test('no TLS with a server that speaks nothing else', async () => {
    const { port } = await aServer({ tls: 'implicit' });
    expect(await refusal(settingsFor(port), { timeouts: { greeting: 50 } })).toEqual({
      kind: 'away',
      detail: `127.0.0.1:${port} said nothing within 0.05 s: does it want TLS from the first byte?`,
    });
  });

  describe.each(['implicit', 'starttls'] as const)('TLS (%s)', (tls) => {
    test('a certificate that nobody signed', async () => {
      const { port } = await aServer({ tls });
      expect(await refusal(settingsFor(port, { tls, host: 'mail.test' }), { lookup: here })).toEqual({
        kind: 'tls',
        detail: `mail.test:${port} is not trusted: the certificate of mail.test is signed by nobody we know`,
      });
    });

    test('a certificate of another host', async () => {
      const { port } = await aServer({ tls });
      const options = { lookup: here, ca: CERTIFICATE };
      expect(await refusal(settingsFor(port, { tls, host: 'mail.example' }), options)).toEqual({
        kind: 'tls',
        detail: `mail.example:${port} is not trusted: the certificate of mail.example is for mail.test`,
      });
    });

    test('a good certificate opens the mailbox', async () => {
      const inbox = memoryFolder('INBOX');
      inbox.receive(aMail('one'));
      const { port } = await aServer({ tls, folders: [inbox] });
      const mailbox = await opened(settingsFor(port, { tls, host: 'mail.test' }), { lookup: here, ca: CERTIFICATE });
      expect(await mailbox.after(0)).toEqual([1]);
    });
  });

  const OFFER = '* CAPABILITY IMAP4rev1\r\n';
  const loginAnswered = (answer: string) =>
    started(
      serveScript('* OK ready', (line, tag) =>
        line.includes('LOGIN') ? `${tag} ${answer}\r\n` : `${OFFER}${tag} OK done\r\n`,
      ),
    );

  test.each([
    ['NO [AUTHENTICATIONFAILED] no', 'authentication'],
    ['NO no', 'authentication'],
    ['NO [UNAVAILABLE] the directory is down', 'away'],
    ['NO [LIMIT] too many connections', 'away'],
    ['BAD what', 'away'],
  ])('a login answered %s is a matter of %s', async (answer, kind) => {
    const { port } = await loginAnswered(answer);
    expect((await refusal(settingsFor(port))).kind).toBe(kind);
  });

  test("the server's words, without anybody's address", async () => {
    const { port } = await loginAnswered(`NO [ALERT] ${USER} needs an app password`);
    expect((await refusal(settingsFor(port))).detail).toBe(
      `127.0.0.1:${port} refused the login: (address) needs an app password`,
    );
  });

  test('a server that says goodbye', async () => {
    const { port } = await started(serveScript('* BYE too busy', () => null));
    expect(await refusal(settingsFor(port))).toMatchObject({ kind: 'away' });
  });
});

describe('a connection that is cut', () => {
  const OFFER = '* CAPABILITY IMAP4rev1 IDLE NAMESPACE\r\n';
  const SELECTED = '* 1 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 2] .\r\n';
  const LISTED = '* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Sent) "/" Sent\r\n';
  const NAMESPACE = '* NAMESPACE (("" "/")) NIL NIL\r\n';
  const answers: Record<string, string> = {
    CAPABILITY: OFFER,
    NAMESPACE,
    EXAMINE: SELECTED,
    SELECT: SELECTED,
    LIST: LISTED,
  };

  /** An obliging server that does `deed` when it reads the command. */
  const except = (
    command: string,
    deed: (tag: string, socket: { resetAndDestroy(): unknown; destroy(): unknown }) => void,
  ) =>
    started(
      serveScript('* OK ready', (line, tag, socket) => {
        if (line.includes(command)) {
          deed(tag, socket);
          return null;
        }
        const name = Object.keys(answers).find((each) => line.includes(each)) ?? '';
        return `${answers[name] ?? ''}${tag} OK done\r\n`;
      }),
    );

  test.each(['CAPABILITY', 'LOGIN', 'NAMESPACE', 'LIST', 'EXAMINE'])('at %s opens no mailbox', async (command) => {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const { port } = await except(command, (_tag, socket) => socket[how]());
      const mailboxes = createImapMailboxes();
      expect((await awayOf(mailboxes.open(settingsFor(port)))).kind).toBe('away');
    }
  });

  const calls: Record<string, { cutAt: string; call: (mailbox: OpenMailbox) => Promise<unknown> }> = {
    after: { cutAt: 'SEARCH', call: (mailbox) => mailbox.after(0) },
    since: { cutAt: 'SEARCH', call: (mailbox) => mailbox.since(0) },
    fetch: { cutAt: 'FETCH', call: (mailbox) => mailbox.fetch(1, 1_000) },
    changed: { cutAt: 'IDLE', call: (mailbox) => mailbox.changed(LONG_MS) },
    hasSent: { cutAt: 'SEARCH', call: (mailbox) => mailbox.hasSent('<one@sender.example>') },
    fileSent: { cutAt: 'APPEND', call: (mailbox) => mailbox.fileSent(Buffer.from(aMail('sent'))) },
  };

  test.each(Object.entries(calls))('in %s is told, there and ever after', async (_name, { cutAt, call }) => {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const { port } = await except(cutAt, (_tag, socket) => socket[how]());
      const mailbox = await opened(settingsFor(port));
      expect((await awayOf(call(mailbox))).kind).toBe('away');
      expect((await awayOf(mailbox.after(0))).kind).toBe('away');
      expect((await awayOf(mailbox.changed(LONG_MS))).kind).toBe('away');
      await mailbox.close();
    }
  });

  test('between two calls kills nobody and is told by the next', async () => {
    const { mailbox, server } = await aMailbox();
    for (const socket of server.sockets) socket.resetAndDestroy();
    await until(() => server.sockets.size === 0, 'the cut');
    expect((await awayOf(mailbox.after(0))).kind).toBe('away');
    expect((await awayOf(mailbox.fetch(1, 1_000))).kind).toBe('away');
    expect((await awayOf(mailbox.hasSent('<one@sender.example>'))).kind).toBe('away');
    expect((await awayOf(mailbox.fileSent(Buffer.from('x')))).kind).toBe('away');
    await mailbox.close();
    await mailbox.close();
  });

  test('a server that refuses a search has not said that there is nothing', async () => {
    const { port } = await started(
      serveScript('* OK ready', (line, tag) => {
        if (line.includes('SEARCH')) return `${tag} NO not now\r\n`;
        const name = Object.keys(answers).find((each) => line.includes(each)) ?? '';
        return `${answers[name] ?? ''}${tag} OK done\r\n`;
      }),
    );
    const mailbox = await opened(settingsFor(port));
    expect(await awayOf(mailbox.after(0))).toEqual({ kind: 'away', detail: `127.0.0.1:${port} refused a search` });
  });

  test.each(['SEARCH', 'IDLE'])('a server that falls silent at %s is not waited for', async (command) => {
    const { port } = await except(command, () => undefined);
    const mailbox = await opened(settingsFor(port), { timeouts: { command: 2_000, idle: 5 } });
    const call = command === 'IDLE' ? mailbox.changed(LONG_MS) : mailbox.after(0);
    expect(await awayOf(call)).toEqual({ kind: 'away', detail: `127.0.0.1:${port} fell silent for 2 s` });
    expect((await awayOf(mailbox.after(0))).kind).toBe('away');
  });

  test('an abort ends an attempt to open, before and while it is made', async () => {
    const stop = new AbortController();
    const { port, sockets } = await started(serveScript(null, () => null));
    const attempt = awayOf(createImapMailboxes().open(settingsFor(port), stop.signal));
    await until(() => sockets.size === 1, 'a connection');
    stop.abort();
    const given = { kind: 'away', detail: `127.0.0.1:${port} the attempt was given up` };
    expect(await attempt).toEqual(given);
    expect(await awayOf(createImapMailboxes().open(settingsFor(port), stop.signal))).toEqual(given);
    await until(() => sockets.size === 0, 'no connection');
  });

  test('an abort after the mailbox was opened leaves it open', async () => {
    const stop = new AbortController();
    const inbox = memoryFolder('INBOX');
    const { port } = await started(serveFolders({ folders: [inbox] }));
    const mailbox = await opened(settingsFor(port), {}, stop.signal);
    stop.abort();
    expect(await mailbox.after(0)).toEqual([]);
  });
});
