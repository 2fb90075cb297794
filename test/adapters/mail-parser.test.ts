import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type ChildMailParserLimits, createChildMailParser } from '../../src/adapters/child-mail-parser.ts';
import { parseMail } from '../../src/adapters/parse-mail.ts';
import { PATIENCE_MS } from '../support/patience.ts';

/** Text as the octets of a message: lines end in CRLF, characters above U+00FF do not occur. */
const mail = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
const parse = (text: string) => parseMail(mail(text));
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

const ORDINARY = 'From: Ann Example <ann@acme.example>\nTo: sam@sender.example\nSubject: Re: Hello\n';
const NEXT = mail(`${ORDINARY}Message-ID: <next@acme.example>\n\nYes, please.`);

describe('an ordinary message', () => {
  test('gives its ids, people, subject, headers and text', async () => {
    const parsed = await parse(
      `${ORDINARY}Cc: eve@acme.example
Message-ID: <reply-1@acme.example>
In-Reply-To: <two@sender.example>
References: <one@sender.example>
 <two@sender.example>
Auto-Submitted: no

Yes,
please.
`,
    );
    expect(parsed).toEqual({
      messageId: '<reply-1@acme.example>',
      inReplyTo: '<two@sender.example>',
      references: ['<one@sender.example>', '<two@sender.example>'],
      from: { name: 'Ann Example', address: 'ann@acme.example' },
      to: ['sam@sender.example'],
      subject: 'Re: Hello',
      headers: [
        { name: 'from', value: 'Ann Example <ann@acme.example>' },
        { name: 'to', value: 'sam@sender.example' },
        { name: 'subject', value: 'Re: Hello' },
        { name: 'cc', value: 'eve@acme.example' },
        { name: 'message-id', value: '<reply-1@acme.example>' },
        { name: 'in-reply-to', value: '<two@sender.example>' },
        { name: 'references', value: '<one@sender.example> <two@sender.example>' },
        { name: 'auto-submitted', value: 'no' },
      ],
      text: 'Yes,\nplease.\n',
      html: null,
      reports: [],
    });
  });

  test('without any header we need has neither id nor sender, and an empty subject', async () => {
    expect(await parse('X-Empty:\n\nhello')).toMatchObject({
      messageId: null,
      inReplyTo: null,
      references: [],
      from: null,
      to: [],
      subject: '',
      text: 'hello\n',
    });
    expect(await parse('')).toMatchObject({ messageId: null, headers: [], text: '' });
  });

  test.each([
    ['the first of several', 'Message-ID: <a@x.example>\nMessage-ID: <b@x.example>', '<a@x.example>'],
    ['one on the next line', 'Message-ID:\n <a@x.example>', '<a@x.example>'],
    ['one with a comment', 'Message-ID: <a@x.example> (added by x.example)', '<a@x.example>'],
    ['one that was encoded', 'Message-ID: =?utf-8?q?=3Ca=40x=2Eexample=3E?=', '<a@x.example>'],
    ['one without its brackets', 'Message-ID: a@x.example', '<a@x.example>'],
    ['no words', 'Message-ID: none of this is an id', null],
    ['no empty one', 'Message-ID: <>', null],
  ])('names itself by %s', async (_, header, messageId) => {
    expect(await parse(`${header}\n\nhello`)).toMatchObject({ messageId });
  });

  test('keeps the thread where its References are folded, repeated and glued together', async () => {
    const { references } = await parse(
      'References: <one@x.example>\n\t<two@x.example><three@x.example>\n <one@x.example>\nReferences: <four@x.example>\n\nhi',
    );
    expect(references).toEqual(['<one@x.example>', '<two@x.example>', '<three@x.example>', '<four@x.example>']);
  });

  test('has headers decoded and on one line', async () => {
    const { subject, from, headers } = await parse(
      `From: =?utf-8?q?Zo=C3=AB?= <zoe@acme.example>
Subject: =?utf-8?b?SMOp?= =?utf-8?q?llo?=
 =?iso-8859-1?q?_=FCber_alles?=
X-Evil: =?utf-8?q?a=0D=0ABcc:_eve=40evil.test=E2=80=A8b=00?=

hi`,
    );
    expect(subject).toBe('Héllo über alles');
    expect(from).toEqual({ name: 'Zoë', address: 'zoe@acme.example' });
    expect(headers.find(({ name }) => name === 'x-evil')?.value).toBe('a Bcc: eve@evil.test b');
  });

  test('names the members of a group', async () => {
    const parsed = await parse('From: Team: ann@acme.example, bob@acme.example;\nTo: undisclosed-recipients:;\n\nhi');
    expect(parsed.from?.address).toBe('ann@acme.example');
    expect(parsed.to).toEqual([]);
  });
});

