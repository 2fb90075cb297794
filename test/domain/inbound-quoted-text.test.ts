import { expect, test } from 'vitest';
import { withoutQuoted, withoutSignature } from '../../src/domain/quoted-text.ts';

const introductions: readonly (readonly [language: string, text: string])[] = [
  ['English', 'On Wed, 18 Nov 2026 at 10:00, Ada Moore <ada@sender.example> wrote:'],
  ['English, broken over two lines', 'On Wed, 18 Nov 2026 at 10:00, Ada Moore <ada@sender.example>\nwrote:'],
  ['German', 'Am Mi., 18. Nov. 2026 um 10:00 Uhr schrieb Ada Moore <ada@sender.example>:'],
  ['French', 'Le mer. 18 nov. 2026 à 10:00, Ada Moore <ada@sender.example> a écrit :'],
  ['Spanish', 'El mié, 18 nov 2026 a las 10:00, Ada Moore (<ada@sender.example>) escribió:'],
  ['Italian', 'Il giorno mer 18 nov 2026 alle ore 10:00 Ada Moore <ada@sender.example> ha scritto:'],
  ['Dutch', 'Op wo 18 nov 2026 om 10:00 schreef Ada Moore <ada@sender.example>:'],
  ['Portuguese', 'Em qua., 18 de nov. de 2026 às 10:00, Ada Moore <ada@sender.example> escreveu:'],
  ['Swedish', 'Den ons 18 nov. 2026 kl 10:00 skrev Ada Moore <ada@sender.example>:'],
  ['Finnish', 'ke 18. marrask. 2026 klo 10.00 Ada Moore (ada@sender.example) kirjoitti:'],
  ['Polish', 'śr., 18 lis 2026 o 10:00 Ada Moore <ada@sender.example> napisał(a):'],
  ['Czech', 'st 18. 11. 2026 v 10:00 odesílatel Ada Moore <ada@sender.example> napsal:'],
  ['Turkish', 'Ada Moore <ada@sender.example>, 18 Kas 2026 Çar, 10:00 tarihinde şunu yazdı:'],
  ['Japanese', '2026年11月18日(水) 10:00 Ada Moore <ada@sender.example>のメール:'],
  ['Chinese', 'Ada Moore <ada@sender.example> 于2026年11月18日周三 10:00写道：'],
  ['Outlook, English', '-----Original Message-----\nFrom: Ada Moore\nSent: Wednesday'],
  [
    'Outlook, a block',
    '________________________________\nFrom: Ada Moore <ada@sender.example>\nSent: Wednesday, 18 November 2026 10:00\nTo: Grace\nSubject: Quick question',
  ],
  [
    'Outlook, German',
    'Von: Ada Moore\nGesendet: Mittwoch, 18. November 2026 10:00\nAn: Grace\nBetreff: Quick question',
  ],
  ['Outlook, French', 'De : Ada Moore\nEnvoyé : mercredi 18 novembre 2026 10:00\nÀ : Grace\nObjet : Quick question'],
  ['Outlook, Chinese', '发件人: Ada Moore\n发送时间: 2026年11月18日 10:00\n收件人: Grace\n主题: Quick question'],
];

test.each(introductions)('what stands below the introduction of a quotation is cut: %s', (_language, introduction) => {
  expect(withoutQuoted(`Who are you?\n\n${introduction}\n\nIf you would rather not hear from me, unsubscribe.`)).toBe(
    'Who are you?',
  );
  expect(withoutQuoted(`Who are you?\n\n${introduction}\n\n> unsubscribe`)).toBe('Who are you?');
});

test('an answer below or between quoted lines stays', () => {
  expect(
    withoutQuoted('On 18 Nov 2026, Ada <ada@sender.example> wrote:\n> Shall we talk?\n\nYes.\n\n> When?\nTuesday.'),
  ).toBe('Yes.\n\nTuesday.');
});

test('what a person writes about writing is not cut', () => {
  const text = 'As you wrote:\nwe are hiring.\nFrom: what I see, yes.\nDate: open.';
  expect(withoutQuoted(text)).toBe(text);
});

test('the signature is no part of what the rules read', () => {
  expect(withoutSignature('Not interested.\n-- \nGrace\nunsubscribe')).toBe('Not interested.');
  expect(withoutSignature('Not interested.\n\nSent from my iPhone')).toBe('Not interested.');
});
