import { afterEach, describe, expect, test } from 'vitest';
import type { ImapFolder } from '../../../src/dev/mailbox/imap-folder.ts';
import { startImapServer } from '../../../src/dev/mailbox/imap-server.ts';
import { aMail, memoryFolder, PASSWORD, speakTo, USER } from '../../support/imap.ts';
import { until } from '../../support/until.ts';

const afterwards: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of afterwards.splice(0).reverse()) await clean();
});

async function aServer(folders: readonly ImapFolder[] = [memoryFolder('INBOX')]) {
  const logged: string[] = [];
  const server = await startImapServer({
    port: 0,
    variable: 'MAILBOX_IMAP_PORT',
    authenticate: (user, password) => (user === USER && password === PASSWORD ? folders : null),
    log: (line) => logged.push(line),
  });
  afterwards.push(server.stop);
  const client = await speakTo(server.port);
  afterwards.push(() => void client.close());
  return { server, client, logged };
}

/** Logged in, with the INBOX open. */
async function anInbox(...mails: string[]) {
  const inbox = memoryFolder('INBOX', { uidValidity: 7 });
  const sent = memoryFolder('Sent', { specialUse: '\\Sent' });
  for (const mail of mails) inbox.receive(mail);
  const { client } = await aServer([inbox, sent]);
  await client.ask('in', `LOGIN ${USER} ${PASSWORD}`);
  const selected = await client.ask('open', 'SELECT inbox');
  return { inbox, sent, client, selected };
}

describe('reading commands', () => {
  test('a literal may come in pieces, asked for or not', async () => {
    const { client } = await aServer();
    await client.write(`1 LOGIN {${USER.length}`);
    await client.write('}\r');
    await client.write('\n');
    await client.until('+ ');
    await client.write(USER.slice(0, 3));
    await client.write(USER.slice(3));
    await client.write(` {${PASSWORD.length}+}\r\n${PASSWORD.slice(0, 1)}`);
    await client.write(`${PASSWORD.slice(1)}\r\n`);
    expect(await client.until('1 ')).toContain('1 OK');
  });

  test('several commands may come at once', async () => {
    const { client } = await aServer();
    await client.write('1 NOOP\r\n2 NOOP\r\n3 CAPABILITY\r\n');
    expect(await client.until('3 ')).toBe(
      '1 OK done\r\n2 OK done\r\n* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ID\r\n3 OK done',
    );
  });

  test.each([
    ['nothing at all', '', '* BAD expected a tag and a command'],
    ['a tag alone', '1', '* BAD expected a tag and a command'],
    ['a tag that is none', '+ NOOP', '* BAD expected a tag and a command'],
    ['a stranger to the protocol', 'GET / HTTP/1.1', '* BAD expected a tag and a command'],
    ['an unknown command', '1 FROB', '1 BAD FROB is not known here'],
    ['a ( without its )', '1 LOGIN (a b', '1 BAD a ( without its )'],
    ['a ) without its (', '1 LOGIN a) b', '1 BAD a ) without its ('],
    ['a quote without its end', '1 LOGIN "a b', '1 BAD cannot read " \\"a b"'],
    ['too little', '1 LOGIN a', '1 BAD expected a password'],
    ['deep nonsense', `1 LOGIN ${'('.repeat(500)}`, '1 BAD lists deeper than 20'],
    ['a command before the login', '1 SELECT INBOX', '1 BAD SELECT wants a login first'],
  ])('%s is told, and the dialogue goes on', async (_what, line, answer) => {
    const { client } = await aServer();
    await client.write(`${line}\r\n`);
    expect(await client.until(answer.slice(0, 5))).toBe(answer.replace('\\"', '"'));
    expect(await client.ask('9', 'NOOP')).toBe('9 OK done');
  });

  test('a literal that is too large is refused where it is asked for, and ends the connection where it is not', async () => {
    const { client } = await anInbox();
    expect(await client.ask('1', 'APPEND Sent {26214401}')).toContain('1 NO [TOOBIG]');
    expect(await client.ask('2', 'NOOP')).toBe('2 OK done');
    await client.write('3 APPEND Sent {26214401+}\r\n');
    expect(await client.until('* BYE')).toContain('26214401');
    await client.closed;
  });

  test('a stranger may not make it hold much', async () => {
    const { client } = await aServer();
    expect(await client.ask('1', 'LOGIN {2000}')).toContain('1 NO [TOOBIG]');
    await client.write('x'.repeat(70_000));
    await client.until('* BYE');
    await client.closed;
  });
});