const alternative = (plain: string, html: string) =>
  `${ORDINARY}Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

${plain}
--b
Content-Type: text/html; charset=utf-8

${html}
--b--
`;

describe('the text', () => {
  test('is the plain part where there are both', async () => {
    const parsed = await parse(alternative('Plain words.', '<p>Other <b>words</b>.</p>'));
    expect(parsed.text.trim()).toBe('Plain words.');
    expect(parsed.html?.trim()).toBe('<p>Other <b>words</b>.</p>');
  });

  test('is flowed again in each plain part, and in no other', async () => {
    const parsed = await parse(`Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; format=flowed

> one 
two
--b
Content-Type: text/plain

three 
four
--b--
`);
    expect(parsed.text.replaceAll(' \n', '\n').trim()).toBe('> one\ntwo\n\nthree\nfour');
  });

  test('is that of the HTML where the plain part is missing or empty', async () => {
    const html = '<p>Yes &amp; thanks</p><blockquote type="cite"><p>Shall we?</p></blockquote>';
    const only = await parse(`Content-Type: text/html\n\n${html}`);
    expect(only.text).toBe('Yes & thanks\n\n> Shall we?');
    expect((await parse(alternative(' ', html))).text).toBe(only.text);
  });

  test.each([
    ['utf-8', 'text/plain; charset=utf-8', '8bit', utf8('Grüße'), 'Grüße'],
    ['8 bits of Latin-1', 'text/plain; charset=iso-8859-1', '8bit', 'Gr\xfc\xdfe', 'Grüße'],
    ['Latin-1 in quoted-printable', 'text/plain; charset="ISO-8859-1"', 'quoted-printable', 'Gr=FC=\n=DFe', 'Grüße'],
    ['iso-2022-jp', 'text/plain; charset=iso-2022-jp', '7bit', '\x1b$B$3$s$K$A$O\x1b(B', 'こんにちは'],
    ['base64', 'text/plain; charset=utf-8', 'base64', Buffer.from('Grüße').toString('base64'), 'Grüße'],
    ['windows-1252', 'text/plain; charset=windows-1252', '8bit', 'it\x92s 5\x80', 'it’s 5€'],
    ['flowed lines', 'text/plain; format=flowed', '7bit', 'one \ntwo', 'one two'],
    ['flowed lines of two depths', 'text/plain; format=flowed', '7bit', '> one \ntwo', '> one\ntwo'],
    [
      'flowed lines in base64',
      'text/plain; Format=Flowed; DelSp=Yes',
      'base64',
      btoa('> on \n> e \ntwo'),
      '> one\ntwo',
    ],
  ])('is read as %s', async (_, type, encoding, body, text) => {
    const parsed = await parse(`Content-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n\n${body}`);
    expect(parsed.text.trim()).toBe(text);
  });

  test.each([
    ['an unknown character set', 'Content-Type: text/plain; charset=x-klingon\n\ncaf\xe9 one'],
    ['a character set that is none', 'Content-Type: text/plain; charset="=?"\n\ncaf\xe9 one'],
    ['a character set Node refuses', 'Content-Type: text/plain; charset=iso-2022-kr\n\ncaf one'],
    ['bytes that are no utf-8', 'Content-Type: text/plain; charset=utf-8\n\ncaf\xe9 one'],
    ['bytes above 127 without a character set', 'Subject: caf\xe9\n\ncaf\xe9 one'],
    ['an unknown transfer encoding', 'Content-Transfer-Encoding: rot13\n\ncaf one'],
    ['broken quoted-printable', 'Content-Transfer-Encoding: quoted-printable\n\ncaf=zz=\x80 one='],
    ['a type that is none', 'Content-Type: ;;;=\n\ncaf one'],
  ])('is told as well as it can be: %s', async (_, message) => {
    expect((await parse(message)).text).toMatch(/^caf.* one/);
  });

  test('survives base64 that is none', async () => {
    const parsed = await parse('Content-Transfer-Encoding: base64\nSubject: x\n\n!!!! not base64 \x80 @@@@=\n');
    expect(parsed.subject).toBe('x');
  });

  test('holds no NUL and no torn character, which Postgres would refuse', async () => {
    const parsed = await parse(`Subject: a\0b\nX-\0: c\0\nFrom: "n\0" <x\0@y.example>\n\none\0two\0`);
    expect(JSON.stringify(parsed)).not.toContain('\\u0000');
    expect(parsed).toMatchObject({ subject: 'ab', text: 'onetwo\n' });
    const long = await parse(`Content-Type: text/plain; charset=utf-8\n\nx${utf8('😀').repeat(150_000)}`);
    expect(long.text.length).toBe(199_999);
    expect(long.text.endsWith('😀')).toBe(true);
  });

  test('is bounded, and so is the HTML', async () => {
    const parsed = await parse(alternative('x'.repeat(300_000), '<i>'.repeat(200_000)));
    expect(parsed.text).toHaveLength(200_000);
    expect(parsed.html).toHaveLength(500_000);
  });

  test('leaves out attachments, text ones too', async () => {
    const parsed = await parse(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Disposition: attachment; filename=a.txt\n\nfile\n--b--\n',
    );
    expect(parsed.text.trim()).toBe('words');
  });
});

