import { expect, test } from 'vitest';
import { headerText, isAddress, isMessageId } from '../../src/domain/mail-header.ts';

test.each([
  ['Ann', 'Ann'],
  ["  Ann   O'Neil ", "Ann O'Neil"],
  ['山田　太郎', '山田　太郎'],
  ['Ann\r\nBcc: eve@evil.test', 'Ann Bcc: eve@evil.test'],
  ['a\0b\u0085c\u2028d\u2029e\x7ff', 'a b c d e f'],
  ['=?utf-8?q?eve=40evil.test?=', '= ?utf-8?q?eve=40evil.test?='],
  ['half \ud83d a pair', 'half \ufffd a pair'],
  ['a\ufeffb', 'ab'],
  [' \u2028 ', ''],
])('the header text of %j is %j', (text, expected) => {
  expect(headerText(text, 100)).toBe(expected);
});

test('a header text is cut between characters, not inside one', () => {
  expect(headerText('ab😀😀', 3)).toBe('ab😀');
});

test.each([
  'ann@acme.example',
  'Ann.B+tag@mail.acme-corp.example',
  "o'neil@acme.test",
  'a@b.co',
  `${'a'.repeat(64)}@acme.example`,
  'ann@xn--cme-qla.example',
])('%s is one address', (text) => {
  expect(isAddress(text)).toBe(true);
});

test.each([
  '',
  'ann',
  'ann@acme',
  'ann@127.0.0.1',
  'ann@acme.example, eve@evil.test',
  '"ann"@acme.example',
  'änn@acme.example',
  'ann@acme.example\n',
])('%j is not one address', (text) => {
  expect(isAddress(text)).toBe(false);
});

test('a message id is one id in angle brackets', () => {
  expect(isMessageId('<a.b=c@mail.example>')).toBe(true);
  for (const text of [
    'a@b.example',
    '<a@b.example',
    '<a b@c.example>',
    '<a@b.example><c@d.example>',
    '<a@b.example>\r\nX: 1',
    '<ä@b.example>',
  ])
    expect(isMessageId(text)).toBe(false);
});