describe('logging in', () => {
  const plain = (password: string) => Buffer.from(`\0${USER}\0${password}`).toString('base64');

  test('a wrong password is told from a right one', async () => {
    const { client } = await aServer();
    expect(await client.ask('1', `LOGIN ${USER} wrong`)).toContain('1 NO [AUTHENTICATIONFAILED]');
    expect(await client.ask('2', `AUTHENTICATE PLAIN ${plain('wrong')}`)).toContain('2 NO [AUTHENTICATIONFAILED]');
    expect(await client.ask('3', `AUTHENTICATE PLAIN ${plain(PASSWORD)}`)).toContain('3 OK');
    expect(await client.ask('4', `LOGIN ${USER} ${PASSWORD}`)).toContain('4 BAD');
  });

  test('AUTHENTICATE asks for the words that did not come with it', async () => {
    const { client } = await aServer();
    await client.write('1 AUTHENTICATE PLAIN\r\n');
    await client.until('+ ');
    await client.write(`${plain(PASSWORD)}\r\n`);
    expect(await client.until('1 ')).toContain('1 OK');
  });
});

describe('a folder', () => {
  test('is listed with its special use, and counted', async () => {
    const { client } = await anInbox(aMail('one'));
    expect(await client.ask('1', 'LIST "" *')).toBe(
      '* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\HasNoChildren \\Sent) "/" "Sent"\r\n1 OK done',
    );
    expect(await client.ask('2', 'LIST "" S%')).toContain('"Sent"\r\n2 OK');
    expect(await client.ask('3', 'STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)')).toBe(
      '* STATUS "INBOX" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\r\n3 OK done',
    );
    expect(await client.ask('4', 'SELECT Nowhere')).toBe('4 NO [NONEXISTENT] there is no such folder');
    expect(await client.ask('5', 'FETCH 1 FLAGS')).toBe('5 BAD FETCH wants a folder first'); // RFC 3501 section 6.3.1
  });

  test('says what it holds when it is opened', async () => {
    const { selected } = await anInbox(aMail('one'), aMail('two'));
    expect(selected.split('\r\n')).toEqual(
      expect.arrayContaining([
        '* 2 EXISTS',
        '* OK [UIDVALIDITY 7] of this folder',
        '* OK [UIDNEXT 3] is next',
        'open OK [READ-WRITE] done',
      ]),
    );
  });

  test('takes a message and says its UID', async () => {
    const { sent, client } = await anInbox();
    const mail = aMail('sent');
    await client.write(`1 APPEND Sent (\\Seen) " 1-Nov-2026 10:00:00 +0000" {${mail.length}+}\r\n${mail}\r\n`);
    expect(await client.until('1 ')).toBe('1 OK [APPENDUID 1 1] done');
    expect(sent.messages()).toMatchObject([{ flags: ['\\Seen'] }]);
    expect(await sent.messages()[0]?.raw()).toEqual(Buffer.from(mail));
  });

  test('that does not work is told, and the dialogue goes on', async () => {
    const broken: ImapFolder = { ...memoryFolder('INBOX'), append: () => Promise.reject(new Error('disk full')) };
    const { client, logged } = await aServer([broken]);
    await client.ask('1', `LOGIN ${USER} ${PASSWORD}`);
    expect(await client.ask('2', 'APPEND INBOX {1+}\r\nx')).toBe('2 NO [SERVERBUG] APPEND did not work');
    expect(logged).toEqual(['imap: APPEND: disk full']);
    expect(await client.ask('3', 'NOOP')).toBe('3 OK done');
  });

  test('that is watched tells what comes, and what came before anybody watched', async () => {
    const { inbox, client } = await anInbox();
    await client.write('1 IDLE\r\n');
    await client.until('+ ');
    await until(() => inbox.watchers() === 1, 'IDLE');
    inbox.receive(aMail('one'));
    expect(await client.until('* ')).toBe('* 1 EXISTS');
    await client.write('DONE\r\n');
    expect(await client.until('1 ')).toBe('1 OK done');
    expect(inbox.watchers()).toBe(0);
    inbox.receive(aMail('two'));
    expect(await client.ask('2', 'NOOP')).toBe('* 2 EXISTS\r\n2 OK done');
    await client.write('3 IDLE\r\n4 NOOP\r\n');
    expect(await client.until('3 ')).toContain('3 BAD expected DONE');
  });
});