const part = (type: string, body: string) => `--b\nContent-Type: ${type}\n\n${body}\n`;

test('the machine-readable parts of reports are kept apart from what a person would read', async () => {
  const returned = 'Message-ID: <lost@sender.example>\nSubject: Hello\n folded\n\nNot ours to read.';
  const { text, reports } = await parse(
    `Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n${[
      part('text/plain', 'It came back.'),
      part('message/delivery-status', 'Reporting-MTA: dns; mx.example\n\nAction: failed\nStatus: 5.1.1'),
      part('message/global-delivery-status', 'Action: delayed'),
      part('message/feedback-report', 'Feedback-Type: abuse'),
      part('text/rfc822-headers', 'Message-ID: <lost@sender.example>'),
      part('message/rfc822', returned),
      part('text/calendar; method=REPLY', 'BEGIN:VCALENDAR'),
      part('application/octet-stream', 'nothing'),
    ].join('')}--b--\n`,
  );
  expect(text.trim()).toBe('It came back.');
  expect(reports.map(({ type, text }) => [type, text.trim()])).toEqual([
    ['message/delivery-status', 'Reporting-MTA: dns; mx.example\n\nAction: failed\nStatus: 5.1.1'],
    ['message/delivery-status', 'Action: delayed'],
    ['message/feedback-report', 'Feedback-Type: abuse'],
    ['text/rfc822-headers', 'Message-ID: <lost@sender.example>'],
    ['message/rfc822', 'Message-ID: <lost@sender.example>\nSubject: Hello\n folded'],
    ['text/calendar', 'BEGIN:VCALENDAR'],
  ]);
});

test('a message within a message is not part of what is said, also where nothing else tells a bounce', async () => {
  const inner = 'Message-ID: <lost@sender.example>\nSubject: Hello\n\nNot ours to read.';
  const { text, reports } = await parse(
    `Content-Type: multipart/mixed; boundary=b\n\n${part('text/plain', 'See below.')}${part('message/rfc822', inner)}--b--\n`,
  );
  expect(text.trim()).toBe('See below.');
  expect(reports).toEqual([{ type: 'message/rfc822', text: 'Message-ID: <lost@sender.example>\nSubject: Hello' }]);
});

const flat = (parts: number) =>
  `${ORDINARY}Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(parts)}--b--\n`;

const nested = (levels: number) =>
  ORDINARY +
  Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`,
  ).join('') +
  '\nx';

const many = (count: number, what: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => what(i)).join('');

describe('hostile mail', () => {
  const parser = createChildMailParser({ timeoutMs: PATIENCE_MS });
  afterAll(() => parser.stop());

  test.each<[string, () => string]>([
    ['200 parts', () => flat(200)],
    ['20 levels', () => nested(20)],
    ['endless parameters', () => `Content-Type: text/plain${many(20_000, (i) => `;\n a*${i}*=%41`)}\n\nhi`],
    [
      'endless parameters of their own',
      () => `Content-Type: text/plain${many(20_000, (i) => `;\n a${i}*0*=%4`)}\n\nhi`,
    ],
    ['comments in comments', () => `From: ${'('.repeat(300_000)}a@x.example${')'.repeat(300_000)}\n\nhi`],
    ['angle brackets', () => `From: ${'<'.repeat(500_000)}\nReferences: ${'<'.repeat(100_000)}\n\nhi`],
    ['quotes', () => `To: ${'"a'.repeat(200_000)}\nFrom: ${','.repeat(90_000)}\n\nhi`],
    ['half-encoded words', () => `Subject: ${'=?a?q?'.repeat(100_000)}\n\nhi`],
    ['a long gap', () => `Subject: a${' '.repeat(900_000)}b\n\nhi`],
    ['50,000 headers', () => `${'a:b\n'.repeat(50_000)}\n\nhi`],
    ['NUL bytes', () => `Subject: x\n\n${'\0'.repeat(1_000_000)}`],
    ['20 MB of base64', () => `Content-Transfer-Encoding: base64\n\n${`${'QUJD'.repeat(19)}\n`.repeat(260_000)}`],
    ['HTML of tags without an end', () => `Content-Type: text/html\n\n${'<a'.repeat(1_000_000)}`],
    ['HTML of quotes in quotes', () => `Content-Type: text/html\n\n${'<blockquote type=cite>x'.repeat(40_000)}`],
  ])('is read where it stays within bounds: %s', async (_, message) => {
    expect(await parser.parse(mail(message()))).not.toBeNull();
  });

  test.each<[string, () => Buffer]>([
    ['201 parts', () => mail(flat(201))],
    ['20,000 parts', () => mail(flat(20_000))],
    ['21 levels', () => mail(nested(21))],
    ['1,000 levels', () => mail(nested(1_000))],
    ['a header of 10 MB', () => mail(`X-Big: ${'x'.repeat(10_000_000)}\n\nhi`)],
    ['a folded header of 4 MB', () => mail(`X-Big: ${'x\n '.repeat(1_300_000)}\n\nhi`)],
    ['a body of 50 MB', () => Buffer.concat([mail(`${ORDINARY}\n`), Buffer.alloc(50_000_000, 'x')])],
  ])('is refused, and the next message is read: %s', async (_, source) => {
    expect(await parser.parse(source())).toBeNull();
    expect((await parser.parse(NEXT))?.text).toBe('Yes, please.\n');
  });
});

describe('the child', () => {
  const entry = new URL('../support/odd-mail-parser.ts', import.meta.url);
  const subject = (text: string) => mail(`Subject: ${text}\n\nhello`);
  const withParser = async (
    options: Partial<ChildMailParserLimits>,
    use: (parser: ReturnType<typeof createChildMailParser>) => Promise<void>,
  ) => {
    const parser = createChildMailParser({ entry, ...options });
    try {
      await use(parser);
    } finally {
      await parser.stop();
    }
  };

  test('is replaced when a message makes it harm itself, and those around are read', async () => {
    const harms = ['exit', 'crash', 'eat', 'spin'];
    await withParser({ timeoutMs: 3_000, memoryMb: 48 }, async (parser) => {
      const answers = await Promise.all(['first', ...harms, 'second'].map((text) => parser.parse(subject(text))));
      expect(answers.map((answer) => answer?.subject ?? null)).toEqual(['first', ...harms.map(() => null), 'second']);
    });
  });

  test('is given nothing of our environment, and little memory; that somebody else ended it is no verdict on the message: a fresh one reads it', async () => {
    vi.stubEnv('PLANTED_SECRET', 'planted');
    await withParser({}, async (parser) => {
      const text = (await parser.parse(subject('tell')))?.text ?? '';
      expect(text).toContain('--max-old-space-size=256');
      expect(text).not.toMatch(/planted/i);
      const told: { pid: number } = JSON.parse(text);
      const next = parser.parse(NEXT);
      process.kill(told.pid, 'SIGKILL');
      expect((await next)?.text).toBe('Yes, please.\n');
    });
    vi.unstubAllEnvs();
  });

  test('never starts for a message that is too large', async () => {
    await withParser({ maxBytes: 10, entry: new URL('./no-such-entry.ts', import.meta.url) }, async (parser) => {
      expect(await parser.parse(Buffer.alloc(11))).toBeNull();
    });
  });

  test('that does not start is no verdict on the message', async () => {
    await withParser({ entry: new URL('./no-such-entry.ts', import.meta.url) }, async (parser) => {
      await expect(parser.parse(NEXT)).rejects.toThrow(/does not start: .*no-such-entry/);
    });
  });

  test('that is stopped in the middle of a message is no verdict on it, nor on those behind', async () => {
    const parser = createChildMailParser({ entry });
    expect(await parser.parse(NEXT)).not.toBeNull();
    const waiting = ['spin', 'next'].map((text) => expect(parser.parse(subject(text))).rejects.toThrow('was stopped'));
    await parser.stop();
    await Promise.all(waiting);
    await parser.stop();
  });

  test.each(['hello', 'answer, then spin'])('ends when its parent is gone, also in the middle of: %s', async (harm) => {
    const parent = fileURLToPath(new URL('../support/parent-that-dies.ts', import.meta.url));
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', parent, harm]);
    const { stdout } = await run.catch((error: { stdout: string }) => error); // it kills itself
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