describe('messages', () => {
  test('a part of a message is what it says', async () => {
    const { client } = await anInbox('Subject: a\r\n b\r\nTo: c\r\n\r\nbody');
    const fetched = async (item: string) => (await client.ask('1', `UID FETCH 1 ${item}`)).replace('\r\n1 OK done', '');
    expect(await fetched('BODY.PEEK[]<2.6>')).toBe('* 1 FETCH (UID 1 BODY[]<2> {6}\r\nbject:)');
    expect(await fetched('(BODY.PEEK[TEXT])')).toBe('* 1 FETCH (UID 1 BODY[TEXT] {4}\r\nbody)');
    expect(await fetched('BODY.PEEK[HEADER.FIELDS (SUBJECT)]')).toBe(
      '* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {18}\r\nSubject: a\r\n b\r\n\r\n)',
    );
    expect(await fetched('BODY.PEEK[HEADER.FIELDS.NOT (Subject)]')).toContain('{9}\r\nTo: c\r\n\r\n)');
    expect(await client.ask('2', 'FETCH 1 ENVELOPE')).toBe('2 BAD FETCH ENVELOPE is not known here');
    expect(await client.ask('3', 'UID FETCH 1:x FLAGS')).toBe('3 BAD expected a set of numbers, got "1:x"');
  });

  test('only who opened the folder to write marks a message as read', async () => {
    const { client } = await anInbox(aMail('one'));
    await client.ask('1', 'FETCH 1 BODY.PEEK[]');
    await client.ask('2', 'EXAMINE INBOX');
    await client.ask('3', 'FETCH 1 BODY[]');
    expect(await client.ask('4', 'STORE 1 +FLAGS (\\Seen)')).toContain('4 NO');
    expect(await client.ask('5', 'SEARCH UNSEEN')).toBe('* SEARCH 1\r\n5 OK done');
    await client.ask('6', 'SELECT INBOX');
    await client.ask('7', 'FETCH 1 BODY[]');
    expect(await client.ask('8', 'SEARCH UNSEEN')).toBe('* SEARCH\r\n8 OK done');
    expect(await client.ask('9', 'UID STORE 1 -FLAGS \\Seen')).toBe('* 1 FETCH (UID 1 FLAGS ())\r\n9 OK done');
  });

  test.each([
    ['ALL', '1 2'],
    ['UID 2:*', '2'],
    ['UID 9:*', '2'],
    ['1', '1'],
    ['HEADER Message-ID <two@acme.example>', '2'],
    ['HEADER message-id TWO@ACME', '2'],
    ['SUBJECT "on"', '1'],
    ['NOT SUBJECT one', '2'],
    ['OR SUBJECT one SUBJECT two', '1 2'],
    ['(SEEN SUBJECT one)', ''],
    ['CHARSET UTF-8 SUBJECT one', '1'],
    ['SINCE 11-Nov-2026', '2'],
    ['BEFORE 11-Nov-2026', '1'],
    ['ON 10-nov-2026', '1'],
  ])('UID SEARCH %s', async (criteria, found) => {
    const { inbox, client } = await anInbox();
    inbox.receive(aMail('one'), { receivedAt: Date.UTC(2026, 10, 10, 23, 59) });
    inbox.receive(aMail('two', { 'Message-ID': '<two@acme.example>' }), { receivedAt: Date.UTC(2026, 10, 11) });
    await client.ask('0', 'NOOP');
    const [answer] = (await client.ask('1', `UID SEARCH ${criteria}`)).split('\r\n');
    expect(answer).toBe(`* SEARCH ${found}`.trimEnd());
  });

  test('a search nobody taught it is told', async () => {
    const { client } = await anInbox();
    expect(await client.ask('1', 'SEARCH LARGER 5')).toBe('1 BAD SEARCH LARGER is not known here');
    expect(await client.ask('2', 'SEARCH SINCE yesterday')).toBe(
      '2 BAD expected a day like 17-Jul-1996, got "yesterday"',
    );
  });
});

test('leaving is answered, and ends the connection', async () => {
  const { client } = await anInbox();
  expect(await client.ask('1', 'UNSELECT')).toBe('1 OK done');
  expect(await client.ask('2', 'LOGOUT')).toBe('* BYE see you\r\n2 OK done');
  await client.closed;
});

test('a stop ends every connection', async () => {
  const { server, client } = await aServer();
  await server.stop();
  await client.closed;
});

test('a taken port is told with the setting that moves it', async () => {
  const { server } = await aServer();
  await expect(
    startImapServer({ port: server.port, variable: 'MAILBOX_IMAP_PORT', authenticate: () => null }),
  ).rejects.toThrow(`Port ${server.port} on 127.0.0.1 is already in use`);
  await expect(
    startImapServer({ port: server.port, variable: 'MAILBOX_IMAP_PORT', authenticate: () => null }),
  ).rejects.toThrow('MAILBOX_IMAP_PORT');
});
